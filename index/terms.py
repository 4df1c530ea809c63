"""The terms of a text: what BM25 and the share of words in common count, the same for passages and questions.

However a thing is written, it has a term in common with its other spellings: PD-L1, PD L1 and PDL1, TNF-α and
TNF-alpha, tumour and tumor. docs/lexical.md has the list, and what each choice is worth. Words are stemmed by
Snowball's English stemmer (Porter 2001). Knows nothing of scores.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

import Stemmer  # type: ignore[import-not-found]  # PyStemmer is compiled and has no stubs

_CHARACTERS = str.maketrans(
    dict.fromkeys("‐‑‒–—−/", "-") | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")  # soft hyphen, zero width
)
_POWER = re.compile("(?<=[0-9])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])")  # 10⁹ is not 109
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_SPACED = re.compile(r"(?<![\w-])([A-Z]{2,6}|miR) (?=[A-Z]?[0-9]+[a-z]?(?!\w))")  # "PD L1", "IL 6", "miR 21"
_ESZETT = re.compile(r"ß(?<![^\W\d_A-Z]ß)")  # typed in place of β, if no small letter is before it
_ACCENTS = re.compile("[\u0300-\u036f]+")
_COMPOUND = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PIECE = re.compile(r"\d+|[α-ω]{3,}|[α-ω]|[^\W\d_α-ω]+")  # three Greek letters and more are a word

_GREEK = {letter: unicodedata.name(letter).split()[-1].lower() for letter in "αβγδεζηθικμνξοπρστυφχψω"} | {
    "λ": "lambda"  # Unicode's own name is LAMDA
}
_SPELLED_OUT = str.maketrans(_GREEK)
_LATIN = {letter: name[0] for letter, name in _GREEK.items() if letter in "αβγδεζκλ"}  # as symbols of genes have them
_AS_LATIN = str.maketrans(_LATIN)
_NAME = re.compile(rf"(?<=[^a-z])({'|'.join(_GREEK[letter] for letter in _LATIN)})(?![a-z])")
_SHORTEST_SYMBOL = 4  # characters: ERα is not the word "era"

_SPELLINGS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        ("æ|ae(?=[a-z])", "e"),  # haemoglobin, but not vertebrae
        ("œ|oe(?=a$|[a-z]{2})", "e"),  # oedema, diarrhoea, but not toes
        ("(?<=[a-z]{2})our", "or"),  # tumour, behavioural
        ("(?<=[a-z]{3}i)s(?=e[ds]?$|ing$|ation|er)", "z"),  # characterise; the stemmer knows -ize
        ("(?<=[a-z]{2}ly)z(?=e[ds]?$|ing$|er)", "s"),  # analyze, as analyses
        ("(?<=[a-z][bt])re(?=s?$)", "er"),  # fibre, centre
        ("sulph", "sulf"),
        ("(?<=og)ue(?=s?$)", ""),  # analogue
        ("(?<=[a-z]{3}[aeoy]s)is$", "es"),  # metastasis
        ("(?<=[a-z]{3}[a-hj-z])i$", "us"),  # nuclei
        ("(?<=[a-z]{3}i)um$|(?<=[a-z]{3}ri)on$", "a"),  # bacterium, mitochondrion
    )
)
_SINGULARS = {"mice": "mouse", "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth"}

_STOP_LIST = (  # Lucene's for English, which leaves words of meaning alone
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they"
    " this to was will with"
)
_STOP_WORDS = frozenset(_STOP_LIST.split())


def tokenise(text: str) -> list[str]:
    """The terms of a text, in order, repeated as they are.

    Case, width, accents, dashes, super- and subscripts and British spelling are folded, Greek letters spelled out, the
    commonest English words left out and the others stemmed. A compound gives its parts and itself joined, one of more
    than two parts each two neighbours joined; a word of letters and digits gives itself and its runs; a name that ends
    in a Greek letter gives the symbol of its gene.

    >>> tokenise("CD8⁺ T cells and anti‑PD-1")
    ['cd8', 'cd', '8', 't', 'cell', 'anti', 'pd', '1', 'antipd1', 'antipd', 'pd1']
    >>> tokenise("TNFα"), tokenise("10⁹ exosomes"), tokenise("AND: (*)")
    (['tnfalpha', 'tnf', 'alpha', 'tnfa'], ['10', '9', 'exosom'], [])
    """
    # The cut bounds the cache: what is longer is no word.
    return [term for compound in _COMPOUND.findall(_fold(text)) for term in _terms(compound[:255])]


def _fold(text: str) -> str:
    if text.isascii():  # which most are, and the rest of what follows leaves alone
        return _SPACED.sub(r"\1-", _THOUSANDS.sub("", text.replace("/", "-"))).lower()
    typed = _ESZETT.sub("β", _SPACED.sub(r"\1-", _THOUSANDS.sub("", text.translate(_CHARACTERS))))
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", _POWER.sub(" ", typed))).casefold()


@lru_cache(maxsize=2**14)
def _terms(compound: str) -> tuple[str, ...]:
    # A stemmer must not be shared between threads; a new one costs 4 µs.
    stemmer = Stemmer.Stemmer("english", 0)
    words = (word for word in _words(compound) if word not in _STOP_WORDS)
    return tuple(stemmer.stemWord(_spelled(word).translate(_SPELLED_OUT)) for word in words)


def _words(compound: str) -> list[str]:
    parts = compound.split("-")
    return [*(run for part in parts for run in _runs(part)), *_joined(parts), *_symbol(compound)]


def _runs(part: str) -> list[str]:
    pieces = _PIECE.findall(part)
    return [part, *pieces] if len(pieces) > 1 else [part]


def _joined(parts: list[str]) -> list[str]:
    whole = ["".join(parts)] if len(parts) > 1 else []
    return whole + [first + second for first, second in pairwise(parts) if len(parts) > 2]  # miR-21 of miR-21-5p


def _symbol(compound: str) -> list[str]:
    """TGFB1 of TGF-β1; nothing where the Greek letter comes first, since a β cell is no B cell."""
    latin = compound[:1] + _NAME.sub(lambda name: name[0][0], compound).translate(_AS_LATIN)[1:]
    symbol = latin.replace("-", "")
    return [symbol] if latin != compound and len(symbol) >= _SHORTEST_SYMBOL else []


def _spelled(word: str) -> str:
    """The spelling that stands for all of a word."""
    if not word.isalpha():
        return word
    for pattern, instead in _SPELLINGS:
        word = pattern.sub(instead, word)
    return _SINGULARS.get(word, word)
