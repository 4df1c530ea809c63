"""Papers as web pages: any publisher's article page, PubMed Central's, a plain page; XHTML; pages saved by a browser.

The page is read as the JATS article that it shows: `html_tree` reads the bytes, `html_metadata` the head,
`html_references` the bibliography, `html_main` finds the paper among the page's furniture, `html_jats` makes JATS of
it, and the readers of JATS make text of that. Follows the HTML Living Standard; scripts are not run.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from index.canonical import CanonicalText
from index.document import Block, BlockKind, Document
from index.errors import SourceError
from index.sources.decoding import beginning
from index.sources.html_jats import article
from index.sources.html_main import main_element
from index.sources.html_metadata import Page, read_metadata, read_page
from index.sources.html_references import take
from index.sources.html_titles import is_prose
from index.sources.html_tree import parse, strip_unseen, words
from index.sources.jats_front import find_front
from index.sources.jats_styles import with_style
from index.sources.jats_text import read_text, read_title
from index.sources.source import Source, document_id

FORMAT = "html"
TITLE = "HTML"
ENDINGS = (".html", ".htm", ".xhtml")

_ROOT = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_OTHER_ROOT = re.compile(r"\ufeff?\s*<\?xml\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<(?:head|title|meta|body|main|article|section|div|h[1-6]|p|table|ul|ol)\b[^>]*>", re.IGNORECASE)
_SHORT = 1500  # letters of prose: a page with more is no notice
_TINY = 500  # and one with fewer may be one by its words, not only by its titles
_NO_PAPER = (
    (
        r"captcha|checking (?:your|if the site)|verify(?:ing)? (?:that )?you are (?:a )?human|just a moment"
        r"|are you a robot|unusual traffic|security check|ddos protection|access denied|request blocked",
        "a check of the browser",
    ),
    (
        r"\b(?:404|410)\b|page not found|(?:page|article|document|content|paper) (?:you .{0,40})?"
        r"(?:was |is |could |can)?(?: ?not|no longer) (?:be )?(?:found|available)"
        r"|does(?: not|n['’]t) exist|no longer exists",
        "a notice that nothing is at this address",
    ),
    (
        r"(?:enable|requires?|turn on|without) javascript|javascript (?:is |must be )?(?:disabled|enabled|required)",
        "a shell that scripts fill in",
    ),
    (
        r"(?:sign|log)[ -]?in\b|password|institutional (?:access|login)|get access|purchase|subscribe to"
        r"|requires? (?:a |an )?(?:\w+ )?subscription|subscription (?:is )?required|(?:buy|rent) (?:this |the )article",
        "a log-in",
    ),
    (r"cookies?\b", "a question about cookies"),
)
_RESULTS = re.compile(
    r"search results?\b|\bresults? (?:for|of) ['\"“]|\b\d[\d,]* results\b|^results for\b", re.IGNORECASE
)
_REMEDY = "open it in a browser and save the page, or add the paper by its PMCID, PMID or DOI"


def sniff(data: bytes, name: str) -> bool:
    """Whether this is a web page: by its first tag, or by its name where it begins with another tag of HTML."""
    text = beginning(data)
    if _ROOT.match(text):
        return True
    return name.lower().endswith(ENDINGS) and not _OTHER_ROOT.match(text) and _ANY_TAG.search(text) is not None


def read(source: Source) -> tuple[Document, ...]:
    """The paper on the page.

    Raises:
        SourceError: the page cannot be decoded, is no article (a log-in, a browser check, a list of results), or has
            no running text.
    """
    root = parse(source)
    page = read_page(root)
    shell = words(root)
    strip_unseen(root)
    body = next(root.iter("body"), root)
    entries = take(body)
    main = main_element(root)
    heading = next((line for each in (*main.iter("h1"), *body.iter("h1")) if (line := words(each))), "")
    metadata = read_metadata(page, source.name, heading=heading, format=FORMAT)
    paper = article(main, metadata.title, entries)
    front = find_front(paper)
    text = read_text(front, read_title(front), with_style(entries.numbers, paper, entries.references))
    _refuse(source, page, heading, text, shell)
    return (
        Document(
            id=document_id(source.name, pmcid=metadata.pmcid, pmid=metadata.pmid, doi=metadata.doi),
            metadata=replace(metadata, title=metadata.title or PurePosixPath(source.name).name.split(".")[0]),
            text=text.text,
            blocks=text.blocks,
            sections=text.sections,
            reference_marks=text.reference_marks,
            references=entries.references,
        ),
    )


def _refuse(source: Source, page: Page, heading: str, text: CanonicalText, shell: str) -> None:
    """Raises SourceError for a page without a paper."""
    titles = f"{page.title} {heading}"
    if not page.is_paper and (_RESULTS.search(page.title) or _RESULTS.search(heading)):
        raise SourceError(
            f"{source.name} is a list of search results, no paper: add its papers by their addresses or ids"
        )
    prose = [line for block in text.blocks if _is_own(block.kind) and is_prose(line := _line(text, block))]
    size = sum(map(len, prose))
    is_told = size > _SHORT or any(block.kind is BlockKind.ABSTRACT for block in text.blocks)
    said = titles if size > _TINY else f"{titles} {text.text}"
    if not prose or not is_told:
        for pattern, what in _NO_PAPER:
            if re.search(pattern, said if prose else f"{titles} {shell[:_SHORT]}", re.IGNORECASE):
                raise SourceError(f"{source.name} is {what}, no paper: {_REMEDY}")
    if not prose:
        raise SourceError(f"{source.name} is a web page without the text of a paper: {_REMEDY}")


def _line(text: CanonicalText, block: Block) -> str:
    return text.text[block.start : block.end]


def _is_own(kind: BlockKind) -> bool:
    return kind not in (BlockKind.TITLE, BlockKind.HEADING, BlockKind.NOTE)
