"""Papers come and go over HTTP: through a real server, and a real process that writes."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.build import remove
from index.check import check
from index.store import Store
from tests.conftest import eventually, serving
from tests.paper_server import Paper, PaperServer, Reply, jats
from tests.qa.http.test_api import assert_problem
from tests.writable import DOCUMENTS, NEW, Service, Start, served

STREAM = {"Accept": "text/event-stream"}
JSON = {"sources": ["PMC1000001"]}
Event = tuple[str, Any]


@pytest.fixture
def service(start: Start) -> Service:
    return start()


@pytest.fixture(scope="module")
def refusing(library_folder: Path) -> Iterator[Service]:
    """A service whose every write is refused before it begins."""
    yield from served(Store(library_folder))


def events(response: httpx.Response) -> Iterator[Event]:
    name = ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {change["name"]: change["outcome"] for change in report["changes"]}


def test_an_upload_tells_how_far_it_is_and_is_found_when_it_is_reported(service: Service) -> None:
    with service.client.stream("POST", DOCUMENTS, files={"files": NEW}, headers=STREAM) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        steps = []
        for name, data in events(response):
            if name == "report":
                found = service.client.get("/v1/search", params={"q": "salted butter", "k": 1}).json()
                assert found["hits"][0]["passage"]["document_id"] == "new"
                assert found["index"]["generation"] == data["generation"]
                assert outcomes(data) == {"new": "added"}
            steps.append((name, data.get("step")))
    assert steps[0] == ("progress", "reading") and steps[-1] == ("report", None)
    assert ("progress", "embedding") in steps
    assert check(service.store) == []


def test_papers_are_added_by_identifier_and_address(start: Start, papers: PaperServer) -> None:
    papers.publish(Paper(pmcid="PMC1000001", europe_pmc=jats("Salted butter keeps.", title="Butter")))
    address = papers.serve("/oil.xml", Reply(jats("Oil stays liquid in the cold.", title="Oil")))
    service = start(fetch_private=True)
    asked = {"sources": ["PMC1000001", address, "PMC999999"]}
    with service.client.stream("POST", DOCUMENTS, json=asked, headers=STREAM) as response:
        told = list(events(response))
    assert [data["done"] for name, data in told if data.get("step") == "fetching"][::2] == [1, 3]
    name, report = told[-1]
    assert name == "report"
    assert sorted(outcomes(report).values()) == ["added", "added", "failed"]
    assert outcomes(report)["PMC999999"] == "failed" and len(service.ids()) == 5


def test_what_failed_is_listed_with_its_reason_and_no_path_of_the_servers(service: Service) -> None:
    service.store.remember_failed({"/papers/of/the/operator/secret.pdf": "damaged"})
    service.client.post(DOCUMENTS, json={"sources": ["PMC999999"]})
    service.upload(("bad.xml", b"<article>"))
    state = service.client.get("/v1/index").json()
    assert list(state["failed"]) == ["PMC999999"] and "neither Europe PMC nor NCBI" in state["failed"]["PMC999999"]
    assert service.store.failed().keys() == {"PMC999999", "/papers/of/the/operator/secret.pdf"}


def test_an_address_in_a_private_network_is_not_fetched(service: Service, papers: PaperServer) -> None:
    address = papers.serve("/secret.xml", Reply(jats("Words.")))
    report = service.client.post(DOCUMENTS, json={"sources": [address]}).json()
    assert outcomes(report) == {address: "failed"} and "private network" in report["changes"][0]["detail"]
    assert "EVQA_FETCH_PRIVATE" in report["changes"][0]["detail"] and papers.requests == []


@pytest.mark.parametrize(
    ("sources", "named"),
    [
        (["/etc/passwd"], "/etc/passwd"),
        (["file:///etc/passwd"], "file:///etc/passwd"),
        (["diet.md"], "upload the file"),
        (["ftp://host.example/a.xml"], "ftp://"),
        (["PMC1000001", ""], "sources.1"),
        (["PMC1000001, PMC1000002"], "each of them by itself"),
        (["x" * 2001], "2000"),
        (["PMC1000001"] * 101, "100"),
        ([], "sources"),
        ("PMC1000001", "sources"),
        (None, "sources"),
    ],
)
def test_what_is_no_identifier_or_address_is_refused_by_name(refusing: Service, sources: Any, named: str) -> None:
    assert_problem(refusing.client.post(DOCUMENTS, json={"sources": sources}), 422, named)


def test_a_file_of_the_servers_is_not_read_whatever_it_is_called(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "PMC1000001").write_bytes(NEW[1])
    monkeypatch.chdir(tmp_path)
    report = start(offline=True).client.post(DOCUMENTS, json=JSON).json()
    assert outcomes(report) == {"PMC1000001": "failed"} and "offline" in report["changes"][0]["detail"]


def test_a_removed_paper_is_gone_when_it_is_reported(service: Service) -> None:
    report = service.client.delete(f"{DOCUMENTS}/diet").json()
    assert outcomes(report) == {"diet": "removed"}
    assert service.ids() == ["immunity", "resistance"]
    assert_problem(service.client.delete(f"{DOCUMENTS}/diet"), 404, "diet")
    assert_problem(service.client.delete(f"{DOCUMENTS}/diet", headers=STREAM), 404, "diet")


def test_a_zip_is_read_as_a_folder_is_and_not_every_step_is_told(start: Start) -> None:
    """What a library prints meanwhile is no message, either."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(200):
            archive.writestr(f"papers/{number}.md", f"# Paper {number}\n\nWord {number} of a paper.")
        archive.writestr("papers/bad.xml", "<article>")
    response = start("noisy").upload(("all.zip", packed.getvalue()), headers=STREAM)
    told = list(events(response))
    found = outcomes(told[-1][1])
    assert found["all.zip_papers_7"] == "added" and found["all.zip/papers/bad.xml"] == "failed"
    assert len(found) == 201 and len(told) < 150


