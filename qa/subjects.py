"""Whether a paper can be about what a question names: an organ, a disease, an animal, a molecule, the phase of a trial.

"Do exosomes slow prostate cancer?" has no answer in a paper that never says "prostate", however well its sentences
about lung cancer fit the rest. Neither cosines nor shared words see that: all other words agree. So a paper has to name
what the question names, by that word or another for the same. So it is with molecules that differ from others of their
family by a number alone, as miR-21 from miR-155. Classes and families are closed, so that what is missing is missing
beyond doubt; docs/calibration.md says how often. Whatever else a question names is left to the calibration.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# What a question may say, and by what else a paper names the same.
_SUBJECTS = (
    # organs, most of them for the sake of their cancers
    ("breasts?|mammary|tnbc", r"her2\S*|lactat\w*|mcf-?7|mda-?mb\S*|milk"),
    ("bladder|urothelial", r"urin\w*|urothel\w*|vesical"),
    ("cervical|cervix", r"cervic\w*|hela|hpv|papilloma\w*"),
    ("bowel|colon|colonic|colorectal|crc|rectal|rectum", r"caec\w*|cec\w*|colo\w*|gut|ht-?29|intestin\w*|recto\w*"),
    ("endometrial|endometrium|uterine|uterus|womb", r"endometri\w*"),
    ("kidneys?|renal", r"ckd|glomerul\w*|ha?emodia\w*|ha?emofil\w*|nephr\w*|rcc"),
    ("laryngeal|larynx", r"laryng\w*"),
    ("hcc|hepatic|hepatocellular|liver", r"cirrho\w*|hep-?g2|hepat\w*|livers|nafld|nash|steato\w*"),
    (
        "bronchial|lungs?|nsclc|pulmonary|sclc",
        r"a549|airways?|alveol\w*|bronch\w*|chest|fev\S*|ipf|luad|lusc|pleur\w*|pneum\w*|respirat\w*|spiro\w*|ventilat\w*",
    ),
    ("nasopharyngeal|nasopharynx", r"nasopharyng\w*|npc"),
    ("esophageal|esophagus|oesophageal|oesophagus", r"barrett\S*|escc|o?esophag\w*"),
    ("ovarian|ovaries|ovary", r"hgsoc|ovar\w*"),
    ("pancreas|pancreatic|pdac", r"beta[- ]?cells?|β[- ]?cells?|insulin\w*|islets?|pancrea\w*"),
    ("prostate|prostatic", r"lncap|m?crpc|pc-?3|prostat\w*"),
    ("gastric|stomach", r"gastr\w*|h\. pylori|helicobacter\w*|stomachs"),
    ("thyroid", r"thyro\w*"),
    # cancers that are not called after their organ
    ("gbm|glioblastomas?|gliomas?", r"astrocyt\w*|brain tumou?rs?|gli\w*"),
    ("leuka?emias?", r"aml|cll|cml|leuka?em\w*"),
    ("dlbcl|lymphomas?", r"hodgkin\S*|lymphom\w*"),
    ("melanomas?", r"b16\S*|melanom\w*"),
    ("mesotheliomas?", r"mesotheliom\w*"),
    ("myelomas?", r"myelom\w*"),
    ("neuroblastomas?", r"neuroblastom\w*"),
    ("osteosarcomas?", r"osteosarcom\w*"),
    # other diseases
    ("alzheimer(?:['’]?s)?", r"alzheimer\S*|amyloid\S*|dementia"),
    ("asthma|asthmatics?", r"asthma\w*"),
    ("hiv", r"aids|hiv\S*|siv\S*"),
    ("huntington(?:['’]?s)?", r"huntingt\S*"),
    ("lupus", r"sle"),
    ("malaria", r"falciparum|malari\w*|plasmod\w*"),
    ("osteoarthritis", r"arthr\w*|osteoarthr\w*"),
    ("parkinson(?:['’]?s)?", r"parkinson\S*"),
    ("psoriasis|psoriatic", r"psoria\w*"),
    ("rheumatoid", r"arthr\w*|ra|rheumat\w*"),
    ("schizophrenia|schizophrenic", r"antipsychotic\w*|psychos\w*|psychot\w*|schizo\w*"),
    ("sepsis|septic", r"bacter[a-z]*mia|endotox\w*|lps|septic\w*"),
    ("tuberculosis", r"mtb|mycobact\w*|tb|tubercul\w*"),
    # animals
    ("canine|dogs?", r"canines"),
    ("cats?|feline", r"felines"),
    ("equine|horses?", r"equines"),
    ("pigs?|porcine", r"minipigs?|piglets?|swine"),
    ("drosophila|fruit fl(?:ies|y)", r"fl(?:ies|y)"),
    ("zebrafish", r"danio"),
    # molecules that are known by a name or two
    ("b-?raf", r"\w?-?raf(?!t)\w*"),
    ("k-?ras", r"\w?-?ras"),
    ("egfr", r"erbb\w*|epidermal growth factor receptors?|her1"),
    ("erbb-?2|her-?2", r"c-?neu|erbb\S*|her-?2\S*|human epidermal growth factor receptor|neu"),
    ("t?p53", r"t?p53\S*|trp53"),
    ("pten", r"pten\S*"),
    ("c-?myc", r"\w?-?mycn?"),
    ("brca[12]?", r"brca\S*"),
    (r"vegf\w*", r"angiogen\w*|bevacizumab|vascular endothelial growth factors?|vegf\S*"),
    ("igf-?[12]?", r"igf\S*|insulin-like growth factors?"),
    ("tgf-?(?:β|beta)[123]?", r"tgf\S*|transforming growth factors?"),
    ("tnf(?:-?(?:α|alpha))?", r"adalimumab|etanercept|infliximab|tnf\S*|tumou?r necrosis factors?"),
    (r"ifn\S*|interferons?", r"ifn\S*|interferons?"),
    ("nf-?[κk]-?b", r"nf-?\S?[κk]\S*|nuclear factor\S*"),
    ("ampk", r"amp-activated\S*|ampk\S*"),
    (r"mtor\w*", r"everolimus|m?torc?\d?|rapamycin|sirolimus"),
    ("pd-?l1", r"\w*pd-?l1\S*|b7-?h1|cd274|checkpoints?|pd-?1\S*|programmed (?:cell )?death\S*"),
    ("pd-?1", r"cd279|checkpoints?|pd-?(?:l?1)\S*|pdcd1|programmed (?:cell )?death\S*"),
    ("ctla-?4", r"cd152|checkpoints?|ctla-?4\S*|ipilimumab"),
    # trials
    ("phase[- ](?:[1-4]|i{1,3}|iv)", r"phase[- ](?:[1-4]|i{1,3}|iv)\S*|trials?"),
)
# Families of which nearly every member goes by its number, in each way that a family is written.
_FAMILIES = (
    ("micro-rna", "microrna", "mirna", "mir"),
    ("let-",),
    ("bmp", "bone morphogenetic protein"),
    ("caspase",),
    ("ccl",),
    ("ccr",),
    ("cdk", "cyclin-dependent kinase"),
    ("cxcl",),
    ("cxcr",),
    ("dnmt",),
    ("fgf", "fibroblast growth factor"),
    ("galectin", "gal-"),
    ("gata",),
    ("hdac", "histone deacetylase"),
    ("heat shock protein", "heat-shock protein", "hsp"),
    ("il", "interleukin"),
    ("klf", "kruppel-like factor", "krüppel-like factor"),
    ("matrix metalloproteinase", "matrix metalloprotease", "mmp"),
    ("notch",),
    ("rab",),
    ("sirtuin", "sirt"),
    ("smad",),
    ("sox",),
    ("stat",),
    ("tlr", "toll-like receptor"),
    ("wnt",),
)
# One member, or several after the family's name: "IL-6", "miR-21-5p, -155 and -210", "CDK4/6".
_ONE = r"-? ?\d{1,5}\w{0,4}\b(?:-[35]p\b)?(?! (?:days?|h|hours?|minutes?|months?|times|weeks?|years?)\b)"
# A name begins a word, or follows the letter of a species or a state in it ("hIL-6", "pSTAT3"). That is looked at from
# its end: with the name first, a text is searched ten times as fast.
_NAME = r"{0}(?:(?<![^\W_]{0})|(?<=\b[hmprs]{0}))"
_NUMBERED = rf"s?({_ONE}(?:(?:,? and |,? or |, ?|/){_ONE})*)"
_NUMBER = re.compile(r"(?<!\w)\d+(?!\d|p\b)|^\d+")
_ASKED = re.compile(r"\b(?:" + "|".join(f"(?P<s{n}>{asked})" for n, (asked, _) in enumerate(_SUBJECTS)) + r")\b")
_COMPARES = re.compile(r"\b(?:between|both|compar\w+|differ\w*|or|than|versus|vs)\b")


def about(question: str) -> Callable[[str], bool] | None:
    """Whether a paper's text names all that the question names, or one of these where the question compares.

    None where the question names nothing that is known here.

    >>> named = about("Do exosomes slow prostate cancer?")
    >>> named and (named("Exosomes slow lung cancer."), named("Prostatic tumours shrank."))
    (False, True)
    >>> named = about("What does miR-21 do?")
    >>> named and (named("MicroRNA-155 and -210 are carried."), named("miRs-155 and -21-5p are carried."))
    (False, True)
    >>> about("Do exosomes slow cancer?") is None
    True
    """
    asked = _plain(question)
    classes = {int(found.lastgroup[1:]) for found in _ASKED.finditer(asked) if found.lastgroup}
    subjects = [re.compile(rf"\b(?:{'|'.join(_SUBJECTS[n])})\b") for n in sorted(classes)]
    members = _members(asked)
    if not subjects and not members:
        return None
    enough = any if _COMPARES.search(asked) else all

    def named(paper: str) -> bool:
        text = _plain(paper)
        return enough(
            (
                *(subject.search(text) is not None for subject in subjects),
                *(any(number in _numbers(said) for said in family.finditer(text)) for family, number in members),
            )
        )

    return named


def _plain(text: str) -> str:
    """In small letters and with one kind of hyphen: a search that disregards case takes twice as long."""
    return text.lower().replace("‐", "-").replace("‑", "-").replace("–", "-")


def _members(question: str) -> list[tuple[re.Pattern[str], int]]:
    """The families that the question names members of, as papers write them, with the number of each member."""
    found = []
    for names in _FAMILIES:
        if any(name in question for name in names):  # compiling all of them takes 15 ms
            family = re.compile(f"(?:{'|'.join(map(_NAME.format, names))}){_NUMBERED}")
            found += [(family, number) for said in family.finditer(question) for number in _numbers(said)[:1]]
    return found


def _numbers(said: re.Match[str]) -> list[int]:
    """The numbers of the members that are said to be of a family; the arm of a microRNA ("-5p") is none."""
    return [int(number) for number in _NUMBER.findall(said[1])]
