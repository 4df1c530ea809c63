"""The quoted passages of a manuscript in plain text, Markdown or LaTeX: their words, lines, and what they are cited as.

Quotation marks of the common kinds are followed to their closing mark, never past the end of a paragraph, except where
the next paragraph begins with the mark again, as quotations of several paragraphs do. Block quotes (`>` and indented
prose) are quotations without marks. Code, and the list of references, hold none. Knows nothing of papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.paragraphs import Kind, Paragraph, paragraphs

# Fewer words are a term, a title or irony, and stand in any text.
LEAST_WORDS = 3
# Code points between two marks: what is longer was not meant as one quotation.
LONGEST = 10_000

_CLOSING = {"“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", "‹": "›", "›": "‹", "``": "''", '"': '"'}
_SINGLE = {"‘": "’", "‚": "‘’", "'": "'", "`": "'"}
_MARK = re.compile("``|[“„”«»‹›\"‘‚'`]")
# Marks that may close as well as open: they open where a word begins.
_BOTH_WAYS = "”»›\"'"

_CODE = re.compile(r"(?<!`)`(?!`)[^`'\n]+`(?!`)|(?<!`)``(?!`)(?:(?!'')[^`])+``(?!`)")
_EMPHASIS = re.compile(r"(?<![*\w])(\*{1,3})(?=\S)(.+?)(?<=\S)\1(?![*\w])", re.DOTALL)
_UNDERLINE = re.compile(r"(?<!\w)(_{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)
_COMMAND = re.compile(r"\\(?:emph|textit|textbf|text)\{([^{}]*)\}")
_ESCAPED = re.compile(r"\\([^\w\s])")
_LONG_DASH = re.compile(r"(?<!-)-{2,3}(?!-)")
_WORD = re.compile(r"\w+")

_BARE_ID = re.compile(r"(?:https?://|doi:|10\.\d{4,9}/|PMCID|PMC|PMID)\s*:?\s*[^\s“”„«»\"]+", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"\n\s*(?:—|–|--+)\s*(?P<words>[^\n]*)\s*\Z")
_LAST_BRACKET = re.compile(r"\s*[(\[](?P<words>[^\[\]\n]*)[)\]][.\s]*\Z")
_NAMES = re.compile(r"[;,]\s+|\s+and\s+|\s*&\s*")
_LONGEST_BRACKET = 400
_DEEPEST = 4  # marks or brackets inside each other


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted passage: its words without the marks around them, the line it begins on (from 1), what it is cited as.

    `cited` are the names in the brackets that follow it, as printed: some may name a document, most will not.
    """

    text: str
    line: int
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotations:
    """What is quoted in a manuscript, in order.

    `short` counts quotations of fewer than `LEAST_WORDS` words, which are left out; `unclosed` are the lines of marks
    that open a quotation which nothing closes; `references` is the line of the heading from which on nothing was read.
    """

    found: tuple[Quotation, ...]
    short: int
    unclosed: tuple[int, ...]
    references: int | None


@dataclass(frozen=True, slots=True)
class _Span:
    """`[first, last)` of a paragraph between quotation marks, which end at `end`."""

    first: int
    last: int
    end: int


def quotations(manuscript: str) -> Quotations:
    """Everything that a manuscript quotes.

    >>> quotations("It is said that “exosomes carry RNA” (PMC1).").found
    (Quotation(text='exosomes carry RNA', line=1, cited=('PMC1',)),)
    """
    read = paragraphs(manuscript)
    found: list[Quotation] = []
    unclosed: list[int] = []
    for number, paragraph in enumerate(read.paragraphs):
        following = read.paragraphs[number + 1].text if number + 1 < len(read.paragraphs) else ""
        if paragraph.kind is Kind.QUOTE:
            found.append(_block(paragraph, following))
        else:
            quoted, lines = _inline(paragraph, following)
            found += quoted
            unclosed += lines
    long_enough = [quotation for quotation in found if len(_WORD.findall(quotation.text)) >= LEAST_WORDS]
    return Quotations(tuple(long_enough), len(found) - len(long_enough), tuple(unclosed), read.references)


def _block(paragraph: Paragraph, following: str) -> Quotation:
    text, names = paragraph.text, []
    if attribution := _ATTRIBUTION.search(text):
        text, names = text[: attribution.start()], list(_names(attribution["words"]))
    if (bracket := _LAST_BRACKET.search(text)) and _BARE_ID.search(bracket["words"]):
        text, names = text[: bracket.start()], [*_names(bracket["words"]), *names]
    return Quotation(_clean(text), paragraph.line, tuple(names) or _cited(following.lstrip("—–- "), 0))


