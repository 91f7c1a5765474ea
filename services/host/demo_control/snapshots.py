"""Earlier states of a whole world, as folders beside it; the world must be closed while one is taken or put back.

Blocks never change once they are written, so they are hard-linked; everything else is copied. A world is exchanged by
renames, behind one that says that the new state is complete: a crash leaves the old state, or, after the next opening,
the new one. Nothing here waits for the disk: what is kept is of no value after a power cut.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from services.host.demo_control.kept_clock import CLOCK_FILE
from services.ipfs.durable import disk_problems
from services.units.time import iso
from services.wire.demo import SnapshotOut
from services.wire.problems import ProblemError

_BLOCKS = "blocks"
PARTS = ("chain", "node", "desks", _BLOCKS, CLOCK_FILE)
"""What of a profile is the world; the rest (logs, samples, the window's settings) stays as it is."""
_KEPT, _READY, _LIST = "snapshots", ".ready", "parts.json"
_GROWING, _GONE = ".growing-", ".gone-"
_LINK_BYTES, _STEP = 4096, 0.01


def take(profile: Path, name: str, at: datetime) -> None:
    """Keep the state of a closed world under a name, in place of an older one. Raises ProblemError: disk.full."""
    kept = profile / _KEPT
    growing = kept / (_GROWING + secrets.token_hex(6))
    with disk_problems():
        growing.mkdir(parents=True, mode=0o700)
        _copy(profile, growing)
        (growing / "snapshot.json").write_text(json.dumps({"at": iso(at)}))
        _move_away(profile, kept / name)
        growing.rename(kept / name)


def restore(profile: Path, name: str) -> None:
    """Put a kept state in the place of a closed world. Raises ProblemError: request.not_found, disk.full."""
    kept = profile / _KEPT / name
    if not kept.is_dir():
        raise ProblemError("request.not_found")
    _exchange(profile, lambda into: _copy(kept, into))


def reset(profile: Path) -> None:
    """Take a closed world away; the next opening makes one anew. Raises ProblemError: disk.full."""
    _exchange(profile, lambda _into: [])


def take_over(profile: Path, source: Path, begin: Callable[[Path], None], tell: Callable[[float], None]) -> None:
    """Put a world of another folder in the place of a closed one; blocks stay shared where the disk can do that.

    begin: sets the clock of the copy. tell: hears how far it is, from 0 to 1, at each further hundredth at most.
    Raises ProblemError: disk.full.
    """

    def fill(into: Path) -> list[str]:
        parts = _copy(source, into, _Teller(tell, sum(map(_weight, _files(source)))).heard)
        begin(into)
        return [*parts, CLOCK_FILE]

    _exchange(profile, fill)


def forget(profile: Path, name: str) -> None:
    """Throw a kept state away. Raises ProblemError: request.not_found."""
    kept = profile / _KEPT / name
    if not kept.is_dir():
        raise ProblemError("request.not_found")
    shutil.rmtree(_move_away(profile, kept), ignore_errors=True)


def listed(profile: Path) -> tuple[SnapshotOut, ...]:
    """List the kept states, the latest first."""
    found = []
    for told in (profile / _KEPT).glob("[a-z0-9]*/snapshot.json"):
        found.append(SnapshotOut(name=told.parent.name, at=json.loads(told.read_text())["at"]))
    return tuple(sorted(found, key=lambda one: (one.at, one.name), reverse=True))


def finish(profile: Path) -> None:
    """Finish an exchange that a crash cut short; for a world that is about to be opened."""
    ready = profile / _READY
    if not (ready / _LIST).is_file():
        return
    parts = json.loads((ready / _LIST).read_text())
    for part in PARTS:
        if part not in parts:
            _move_away(profile, profile / part)
        elif (ready / part).exists():
            _move_away(profile, profile / part)
            (ready / part).rename(profile / part)
    _move_away(profile, ready)


def leftovers(profile: Path) -> list[Path]:
    """List what exchanges and crashes left behind; for a moment at which no exchange runs."""
    patterns = (_GONE + "*", _GROWING + "*", f"{_KEPT}/{_GROWING}*")
    return [left for pattern in patterns for left in profile.glob(pattern)]


def sweep(left: Iterable[Path]) -> None:
    """Throw leftovers away. It may take its time: what a later exchange makes has other names."""
    for path in left:
        shutil.rmtree(path, ignore_errors=True)


def _exchange(profile: Path, fill: Callable[[Path], Iterable[str]]) -> None:
    growing = profile / (_GROWING + secrets.token_hex(6))
    with disk_problems():
        growing.mkdir(mode=0o700)
        parts = list(fill(growing))
        (growing / _LIST).write_text(json.dumps(parts))
        growing.rename(profile / _READY)
    finish(profile)


class _Teller:
    """Tells how much of a whole was copied."""

    def __init__(self, tell: Callable[[float], None], whole: int) -> None:
        self._tell, self._whole, self._done, self._told = tell, max(1, whole), 0, 0.0

    def heard(self, path: Path) -> None:
        """Count a file that is copied."""
        self._done += _weight(path)
        part = min(1.0, self._done / self._whole)
        if part >= min(1.0, self._told + _STEP):
            self._told = part
            self._tell(part)


def _files(source: Path) -> Iterator[Path]:
    for part in PARTS:
        yield from (path for path in (source / part, *(source / part).rglob("*")) if path.is_file())


def _weight(path: Path) -> int:
    """Give what copying a file costs, in bytes; a link is hardly anything."""
    return _LINK_BYTES if _BLOCKS in path.parts else _LINK_BYTES + path.stat().st_size


def _copy(source: Path, into: Path, heard: Callable[[Path], None] = lambda _path: None) -> list[str]:
    """Copy a world's parts; gives those that there were. heard: hears each file that was copied."""
    found = [part for part in PARTS if (source / part).exists()]
    for part in found:
        how = _link if part == _BLOCKS else _plain

        def copy(path: str, there: str, how: Callable[[str, str], None] = how) -> None:
            # Here and not around all of it: copytree would gather the errors and hide which they were.
            with disk_problems():
                how(path, there)
            heard(Path(path))

        if (source / part).is_file():
            copy(str(source / part), str(into / part))
        else:
            # Linked or not, each file has its place of its own, so that renames and removals stay apart.
            shutil.copytree(source / part, into / part, copy_function=copy)
    return found


def _plain(source: str, into: str) -> None:
    shutil.copy2(source, into)


def _link(source: str, into: str) -> None:
    try:
        os.link(source, into)
    except OSError as exc:
        # Another disk, or one that cannot link.
        if exc.errno == errno.ENOSPC:
            raise
        shutil.copy2(source, into)


def _move_away(profile: Path, path: Path) -> Path:
    """Rename something out of the way; what is not there is no error."""
    gone = profile / (_GONE + secrets.token_hex(6))
    if path.exists():
        gone.mkdir(mode=0o700)
        path.rename(gone / path.name)
    return gone
