"""``museclock-node serve``: what it refuses to begin, how it ends, and what it writes."""

from __future__ import annotations

import json
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from tests.fixtures.world_node_process import PORT_OF_CHOICE, start_node

QUIET = Terminal(say=lambda _line: None, ask=lambda _question: "", ask_secret=lambda _question: "")
_WAIT_S = 60.0


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["serve", *map(str, arguments)], QUIET) == 1
    return capsys.readouterr().err.strip().removeprefix("museclock-node: ")


def test_it_refuses_what_cannot_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ("--data", tmp_path / "data")
    assert refusal(capsys, *here).startswith("This would listen on nothing")
    assert "no place to listen" in refusal(capsys, *here, "--listen", "somewhere")
    assert "no place to listen" in refusal(capsys, *here, "--listen", "127.0.0.1:70000")
    assert "on this computer only" in refusal(capsys, *here, "--demo", "--listen", "0.0.0.0:0")
    assert "names one address twice" in refusal(
        capsys, *here, "--demo", "--listen", "127.0.0.1:9", "--listen", "localhost:9"
    )
    for url in ("mysql://u@host/name", "postgresql://u@host:port/name", "postgresql://u:hunter2@[::1/name"):
        told = refusal(capsys, *here, "--listen", "127.0.0.1:0", "--database", url)
        assert told == "database takes a URL, as postgresql://user@host/name.", url
    file = tmp_path / "node.toml"
    file.write_text("[node]\nlisten = ['127.0.0.1:0']\nlisten_twice = 1\n")
    assert "listen_twice, which is no setting" in refusal(capsys, *here, "--config", file)
    file.write_text("[nodes]\n")
    assert "table [nodes], which nobody reads" in refusal(capsys, *here, "--config", file)
    file.write_text("listen: here")
    assert "is no TOML" in refusal(capsys, *here, "--config", file)
    assert "There is no file" in refusal(capsys, *here, "--config", tmp_path / "none.toml")
    monkeypatch.setenv("MUSECLOCK_NODE_PORT", "1")
    assert "sets port, which is no setting" in refusal(capsys, *here)
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "data"
    file.write_text("a file")
    told = refusal(capsys, "--data", file, "--demo", "--listen", "127.0.0.1:0")
    assert str(file) in told
    assert "cannot be used" in told


def test_an_address_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        assert f"{where} cannot be listened on" in refusal(capsys, "--data", tmp_path, "--demo", "--listen", where)


def test_a_request_in_flight_ends_and_new_ones_are_refused(tmp_path: Path) -> None:
    node = start_node(tmp_path / "data", "--demo", *PORT_OF_CHOICE, *PORT_OF_CHOICE, "--log-requests")
    try:
        first, second = (urlsplit(url) for url in node.urls)
        address = ("127.0.0.1", first.port or 0)
        body = json.dumps({"creator_id": "late", "name": "Bronze", "price": 2.99, "perks": []}).encode()
        with socket.create_connection(address, timeout=_WAIT_S) as begun:
            head = f"POST /tiers/ HTTP/1.1\r\nHost: {first.netloc}\r\nContent-Type: application/json\r\n"
            begun.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
            # Until the server has begun with it: what came before is answered after it.
            with node.client() as http:
                assert http.get("/health").status_code == 200
            for _ in range(2):
                # Whoever is impatient does not keep the books from being closed.
                node.process.send_signal(signal.SIGTERM)
            assert _is_closed(("127.0.0.1", second.port or 0))
            begun.sendall(body[10:])
            answer = begun.makefile("rb").read()
            assert b" 201 " in answer.partition(b"\r\n")[0]
            assert b'"Bronze"' in answer
        code = node.end(None)
    finally:
        node.end()
    assert code == 0
    assert [line["event"] for line in node.log() if line["event"] in ("listening", "ended")] == ["listening", "ended"]
    assert {"POST", "GET"} <= {line.get("method") for line in node.log()}


def test_a_profile_has_one_node_and_its_log_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, settings = tmp_path / "data", tmp_path / "node.toml"
    settings.write_text("[node]\nlisten = ['127.0.0.1:0']\nlog_requests = true\n")
    node = start_node(data, "--demo", "--config", str(settings))
    try:
        with node.client() as http:
            token = {"Authorization": "Bearer somebody"}
            assert http.get("/wallets/usdc-balance", params={"x": "0"}, headers=token).json()["balance"] == "100.000000"
        assert "at work with the same" in refusal(capsys, "--data", data, "--demo", *PORT_OF_CHOICE)
    finally:
        assert node.end(signal.SIGINT) == 0
    text = node.errors.read_text()
    assert "/wallets/usdc-balance" in text
    assert "Bearer" not in text
    assert "?" not in text
    for name in ("node.key", "relayer.key", "authorizer.key"):
        assert (data / "node" / name).read_bytes().hex() not in text
        assert (data / "node" / name).stat().st_mode & 0o077 == 0


def _is_closed(address: tuple[str, int]) -> bool:
    """Wait until nobody listens there any more."""
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        try:
            httpx.get(f"http://{address[0]}:{address[1]}/health", timeout=5.0)
        except httpx.TransportError:
            return True
    return False
