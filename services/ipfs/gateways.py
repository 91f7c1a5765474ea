"""Trustless gateways (specs.ipfs.tech, trustless gateway): several are raced, and nothing that they say is believed.

A block counts when its bytes have its name. Answers are bounded in size and time; who fails or lies is left alone for
a while, longer each time.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLContext, create_default_context
from typing import TypeVar
from urllib.parse import urlsplit

from services.ipfs.car import read_blocks, read_roots
from services.ipfs.intake import Intake
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import MAX_BLOCK_BYTES, BlockDamagedError, BlockMissingError, BlockStore
from services.ipfs.unixfs import block_names, is_complete
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
MAX_CAR_BYTES = 160 * 1024 * 1024
"""Room for the largest sealed chunk (services.media.limits) and the nodes above its leaves."""
_REST_S, _LONGEST_REST_S = 1.0, 120.0
_SMOOTH = 0.3
_CONNECTIONS = 4
T = TypeVar("T")


class GatewayError(Exception):
    """A gateway did not give what was asked for. reason: missing, wrong, slow, busy, refused or broken."""

    def __init__(self, reason: str, rest_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.rest_s = reason, rest_s


class Health:
    """How one gateway did lately. now: a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._seconds, self._failures, self._rests_until = now, 0.0, 0, 0.0

    @property
    def is_resting(self) -> bool:
        """Whether it is left alone for now."""
        return self._now() < self._rests_until

    @property
    def seconds(self) -> float:
        """What an answer took lately, smoothed."""
        return self._seconds

    def worked(self, seconds: float) -> None:
        """Note an answer that was right; not having a block is one."""
        self._failures, self._rests_until = 0, 0.0
        self._seconds = seconds if not self._seconds else self._seconds + _SMOOTH * (seconds - self._seconds)

    def failed(self, rest_s: float = 0.0) -> None:
        """Note another failure. rest_s: what it asked for itself, if it did."""
        self._failures += 1
        rest = max(rest_s, _REST_S * 2 ** min(self._failures - 1, 7))
        self._rests_until = self._now() + min(rest, _LONGEST_REST_S)


class Gateway:
    """One gateway by its address (scheme, name, port). Threads may share it.

    read_s: the longest silence; whole_s: the longest answer.
    """

    def __init__(
        self, address: str, *, connect_s: float = 3.0, read_s: float = 10.0, whole_s: float = 60.0,
        tls: SSLContext | None = None, health: Health | None = None,
    ) -> None:  # fmt: skip
        parts = urlsplit(address)
        self.address, self.health, self.intake = address, health or Health(), Intake()
        self._host, self._port, self._is_tls = parts.hostname or "", parts.port, parts.scheme == "https"
        self._times, self._whole_s, self._tls = (connect_s, read_s), whole_s, tls
        self._is_closed = False
        self._idle: queue.LifoQueue[HTTPConnection] = queue.LifoQueue(_CONNECTIONS)

    def block(self, cid: Cid) -> bytes:
        """Fetch one block. Raises GatewayError."""
        return self._noted(lambda: self._block(cid))

    def graph(self, root: Cid) -> MemoryBlockStore:
        """Fetch a file's whole graph as one archive; what does not belong to it is thrown away. Raises GatewayError."""
        return self._noted(lambda: self._graph(root))

    def close(self) -> None:
        """Give up the connections; those in use end with their answers."""
        self._is_closed = True
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _noted(self, ask: Callable[[], T]) -> T:
        begun = time.monotonic()
        try:
            found = ask()
        except GatewayError as problem:
            if problem.reason == "missing":
                self.health.worked(time.monotonic() - begun)
            else:
                self.health.failed(problem.rest_s)
            raise
        self.health.worked(time.monotonic() - begun)
        return found

    def _block(self, cid: Cid) -> bytes:
        with _Answer(self, f"/ipfs/{cid}?format=raw", RAW_TYPE, MAX_BLOCK_BYTES) as answer:
            block = answer.read(MAX_BLOCK_BYTES + 1)
        if Cid.of(block, cid.codec) != cid:
            raise GatewayError("wrong")
        return block

    def _graph(self, root: Cid) -> MemoryBlockStore:
        found, path = MemoryBlockStore(), f"/ipfs/{root}?format=car&dag-scope=all"
        with _Answer(self, path, CAR_TYPE, MAX_CAR_BYTES) as answer:
            try:
                read_roots(answer)
                for cid, block in read_blocks(answer):
                    found.keep(cid, block)
            except ProblemError as exc:
                raise GatewayError("wrong") from exc
        if not is_complete(found, root):
            raise GatewayError("missing")
        return found

    def open(self) -> HTTPConnection:
        """Take an idle connection, or make one. The caller gives it back or closes it."""
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        connect_s = self._times[0]
        if self._is_tls:
            self._tls = self._tls or create_default_context()
            return HTTPSConnection(self._host, self._port, timeout=connect_s, context=self._tls)
        return HTTPConnection(self._host, self._port, timeout=connect_s)

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        if not self._is_closed:
            with suppress(queue.Full):
                self._idle.put_nowait(connection)
                return
        connection.close()

    @property
    def patience(self) -> tuple[float, float]:
        """The longest silence and the longest answer, in seconds."""
        return self._times[1], self._whole_s


