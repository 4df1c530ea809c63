from __future__ import annotations

import json
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import Server, evqa, serving
from tests.paper_server import Paper, paper_server

QUESTION = "How do EVs contribute to drug resistance?"

ARTICLE = """<article><front><article-meta><article-id pub-id-type="pmc">PMC9000001</article-id>
<title-group><article-title>A pump in vesicles</article-title></title-group></article-meta></front>
<body><sec><title>Results</title><p>Vesicles from resistant cells carry a pump that expels cisplatin.</p></sec></body>
</article>"""


def test_ask_prints_verbatim_sentences_and_where_they_stand(record_folder: Path) -> None:
    asked = evqa("ask", QUESTION, "--index", record_folder)
    assert asked.returncode == 0 and not asked.stderr
    assert "[1]" in asked.stdout and "of PMC13013411" in asked.stdout
    assert "https://doi.org/10.3389/fimmu.2026.1750226" in asked.stdout


def test_ask_prints_the_shape_of_http(record_folder: Path, server: Server) -> None:
    printed = json.loads(evqa("ask", QUESTION, "--index", record_folder, "--json").stdout)
    sent = server.client.post("/v1/answer", json={"question": QUESTION}).json()
    assert printed | {"took_ms": 0} == sent | {"took_ms": 0}


def test_ask_prints_the_formats_of_http(record_folder: Path, server: Server) -> None:
    for format_, accept in (("markdown", "text/markdown"), ("annotations", "application/ld+json")):
        printed = evqa("ask", QUESTION, "--index", record_folder, "--format", format_)
        sent = server.client.post("/v1/answer", json={"question": QUESTION}, headers={"Accept": accept})
        assert printed.returncode == 0 and not printed.stderr
        if format_ == "markdown":
            assert printed.stdout == sent.text
        else:
            ours, theirs = (one["first"]["items"] for one in (json.loads(printed.stdout), sent.json()))
            assert [item["body"] for item in ours] == [item["body"] for item in theirs]
    both = evqa("ask", QUESTION, "--index", record_folder, "--format", "text", "--json")
    assert both.returncode == 2 and "--json" in both.stderr


def test_what_standard_output_cannot_hold_is_escaped_and_json_stays_json(record_folder: Path) -> None:
    ask, ascii_ = ("ask", QUESTION, "--index", record_folder), {"PYTHONIOENCODING": "ascii"}
    plain, escaped = evqa(*ask), evqa(*ask, env=ascii_)
    assert escaped.returncode == 0 and not plain.stdout.isascii()
    assert escaped.stdout == plain.stdout.encode("ascii", "backslashreplace").decode()
    beyond = evqa("verify", "“𝛼”", "--index", record_folder, "--json", env=ascii_)
    assert beyond.stdout.isascii() and json.loads(beyond.stdout)["quote"] == "“𝛼”"


def test_verify_says_whether_a_quote_stands(record_folder: Path) -> None:
    found = evqa("verify", "have emerged as pivotal", "--index", record_folder)
    assert found.returncode == 0 and found.stdout.startswith("exact: “have emerged as pivotal”")
    missing = evqa("verify", "have never emerged as pivotal", "--index", record_folder, "--json")
    assert missing.returncode == 1 and json.loads(missing.stdout)["verdict"] == "not_found"


def test_verify_reads_a_manuscript_from_standard_input(record_folder: Path) -> None:
    good = evqa("verify", "-", "--index", record_folder, stdin="They “have emerged as pivotal” (PMC13013411).")
    assert good.returncode == 0 and "line 1: exact" in good.stdout
    bad = evqa("verify", "-", "--index", record_folder, "--json", stdin="They\n\n> have not emerged as pivotal\n")
    assert bad.returncode == 1 and json.loads(bad.stdout)["quotations"][0]["line"] == 3
    empty = evqa("verify", "-", "--index", record_folder, stdin=" \n")
    assert empty.returncode == 2 and "nothing came on standard input" in empty.stderr


def test_an_abstention_has_a_status_of_its_own(record_folder: Path) -> None:
    asked = evqa("ask", "What is the capital of France?", "--index", record_folder)
    assert asked.returncode == 3 and asked.stdout.startswith("No answer.")


def test_search_prints_hits(record_folder: Path) -> None:
    found = evqa("search", "immune evasion", "-k", "2", "--index", record_folder)
    assert found.returncode == 0 and found.stdout.startswith("1. relevance") and "2. relevance" in found.stdout


