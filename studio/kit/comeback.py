"""Where a film stands, in memory that outlives this process: libVLC lives in it, and a crash there ends it at once.

One for the process, as its window is. Without ``share`` nothing is kept, and nothing is there to come back to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import mmap

_SLOT = 1024
_HEAD = 4
_shared: mmap.mmap | None = None


class Comeback(NamedTuple):
    """A film at a desk, and whether it runs by itself when it is back."""

    desk_id: str
    content_id: str
    position_ms: int
    plays: bool

    def params(self) -> dict[str, str]:
        """Give what the watch page is opened with."""
        return {"content_id": self.content_id, "position_ms": str(self.position_ms), "plays": "yes" * self.plays}


def share() -> None:
    """Make the memory; children of a fork see what others write there."""
    global _shared  # noqa: PLW0603 - one for the process
    if _shared is None:
        import mmap

        _shared = mmap.mmap(-1, _HEAD + 2 * _SLOT)


def keep(film: Comeback | None) -> None:
    """Note where a film stands, or that none is to come back.

    There are two places, and one byte says which is whole: a crash in the middle leaves the note before.
    """
    if _shared is None:
        return
    import json  # once a film plays

    place = 1 - _shared[0]
    data = b"" if film is None else json.dumps(film).encode()
    start = _HEAD + place * _SLOT
    if len(data) <= _SLOT - _HEAD:
        _shared[start : start + _HEAD + len(data)] = len(data).to_bytes(_HEAD) + data
        _shared[0] = place


def kept() -> Comeback | None:
    """Give the last whole note."""
    if _shared is None:
        return None
    start = _HEAD + _shared[0] * _SLOT
    length = int.from_bytes(_shared[start : start + _HEAD])
    if not length:
        return None
    import json  # after a crash

    return Comeback(*json.loads(_shared[start + _HEAD : start + _HEAD + length]))
