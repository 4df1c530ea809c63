"""Kinds of works by the names of CSL (Citation Style Language 1.0.2, appendix III), whatever a format calls them."""

from __future__ import annotations

_RIS = {
    "ABST": "article-journal",
    "BOOK": "book",
    "CHAP": "chapter",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "DATA": "dataset",
    "DBASE": "dataset",
    "EBOOK": "book",
    "ECHAP": "chapter",
    "EDBOOK": "book",
    "EJOUR": "article-journal",
    "ELEC": "webpage",
    "ENCYC": "entry-encyclopedia",
    "INPR": "article-journal",
    "JFULL": "article-journal",
    "JOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "PAT": "patent",
    "RPRT": "report",
    "STAND": "standard",
    "THES": "thesis",
    "UNPB": "manuscript",
    "WEB": "webpage",
}
_BIBTEX = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "report",
    "mastersthesis": "thesis",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "software": "software",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
}


def of_ris(code: str) -> str | None:
    """The kind that a code of RIS means; None for one of no kind ("GEN") or an unknown one.

    >>> of_ris("JOUR"), of_ris("GEN")
    ('article-journal', None)
    """
    return _RIS.get(code.strip().upper())


def of_bibtex(entry_type: str) -> str | None:
    """The kind that an entry's type of BibTeX or BibLaTeX means; None for "misc" and unknown ones.

    >>> of_bibtex("InProceedings"), of_bibtex("misc")
    ('paper-conference', None)
    """
    return _BIBTEX.get(entry_type.strip().lower())
