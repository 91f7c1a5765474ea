"""Token buckets that several processes of one machine share, in memory of a fixed size.

Each bucket has four places where it may stand, by a keyed hash; a fifth one takes the place of whichever was not asked
for longest. Nothing is locked, so that a process that dies holds nobody up: of two that take from one bucket in the
same microseconds, one may not be counted.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from typing import Protocol

from services.node.buckets import Rate

_PLACES = 4
_GROUPS = 16_384
# Tag, tokens, and when; a tag is a whole number that a float holds, 0 for an empty place.
_WIDTH = 3
_TAG_BITS = 52


class Floats(Protocol):
    """Memory that processes share."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> float: ...

    def __setitem__(self, index: int, value: float, /) -> None: ...


@dataclass(frozen=True, slots=True)
class BucketMemory:
    """What the processes have in common: the places, and the key of the hash (16 bytes)."""

    floats: Floats
    key: bytes


def bucket_memory(context: SpawnContext, *, groups: int = _GROUPS) -> BucketMemory:
    """Reserve memory that goes to processes of this context as they are started: a megabyte and a half."""
    return BucketMemory(context.RawArray("d", groups * _PLACES * _WIDTH), secrets.token_bytes(16))


class SharedBuckets:
    """The same questions as of ``Buckets``, answered for all processes. An event loop owns each."""

    def __init__(self, memory: BucketMemory, now: Callable[[], float]) -> None:
        """now: seconds that never run backwards, the same for all processes."""
        self._floats, self._key, self._now = memory.floats, memory.key, now
        self._groups = len(memory.floats) // (_PLACES * _WIDTH)

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one token; gives 0, or the seconds until there will be one, and then takes none."""
        place, tag, tokens = self._level(key, rate)
        is_there = tokens >= 1
        self._keep(place, tag, tokens - 1 if is_there else tokens)
        return 0.0 if is_there else (1 - tokens) / rate.per_s

    def give_back(self, key: Hashable, rate: Rate) -> None:
        """Put a token back that was well spent."""
        place, tag, tokens = self._level(key, rate)
        self._keep(place, tag, min(float(rate.burst), tokens + 1))

    def is_empty(self, key: Hashable, rate: Rate) -> bool:
        """Tell whether ``take`` would have to wait."""
        return self._level(key, rate)[2] < 1

    def _level(self, key: Hashable, rate: Rate) -> tuple[int, float, float]:
        """Give the place of a bucket, its tag, and what is in it."""
        digest = hashlib.blake2b(repr(key).encode(), digest_size=16, key=self._key).digest()
        first = int.from_bytes(digest[:8], "big") % self._groups * _PLACES * _WIDTH
        tag = float((int.from_bytes(digest[8:], "big") >> (64 - _TAG_BITS)) + 1)
        floats, oldest = self._floats, first
        for place in range(first, first + _PLACES * _WIDTH, _WIDTH):
            if floats[place] == tag:
                since = max(0.0, self._now() - floats[place + 2])
                return place, tag, min(float(rate.burst), floats[place + 1] + since * rate.per_s)
            if floats[place + 2] < floats[oldest + 2]:
                oldest = place
        return oldest, tag, float(rate.burst)

    def _keep(self, place: int, tag: float, tokens: float) -> None:
        floats = self._floats
        floats[place], floats[place + 1], floats[place + 2] = tag, tokens, self._now()