def test_a_file_is_called_by_its_name_alone(service: Service) -> None:
    names = ("../../etc/salted butter.md", "C:\\papers\\new.md", "a\u202edm.md", "..")
    report = service.upload(*((name, f"# Paper {name}\n\nWords of {name}.".encode()) for name in names)).json()
    assert outcomes(report) == dict.fromkeys(["salted_butter", "new", "adm", "upload"], "added")


def test_a_form_that_holds_no_papers_is_refused_by_name(start: Start) -> None:
    service = start(max_source_bytes=100_000)
    post = service.client.post
    assert_problem(post(DOCUMENTS, files={"papers": NEW}), 422, "'papers'", "'files'")
    assert_problem(post(DOCUMENTS, files={"files": (None, "text")}), 422, "'files'")
    assert_problem(service.upload(NEW, NEW), 422, "two files", "new.md")
    assert_problem(service.upload(("a.md", b"x" * 120_000)), 413, "110000", "max_source_bytes")
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert_problem(post(DOCUMENTS, content=b"--x--\r\n", headers=form), 422, "no file")
    assert_problem(post(DOCUMENTS, content=b"no form", headers=form), 422, "form cannot be read")
    assert_problem(post(DOCUMENTS, content=b"", headers={"Content-Type": "multipart/form-data"}), 422, "boundary")
    assert_problem(post(DOCUMENTS, json={"sources": ["x" * 11_000]}), 413, "10000")
    assert not service.writer.busy


def test_one_file_may_be_as_large_as_a_source(start: Start) -> None:
    service = start(max_source_bytes=100_000)
    whole = service.upload(("a.md", NEW[1].ljust(100_000, b"\n"))).json()
    assert outcomes(whole) == {"a": "added"}
    larger = service.upload(("a.md", NEW[1].ljust(100_001, b"\n"))).json()
    assert outcomes(larger) == {"a.md": "failed"} and "100,000" in larger["changes"][0]["detail"]


def test_nobody_may_write_unless_the_operator_allows_it(start: Start) -> None:
    service = start(writable=False)
    for refused in (
        service.client.post(DOCUMENTS, json=JSON),
        service.upload(NEW),
        service.upload(("a.md", b"x" * 50_000)),
        service.client.delete(f"{DOCUMENTS}/diet"),
    ):
        assert_problem(refused, 403, "evqa serve --writable", "EVQA_WRITABLE")
    state = service.client.get("/v1/index").json()
    assert state["writable"] is state["writing"] is False and "max_upload_bytes" not in state
    assert state["counts"]["documents"] == 3


