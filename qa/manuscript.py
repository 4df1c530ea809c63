"""Whether what a manuscript quotes stands in the papers, and in the paper that it is cited as."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from index.search import Searcher
from index.sources.identifiers import find_doi, find_pmcid, find_pmid
from qa.quotations import Quotation, quotations
from qa.verification import (
    MOST_CLAIMS,
    MOST_QUOTE_CHARACTERS,
    CheckedQuotation,
    Claim,
    ManuscriptReport,
    Verdict,
    Verification,
)
from qa.verify import verify


def check_manuscript(manuscript: str, searcher: Searcher, document_id: str | None = None) -> ManuscriptReport:
    """Finds what a manuscript quotes, and verifies it.

    Args:
        manuscript: plain text, Markdown or LaTeX.
        searcher: of the papers.
        document_id: where quotations are said to stand that cite no document of the index.

    Raises:
        UnknownId: `document_id` is not in the index.
    """
    if document_id is not None:
        searcher.generation.database.document_row(document_id)
    read = quotations(manuscript)
    asked = [quotation for quotation in read.found if len(quotation.text) <= MOST_QUOTE_CHARACTERS]
    names = searcher.generation.database.identifiers() if any(quotation.cited for quotation in asked) else {}
    cited = [_documents(quotation.cited, names) for quotation in asked]
    found = _verified(asked, cited, document_id, searcher)
    # American usage puts the full stop of the manuscript's own sentence inside the marks.
    stopped = [n for n, one in enumerate(found) if one.verdict is Verdict.NOT_FOUND and _has_stop(asked[n].text)]
    bare = [replace(asked[n], text=asked[n].text[:-1]) for n in stopped]
    for n, one in zip(stopped, _verified(bare, [cited[n] for n in stopped], document_id, searcher), strict=True):
        if one.verdict is not Verdict.NOT_FOUND:
            found[n] = _with_problem(one, "the full stop inside the quotation marks is not the paper's")
    checked = [
        CheckedQuotation(quotation.line, ids, _with_problem(one, *_strangers(quotation.cited, names)))
        for quotation, ids, one in zip(asked, cited, found, strict=True)
    ]
    too_long = tuple(quotation.line for quotation in read.found if len(quotation.text) > MOST_QUOTE_CHARACTERS)
    return ManuscriptReport(tuple(checked), read.short, read.unclosed, too_long, read.references)


def _verified(
    asked: Sequence[Quotation], cited: Sequence[Sequence[str]], document_id: str | None, searcher: Searcher
) -> list[Verification]:
    """The best verdict of each quotation among the documents that it is cited as."""
    claims = [
        [Claim(quotation.text, id_) for id_ in ids] or [Claim(quotation.text, document_id)]
        for quotation, ids in zip(asked, cited, strict=True)
    ]
    different = list(dict.fromkeys(claim for named in claims for claim in named))
    verified: dict[Claim, Verification] = {}
    for first in range(0, len(different), MOST_CLAIMS):
        batch = different[first : first + MOST_CLAIMS]
        verified |= zip(batch, verify(batch, searcher), strict=True)
    order = list(Verdict)
    return [min((verified[claim] for claim in named), key=lambda one: order.index(one.verdict)) for named in claims]


def _documents(cited: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the documents of the index that the printed names stand for."""
    found = (next((names[form] for form in _forms(name) if form in names), None) for name in cited)
    return tuple(dict.fromkeys(id_ for id_ in found if id_ is not None))


def _strangers(cited: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """What to say of identifiers that name no document of the index."""
    unknown = [name for name in cited if _identifiers(name) and not any(form in names for form in _forms(name))]
    return [f"it is cited as {', '.join(unknown)}, which the index does not hold"] if unknown else []


def _forms(name: str) -> list[str]:
    return [name, re.sub(r"[^A-Za-z0-9._-]", "_", name), *_identifiers(name)]


def _identifiers(name: str) -> list[str]:
    pmid = find_pmid(name)
    return list(filter(None, (find_pmcid(name), pmid and f"PMID{pmid}", find_doi(name))))


def _has_stop(text: str) -> bool:
    return text.endswith(".") and not text.endswith("..")


def _with_problem(one: Verification, *problems: str) -> Verification:
    return replace(one, problem="; ".join(filter(None, [one.problem, *problems])) or None)
