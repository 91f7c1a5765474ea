"""The desk's way to a node: HTTP, signed in with the wallet (EIP-4361), the same for a node in this process."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import unquote

import httpx
from anyio import to_thread
from pydantic import BaseModel

from services.chain.proofs import prove
from services.chain.sign_in import asks_for_itself, sign_in_answer
from services.desk.wallet.keyring import Keyring
from services.http.patience import PatientDoor
from services.units.time import Clock
from services.wire.node import NonceOut, SessionOut
from services.wire.problems import ProblemError
from services.wire.proofs import PROOF, Action
from services.wire.sign_in import VALIDITY
from services.wire.x402 import PAYMENT_SIGNATURE

T = TypeVar("T")
_LABEL = f"Museclock on {platform.system() or 'a computer'}"


@dataclass(frozen=True, slots=True)
class _Found:
    """A session, and what the node called itself when it began; both are checked."""

    session: SessionOut
    domain: str
    uri: str


class NodeDoor:
    """Calls to one node. Does not own the HTTP client."""

    def __init__(self, http: httpx.AsyncClient, keyring: Keyring, clock: Clock, *, chain_id: int) -> None:
        self._door = PatientDoor(http, unreachable="node.unreachable")
        self._keyring = keyring
        self._clock = clock
        self._chain_id = chain_id
        self._found: _Found | None = None
        self._signing_in = asyncio.Lock()
        self.uri: Final = str(http.base_url).rstrip("/")
        """The node's address; names it in this desk's books."""

    async def pay(
        self,
        path: str,
        body: BaseModel | Mapping[str, Any] | bytes,
        header: str,
        *,
        timeout_s: float,
        sign_in: bool = False,
    ) -> httpx.Response:
        """Bring a payment that says itself who pays: needs no session, and so no open wallet.

        body: as bytes, it is JSON already. sign_in: all the same say who asks, if the wallet is open.
        """
        kind = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
        headers = {PAYMENT_SIGNATURE: header, **kind}
        options: dict[str, Any] = {"body": body, "headers": headers, "timeout_s": timeout_s}
        if sign_in:
            try:
                return await self.send("POST", path, **options)
            except ProblemError as problem:
                if problem.code != "wallet.locked":
                    raise
        return await self._door.send("POST", path, **options)

    def read(self, answer_type: type[T], answer: httpx.Response) -> T:
        """Read an answer to ``pay`` or ``send``."""
        return self._door.read(answer_type, answer)

    async def browse(self, answer_type: type[T], path: str, query: Mapping[str, str | int] | None = None) -> T:
        """Read something public, without saying who asks."""
        return await self._door.call(answer_type, "GET", path, query=query)

    async def fetch(self, path: str, *, accept: str) -> bytes:
        """Read something public as it is."""
        return (await self._door.send("GET", path, headers={"Accept": accept})).content

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as this account; a session that ran out or was revoked is renewed once."""
        found = await self._session_of()
        try:
            return await self._send_as(found, method, path, **options)
        except ProblemError as problem:
            if problem.code != "account.sign_in_refused":
                raise
        return await self._send_as(await self._session_of(refused=found), method, path, **options)

    async def call(self, answer_type: type[T], method: str, path: str, **options: Any) -> T:
        """Send a request as this account and read the answer."""
        return self._door.read(answer_type, await self.send(method, path, **options))

    async def send_proven(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> httpx.Response:
        """Send a request as this account, signed by its wallet as it stands: for what moves money. It has no query.

        Raises ProblemError: wallet.locked, beside the node's.
        """
        found = await self._session_of()
        data = b"" if body is None else httpx.Request(method, self.uri, json=_plain(body)).content
        action = Action(
            domain=found.domain,
            uri=found.uri,
            chain_id=self._chain_id,
            method=method,
            path=unquote(path),
            body=data,
        )
        proof = await to_thread.run_sync(partial(prove, action, self._keyring.key(), now=self._clock.now()))
        headers = {PROOF: proof, **({"Content-Type": "application/json"} if data else {})}
        return await self.send(method, path, body=data or None, headers=headers, timeout_s=timeout_s)

    async def call_proven(self, answer_type: type[T], method: str, path: str, **options: Any) -> T:
        """Send a request signed by the wallet and read the answer."""
        return self._door.read(answer_type, await self.send_proven(method, path, **options))

    async def _send_as(
        self, found: _Found, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        wanted = {**(headers or {}), "Authorization": f"Bearer {found.session.token}"}
        return await self._door.send(method, path, headers=wanted, **options)

    async def _session_of(self, *, refused: _Found | None = None) -> _Found:
        """Give a session that holds: the one there is, or a new one in place of the refused."""
        async with self._signing_in:
            found, now = self._found, self._clock.now()
            is_over = found is None or found is refused or found.session.expires_at <= now
            if is_over or found is None:
                found = self._found = await self._sign_in()
            elif found.session.expires_at - VALIDITY < now and self._keyring.status == "open":
                # Ahead of time while the wallet can sign; a locked one uses its session to the end.
                found = self._found = await self._sign_in()
            return found

    async def _sign_in(self) -> _Found:
        key = self._keyring.key()
        offered = await self._door.call(NonceOut, "POST", "/auth/nonce")
        if offered.chain_id != self._chain_id:
            raise ProblemError("chain.wrong_chain", expected=self._chain_id, found=offered.chain_id)
        if not asks_for_itself(offered, str(self._door.http.base_url).rstrip("/")):
            raise ProblemError("account.sign_in_refused", reason="domain")
        sign = partial(sign_in_answer, offered, key, now=self._clock.now(), label=_LABEL)
        body = await to_thread.run_sync(sign)
        session = await self._door.call(SessionOut, "POST", "/auth/sign-in", body=body)
        return _Found(session, domain=offered.domain, uri=offered.uri)


def _plain(body: BaseModel | Mapping[str, Any]) -> Any:
    return body.model_dump(mode="json") if isinstance(body, BaseModel) else body
