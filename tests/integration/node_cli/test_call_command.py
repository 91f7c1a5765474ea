"""An operator's calls from a terminal: signed in, signed by the key, and signed out again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from starlette.types import ASGIApp, Receive, Scope, Send

from services.node.app import node_app
from services.node.context import Node
from services.node.tables import AccountSession
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, Person
from tests.fixtures.world_served import ServedNode, serving


@dataclass(slots=True)
class Late:
    """An application that is made once its address is known."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextmanager
def _operated(node: Node) -> Iterator[str]:
    """Serve a node that CREATOR operates under its own address."""
    late = Late()
    with serving(late) as url:
        named = replace(node, domain=urlsplit(url).netloc, uri=url, operators=frozenset({CREATOR.address}))
        late.app = node_app(named)
        yield url


@dataclass(slots=True)
class Desk:
    """A person with a key file at a terminal."""

    folder: Path
    url: str
    lines: list[str] = field(default_factory=list)

    async def call(self, who: Person, *words: str) -> int:
        """Run the command; what it says is in ``lines``."""
        key = self.folder / who.name
        key.write_bytes(who.key)
        key.chmod(0o600)
        self.lines.clear()
        terminal = Terminal(self.lines.append, _never, _never)
        arguments = ["call", *words, "--node", self.url, "--key-file", str(key)]
        return await asyncio.to_thread(main, arguments, terminal)


def _never(_question: str) -> str:
    raise AssertionError("a bare key has no passphrase")


async def test_an_operator_governs_from_a_terminal(
    served: ServedNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    role = f"/accounts/{VIEWER.address}/roles/moderator"
    with _operated(served.node) as url:
        desk = Desk(tmp_path, url)
        assert await desk.call(CREATOR, "get", "/auth/me") == 0
        assert json.loads(desk.lines[0])["roles"] == ["viewer", "moderator", "operator"]
        assert await desk.call(CREATOR, "PUT", role) == 0
        assert json.loads(desk.lines[0])["roles"] == ["viewer", "moderator"]
        assert await desk.call(STRANGER, "PUT", role) == 1
        assert "account.forbidden (role: operator)" in capsys.readouterr().err
        # With a body and a question, both part of what is signed; an empty answer is said in a word.
        assert await desk.call(CREATOR, "POST", "/creators/collect?now=%201", "--body", '{"any": "thing"}') == 0
        assert await desk.call(CREATOR, "DELETE", "/auth/sessions") == 0
        assert desk.lines == ["Done."]
    with served.node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 0, "each call ended its session"


async def test_it_signs_for_nobody_but_the_node_that_was_named(
    served: ServedNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # This one calls itself by another name.
    assert await Desk(tmp_path, served.url).call(VIEWER, "GET", "/auth/me") == 1
    assert "asks to sign in to museclock.local: it is not that node" in capsys.readouterr().err


async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for url, words, said in (
        ("http://127.0.0.1:9", ("GET", "auth/me"), "is no path of a node"),
        ("http://127.0.0.1:9", ("POST", "/x", "--body", "{"), "--body is no JSON"),
        ("http://node.example", ("GET", "/auth/me"), "needs https"),
        ("http://127.0.0.1:9", ("GET", "/auth/me"), "The node at this address does not answer"),
    ):
        assert await Desk(tmp_path, url).call(VIEWER, *words) == 1
        assert said in capsys.readouterr().err
