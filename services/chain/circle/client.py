"""Circle's HTTP interface, the part that relaying needs; answers checked, failures typed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.chain.calls import Call
from services.chain.circle.secret import CircleSecrets, read_public_key
from services.chain.errors import ChainUnreachable
from services.units.address import Address, Bytes32, bytes32

CIPHERTEXT_REUSED = 156004
_FEE_LEVEL = "MEDIUM"
_WEI_DIGITS = 18
# Too many requests, or something on Circle's side: whether it was done is not said.
_TOO_MANY, _SERVER_ERROR = 429, 500
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class CircleRefused(Exception):  # noqa: N818  what happened, as in services.chain.errors
    """Circle refused this request and did nothing for it. code: Circle's own number, −1 when it is unknown."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class CircleTransaction:
    """A transaction as Circle tells it. hash: None until it was sent."""

    id: str
    status: str
    hash: Bytes32 | None = None
    error: str = ""


class CircleClient:
    """One wallet of one Circle account. Blocking and thread-safe. The HTTP client is closed with it.

    blockchain: Circle's name of the chain, such as ``ARC-TESTNET``. Every method raises ChainUnreachable when no
    usable answer came (what was asked for may have been done), and CircleRefused.
    """

    def __init__(
        self,
        secrets: CircleSecrets,
        *,
        wallet: Address,
        blockchain: str,
        http: httpx.Client,
        base_url: str,
    ) -> None:
        self._secrets, self._http, self._base = secrets, http, base_url.rstrip("/")
        self._from = {"walletAddress": wallet, "blockchain": blockchain}
        self._wallet = wallet
        self._guard = threading.Lock()
        self._key: RSAPublicKey | None = None

    @property
    def wallet(self) -> Address:
        """The wallet that sends."""
        return self._wallet

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def public_key(self) -> RSAPublicKey:
        """Give the key that the entity secret is encrypted for; fetched once."""
        with self._guard:
            if self._key is None:
                data = self._request("GET", "/v1/w3s/config/entity/publicKey")
                self._key = read_public_key(data.get("publicKey"))
            return self._key

    def execute(self, call: Call, *, key: UUID, reference: str) -> CircleTransaction:
        """Have the wallet make a call. The same key again gives the first answer and does nothing more.

        reference: what Circle's console shows beside it. Raises ValueError for a call that creates a contract.
        """
        if call.to is None:
            raise ValueError("Circle's wallets create no contracts by a call")
        body = {
            **self._from,
            "contractAddress": call.to,
            "callData": "0x" + call.data.hex(),
            "feeLevel": _FEE_LEVEL,
            "refId": reference,
            **({"amount": _whole_tokens(call.value)} if call.value else {}),
        }
        return self._order("/v1/w3s/developer/transactions/contractExecution", key, body)

    def accelerate(self, circle_id: str, *, key: UUID) -> None:
        """Have a transaction sent again for more; Circle takes it in the states SENT and STUCK."""
        self._order(f"/v1/w3s/developer/transactions/{circle_id}/accelerate", key, {})

    def cancel(self, circle_id: str, *, key: UUID) -> None:
        """Ask for a transaction not to happen, as far as that is still possible."""
        self._order(f"/v1/w3s/developer/transactions/{circle_id}/cancel", key, {})

    def transaction(self, circle_id: str) -> CircleTransaction:
        """Look a transaction up."""
        found = self._request("GET", f"/v1/w3s/transactions/{circle_id}").get("transaction")
        return _read_transaction(found)

    def sign_typed_data(self, typed_data: str, *, memo: str = "") -> bytes:
        """Have the wallet sign EIP-712 data (the JSON with types, domain, primaryType and message): 65 bytes."""
        body = {**self._from, "data": typed_data, **({"memo": memo} if memo else {})}
        data = self._authorized("/v1/w3s/developer/sign/typedData", body)
        try:
            signature = bytes.fromhex(str(data.get("signature")).removeprefix("0x"))
        except ValueError as exc:
            raise ChainUnreachable("Circle gave no signature") from exc
        if len(signature) != 65:
            raise ChainUnreachable("Circle gave a signature of another form")
        return signature

    def _order(self, path: str, key: UUID, body: Mapping[str, object]) -> CircleTransaction:
        return _read_transaction(self._authorized(path, {"idempotencyKey": str(key), **body}))

    def _authorized(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Send with the entity secret, encrypted anew when Circle takes it for a repetition (nothing was done then)."""
        try:
            return self._request("POST", path, self._with_secret(body))
        except CircleRefused as exc:
            if exc.code != CIPHERTEXT_REUSED:
                raise
        return self._request("POST", path, self._with_secret(body))

    def _with_secret(self, body: Mapping[str, object]) -> dict[str, object]:
        return {**body, "entitySecretCiphertext": self._secrets.ciphertext(self.public_key())}

    def _request(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        headers = {"Authorization": self._secrets.authorization()}
        try:
            answer = self._http.request(
                method, self._base + path, json=body, headers=headers, timeout=_TIMEOUT, follow_redirects=False
            )
            found = answer.json()
        except (httpx.HTTPError, ValueError) as exc:
            # Not its text: that of a broken request may quote the request.
            raise ChainUnreachable(f"Circle: {type(exc).__name__}") from None
        return _read_answer(answer.status_code, found)


def _read_answer(status: int, found: object) -> dict[str, Any]:
    if not isinstance(found, dict) or status == _TOO_MANY or status >= _SERVER_ERROR or 300 <= status < 400:
        raise ChainUnreachable(f"Circle: HTTP {status}")
    if status >= 400:
        code = found.get("code")
        raise CircleRefused(status, code if isinstance(code, int) else -1, str(found.get("message", ""))[:200])
    data = found.get("data")
    if not isinstance(data, dict):
        raise ChainUnreachable("Circle: an answer without data")
    return data


def _read_transaction(found: object) -> CircleTransaction:
    if not isinstance(found, dict):
        raise ChainUnreachable("Circle: an answer without a transaction")
    circle_id, status, tx = found.get("id"), found.get("state"), found.get("txHash")
    try:
        # It becomes part of a path: nothing but a UUID may.
        read_id = str(UUID(circle_id))
        read_hash = bytes32(tx) if tx else None
    except (TypeError, ValueError, AttributeError) as exc:
        raise ChainUnreachable("Circle: an answer that names no transaction") from exc
    if not isinstance(status, str):
        raise ChainUnreachable("Circle: an answer without a state")
    told = (found.get("errorReason"), found.get("errorDetails"))
    return CircleTransaction(read_id, status, read_hash, ": ".join(str(part) for part in told if part)[:200])


def _whole_tokens(wei: int) -> str:
    whole, rest = divmod(wei, 10**_WEI_DIGITS)
    return f"{whole}.{rest:0{_WEI_DIGITS}d}".rstrip("0").rstrip(".")