class _Answer:
    """One answer's body, bounded in bytes and seconds; the connection serves again when it was read to its end."""

    def __init__(self, gateway: Gateway, path: str, kind: str, max_bytes: int) -> None:
        self._gateway, self._path, self._kind, self._left = gateway, path, kind, max_bytes
        self._connection = gateway.open()
        self._body: HTTPResponse | None = None
        self._promised: int | None = None
        self._end = time.monotonic() + gateway.patience[1]

    def __enter__(self) -> _Answer:
        try:
            self._body = self._asked()
            self._check(self._body)
            self._promised = self._body.length
        except (OSError, HTTPException, ValueError) as exc:
            self._drop()
            raise _as_failure(exc) from exc
        except GatewayError:
            self._drop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._body is not None and self._body.isclosed() and not self._body.will_close:
            self._gateway.give_back(self._connection)
        else:
            self._drop()

    def _drop(self) -> None:
        # An answer without a length holds the line by itself.
        if self._body is not None:
            self._body.close()
        self._connection.close()

    def read(self, most: int, /) -> bytes:
        """Read so many bytes, fewer only at the end."""
        parts, missing = [], most
        while missing and (some := self._some(missing)):
            parts.append(some)
            missing -= len(some)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, most: int) -> bytes:
        """Read what has come: waiting for all of it would hand the clock to whoever sends a byte at a time."""
        body = self._body
        if body is None or time.monotonic() > self._end:
            raise GatewayError("slow")
        try:
            some = self._received(body, most)
        except (OSError, HTTPException, ValueError) as exc:
            raise _as_failure(exc) from exc
        self._left -= len(some)
        self._gateway.intake.came(len(some))
        if self._left < 0:
            raise GatewayError("wrong")
        return some

    def _received(self, body: HTTPResponse, most: int) -> bytes:
        if self._promised is None:
            return body.read1(most)
        some = body.read1(min(most, self._promised)) if self._promised else b""
        self._promised -= len(some)
        if not self._promised:
            # Read to its end, which read1() does not count.
            body.close()
        elif not some:
            raise GatewayError("broken")
        return some

    def _asked(self) -> HTTPResponse:
        headers = {"Accept": self._kind, "Accept-Encoding": "identity"}
        try:
            return self._sent(headers)
        except (ConnectionError, HTTPException):
            # It was idle for too long, and the other side has hung up.
            self._connection.close()
            return self._sent(headers)

    def _sent(self, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request("GET", self._path, headers=headers)
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._gateway.patience[0])
        return self._connection.getresponse()

    def _check(self, body: HTTPResponse) -> None:
        if body.status in (404, 410):
            raise GatewayError("missing")
        if body.status in (429, 503):
            raise GatewayError("busy", _retry_after(body.headers.get("Retry-After", "")))
        kind = body.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if body.status != 200 or kind != self._kind or body.headers.get("Content-Encoding", "identity") != "identity":
            raise GatewayError("refused")
        if body.length is not None and body.length > self._left:
            raise GatewayError("wrong")


