"""A client of the node for accounts by name: signs in, proves its actions, and pays what it is asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import unquote

import httpx
from anyio import to_thread

from services.chain.proofs import prove
from services.chain.sign_in import sign_in_answer
from services.node.context import Node
from services.node.named.names import Call
from services.node.named.payments import Chain, chunk_payment, withdrawal
from services.node.named.wallets import OPERATOR, NamedWallet, NamedWallets
from services.wire.node import NonceOut, SessionOut
from services.wire.proofs import PROOF, Action
from services.wire.x402 import PAYMENT_REQUIRED, PAYMENT_SIGNATURE

_RENEW_BEFORE = timedelta(minutes=5)
_TIMEOUT_S = 60.0


class NamedClient:
    """Calls one node as anybody who has a name. Does not own the HTTP client, whose base is the node's own address."""

    def __init__(self, node: Node, http: httpx.AsyncClient, wallets: NamedWallets) -> None:
        self._node, self._http, self._wallets = node, http, wallets
        self._sessions: dict[str, SessionOut] = {}

    async def act(self, actor: str, call: Call, headers: dict[str, str]) -> httpx.Response:
        """Do what the account of a name wants, with all that it takes."""
        wallet = await to_thread.run_sync(self._wallets.funded, actor)
        answer = await self._send(wallet, call, headers)
        if answer.status_code == httpx.codes.PAYMENT_REQUIRED and call.path.endswith("/pay"):
            chain = await to_thread.run_sync(self._chain)
            payment = chunk_payment(answer.headers[PAYMENT_REQUIRED], wallet, chain)
            answer = await self._send(wallet, call, {**headers, PAYMENT_SIGNATURE: payment})
        elif _code(answer) == "withdrawal.unsigned":
            chain = await to_thread.run_sync(self._chain)
            signed = json.dumps(withdrawal(answer.json()["params"], wallet, chain)).encode()
            answer = await self._send(wallet, Call(call.method, call.path, call.query, signed), headers)
        elif "/kyc/verify/" in call.path and answer.is_success and answer.json()["state"] == "pending":
            await self._approve(wallet)
            answer = await self._send(wallet, call, headers)
        return answer

    async def ask(self, call: Call, headers: dict[str, str]) -> httpx.Response:
        """Ask what anybody may, as nobody."""
        url = f"{call.path}?{call.query}" if call.query else call.path
        return await self._http.request(call.method, url, content=call.body, headers=headers, timeout=_TIMEOUT_S)

    async def _approve(self, creator: NamedWallet) -> None:
        operator = await to_thread.run_sync(self._wallets.funded, OPERATOR)
        body = json.dumps({"decision": "verified"}).encode()
        await self._send(operator, Call("POST", f"/kyc/cases/{creator.address}/decision", "", body), {})

    async def _send(self, wallet: NamedWallet, call: Call, headers: dict[str, str]) -> httpx.Response:
        wanted = {**headers, "Authorization": f"Bearer {await self._token(wallet)}"}
        if call.method not in ("GET", "HEAD"):
            wanted[PROOF] = prove(self._action(call), wallet.key, now=self._node.clock.now())
        if call.body:
            wanted["Content-Type"] = "application/json"
        url = f"{call.path}?{call.query}" if call.query else call.path
        return await self._http.request(call.method, url, content=call.body, headers=wanted, timeout=_TIMEOUT_S)

    def _action(self, call: Call) -> Action:
        path = unquote(call.path)
        return Action(
            domain=self._node.domain,
            uri=self._node.uri,
            chain_id=self._node.chain.chain_id,
            method=call.method,
            path=f"{path}?{call.query}" if call.query else path,
            body=call.body,
        )

    async def _token(self, wallet: NamedWallet) -> str:
        found = self._sessions.get(wallet.name)
        if found is None or found.expires_at - _RENEW_BEFORE < self._node.clock.now():
            found = self._sessions[wallet.name] = await self._sign_in(wallet)
        return found.token

    async def _sign_in(self, wallet: NamedWallet) -> SessionOut:
        offered = NonceOut.model_validate_json((await self._http.post("/auth/nonce")).content)
        body = sign_in_answer(offered, wallet.key, now=self._node.clock.now())
        answer = await self._http.post("/auth/sign-in", json=body.model_dump())
        answer.raise_for_status()
        return SessionOut.model_validate_json(answer.content)

    def _chain(self) -> Chain:
        chain = self._node.chain
        return Chain(chain.chain_id, chain.token, chain.escrow, chain.head().timestamp)


def _code(answer: httpx.Response) -> str:
    if answer.is_success or not answer.headers.get("content-type", "").startswith("application/json"):
        return ""
    return str(answer.json().get("code", ""))
