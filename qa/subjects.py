"""Whether a paper can be about what a question names: an organ, a disease or an animal.

"Do exosomes slow prostate cancer?" has no answer in a paper that never says "prostate", however well its sentences
about lung cancer fit the rest. Neither cosines nor shared words see that: all other words agree. So a paper has to name
what the question names, by that word or another for the same. The classes are closed ones, so that what is missing is
missing beyond doubt; docs/calibration.md says how often. Whatever else a question names is left to the calibration.
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
    ("rheumatoid", r"arthr\w*|rheumat\w*"),
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
)
_ASKED = re.compile(
    r"\b(?:" + "|".join(f"(?P<s{n}>{asked})" for n, (asked, _) in enumerate(_SUBJECTS)) + r")\b", re.IGNORECASE
)
_COMPARES = re.compile(r"\b(?:between|both|compar\w+|differ\w*|or|than|versus|vs)\b", re.IGNORECASE)


def about(question: str) -> Callable[[str], bool] | None:
    """Whether a paper's text names all that the question names, or one of these where the question compares.

    None where the question names nothing that is known here.

    >>> named = about("Do exosomes slow prostate cancer?")
    >>> named and (named("Exosomes slow lung cancer."), named("Prostatic tumours shrank."))
    (False, True)
    >>> about("Do exosomes slow cancer?") is None
    True
    """
    asked = {int(found.lastgroup[1:]) for found in _ASKED.finditer(question) if found.lastgroup}
    papers = [re.compile(rf"\b(?:{'|'.join(_SUBJECTS[n])})\b", re.IGNORECASE) for n in sorted(asked)]
    enough = any if _COMPARES.search(question) else all
    return (lambda text: enough(paper.search(text) for paper in papers)) if papers else None
