"""Signing in to a node as the payer (EIP-4361): only then a node repeats the answer to a payment that it has taken."""

from __future__ import annotations

import httpx
from pydantic import ValidationError

from services.chain.sign_in import asks_for_itself, sign_in_answer
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Refusal
from services.proxy.upstream import Upstream
from services.wire.node import NonceOut, SessionOut

_MAX_BYTES = 65_536


async def session_token(purse: Purse, upstream: Upstream, node: str, *, fresh: bool) -> str | None:
    """Give a bearer token for the payer's account; None when the node has no sign-in, or asks to sign for another.

    fresh: an earlier one was not taken any more.
    """
    known = purse.memory.sessions.get(node)
    if known is not None and not fresh:
        return known
    try:
        offered = NonceOut.model_validate_json(await _post(upstream, node, "/auth/nonce", b"{}"))
        if not asks_for_itself(offered, node) or offered.chain_id != purse.chain.chain_id:
            return None
        answer = sign_in_answer(offered, purse.key, now=purse.clock.now()).model_dump_json().encode()
        given = SessionOut.model_validate_json(await _post(upstream, node, "/auth/sign-in", answer))
    except (ValidationError, Refusal, httpx.HTTPError):
        return None
    purse.memory.sessions[node] = given.token
    return given.token


async def _post(upstream: Upstream, node: str, path: str, body: bytes) -> bytes:
    response = await upstream.send(Wish(node, "POST", path, "application/json", body))
    found = b""
    try:
        async for part in response.aiter_raw():
            found += part
            if len(found) > _MAX_BYTES:
                break
    finally:
        await response.aclose()
    return found
