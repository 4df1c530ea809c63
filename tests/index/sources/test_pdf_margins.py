"""What stands at the edge of pages and is none of the text."""

from __future__ import annotations

from index.sources.pdf_lines import Line, Word
from index.sources.pdf_margins import without_margins
from index.sources.pdf_pages import Font

FONT = Font("Times", 10.0, bold=False, italic=False)


def line(text: str, y: float, x: float = 50, page: int = 1) -> Line:
    words = []
    for part in text.split():
        words.append(Word(part, x, x + 5 * len(part), y, FONT))
        x += 5 * len(part) + 5
    return Line(tuple(words), page)


def page(number: int, head: str, *texts: str) -> list[Line]:
    return [line(head, 10, page=number), *(line(text, 40 + 12 * at, page=number) for at, text in enumerate(texts))]


def texts(pages: list[list[Line]]) -> list[str]:
    return [each.text for lines in pages for each in lines]


def test_heads_that_alternate_and_count_are_running_ones() -> None:
    pages = [
        page(n, "Miller et al. | 7" if n % 2 else f"{n} | Vesicles", f"Text {'abc'[n % 3]} {n}") for n in range(1, 7)
    ]
    kept, running = without_margins(pages)
    assert len(running) == 6
    assert all(text.startswith("Text") for text in texts(kept))


def test_a_first_line_that_two_of_many_pages_share_is_text() -> None:
    heads = ["Results of the trial", "In mice", "Results of the trial", "In men", "In rats", "At last", "And so on"]
    kept, running = without_margins([page(n, head, f"body {'abcdefgh'[n]}") for n, head in enumerate(heads, 1)])
    assert not running and len(texts(kept)) == 14


def test_the_words_of_a_table_that_come_again_further_down_stay() -> None:
    pages = [page(n, f"Own words of page {'xyz'[n]}", "n (%)", f"body {'xyz'[n]}") for n in range(3)]
    kept, running = without_margins(pages)
    assert running == [] and texts(kept).count("n (%)") == 3


def test_numbers_of_a_list_are_no_line_numbers() -> None:
    listed = [line(f"{n} Smith wrote a paper about this", 40 + 24 * n) for n in range(1, 8)]
    rest = [line("and it was printed in a journal", 52 + 24 * n, x=60) for n in range(1, 8)]
    kept, _ = without_margins([sorted([*listed, *rest], key=lambda each: each.y)])
    assert len([text for text in texts(kept) if text[0].isdigit()]) == 7
