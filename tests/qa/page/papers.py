"""Papers made for the page: every kind of block, characters of two UTF-16 units, text that would like to be markup."""

from __future__ import annotations

import random

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
HOSTILE_QUESTION = f"Which pump do vesicles of {HOSTILE} carry?"
_ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

VARIED = f"""<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>
<journal-meta><journal-title-group><journal-title>Journal of Pumps</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmid">4242</article-id>
<title-group><article-title>Pumps in {_ESCAPED} vesicles</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>O’Hara</surname><given-names>Ada</given-names></name>
</contrib></contrib-group><pub-date><year>2021</year></pub-date></article-meta></front><body>
<sec><title>Results</title>
<p>The osmium pump of 𝛼-vesicles expels zirconium within an hour <xref ref-type="bibr" rid="b1">[1]</xref>.
Marked up, {_ESCAPED} means nothing. Cold stopped it <xref ref-type="bibr" rid="b1">[1</xref>,
<xref ref-type="bibr" rid="b2">2]</xref>.</p>
<list><list-item><p>Warm vesicles pump.</p></list-item><list-item><p>Cold vesicles rest.</p></list-item></list>
<table-wrap><label>Table 1</label><caption><p>Rates of the pump at three temperatures.</p></caption><table><thead>
<tr><th>Temperature</th><th>Rate</th></tr></thead><tbody><tr><td>four degrees</td><td>zero per hour</td></tr>
<tr><td>twenty degrees</td><td>seven per hour 🧬</td></tr></tbody></table></table-wrap>
<sec><title>Heat</title><p>Heat above forty degrees destroyed the pump for good.</p></sec></sec></body>
<back><ref-list><ref id="b1"><label>1</label><mixed-citation>Able A. {_ESCAPED} A pump. J Cells. 2019.
<pub-id pub-id-type="doi">10.1000/pump</pub-id></mixed-citation></ref>
<ref id="b2"><label>2</label><mixed-citation>Baker B. Cold vesicles. J Cells. 2020.</mixed-citation></ref></ref-list>
</back></article>"""

_WORDS = ["vesicle", "exosome", "tumour", "𝛼-chain", "𝛽-chain", "🧬", "cargo", "naïve", "ﬁbre", "CD8⁺", "miR-21", "𠮷"]


def astral_paper(sentences: int = 200) -> str:
    """A Markdown paper of random sentences, five to a paragraph, ten paragraphs to a section."""
    drawn = random.Random(7)
    lines = ["# Characters of two units 🧪"]
    for n in range(sentences):
        if n % 50 == 0:
            lines.append(f"## Part {n // 50 + 1}")
        words = " ".join(drawn.choices(_WORDS, k=drawn.randint(4, 9)))
        sentence = f"Sentence {n} has {words}."
        lines.append(sentence if n % 5 == 0 else f"{lines.pop()} {sentence}")
    return "\n\n".join(lines)
