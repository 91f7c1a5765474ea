"""What a list showed last, kept on this disk: pages have something to show while every service is down."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.units.time import SystemClock

if TYPE_CHECKING:
    from services.wire.catalogue import ItemOut

_UNFINISHED = ".new"
_POSTERS_KEPT = 200


class LastSeen:
    """Lists by name, and posters by CID, in a folder of the profile. Blocking; a full disk costs the copy only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, items: tuple[ItemOut, ...]) -> None:
        """Keep a list in place of what was kept under that name."""
        body = {"at": SystemClock().now().isoformat(), "items": [item.model_dump(mode="json") for item in items]}
        self._write(self._folder / f"{name}.json", json.dumps(body).encode())

    def recall(self, name: str) -> tuple[tuple[ItemOut, ...], datetime] | None:
        """Give a list and when it was seen; None when there is none that can be read."""
        from services.wire.catalogue import ItemOut  # not before it is needed: it brings pydantic with it

        try:
            body = json.loads((self._folder / f"{name}.json").read_bytes())
            return tuple(ItemOut.model_validate(item) for item in body["items"]), datetime.fromisoformat(body["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_poster(self, cid: str, data: bytes) -> None:
        """Keep a poster; the oldest ones go."""
        place = self._poster(cid)
        if place is None or place.exists():
            return
        self._write(place, data)
        # What others are about to keep has another name by the time it is looked at.
        finished = [file for file in place.parent.iterdir() if file.suffix != _UNFINISHED]
        for old in sorted(finished, key=_age)[:-_POSTERS_KEPT]:
            old.unlink(missing_ok=True)

    def poster(self, cid: str) -> bytes | None:
        """Give a kept poster."""
        place = self._poster(cid)
        try:
            return None if place is None else place.read_bytes()
        except OSError:
            return None

    def _poster(self, cid: str) -> Path | None:
        return self._folder / "posters" / cid if cid.isalnum() else None

    def _write(self, place: Path, data: bytes) -> None:
        fresh = place.with_suffix(_UNFINISHED)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(data)
            os.replace(fresh, place)
        except OSError:
            fresh.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def last_seen_of(profile_path: str, desk_id: str) -> LastSeen | None:
    """Give the place for a desk's lists; None without a profile on this disk."""
    return LastSeen(Path(profile_path) / "window" / desk_id) if profile_path else None
