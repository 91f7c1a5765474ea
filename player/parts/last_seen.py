"""What a list showed last, kept on this disk: pages have something to show while every service is down."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from services.units.time import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.base import Answer
    from services.wire.catalogue import ItemOut
    from services.wire.profiles import CreatorPageOut

A = TypeVar("A", bound="Answer")
_UNFINISHED = ".new"
_POSTERS_KEPT, _CHANNELS_KEPT = 200, 100


class LastSeen:
    """Lists and answers by name, channels by their creator and posters by CID, in a folder of the profile.

    Blocking; a full disk costs the copy only.
    """

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

    def keep_answer(self, name: str, things: Sequence[Answer]) -> None:
        """Keep what a desk said in place of what was kept under that name."""
        body = {"at": SystemClock().now().isoformat(), "things": [thing.model_dump(mode="json") for thing in things]}
        self._write(self._folder / f"{name}.json", json.dumps(body).encode())

    def recall_answer(self, name: str, kind: type[A]) -> tuple[tuple[A, ...], datetime] | None:
        """Give what was kept and when it was seen; None when there is nothing that can be read."""
        try:
            body = json.loads((self._folder / f"{name}.json").read_bytes())
            things = tuple(kind.model_validate(thing) for thing in body["things"])
            return things, datetime.fromisoformat(body["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_channel(self, page: CreatorPageOut) -> None:
        """Keep a creator's page in place of an older one; the oldest ones go."""
        body = {"at": SystemClock().now().isoformat(), "page": page.model_dump(mode="json")}
        place = self._channel(page.profile.creator)
        self._write(place, json.dumps(body).encode())
        _let_go(place.parent, but=_CHANNELS_KEPT)

    def recall_channel(self, creator: str) -> tuple[CreatorPageOut, datetime] | None:
        """Give a creator's page and when it was seen; None when there is none that can be read."""
        from services.wire.profiles import CreatorPageOut

        try:
            body = json.loads(self._channel(creator).read_bytes())
            return CreatorPageOut.model_validate(body["page"]), datetime.fromisoformat(body["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_poster(self, cid: str, data: bytes) -> None:
        """Keep a poster; the oldest ones go."""
        place = self._poster(cid)
        if place is None or place.exists():
            return
        self._write(place, data)
        _let_go(place.parent, but=_POSTERS_KEPT)

    def poster(self, cid: str) -> bytes | None:
        """Give a kept poster."""
        place = self._poster(cid)
        try:
            return None if place is None else place.read_bytes()
        except OSError:
            return None

    def _poster(self, cid: str) -> Path | None:
        return self._folder / "posters" / cid if cid.isalnum() else None

    def _channel(self, creator: str) -> Path:
        return self._folder / "channels" / f"{creator.lower()}.json"

    def _write(self, place: Path, data: bytes) -> None:
        fresh = place.with_suffix(_UNFINISHED)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(data)
            os.replace(fresh, place)
        except OSError:
            fresh.unlink(missing_ok=True)


def _let_go(folder: Path, *, but: int) -> None:
    try:
        # What others are about to keep has another name by the time it is looked at.
        finished = [file for file in folder.iterdir() if file.suffix != _UNFINISHED]
    except FileNotFoundError:
        return  # nothing could be written there
    for old in sorted(finished, key=_age)[:-but]:
        old.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def last_seen_of(profile_path: str, desk_id: str) -> LastSeen | None:
    """Give the place for a desk's lists; None without a profile on this disk."""
    return LastSeen(Path(profile_path) / "window" / desk_id) if profile_path else None
