"""What sources call retractions, corrections and expressions of concern, as `Notice`.

Pure: words in, notices out. The words are those of JATS and PubMed Central (`related-article-type`, `article-type`),
PubMed (`RefType`, publication types), Crossref (update types), and of publishers in titles and bibliographies. What is
not one of them is no notice: a comment, an addendum, an update or a republication says nothing against a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from index.canonical import normalise
from index.document import Notice, NoticeKind, NoticeRole
from index.sources.identifiers import find_doi, find_pmcid, find_pmid

_KINDS = {
    "concern": NoticeKind.CONCERN,
    "correction": NoticeKind.CORRECTION,
    "corrigendum": NoticeKind.CORRECTION,
    "errata": NoticeKind.CORRECTION,
    "erratum": NoticeKind.CORRECTION,
    "expressedconcern": NoticeKind.CONCERN,
    "expressionofconcern": NoticeKind.CONCERN,
    "partialretraction": NoticeKind.PARTIAL_RETRACTION,
    "removal": NoticeKind.WITHDRAWAL,
    "retraction": NoticeKind.RETRACTION,
    "withdrawal": NoticeKind.WITHDRAWAL,
}
_SUBJECTS = {
    "articleretracted": NoticeKind.RETRACTION,
    "correctedarticle": NoticeKind.CORRECTION,
    "objectofconcern": NoticeKind.CONCERN,
    "partiallyretractedarticle": NoticeKind.PARTIAL_RETRACTION,
    "removedarticle": NoticeKind.WITHDRAWAL,
    "retracted": NoticeKind.RETRACTION,
    "retractedarticle": NoticeKind.RETRACTION,
    "retractedpublication": NoticeKind.RETRACTION,
    "withdrawnarticle": NoticeKind.WITHDRAWAL,
    "withdrawn": NoticeKind.WITHDRAWAL,
}
_REPUBLISHED = {"correctedandrepublished": NoticeKind.CORRECTION, "retractedandrepublished": NoticeKind.RETRACTION}
_NOTICE_TYPES = {
    "authorcorrection": NoticeKind.CORRECTION,
    "editorialexpressionofconcern": NoticeKind.CONCERN,
    "noticeofretraction": NoticeKind.RETRACTION,
    "publishedcorrection": NoticeKind.CORRECTION,
    "publishederratum": NoticeKind.CORRECTION,
    "publishercorrection": NoticeKind.CORRECTION,
    "retractionnote": NoticeKind.RETRACTION,
    "retractionnotice": NoticeKind.RETRACTION,
    "retractionofpublication": NoticeKind.RETRACTION,
}
_PLURALS = {"corrections": "correction", "corrigenda": "corrigendum", "retractions": "retraction"}


def _key(words: str) -> str:
    key = re.sub(r"[^a-z]", "", words.lower())
    return _PLURALS.get(key, key)


def kind_and_role(relation: str, within: NoticeKind | None = None) -> tuple[NoticeKind, NoticeRole] | None:
    """What a link from one article to another says of the article that has the link; None if it is no notice.

    `within` is the kind of notice that this article itself is. Some links are named for the notice whichever end they
    stand at ("expression-of-concern"); the article's own kind tells which end that is.

    >>> [part.value for part in kind_and_role("retraction-forward") or ()]
    ['retraction', 'subject']
    >>> [part.value for part in kind_and_role("corrected-article") or ()]
    ['correction', 'notice']
    >>> [part.value for part in kind_and_role("ErratumFor") or ()], kind_and_role("commentary")
    (['correction', 'notice'], None)
    """
    key = _key(relation)
    if key in _SUBJECTS:
        return _SUBJECTS[key], NoticeRole.NOTICE
    for ending, role in (
        ("forward", NoticeRole.SUBJECT),
        ("in", NoticeRole.SUBJECT),
        ("of", NoticeRole.NOTICE),
        ("for", NoticeRole.NOTICE),
        ("from", NoticeRole.NOTICE),
        ("", NoticeRole.SUBJECT),
    ):
        kind = (_KINDS | _REPUBLISHED).get(key.removesuffix(ending)) if key.endswith(ending) else None
        if kind is not None:
            # A retraction that links "forward" to a retraction names the paper it retracts; so do some of SciELO's.
            is_of_notice = kind is within and ending in ("", "forward")
            return kind, NoticeRole.NOTICE if is_of_notice else role
    return None


def of_relation(
    relation: str, *, doi: str | None = None, text: str | None = None, within: NoticeKind | None = None
) -> Notice | None:
    """The notice that a link says; identifiers that `text` names as such are those of the article linked to.

    >>> of_relation("RetractionIn", text="Lancet. 2010;375:445. PMID: 20137807").pmid
    '20137807'
    """
    found = kind_and_role(relation, within)
    if found is None:
        return None
    printed = text or ""
    return Notice(
        *found, doi=doi or find_doi(printed), pmid=find_pmid(printed), pmcid=find_pmcid(printed), text=printed or None
    )


def of_type(printed: str) -> Notice | None:
    """What the type of an article says of it: "retraction" that it is one, "Retracted Publication" that it has one.

    >>> of_type("Retraction of Publication").role.value, of_type("retracted-article").role.value
    ('notice', 'subject')
    """
    key = _key(printed)
    kind = _NOTICE_TYPES.get(key) or _KINDS.get(key)
    if kind is not None:
        return Notice(kind, NoticeRole.NOTICE)
    if key in ("correctedarticle", "objectofconcern") or key not in _SUBJECTS:
        return None
    return Notice(_SUBJECTS[key])


_STATE = r"(?P<state>(?:part(?:ial)?ly\s+)?(?:retracted|withdrawn))(?:\s+(?:article|chapter|paper|publication|review))?"
_BRACKETED = rf"[\[(]\s*{_STATE}\s*(?:[.:;,]\s*(?P<where>[^\])]*))?[\])]"
_SUBJECT_TITLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:article\s+)?{_STATE}\s*[:—–]\s*\S",
        rf"{_BRACKETED}\s*:?\s*\S",
        rf".*{_BRACKETED}\.?$",
        r"(?P<state>temporary\s+removal|(?-i:REMOVED|REMOVAL))\s*:\s*\S",
        r"\[?art[íi](?:culo|go)\s+(?P<state>retra\w*ado)\]?\s*:\s*\S",  # SciELO
    )
)
_TO = r"(?:\s+(?:to|of|for|on|regarding))?"
_OPENING = r"(?=[:“\"‘'«])"
_NOTICE_TITLES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (NoticeKind.PARTIAL_RETRACTION, rf"\[?partial\s+retraction(?:\s+(?:note|notice))?\]?{_TO}\s*(?:{_OPENING}|$)"),
        (NoticeKind.RETRACTION, rf"(?:retraction\s+(?:note|notice|statement)|notice\s+of\s+retraction){_TO}(?:\W|$)"),
        (NoticeKind.RETRACTION, rf"(?:\[retraction\]|retraction(?:\s+(?:to|of|for)\s*{_OPENING}|$))"),
        (NoticeKind.WITHDRAWAL, rf"(?:withdrawal\s+(?:note|notice)|notice\s+of\s+withdrawal){_TO}(?:\W|$)"),
        (
            NoticeKind.CONCERN,
            rf"\[?(?:editorial\s+|editors['’]?\s+)?(?:expression|note|statement)\s+of\s+concern\]?{_TO}\s*(?:{_OPENING}|\]|$)",
        ),
        (
            NoticeKind.CORRECTION,
            r"\[?(?:erratum|errata|corrigendum|corrigenda)(?:\s+(?:to|for)\b|\s*[^\w\s]|$)"
            rf"|(?:author|publisher|editorial)\s+correction{_TO}\s*(?:{_OPENING}|$)"
            rf"|\[correction\]|corrections?(?:\s+(?:to|for)\s*{_OPENING}|$)",
        ),
    )
)
_BARE_TITLE = re.compile(r"(retraction|withdrawal|correction):\s*(?=\S)", re.IGNORECASE)


def of_title(title: str, *, could_be_notice: bool = False) -> Notice | None:
    """What the marks that publishers put before or after a title say.

    "Retraction: …" may be a study of retractions, or of muscles; it counts in capitals, or where the article's type
    leaves room for it (`could_be_notice`).

    >>> of_title("RETRACTED ARTICLE: Vesicles in mice").kind.value, of_title("Retraction of the tongue")
    ('retraction', None)
    >>> of_title("Erratum to: Vesicles in mice")
    Notice(kind=<NoticeKind.CORRECTION: 'correction'>, role=<NoticeRole.NOTICE: 'notice'>, doi=None, pmid=None, \
pmcid=None, text='Vesicles in mice', document_id=None)
    """
    for pattern in _SUBJECT_TITLES:
        if match := pattern.match(title):
            return _subject(match)
    for kind, pattern in _NOTICE_TITLES:
        if match := pattern.match(title):
            return _of_title(kind, title[match.end() :])
    bare = _BARE_TITLE.match(title)
    if bare and (could_be_notice or bare[1].isupper()):
        return _of_title(_KINDS[bare[1].lower()], title[bare.end() :])
    return None


def _of_title(kind: NoticeKind, rest: str) -> Notice:
    text = rest.strip(" :.]")
    return Notice(kind, NoticeRole.NOTICE, doi=find_doi(text), text=text or None)


def of_record(types: Iterable[str], title: str, others: Iterable[Notice] = ()) -> tuple[Notice, ...]:
    """The notices of a database's record by its publication types, its title and what else it says (`others`).

    The title counts where no type says what the record is, or says the same.

    >>> [notice.role.value for notice in of_record(["Retraction of Publication"], "Retracted: Vesicles")]
    ['notice']
    """
    by_type = [found for type_ in types if (found := of_type(type_))]
    by_title = of_title(title)
    is_new = by_title and (not by_type or any(_alike(by_title, found) for found in by_type))
    return joined([*by_type, *others, *([by_title] if by_title and is_new else [])])


_IN_TEXT = (
    re.compile(_BRACKETED, re.IGNORECASE),
    re.compile(rf"(?:^|\s)(?-i:(?=RETRACTED|WITHDRAWN)){_STATE}\s*:", re.IGNORECASE),
    re.compile(rf"(?:^|[.?!”\"]\s+){_STATE}\s*:", re.IGNORECASE),
)
_SEE = re.compile(
    r"(?P<before>^|[.?!;,\[(]\s*)(?P<what>(?:partial )?retraction|retracted|withdrawn|errat(?:um|a)|corrigendum"
    r"|correction|(?:correct|retract)ed and republished|expression of concern)\s+(?:in\s*:|published\b)",
    re.IGNORECASE,
)
_SAID_AS_VERB = {"retracted": "retraction", "withdrawn": "withdrawal"}


def in_text(text: str) -> Iterator[Notice]:
    """Notices on the paper that a bibliography entry, or a note on a record, is about.

    Identifiers in the text are nobody's: they may be the paper's own.

    >>> [notice.text for notice in in_text("Able A. Pumps. J. 2009. (Retracted article. See vol. 3, pg. 5, 2010)")]
    ['See vol. 3, pg. 5, 2010']
    >>> [notice.kind.value for notice in in_text("Able A. Pumps. J. 2009;1:2. Erratum in: J. 2010;2:3.")]
    ['correction']
    """
    if match := next(filter(None, (pattern.search(text) for pattern in _IN_TEXT)), None):
        yield _subject(match)
    found = list(_SEE.finditer(text))
    ends = [*(later.start() for later in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=False):  # one end too many where nothing is found
        closing = {"(": ")", "[": "]"}.get(match["before"].strip(), "\n")
        where = text[match.end() : end].partition(closing)[0]
        printed = match["what"].lower()
        kind_role = kind_and_role(f"{_SAID_AS_VERB.get(printed, printed)} in")
        if kind_role is not None:
            yield Notice(*kind_role, text=normalise(where).strip(" .;,") or None)


def _subject(match: re.Match[str]) -> Notice:
    state, where = match["state"].lower(), match.groupdict().get("where")
    if state.startswith("part"):
        kind = NoticeKind.PARTIAL_RETRACTION
    else:
        kind = NoticeKind.RETRACTION if state.startswith("retra") else NoticeKind.WITHDRAWAL
    return Notice(kind, text=where.strip(" .") or None if where else None)


def of_keywords(keywords: Iterable[str]) -> Iterator[Notice]:
    """Notices that a reference manager keeps as a tag: "Retracted", "Retracted Publication"."""
    for keyword in keywords:
        found = of_type(keyword)
        if found is not None and found.role is NoticeRole.SUBJECT:
            yield found


def joined(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices, each said once: one that names no other paper is left out where another of its kind does.

    >>> len(joined([Notice(NoticeKind.RETRACTION), Notice(NoticeKind.RETRACTION, doi="10.1000/r")]))
    1
    """
    kept: list[Notice] = []
    for notice in sorted(dict.fromkeys(notices), key=lambda notice: (not _names(notice), not notice.text)):
        same = [other for other in kept if _alike(notice, other)]
        says_nothing_more = not _names(notice) and not notice.text
        if not any(says_nothing_more or same_paper(notice, other) for other in same):
            kept.append(notice)
    return tuple(kept)


def same_paper(notice: Notice, other: Notice) -> bool:
    """Whether two notices share an identifier of the other paper."""
    return any(
        mine and mine == theirs
        for mine, theirs in ((notice.doi, other.doi), (notice.pmid, other.pmid), (notice.pmcid, other.pmcid))
    )


def _alike(notice: Notice, other: Notice) -> bool:
    return (notice.kind, notice.role) == (other.kind, other.role)


def _names(notice: Notice) -> bool:
    return bool(notice.doi or notice.pmid or notice.pmcid)
