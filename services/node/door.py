"""What a route asks for: the node, and who is calling."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from services.node.context import Node
from services.node.sessions import account_of
from services.units.address import Address
from services.wire.problems import ProblemError


# Async, though nothing waits: a plain function would cost a thread's turn for each request.
async def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


NodeOf = Annotated[Node, Depends(_node)]


# Async, too: the look at the session is a tenth of what a thread's turn costs.
async def _maybe_caller(request: Request, node: NodeOf) -> Address | None:
    given = request.headers.get("authorization", "")
    if not given:
        return None
    scheme, _, token = given.partition(" ")
    account = account_of(node, token) if scheme.lower() == "bearer" and token else None
    if account is None:
        # Whoever means to be somebody must not be served as nobody: an expired session has to be renewed.
        raise ProblemError("account.sign_in_refused", reason="session")
    return account


MaybeCaller = Annotated[Address | None, Depends(_maybe_caller)]


async def _caller(account: MaybeCaller) -> Address:
    if account is None:
        raise ProblemError("account.sign_in_refused", reason="session")
    return account


Caller = Annotated[Address, Depends(_caller)]
"""The signed-in account; the route answers 401 to anybody else."""
