"""``museclock-node call``: asks a node for anything, signed in and signed by a key: roles, verification, moderation.

Each call opens a session of its own and ends it. What changes something carries the key's proof of that very request.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from services.node_cli.command import Command, CommandError
from services.node_cli.key_file import read_key
from services.node_cli.terminal import Terminal
from services.proxy.nodes import ListedNode, read_node
from services.units.time import Clock, SystemClock
from services.wire.proofs import PROOF, Action

if TYPE_CHECKING:
    import httpx

    from services.wire.node import NonceOut

_METHODS = ("GET", "POST", "PUT", "DELETE")
_LABEL = "museclock-node call"


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("method", choices=_METHODS, type=str.upper, help="what to do")
    parser.add_argument("path", help="with which of the node's paths, as /auth/me or /kyc/cases")
    parser.add_argument("--node", required=True, metavar="URL", help="which node: https, or http on this computer")
    parser.add_argument(
        "--key-file", "--keystore", type=Path, required=True, metavar="FILE",
        help="who asks: a keystore, or a bare key, mode 0600",
    )  # fmt: skip
    parser.add_argument("--body", metavar="JSON", help="what to say beside the path")


def _run(given: argparse.Namespace, terminal: Terminal) -> int:
    if not given.path.startswith("/"):
        raise CommandError(f"{given.path} is no path of a node: it begins with a stroke, as /auth/me.")
    body = _body(given.body)
    try:
        node = read_node(given.node)
    except ValueError as exc:
        raise CommandError(f"{exc}.") from exc
    key = read_key(given.key_file, terminal)
    answer = call(node, key, given.method, given.path, body, clock=SystemClock())
    terminal.say(json.dumps(answer, indent=2, ensure_ascii=False) if answer is not None else "Done.")
    return 0


COMMAND = Command("call", "Ask a node for something, signed by a key: roles, verification, moderation.", _declare, _run)


def call(node: ListedNode, key: bytes, method: str, path: str, body: bytes, *, clock: Clock) -> Any:
    """Send one request as the key's account and give the answer's JSON; None for an empty one.

    Raises ProblemError: node.unreachable, service.timeout, account.sign_in_refused, and what the node answers.
    """
    import httpx

    from services.chain.proofs import prove

    with httpx.Client(base_url=node.origin, timeout=60.0) as http, _signed_in(http, node, key, clock) as offered:
        headers = {"Content-Type": "application/json"} if body else {}
        if method != "GET":
            plain, _, query = path.partition("?")
            action = Action(
                domain=offered.domain,
                uri=offered.uri,
                chain_id=offered.chain_id,
                method=method,
                path=f"{unquote(plain)}?{query}" if query else unquote(plain),
                body=body,
            )
            headers[PROOF] = prove(action, key, now=clock.now())
        answer = _sent(http, method, path, content=body, headers=headers)
        return answer.json() if answer.content else None


@contextmanager
def _signed_in(http: httpx.Client, node: ListedNode, key: bytes, clock: Clock) -> Iterator[NonceOut]:
    from services.chain.sign_in import asks_for_itself, sign_in_answer
    from services.wire.node import NonceOut, SessionOut

    offered = NonceOut.model_validate(_sent(http, "POST", "/auth/nonce").json())
    if not asks_for_itself(offered, node.origin):
        raise CommandError(f"The node at {node.authority} asks to sign in to {offered.domain}: it is not that node.")
    answer = sign_in_answer(offered, key, now=clock.now(), label=_LABEL).model_dump()
    session = SessionOut.model_validate(_sent(http, "POST", "/auth/sign-in", json=answer).json())
    http.headers["Authorization"] = f"Bearer {session.token}"
    try:
        yield offered
    finally:
        # It may be closed already, by this very call; else it runs out by itself.
        http.post("/auth/sign-out")


def _sent(http: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    import httpx

    from services.http.door import problem_of
    from services.wire.problems import ProblemError

    try:
        answer = http.request(method, path, **options)
    except httpx.TimeoutException as exc:
        raise ProblemError("service.timeout") from exc
    except httpx.TransportError as exc:
        raise ProblemError("node.unreachable") from exc
    if not answer.is_success:
        raise problem_of(answer)
    return answer


def _body(text: str | None) -> bytes:
    if text is None:
        return b""
    try:
        json.loads(text)
    except ValueError as exc:
        raise CommandError("--body is no JSON.") from exc
    return text.encode()
