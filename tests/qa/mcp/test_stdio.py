"""`evqa mcp` as clients start it: a process whose standard output is the protocol and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters, stdio_client

from tests.conftest import ROOT, environment, evqa

QUESTION = "How do EVs contribute to drug resistance?"


def message(id_: int | None, method: str, **params: Any) -> str:
    sent: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(sent if id_ is None else sent | {"id": id_}) + "\n"


def hello(protocol: str) -> str:
    client = {"name": "test", "version": "0"}
    return message(0, "initialize", protocolVersion=protocol, capabilities={}, clientInfo=client)


def said(folder: Path, *lines: str) -> tuple[dict[int, Any], str]:
    """What the command answers to these lines, by id, and its standard error; it ends when its input does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "mcp", "--index", str(folder)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout and process.stderr
    with process.stdin, process.stdout, process.stderr:
        process.stdin.writelines(lines)
        process.stdin.flush()
        wanted = {json.loads(line)["id"] for line in lines if '"id"' in line}
        answers: dict[int, Any] = {}
        while wanted - answers.keys():
            answer = json.loads(process.stdout.readline())
            assert answer["jsonrpc"] == "2.0"
            if answer["id"] is not None:
                answers[answer["id"]] = answer
        process.stdin.close()
        assert process.stdout.read() == ""
        errors = process.stderr.read()
    assert process.wait(20) == 0
    return answers, errors


async def test_the_official_client_is_answered(record_folder: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "qa.cli", "mcp", "--index", str(record_folder)], env=environment(), cwd=ROOT
    )
    async with Client(stdio_client(command)) as client:
        assert (
            client.server_info
            and client.server_info.name == "ev-review-qa"
            and "`fetch`" in (client.instructions or "")
        )
        found = (await client.call_tool("search", {"query": QUESTION})).structured_content["results"]
        read = (await client.call_tool("fetch", {"id": found[0]["id"]})).structured_content
        assert read["text"] == found[0]["text"]
        answer = (await client.call_tool("answer", {"question": QUESTION})).structured_content
        assert answer["status"] == "answered"
        quotes = [{"quote": one["text"]} for one in answer["statements"]]
        verified = (await client.call_tool("verify", {"quotes": quotes})).structured_content["results"]
        assert {one["verdict"] for one in verified} == {"exact"}


def test_standard_output_is_nothing_but_protocol(record_folder: Path) -> None:
    """Whatever comes in; what there is to say of it goes to standard error."""
    answers, _ = said(
        record_folder,
        "no JSON\n",
        "[]\n",
        '{"jsonrpc": "2.0", "method": 5}\n',
        hello("2025-06-18"),
        message(None, "notifications/initialized"),
        "\n",
        message(1, "tools/call", name="search", arguments={"query": QUESTION}),
        message(2, "tools/call", name="nonsense", arguments={}),
        message(3, "tools/call", name="search", arguments=[1]),
        message(4, "no/such/method"),
        message(5, "resources/read", uri="evqa://documents/gone"),
        message(6, "tools/call", name="fetch", arguments={"id": 7}),
        message(7, "ping"),
    )
    assert answers[0]["result"]["protocolVersion"] == "2025-06-18"
    assert answers[1]["result"]["structuredContent"]["results"]
    assert {id_: answers[id_]["error"]["code"] for id_ in (2, 3, 4, 5)} == {2: -32602, 3: -32602, 4: -32601, 5: -32602}
    assert answers[6]["result"]["isError"] and "result" in answers[7]


def test_without_an_index_the_command_says_so_and_ends(tmp_path: Path) -> None:
    ended = evqa("mcp", "--index", tmp_path / "none")
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith("evqa: ") and "evqa build" in ended.stderr and "Traceback" not in ended.stderr


def test_the_command_imports_no_torch() -> None:
    code = "import sys, qa.lifespan, qa.mcp.server; sys.exit(bool({'torch', 'fastapi'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
