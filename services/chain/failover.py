"""Several addresses of a chain behind one provider: the next is asked when one is down, slow, behind or another chain.

What is never believed: an address with another chain id, and one whose head is older than the newest head seen here. A
transaction may be handed to several addresses, always the same bytes, so it can have one effect only.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chain.errors import WrongChain
from services.chain.rpc import RpcProvider

_log = logging.getLogger(__name__)
# How long an address that failed is asked last.
_REST_S = 10.0
# How often the other addresses are asked for their heads: a node that stands still gives good answers, but old ones.
_COMPARE_EVERY_S = 15.0
# Blocks travel in parts of a second; a head that is behind gets this long to come up.
_ROUNDS, _ROUND_PAUSE_S = 4, 0.5
# 58 days of Arc's half seconds: a head further ahead than that is no head.
_MAX_LEAP_BLOCKS = 10_000_000
# What the slowest node of a healthy chain may lack: half a minute.
_FRESH_BLOCKS = 64
# EIP-1474 "limit exceeded", JSON-RPC "internal error", and the codes of HTTP that some nodes put there.
_BUSY_CODES = {-32005, -32603, 429, 500, 502, 503, 504}
_BUSY_WORDS = ("rate limit", "too many requests", "limit exceeded", "timed out", "timeout")
_SEND = "eth_sendRawTransaction"


class _BehindError(ValueError):
    """An address has not seen what another has."""


class _AllBehindError(Exception):
    def __init__(self, lines: list[_Line]) -> None:
        super().__init__("behind")
        self.lines = lines


@dataclass(slots=True)
class _Line:
    """One address. head: the newest block that it has shown."""

    number: int
    provider: RpcProvider
    is_checked: bool = False
    rests_until: float = 0.0
    head: int = -1
    found_chain: int | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)


class FailoverProvider:
    """See RpcProvider. Thread-safe as its providers are; they stay the caller's to close.

    Raises OSError when no address gave a usable answer, WrongChain when all of them serve another chain.
    """

    def __init__(
        self,
        providers: Sequence[RpcProvider],
        *,
        chain_id: int,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if not providers:
            raise ValueError("a chain needs at least one address")
        self._lines = [_Line(number, provider) for number, provider in enumerate(providers)]
        self._chain_id, self._monotonic, self._pause = chain_id, monotonic, pause
        self._guard = threading.Lock()
        self._newest = -1
        self._compared = float("-inf")

    def make_request(self, method: Any, params: Any) -> Any:
        """Give the first usable answer."""
        lines = self._in_order()
        for _ in range(_ROUNDS):
            try:
                return self._round(lines, str(method), list(params))
            except _AllBehindError as behind:
                lines = behind.lines
                self._pause(_ROUND_PAUSE_S)
        raise OSError("every address is behind the newest block seen")

    def _round(self, lines: list[_Line], method: str, params: list[Any]) -> Any:
        """Ask one address after the other. Raises _AllBehindError when some could answer as soon as they come up."""
        failures: list[Exception] = []
        behind: list[_Line] = []
        may_have_arrived = False
        for line in lines:
            handed_over = False
            try:
                self._make_ready(line, method, params)
                handed_over, newest = method == _SEND, self._newest
                answer = _usable(line.provider.make_request(method, params))
                self._take_in(line, method, params, answer, newest)
            except (OSError, ValueError, WrongChain) as failure:
                if isinstance(failure, _BehindError):
                    behind.append(line)
                # An answer that does not come says nothing about whether the transaction arrived.
                may_have_arrived = may_have_arrived or handed_over
                self._put_aside(line, failure)
                failures.append(failure)
                continue
            if may_have_arrived and "error" in answer:
                raise OSError("one address may have taken the transaction, another refused it")
            return answer
        raise _AllBehindError(behind) if behind else _verdict(failures)

    def _in_order(self) -> list[_Line]:
        now = self._monotonic()
        return sorted(self._lines, key=lambda line: (line.rests_until > now, line.number))

    def _make_ready(self, line: _Line, method: str, params: list[Any]) -> None:
        """Check an address before it is relied on, and that it has the blocks that the answer needs."""
        with line.guard:
            if not line.is_checked:
                self._check(line)
        if _asks_head(method, params):
            self._compare_heads(line)
            return
        # A node that is behind answers from its old state, and leaves blocks that it has not got out of a list of logs.
        last = _last_block(params) if method == "eth_getLogs" else -1
        wanted = max(self._newest, last)
        # Behind one address there may be several nodes; only the newest blocks are worth the question.
        if line.head < wanted or max(-1, wanted - _FRESH_BLOCKS) < last:
            self._look_at_head(line)
        if line.head < wanted:
            raise _BehindError("it has not got the last of the blocks")

    def _check(self, line: _Line) -> None:
        line.found_chain = found = _number(_result(line.provider.make_request("eth_chainId", [])))
        if found != self._chain_id:
            raise WrongChain(expected=self._chain_id, found=found)
        self._look_at_head(line)
        line.is_checked = True

    def _compare_heads(self, asked: _Line) -> None:
        """Now and then ask the others how far they are, so that one that stands still is found out."""
        now = self._monotonic()
        with self._guard:
            if now - self._compared < _COMPARE_EVERY_S:
                return
            self._compared = now
        for line in self._lines:
            if line is asked or line.rests_until > now:
                continue
            try:
                with line.guard:
                    if not line.is_checked:
                        self._check(line)
                self._look_at_head(line)
            except (OSError, ValueError, WrongChain) as failure:
                self._put_aside(line, failure)

    def _take_in(self, line: _Line, method: str, params: list[Any], answer: dict[str, Any], newest: int) -> None:
        """Learn from an answer how far the chain is; refuse it when it is older than what was seen before asking."""
        found = answer.get("result")
        if _asks_head(method, params):
            self._see_head(line, _number(found.get("number") if isinstance(found, dict) else found), newest)
        elif method == "eth_getBlockByNumber" and found is None:
            raise _BehindError("it has not got the block")
        elif method == "eth_getTransactionReceipt" and isinstance(found, dict):
            self._see_head(line, _number(found.get("blockNumber")), -1)

    def _look_at_head(self, line: _Line) -> None:
        newest = self._newest
        self._see_head(line, _number(_result(line.provider.make_request("eth_blockNumber", []))), newest)

    def _see_head(self, line: _Line, head: int, newest: int) -> None:
        with self._guard:
            if self._newest >= 0 and head - self._newest > _MAX_LEAP_BLOCKS:
                raise ValueError("a head that cannot be")
            line.head = max(line.head, head)
            self._newest = max(self._newest, head)
        if head < newest:
            raise _BehindError(f"its head is {newest - head} blocks behind")

    def _put_aside(self, line: _Line, failure: Exception) -> None:
        line.is_checked = False
        line.rests_until = self._monotonic() + _REST_S
        # The address itself may hold a key: it stays out of the log.
        _log.info("address of the chain failed", extra={"line": line.number, "failure": type(failure).__name__})


def _verdict(failures: list[Exception]) -> Exception:
    """Say what a round without an answer means."""
    if all(isinstance(one, WrongChain) for one in failures):
        return failures[0]
    told = next(one for one in failures if not isinstance(one, WrongChain))
    return OSError(f"{type(told).__name__}: {told}" if isinstance(told, _NodeError) else type(told).__name__)


class _NodeError(OSError):
    """A node answered that it cannot answer now."""


def _usable(answer: object) -> dict[str, Any]:
    """Give an answer that is JSON-RPC and no excuse. Raises ValueError, OSError."""
    if not isinstance(answer, dict) or ("result" not in answer and not isinstance(answer.get("error"), dict)):
        raise ValueError("not JSON-RPC")
    error = answer.get("error")
    if isinstance(error, dict):
        text = str(error.get("message", ""))
        is_busy = error.get("code") in _BUSY_CODES or any(word in text.lower() for word in _BUSY_WORDS)
        if is_busy and "revert" not in text.lower():
            raise _NodeError(text[:200])
    return answer


def _result(answer: object) -> object:
    return _usable(answer).get("result")


def _number(value: object) -> int:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError("no number")
    return int(value, 16)


def _asks_head(method: str, params: list[Any]) -> bool:
    return method == "eth_blockNumber" or (method == "eth_getBlockByNumber" and params[:1] == ["latest"])


def _last_block(params: list[Any]) -> int:
    last = params[0].get("toBlock") if params and isinstance(params[0], dict) else None
    return int(last, 16) if isinstance(last, str) and last.startswith("0x") else -1