def test_cite_prints_what_a_reference_manager_takes_and_what_a_reader_reads(library_folder: Path) -> None:
    cited = evqa("cite", "resistance", "diet", "--index", library_folder)
    assert cited.returncode == 0 and not cited.stderr
    assert cited.stdout.startswith("@misc{") and cited.stdout.count("@misc{") == 2
    arguments = ("--reference", "2", "--reference", "1", "--format", "text", "--style", "apa")
    read = evqa("cite", "resistance", *arguments, "--index", library_folder)
    assert [line[:5] for line in read.stdout.splitlines()] == ["Baker", "Able "]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["ask", ""], 2, "empty"),
        (["ask", "x" * 100_000], 2, "10000"),
        (["ask", "x", "-k", "0"], 2, "k is 0"),
        (["search", "x", "--mode", "psychic"], 2, "psychic"),
        (["remove", "PMC1"], 1, "PMC1"),
        (["cite", "PMC1"], 1, "PMC1"),
        (["cite", "PMC13013411", "--reference", "r999"], 1, "r999"),
        (["cite", "PMC13013411", "PMC1", "--reference", "1"], 2, "--reference"),
        (["cite", "PMC13013411", "--format", "endnote"], 2, "endnote"),
        (["frobnicate"], 2, "frobnicate"),
        (["build", "--from", "nowhere"], 1, "nowhere"),
        (["add"], 2, "nothing to add"),
        (["add", "--query", "vesicles"], 1, "offline"),
        (["add", "--query", '"vesicles'], 2, "no partner"),
        (["add", "--query", "vesicles", "--limit", "0"], 2, "limit is 0"),
        (["add", "--query", "vesicles", "PMC1"], 2, "stands alone"),
        (["sync", "nowhere"], 1, "nowhere is no folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    record_folder: Path, arguments: list[str], status: int, said: str
) -> None:
    done = evqa(*arguments, *([] if arguments == ["frobnicate"] else ["--index", str(record_folder)]))
    assert done.returncode == status and said in done.stderr
    assert "Traceback" not in done.stderr
    assert status == 2 or len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["ask", "x"], ["info"], ["check"], ["serve"], ["remove", "PMC1"]])
def test_without_an_index_every_command_names_the_one_that_makes_it(tmp_path: Path, arguments: list[str]) -> None:
    done = evqa(*arguments, "--index", tmp_path / "nowhere")
    assert done.returncode == 1 and "evqa build" in done.stderr
    assert not (tmp_path / "nowhere" / "CURRENT").exists()


