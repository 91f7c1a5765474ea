"""Signing in to a node as the payer (EIP-4361): only then a node repeats the answer to a payment that it has taken."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from services.chain.message import checksum, sign_message
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Refusal
from services.proxy.upstream import Upstream
from services.wire.node import NonceOut, SessionOut
from services.wire.sign_in import VALIDITY, SignIn

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
        if not _is_its_own(node, offered) or offered.chain_id != purse.chain.chain_id:
            return None
        given = SessionOut.model_validate_json(await _post(upstream, node, "/auth/sign-in", _answer(purse, offered)))
    except (ValidationError, Refusal, httpx.HTTPError):
        return None
    purse.memory.sessions[node] = given.token
    return given.token


def _is_its_own(node: str, offered: NonceOut) -> bool:
    """Refuse to sign for anybody but this node: it could sign in elsewhere with the answer (EIP-4361)."""
    return offered.domain == urlsplit(node).netloc and f"{offered.uri}/".startswith(f"{node}/")


def _answer(purse: Purse, offered: NonceOut) -> bytes:
    now = purse.clock.now()
    message = SignIn(
        domain=offered.domain,
        address=purse.account,
        uri=offered.uri,
        chain_id=offered.chain_id,
        nonce=offered.nonce,
        issued_at=now,
        expires_at=now + VALIDITY,
    ).text(checksum(purse.account))
    return json.dumps({"message": message, "signature": sign_message(message, purse.key)}).encode()


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
