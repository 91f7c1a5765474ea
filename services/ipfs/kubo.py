"""Blocks in a running IPFS daemon, over Kubo's RPC (docs.ipfs.tech, "Kubo RPC API v0") by ipfshttpclient.

Only blocks and their names go there: no path, no file name. What comes back is hashed before anybody sees it.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from services.ipfs.car import one_block, write_car
from services.ipfs.store import MAX_BLOCK_BYTES, BlockDamagedError, BlockMissingError, BlockStore
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

# The client of 2021 passes urllib3 an argument that its third version will refuse; the pins keep the second.
warnings.filterwarnings("ignore", message=".*'strict' parameter", category=FutureWarning)
_CONNECT_S = 3.0
_READ_S = 60.0
_MAX_ADDRESS = 500
# A daemon that is online asks the whole network for a block that it has not: it is told to look at home only.
_AT_HOME = {"offline": "true", "timeout": "2s"}
T = TypeVar("T")
_ADDRESSES = ("/ip4/", "/ip6/", "/dns/", "/dns4/", "/dns6/", "/unix/")


def is_daemon_address(text: str) -> bool:
    """Tell a daemon's multiaddress, such as /ip4/127.0.0.1/tcp/5001, from a folder."""
    return text.startswith(_ADDRESSES)


class KuboBlockStore:
    """A BlockStore in a daemon. Blocking; several threads may share one.

    Methods raise ProblemError store.unreachable besides what BlockStore names.
    """

    def __init__(self, address: str, *, connect_s: float = _CONNECT_S, read_s: float = _READ_S) -> None:
        """address: multiaddress of the RPC. Nothing is sent yet. Raises ProblemError: request.invalid."""
        # Loaded here: with requests below it, the client is a twentieth of a service's start.
        import ipfshttpclient

        self._address, self._wrong = address, ipfshttpclient.exceptions
        try:
            # Not connect(): it asserts versions of 2021, and all that is used here is unchanged since.
            self._client: Any = ipfshttpclient.Client(address, session=True, timeout=(connect_s, read_s))
        except self._wrong.AddressError as exc:
            raise ProblemError("request.invalid", field="address") from exc

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def version(self) -> str:
        """Ask what answers there, such as 0.43.1."""
        with self._reachable():
            return str(self._client.version()["Version"])[:40]

    def addresses(self) -> tuple[str, ...]:
        """Ask at which addresses other peers reach it."""
        with self._reachable():
            found = self._client.id()["Addresses"] or ()
            return tuple(str(address) for address in found if len(str(address)) <= _MAX_ADDRESS)

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        """Keep a block; it is not pinned, so a daemon that collects garbage may drop it until ``pin``."""
        if len(block) > MAX_BLOCK_BYTES:
            raise ValueError(f"a block of {len(block)} bytes is above the limit")
        cid = Cid.of(block, codec)
        # As an archive: daemons differ in how block/put names codecs, and some take no more than 256 KiB there.
        self._import(io.BytesIO(one_block(cid, bytes(block))))
        if not self.has(cid):
            raise self._unreachable("it did not keep a block")
        return cid

    def get(self, cid: Cid) -> bytes:
        block = self._at_home(lambda: self._read(cid))
        if block is None:
            raise BlockMissingError(cid)
        if len(block) > MAX_BLOCK_BYTES or Cid.of(block, cid.codec) != cid:
            raise BlockDamagedError(cid)
        return block

    def has(self, cid: Cid) -> bool:
        return self._at_home(lambda: self._client.block.stat(str(cid), opts=_AT_HOME)) is not None

    def discard(self, cid: Cid) -> None:
        """Forget a block; one that the daemon's pins hold stays."""
        self._at_home(lambda: self._client._client.request("/block/rm", (str(cid),), opts={"force": "true"}))

    def copy(self, source: BlockStore, root: Cid) -> None:
        """Bring a file's whole graph as one archive and pin it.

        The daemon gets finished blocks under their names, so that none of its own settings for adding counts; each
        that is missing afterwards fails the pin. Raises ProblemError also: content.missing, content.damaged.
        """
        archive = io.BytesIO()
        write_car(archive, source, root)
        archive.seek(0)
        self._import(archive)
        self.pin(root)
        if self.get(root) != source.get(root):
            raise BlockDamagedError(root)

    def is_pinned(self, root: Cid) -> bool:
        """Say whether the daemon holds a file's whole graph."""
        return self._at_home(lambda: self._client.pin.ls(str(root), type="recursive")) is not None

    def pin(self, root: Cid) -> None:
        """Keep a file's whole graph through the daemon's garbage collections.

        Raises ProblemError: content.missing when a block of it is not there, store.unreachable.
        """
        if self._at_home(lambda: self._client.pin.add(str(root), opts=_AT_HOME)) is None:
            raise BlockMissingError(root)

    def _import(self, archive: io.BytesIO) -> None:
        opts = {"pin-roots": "false", "allow-big-block": "true"}
        with self._reachable(), self._client.dag.imprt(archive, stream=True, opts=opts) as answers:
            # It names pinned roots only. To its end, so that the connection serves again.
            for _ in answers:
                pass

    def _read(self, cid: Cid) -> bytes:
        parts, length = [], 0
        with self._client.block.get(str(cid), stream=True, opts=_AT_HOME) as stream:
            for part in stream:
                parts.append(part)
                length += len(part)
                if length > MAX_BLOCK_BYTES:
                    break
        return b"".join(parts)

    def _at_home(self, ask: Callable[[], T]) -> T | None:
        """Ask for a block; None when the daemon says that it has not got it."""
        with self._reachable():
            try:
                return ask()
            except self._wrong.ErrorResponse:
                return None

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (self._wrong.Error, KeyError, TypeError, ValueError, OSError) as exc:
            raise self._unreachable(type(exc).__name__) from exc

    def _unreachable(self, reason: str) -> ProblemError:
        return ProblemError("store.unreachable", address=self._address, reason=reason)