def test_an_altered_index_is_found_by_check_and_refused_by_ask(record_index: Path) -> None:
    assert evqa("check", "--index", record_index).returncode == 0
    (database,) = record_index.glob("generations/*/documents.sqlite")
    data = bytearray(database.read_bytes())
    data[len(data) // 2] ^= 1
    database.write_bytes(data)
    for command in (["check"], ["ask", QUESTION]):
        done = evqa(*command, "--index", record_index)
        assert done.returncode == 1 and "documents.sqlite" in done.stderr and "evqa build" in done.stderr


def test_a_port_in_use_is_said(record_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = evqa("serve", "--port", str(port), "--index", record_folder)
    assert done.returncode == 1 and str(port) in done.stderr and "--port" in done.stderr


def test_an_index_of_another_encoder_takes_nothing_new(record_index: Path, tmp_path: Path) -> None:
    (tmp_path / "new.md").write_text("# New\n\nA new text.\n")
    done = evqa("add", tmp_path / "new.md", "--index", record_index, env={"EVQA_PASSAGE_TOKENS": "50"})
    assert done.returncode == 1 and "evqa build" in done.stderr


def test_an_index_with_papers_beside_the_review_is_made_anew_of_all_of_them_or_left_as_it_is(
    record_index: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.md").write_text("# New\n\nA new text.\n")
    assert evqa("add", tmp_path / "new.md", "--index", record_index).returncode == 0
    live = record_index / "generations" / (record_index / "CURRENT").read_text().strip()
    (live / "dense.faiss").unlink()
    done = evqa("build", "--index", record_index, env={"EVQA_PASSAGE_TOKENS": "50"})
    assert done.returncode == 0 and "papers beside the review: 1" in done.stderr
    held = json.loads(evqa("info", "--json", "--index", record_index).stdout)
    assert (held["counts"]["documents"], held["passage_tokens"]) == (2, 50)
    for documents in record_index.glob("generations/*/documents.sqlite"):
        documents.write_bytes(documents.read_bytes()[:-1])
    made_anew = (record_index / "CURRENT").read_text()
    done = evqa("build", "--index", record_index)
    assert done.returncode == 1 and "documents.sqlite" in done.stderr and "--from FOLDER" in done.stderr
    assert (record_index / "CURRENT").read_text() == made_anew


def test_a_running_server_follows_what_is_added_and_removed_without_a_failed_request(
    record_index: Path, tmp_path: Path
) -> None:
    """One bad file among good ones, and a paper over the network: the good are served, the bad one reported."""
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "bread.md").write_text("# Bread\n\nRye bread keeps longer than wheat bread.\n")
    (papers / "bad.xml").write_text("<article>")
    statuses: list[int] = []
    stop = threading.Event()

    def keep_asking(address: str) -> None:
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            while not stop.is_set():
                statuses.append(client.post("/v1/answer", json={"question": QUESTION}).status_code)

    with paper_server() as archive:
        archive.publish(Paper(pmcid="PMC9000001", europe_pmc=ARTICLE.encode()))
        env = {f"EVQA_{name.upper()}": value for name, value in archive.addresses.items()} | {"EVQA_OFFLINE": "0"}
        for server in serving(record_index):
            asking = threading.Thread(target=keep_asking, args=[server.address])
            asking.start()
            added = evqa("add", papers, "PMC9000001", "--index", record_index, env=env)
            assert added.returncode == 1 and "bad.xml" in added.stderr, added.stderr
            assert "added: bread" in added.stdout and "added: PMC9000001" in added.stdout
            assert becomes(server, "/v1/documents/bread", 200) and becomes(server, "/v1/documents/PMC9000001", 200)
            answer = server.client.post("/v1/answer", json={"question": "Which vesicles carry a pump?"}).json()
            assert answer["citations"][0]["document"]["id"] == "PMC9000001"
            assert "bad.xml" in evqa("info", "--index", record_index).stdout
            assert evqa("remove", "bread", "--index", record_index).returncode == 0
            assert becomes(server, "/v1/documents/bread", 404)
            stop.set()
            asking.join()
    assert len(statuses) > 10 and set(statuses) == {200}
    assert evqa("check", "--index", record_index).returncode == 0


def test_a_search_is_added_and_a_second_time_skips_what_is_there(record_index: Path) -> None:
    with paper_server() as archive:
        archive.publish(Paper("PMC9000001", title="Pumps", europe_pmc=ARTICLE.encode()))
        archive.publish(Paper("PMC9000002", title="Pumps", europe_pmc=None))
        archive.publish(Paper("PMC9000003", title="Pumps", is_open=False))
        env = {f"EVQA_{name.upper()}": value for name, value in archive.addresses.items()} | {"EVQA_OFFLINE": "0"}
        added = evqa("add", "--query", "pumps", "--limit", "9", "--index", record_index, env=env)
        again = evqa("add", "--query", "pumps", "--limit", "9", "--index", record_index, env=env)
    assert added.returncode == again.returncode == 0, added.stderr
    assert "added: PMC9000001" in added.stdout and "already in the index" in again.stdout
    assert {"1 added", "1 skipped, no full text in PubMed Central"} <= set(added.stderr.splitlines())
    assert any(line.startswith("1 skipped, not open access") for line in added.stderr.splitlines())


def becomes(server: Server, path: str, status: int) -> bool:
    """Whether the server answers so within two seconds."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if server.client.get(path).status_code == status:
            return True
    return False


@pytest.mark.parametrize("command", [["add", ""], ["sync", ""], ["build", "--from", " "]], ids=" ".join)
def test_an_empty_name_is_not_the_working_directory(command: list[str], tmp_path: Path) -> None:
    refused = evqa(*command, "--index", tmp_path / "index")
    assert refused.returncode == 2 and "the name is empty" in refused.stderr
    assert not (tmp_path / "index").exists()


def test_what_cannot_be_added_is_said_on_one_line_whatever_its_name(tmp_path: Path) -> None:
    refused = evqa("add", "no\nsuch.xml", "--index", tmp_path)
    assert refused.returncode == 1 and refused.stderr.startswith("evqa: no such.xml is neither")
    assert refused.stderr.count("\n") == 1