def _inline(paragraph: Paragraph, following: str) -> tuple[list[Quotation], list[int]]:
    text = _CODE.sub(lambda code: " " * len(code[0]), paragraph.text)
    found: list[Quotation] = []
    unclosed: list[int] = []
    at, line, counted = 0, paragraph.line, 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        if not _opens(text, mark):
            continue
        line, counted = line + text.count("\n", counted, mark.start()), mark.start()
        span = _quoted(text, mark, following)
        if span is not None:
            at = span.end
            found.append(Quotation(_clean(paragraph.text[span.first : span.last]), line, _cited(text, span.end)))
        elif mark[0] in _CLOSING:
            unclosed.append(line)
    return found, unclosed


def _opens(text: str, mark: re.Match[str]) -> bool:
    before, after = text[max(0, mark.start() - 1) : mark.start()], text[mark.end() : mark.end() + 1]
    if not after or (after.isspace() and mark[0] not in "«‹"):
        return False
    if mark[0] in (*_BOTH_WAYS, *_SINGLE, "``"):
        return not (before.isalnum() or (before and before in ".,;:!?=)]"))
    return True


def _quoted(text: str, mark: re.Match[str], following: str) -> _Span | None:
    """What a mark opens; None where nothing closes it."""
    opening = mark[0]
    close = _single_close(text, mark) if opening in _SINGLE else _close(text, mark)
    if close is not None:
        return _Span(mark.end(), *close)
    if opening in _CLOSING and following.startswith(opening):
        return _Span(mark.end(), len(text), len(text))
    return None


def _close(text: str, mark: re.Match[str]) -> tuple[int, int] | None:
    """Where the mark stands that closes one, others of its kind being opened and closed in between."""
    opening, closing, depth = mark[0], _CLOSING[mark[0]], 1
    others = re.compile("''|``|\"" if opening == "``" else f"[{re.escape(opening + closing)}]")
    for other in others.finditer(text, mark.end(), mark.end() + LONGEST):
        is_closing = other[0] in closing or (opening == "``" and other[0] == '"')
        if is_closing and opening in _BOTH_WAYS and text[other.start() - 1].isspace():
            return None  # the next quotation begins, and this one has not ended
        depth += -1 if is_closing else 1
        if depth == 0:
            return other.span()
        if depth > _DEEPEST:
            break
    return None


def _single_close(text: str, mark: re.Match[str]) -> tuple[int, int] | None:
    """Where a single quotation mark is closed: not by an apostrophe, if there is anything else."""
    candidates = []
    for other in re.compile(f"[{mark[0]}{_SINGLE[mark[0]]}]").finditer(text, mark.end(), mark.end() + LONGEST):
        at = other.start()
        before, after = text[at - 1], text[at + 1 : at + 2]
        if other[0] in _SINGLE[mark[0]] and not before.isspace() and not after.isalnum():
            candidates.append(at)
        elif before.isspace() or other[0] not in _SINGLE[mark[0]]:
            break  # the next quotation
    whole = [at for at in candidates if not (text[at - 1] in "sS" and re.match(r"\s+[a-z]", text[at + 1 : at + 4]))]
    return next(((at, at + 1) for at in (*whole, *candidates)), None)


def _clean(text: str) -> str:
    """The words of a quotation without the markup of the manuscript, and without a comma that its sentence needs."""
    for markup, kept in ((_EMPHASIS, r"\2"), (_UNDERLINE, r"\2"), (_COMMAND, r"\1"), (_ESCAPED, r"\1")):
        text = markup.sub(kept, text)
    return _LONG_DASH.sub("–", text).strip().rstrip(",;").rstrip()


def _cited(text: str, at: int) -> tuple[str, ...]:
    """The names in the brackets and the bare identifiers that follow a quotation."""
    names: list[str] = []
    while at < len(text):
        if text[at].isspace() or text[at] in ".,;:":
            at += 1
        elif text[at] in "([" and (end := _bracket_end(text, at)):
            names += _names(text[at + 1 : end - 1])
            at = end
        elif found := _BARE_ID.match(text, at):
            names += _names(found[0])
            at = found.end()
        else:
            break
    return tuple(names)


def _bracket_end(text: str, at: int) -> int | None:
    depth = 0
    for place in range(at, min(len(text), at + _LONGEST_BRACKET)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if depth == 0:
            return place + 1
        if depth > _DEEPEST:
            break
    return None


def _names(words: str) -> Iterator[str]:
    for name in _NAMES.split(words):
        if kept := name.strip().removeprefix("see ").lstrip("@").rstrip("."):
            yield kept
