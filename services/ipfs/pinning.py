"""A pinning service (IPFS Pinning Services API 1.0.0): asked to keep copies; it fetches them itself, from peers.

The token goes there and nowhere else. No name and nothing else about a film is told, only its root.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import httpx

from services.units.cid import Cid
from services.wire.problems import ProblemError

State = Literal["queued", "pinning", "pinned", "failed"]
_STATES: Final = get_args(State)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_MAX_ADDRESS: Final = 300
_MAX_TOKEN: Final = 4_000
_MAX_ANSWER_BYTES: Final = 1024 * 1024
# A service that says "later" is asked so often, and waited for so long at most each time.
_TIMES: Final = 5
_MOST_WAIT_S: Final = 10.0
MAX_ORIGINS: Final = 20
"""Of the specification, as the fields and states are."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a service says of one root."""

    request: str
    cid: Cid
    state: State


def read_service_address(text: str) -> str:
    """Give a service's address in its one form, without a slash at the end; http on this computer only.

    Raises ProblemError: storage.address.
    """
    given = text.strip().rstrip("/")
    try:
        parts = urlsplit(given)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        is_plain = given.isascii() and given.isprintable() and " " not in given and len(given) <= _MAX_ADDRESS
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError as exc:
        raise ProblemError("storage.address") from exc
    if not (is_safe and is_plain and is_whole) or parts.query or parts.fragment or "@" in parts.netloc:
        raise ProblemError("storage.address")
    return given


class PinningService:
    """One service with one account's token. Blocking; ``close`` it. wait: sleeps for some seconds.

    One that has too much to do (429, or 503 with a time) is asked again when it says, within limits. Methods
    raise ProblemError: storage.token (it does not know the token), storage.refused (reason: what it says, such
    as an account without room), store.unreachable.
    """

    def __init__(
        self, address: str, token: str, *, patience_s: float = 20.0, wait: Callable[[float], None] = time.sleep
    ) -> None:
        if not 0 < len(token) <= _MAX_TOKEN or not (token.isascii() and token.isprintable()) or " " in token:
            raise ProblemError("storage.token", address=address)
        self._address, self._wait = address, wait
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._http = httpx.Client(
            base_url=address, headers=headers, timeout=httpx.Timeout(patience_s, connect=5.0), follow_redirects=False
        )

    def close(self) -> None:
        """Give up the connection."""
        self._http.close()

    def check(self) -> None:
        """See whether something that speaks the API knows the token."""
        self._listed({"limit": "1"})

    def find(self, cid: Cid) -> Pin | None:
        """Give what it keeps of a root, the best where it has several; None where it was never asked."""
        query = {"cid": str(cid), "status": ",".join(_STATES), "limit": "10"}
        pins = [pin for pin in self._listed(query) if pin.cid == cid]
        return max(pins, key=lambda pin: _STATES.index(pin.state) if pin.state != "failed" else -1, default=None)

    def add(self, cid: Cid, origins: tuple[str, ...]) -> Pin:
        """Ask it to keep a root and all below. origins: multiaddresses of peers that have it."""
        return self._pin(self._asked("POST", "/pins", json=_body(cid, origins)))

    def again(self, pin: Pin, origins: tuple[str, ...]) -> Pin:
        """Ask anew for one that failed."""
        return self._pin(self._asked("POST", f"/pins/{pin.request}", json=_body(pin.cid, origins)))

    def remove(self, pin: Pin) -> None:
        """Tell it that it need not keep a root any longer."""
        self._asked("DELETE", f"/pins/{pin.request}")

    def _listed(self, query: dict[str, str]) -> list[Pin]:
        answer = self._asked("GET", "/pins", params=query)
        rows = answer.get("results")
        if not isinstance(rows, list):
            raise self._unreachable("form")
        return [self._pin(row) for row in rows[:1000]]

    def _pin(self, row: Any) -> Pin:
        try:
            request, state = str(row["requestid"]), row["status"]
            cid = Cid.parse(str(row["pin"]["cid"]))
        except (KeyError, TypeError, ValueError) as exc:
            raise self._unreachable("form") from exc
        if state not in _STATES or not (0 < len(request) <= 255 and request.replace("-", "").isalnum()):
            raise self._unreachable("form")
        return Pin(request, cid, state)

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Ask, and again after each time that it wants to be left alone."""
        for _ in range(_TIMES - 1):
            answer, found = self._answered(method, path, **more)
            pause_s = _pause_s(answer)
            if pause_s is None:
                break
            self._wait(pause_s)
        else:
            answer, found = self._answered(method, path, **more)
        if answer.status_code in (401, 403):
            raise ProblemError("storage.token", address=self._address)
        if not answer.is_success:
            raise self._refused(answer.status_code, found)
        return found

    def _answered(self, method: str, path: str, **more: Any) -> tuple[httpx.Response, dict[str, Any]]:
        try:
            with self._http.stream(method, path, **more) as answer:
                body = bytearray()
                for part in answer.iter_bytes(64 * 1024):
                    body += part
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise self._unreachable("size")
                return answer, _json(bytes(body))
        except httpx.HTTPError as exc:
            # Its text may hold the address only, never the header.
            raise self._unreachable(type(exc).__name__) from exc

    def _refused(self, status: int, found: dict[str, Any]) -> ProblemError:
        error = found.get("error")
        reason = error.get("reason") if isinstance(error, dict) else None
        if status == 429 or status >= 500 or not isinstance(reason, str):
            return self._unreachable(str(status))
        return ProblemError("storage.refused", address=self._address, reason=_plain(reason))

    def _unreachable(self, reason: str) -> ProblemError:
        return ProblemError("store.unreachable", address=self._address, reason=reason)


def _pause_s(answer: httpx.Response) -> float | None:
    """Say for how long a service wants to be left alone; None when it does not."""
    told = answer.headers.get("Retry-After", "")
    if answer.status_code != 429 and not (answer.status_code == 503 and told):
        return None
    # It may name a day instead: what is asked too early is told so once more.
    return min(float(told), _MOST_WAIT_S) if told.isascii() and told.isdigit() and len(told) < 6 else 1.0


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _body(cid: Cid, origins: tuple[str, ...]) -> dict[str, Any]:
    return {"cid": str(cid), "origins": list(origins[:MAX_ORIGINS])}


def _plain(reason: str) -> str:
    return "".join(sign for sign in reason if sign.isascii() and sign.isprintable())[:60]
