"""What a route asks for: the node, who is calling, and what the caller has to show.

Every route takes one of these, or is public by decision; a test walks through all routes and tries each door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import Depends, Request

from services.http.bound import about
from services.node.context import Node
from services.node.limits import note_account
from services.node.proofs import action_of, require_proof
from services.node.roles import is_moderator
from services.node.sessions import SignedIn, look_up, note_use
from services.units.address import Address
from services.wire.accounts import Scope
from services.wire.problems import ProblemError
from services.wire.proofs import PROOF


# Async, though nothing waits: a plain function would cost a thread's turn for each request.
async def _node(request: Request) -> Node:
    node: Node = about(request.scope, "node")
    return node


NodeOf = Annotated[Node, Depends(_node)]


# Async, too: the look at the session is a tenth of what a thread's turn costs.
async def _visitor(request: Request, node: NodeOf) -> SignedIn | None:
    given = request.headers.get("authorization", "")
    if not given:
        return None
    scheme, _, token = given.partition(" ")
    found = look_up(node, token) if scheme.lower() == "bearer" and token else None
    if found is None:
        # Whoever means to be somebody must not be served as nobody: an expired session has to be renewed.
        raise ProblemError("account.sign_in_refused", reason="session")
    note_account(request.scope, found.account)
    if not found.is_use_noted:
        await to_thread.run_sync(_note, node, found)
    return found


def _note(node: Node, found: SignedIn) -> None:
    try:
        note_use(node, found)
    except ProblemError as problem:
        # What is only shown must not keep anybody from what is owned.
        if problem.code != "disk.full":
            raise


Visitor = Annotated[SignedIn | None, Depends(_visitor)]


async def _session(visitor: Visitor) -> SignedIn:
    if visitor is None:
        raise ProblemError("account.sign_in_refused", reason="session")
    return visitor


OpenSession = Annotated[SignedIn, Depends(_session)]
"""The caller's session, whatever it is for; for routes about sessions themselves."""


def _within(signed_in: SignedIn, scope: Scope) -> Address:
    if scope not in signed_in.scopes:
        raise ProblemError("account.forbidden", scope=scope)
    return signed_in.account


async def _maybe_caller(visitor: Visitor) -> Address | None:
    return None if visitor is None else _within(visitor, "watch")


async def caller_of(request: Request, node: Node) -> Address | None:
    """Do what MaybeCaller does, for what stands before the routes. Raises as it does."""
    return await _maybe_caller(await _visitor(request, node))


MaybeCaller = Annotated[Address | None, Depends(_maybe_caller)]
"""The signed-in account, or None; for routes that a payment opens as well."""


async def _caller(signed_in: OpenSession) -> Address:
    return _within(signed_in, "watch")


Caller = Annotated[Address, Depends(_caller)]
"""The signed-in account, to read what is its own and to act as a viewer; 401 to anybody else."""


async def _publisher(signed_in: OpenSession) -> Address:
    return _within(signed_in, "publish")


Publisher = Annotated[Address, Depends(_publisher)]
"""The signed-in account, to publish and to change what it sells."""


async def _proven(request: Request, node: NodeOf, signed_in: OpenSession) -> Address:
    account = _within(signed_in, "money")
    await _prove(request, node, account)
    return account


Proven = Annotated[Address, Depends(_proven)]
"""The signed-in account, having signed this very request (header Museclock-Proof): to move money."""


async def _moderator(node: NodeOf, signed_in: OpenSession) -> Address:
    account = _within(signed_in, "govern")
    with node.database.read() as session:
        if not is_moderator(node, session, account):
            raise ProblemError("account.forbidden", role="moderator")
    return account


Moderator = Annotated[Address, Depends(_moderator)]
"""A signed-in moderator or operator; 403 to others."""


async def _operator(node: NodeOf, signed_in: OpenSession) -> Address:
    account = _within(signed_in, "govern")
    if account not in node.operators:
        raise ProblemError("account.forbidden", role="operator")
    return account


Operator = Annotated[Address, Depends(_operator)]
"""A signed-in operator; 403 to others."""


async def _proven_operator(request: Request, node: NodeOf, operator: Operator) -> Address:
    await _prove(request, node, operator)
    return operator


ProvenOperator = Annotated[Address, Depends(_proven_operator)]
"""A signed-in operator, having signed this very request: for decisions that open a way to money or power."""


async def _prove(request: Request, node: Node, account: Address) -> None:
    action = action_of(node, request.scope, await request.body())
    header = request.headers.get(PROOF, "")
    await to_thread.run_sync(require_proof, node, account, action, header)


DOORS: Final[dict[Callable[..., Any], str]] = {
    _maybe_caller: "maybe",
    _session: "session",
    _caller: "watch",
    _publisher: "publish",
    _proven: "proven",
    _moderator: "moderator",
    _operator: "operator",
    _proven_operator: "proven operator",
}
"""The dependencies that decide who may pass, for the test that tries every route."""