REFUSED: list[dict[str, str]] = [
    {"Origin": "https://stranger.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    {"Host": "rebound.example", "Origin": "http://rebound.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", REFUSED)
def test_a_page_of_a_strangers_may_not_write(refusing: Service, headers: dict[str, str]) -> None:
    for refused in (
        refusing.client.post(DOCUMENTS, json=JSON, headers=headers),
        refusing.upload(NEW, headers=headers),
        refusing.client.delete(f"{DOCUMENTS}/diet", headers=headers),
    ):
        assert_problem(refused, 403)
    assert refusing.ids() == ["diet", "immunity", "resistance"]


def test_what_a_strangers_page_may_send_unasked_is_no_order(refusing: Service) -> None:
    """A form, or text, needs no leave of ours; where an old browser does not say whose page it was, it is no JSON."""
    for type_ in ("text/plain", "application/x-www-form-urlencoded"):
        sent = refusing.client.post(DOCUMENTS, content=json.dumps(JSON), headers={"Content-Type": type_})
        assert_problem(sent, 422, "Content-Type: application/json")


def test_a_page_of_its_own_and_a_program_may_write(refusing: Service) -> None:
    own = str(refusing.client.base_url).rstrip("/")
    for headers in (
        {},
        {"Origin": own},
        {"Origin": own, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "localhost"},
    ):
        assert_problem(refusing.client.delete(f"{DOCUMENTS}/nothing", headers=headers), 404, "nothing")


def test_who_listens_everywhere_may_be_written_to_by_any_name(start: Start) -> None:
    anywhere = start(allowed_hosts=()).client.delete(f"{DOCUMENTS}/nothing", headers={"Host": "papers.example"})
    assert_problem(anywhere, 404, "nothing")


def test_a_second_write_is_refused_at_once_and_answers_go_on(start: Start) -> None:
    service = start("slow")
    with service.client.stream("POST", DOCUMENTS, files={"files": NEW}, headers=STREAM) as response:
        told = events(response)
        assert next(told)[0] == "progress"
        assert service.client.get("/v1/index").json()["writing"] is True
        for second in (service.client.post(DOCUMENTS, json=JSON), service.upload(NEW)):
            assert_problem(second, 409, "try again")
        assert_problem(service.client.delete(f"{DOCUMENTS}/diet", headers=STREAM), 409, "try again")
        asked = {"question": "Which vesicles carry a pump that expels cisplatin?"}
        assert service.client.post("/v1/answer", json=asked).json()["status"] == "answered"
        service.go()
        assert list(told)[-1][0] == "report"
    assert service.client.get("/v1/index").json()["writing"] is False and "new" in service.ids()


def test_a_writer_elsewhere_is_waited_for(service: Service) -> None:
    with service.store.writing():
        assert_problem(service.client.delete(f"{DOCUMENTS}/diet"), 409, "another process is writing")
        assert_problem(service.upload(NEW, headers=STREAM), 409, "another process is writing")


def test_a_client_that_goes_away_ends_the_write_and_the_index_is_as_it_was(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    service = start("slow")
    live = service.store.live()
    with service.client.stream("POST", DOCUMENTS, files={"files": NEW}, headers=STREAM) as response:
        assert "loading the encoder" in (data["step"] for _, data in events(response))
        assert list(tmp_path.glob("evqa-upload-*"))
    eventually(lambda: not service.writer.busy)
    with service.store.writing():  # nobody else does
        assert service.store.live() == live
        assert [folder.name for folder in (service.store.folder / "generations").iterdir()] == [live]
    eventually(lambda: not list(tmp_path.glob("evqa-upload-*")))
    service.go()
    assert outcomes(service.upload(NEW).json()) == {"new": "added"}


@pytest.mark.parametrize(
    ("encoder", "status", "said"),
    [("killed", 500, "SIGKILL"), ("broken", 500, "status 1"), ("other", 503, "evqa build")],
)
def test_a_write_that_fails_says_why_and_the_index_is_as_it_was(
    start: Start, encoder: str, status: int, said: str
) -> None:
    service = start(encoder)
    live = service.store.live()
    name, problem = list(events(service.upload(NEW, headers=STREAM)))[-1]
    assert (name, problem["status"]) == ("error", status) and said in problem["detail"]
    assert "secret" not in problem["detail"] and not service.writer.busy
    assert service.store.live() == live and service.ids() == ["diet", "immunity", "resistance"]


def test_the_last_paper_may_go(service: Service) -> None:
    remove(service.store, ["immunity", "resistance"])
    assert outcomes(service.client.delete(f"{DOCUMENTS}/diet").json()) == {"diet": "removed"}
    assert service.ids() == [] and service.client.get("/v1/index").json()["counts"]["documents"] == 0


def test_a_report_can_be_had_as_json_or_events_alone(refusing: Service) -> None:
    refused = refusing.client.post(DOCUMENTS, json=JSON, headers={"Accept": "text/html"})
    assert_problem(refused, 406, "text/html", "text/event-stream")
    operations = refusing.client.get("/openapi.json").json()["paths"]
    assert operations["/v1/index"]["get"] and operations[f"{DOCUMENTS}/{{document_id}}"]["delete"]
    added = operations[DOCUMENTS]["post"]
    assert set(added["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert set(added["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert set(added["responses"]) >= {"403", "406", "409", "413", "507"}


def test_the_real_service_adds_with_its_own_encoder_and_stays_small(record_index: Path) -> None:
    text = b"# Butter\n\nSalted butter keeps for weeks on the shelf, unless the sun melts it."
    for server in serving(record_index, ["--writable"]):
        report = server.client.post(DOCUMENTS, files={"files": ("butter.md", text)}, timeout=120).json()
        assert outcomes(report) == {"butter": "added"}
        answer = server.client.post("/v1/answer", json={"question": "How long does salted butter keep?"}).json()
        assert answer["citations"][0]["document"]["id"] == "butter"
        maps = Path(f"/proc/{server.process.pid}/maps")
        assert not maps.exists() or "torch" not in maps.read_text()