class GatewaySource:
    """Blocks and files from whichever gateway gives them first. Threads may share it; ``close`` it at the end.

    hedge_s: after so long without an answer the next gateway is asked as well. intake: says when more may come; all
    that any of them gives counts.
    """

    def __init__(self, gateways: Sequence[Gateway], *, hedge_s: float = 0.6, intake: Intake | None = None) -> None:
        self._gateways, self._hedge_s, self._intake = tuple(gateways), hedge_s, intake or Intake()
        for gateway in gateways:
            gateway.intake = self._intake
        self._pool = ThreadPoolExecutor(2 * max(len(gateways), 1), thread_name_prefix="gateway")

    def close(self) -> None:
        """Wait for nobody any longer."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for gateway in self._gateways:
            gateway.close()

    def block(self, cid: Cid) -> bytes:
        """Raises ProblemError: content.missing when all say that they have not got it, store.unreachable."""
        return self._raced(cid, lambda gateway: gateway.block(cid))

    def graph(self, root: Cid) -> MemoryBlockStore:
        """Give a file's whole graph. Raises as ``block``."""
        return self._raced(root, lambda gateway: gateway.graph(root))

    def _raced(self, cid: Cid, ask: Callable[[Gateway], T]) -> T:
        # Before the race: a gateway that is not asked yet is not slow.
        with self._intake.turn():
            return self._first(cid, ask)

    def _first(self, cid: Cid, ask: Callable[[Gateway], T]) -> T:
        waiting = self._in_order()
        running: set[Future[T]] = set()
        reasons: dict[str, str] = {}
        asked: dict[Future[T], str] = {}
        while waiting or running:
            if waiting:
                gateway = waiting.pop(0)
                # With what it is fetched for.
                future = self._pool.submit(copy_context().run, ask, gateway)
                running.add(future)
                asked[future] = gateway.address
            done, running = wait(running, self._hedge_s if waiting else None, FIRST_COMPLETED)
            for future in done:
                try:
                    return future.result()
                except GatewayError as problem:
                    reasons[asked[future]] = problem.reason
        if reasons and set(reasons.values()) == {"missing"}:
            raise BlockMissingError(cid)
        address, reason = next(((at, why) for at, why in reasons.items() if why != "missing"), ("", "none"))
        raise ProblemError("store.unreachable", address=address, reason=reason)

    def _in_order(self) -> list[Gateway]:
        """The quickest first; those that rest only when nobody else is there."""
        awake = [gateway for gateway in self._gateways if not gateway.health.is_resting]
        return sorted(awake or self._gateways, key=lambda gateway: gateway.health.seconds)


class GatewayBlockStore:
    """A store whose missing and damaged blocks come from gateways, and stay. It passes the suite of the others."""

    def __init__(self, here: BlockStore, source: GatewaySource) -> None:
        self._here, self._source = here, source

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        return self._here.put(block, codec)

    def get(self, cid: Cid) -> bytes:
        """Raises ProblemError also: store.unreachable."""
        try:
            return self._here.get(cid)
        except (BlockMissingError, BlockDamagedError):
            block = self._source.block(cid)
        self._here.put(block, cid.codec)
        return block

    def has(self, cid: Cid) -> bool:
        return self._here.has(cid)

    def discard(self, cid: Cid) -> None:
        self._here.discard(cid)

    def bring(self, root: Cid) -> None:
        """Have a whole file here, by one archive instead of a question a block. Raises as ``get``, and disk.full."""
        if is_complete(self._here, root):
            return
        found = self._source.graph(root)
        for name in block_names(found, root):
            self._here.put(found.get(name), name.codec)


def _as_failure(exc: Exception) -> GatewayError:
    return GatewayError("slow" if isinstance(exc, TimeoutError) else "broken")


def _retry_after(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0
