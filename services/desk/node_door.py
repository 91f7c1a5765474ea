"""The desk's way to a node: HTTP, signed in with the wallet (EIP-4361), the same for a node in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from anyio import to_thread
from pydantic import BaseModel

from services.chain.message import checksum, sign_message
from services.desk.wallet.keyring import Keyring
from services.http.door import Door
from services.units.time import Clock
from services.wire.node import NonceOut, SessionOut, SignInIn
from services.wire.problems import ProblemError
from services.wire.sign_in import VALIDITY, SignIn
from services.wire.x402 import PAYMENT_SIGNATURE

T = TypeVar("T")


class NodeDoor:
    """Calls to one node. Does not own the HTTP client."""

    def __init__(self, http: httpx.AsyncClient, keyring: Keyring, clock: Clock, *, chain_id: int) -> None:
        self._door = Door(http, unreachable="node.unreachable")
        self._keyring = keyring
        self._clock = clock
        self._chain_id = chain_id
        self._session: SessionOut | None = None
        self._signing_in = asyncio.Lock()

    @property
    def uri(self) -> str:
        """The node's address; names it in this desk's books."""
        return str(self._door.http.base_url).rstrip("/")

    async def pay(
        self, path: str, body: BaseModel | Mapping[str, Any], header: str, *, timeout_s: float, sign_in: bool = False
    ) -> httpx.Response:
        """Bring a payment that says itself who pays: needs no session, and so no open wallet.

        sign_in: all the same say who asks, if the wallet is open.
        """
        options: dict[str, Any] = {"body": body, "headers": {PAYMENT_SIGNATURE: header}, "timeout_s": timeout_s}
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

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as this account; an expired session is renewed once."""
        token = await self._token()
        try:
            return await self._send_as(token, method, path, **options)
        except ProblemError as problem:
            if problem.code != "account.sign_in_refused":
                raise
        self._session = None
        return await self._send_as(await self._token(), method, path, **options)

    async def call(self, answer_type: type[T], method: str, path: str, **options: Any) -> T:
        """Send a request as this account and read the answer."""
        return self._door.read(answer_type, await self.send(method, path, **options))

    async def _send_as(
        self, token: str, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        wanted = {**(headers or {}), "Authorization": f"Bearer {token}"}
        return await self._door.send(method, path, headers=wanted, **options)

    async def _token(self) -> str:
        async with self._signing_in:
            session = self._session
            if session is None or session.expires_at - VALIDITY < self._clock.now():
                session = self._session = await self._sign_in()
            return session.token

    async def _sign_in(self) -> SessionOut:
        account, key = self._keyring.owner(), self._keyring.key()
        offered = await self._door.call(NonceOut, "POST", "/auth/nonce")
        if offered.chain_id != self._chain_id:
            raise ProblemError("chain.wrong_chain", expected=self._chain_id, found=offered.chain_id)
        self._check_origin(offered)
        now = self._clock.now()
        message = SignIn(
            domain=offered.domain,
            address=account,
            uri=offered.uri,
            chain_id=offered.chain_id,
            nonce=offered.nonce,
            issued_at=now,
            expires_at=now + VALIDITY,
        ).text(checksum(account))
        signature = await to_thread.run_sync(sign_message, message, key)
        return await self._door.call(
            SessionOut, "POST", "/auth/sign-in", body=SignInIn(message=message, signature=signature)
        )

    def _check_origin(self, offered: NonceOut) -> None:
        """Refuse to sign for anybody but this node: it could sign in elsewhere with the answer (EIP-4361)."""
        origin = self._door.http.base_url
        root = str(origin).rstrip("/")
        if offered.domain != origin.netloc.decode() or not f"{offered.uri}/".startswith(f"{root}/"):
            raise ProblemError("account.sign_in_refused", reason="domain")
