"""Choosing captions, a sound track, a chapter."""

from __future__ import annotations

import asyncio
import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from player.core import captions
from player.core.captions import Captions
from player.core.chapters import Chapter, next_start, previous_start
from player.core.fragments import sound_tracks
from player.core.playback import Seek
from player.pages.watch.joining_model import JoiningModel
from player.pages.watch.tracks import FROM_FILE, Tracks
from services.units.ids import content_id as checked_id
from services.wire.problems import ProblemError
from studio.kit.problems import advice

if TYPE_CHECKING:
    from player.pages.watch.projector import Projector
    from services.client import DeskClient
    from services.wire.catalogue import PlaybackOut
    from studio.kit.problems import Problem


class TracksModel(JoiningModel):
    """The part of the watch page's model that chooses what is heard and read beside the picture."""

    projector: Projector

    def seek(self, position_ms: int) -> None:
        """Go to a position."""
        self._set(refusal=None, asked=None)
        self.projector.dispatch(Seek(position_ms))

    def _take_tracks(self, film: PlaybackOut, init: bytes) -> None:
        """Take over what a film has; what was chosen for the one before is not chosen for it."""
        chapters = tuple(Chapter(one.start_ms, one.title) for one in film.chapters)
        self._set(tracks=Tracks(captions=film.captions, sounds=sound_tracks(init), chapters=chapters))
        self.projector.set_sound(0)

    # ── captions ──

    def choose_captions(self, place: int | None) -> None:
        """Show the film's captions of that place, those of the file that was read, or none."""
        if place is None or place == FROM_FILE:
            self._set(tracks=dataclasses.replace(self.state.tracks, chosen=place))
            return
        self._choose(place, Captions())
        content = checked_id(self.state.content_id)

        async def read(desk: DeskClient) -> Captions:
            return _parsed(await desk.playback.captions(content, place))

        self._act(read, partial(self._on_captions, place), self._on_no_captions)

    def read_captions(self, path: str) -> None:
        """Show captions from a file, WebVTT or SubRip; the film's stand still to be chosen."""

        async def read(_desk: DeskClient) -> Captions:
            return _parsed(await asyncio.to_thread(_bytes_of, Path(path)))

        name = Path(path).name
        self._act(read, lambda words: self._on_file(name, words), self._on_no_captions)

    def toggle_captions(self) -> None:
        """Show captions or not: the ones that were read last, else the film's first."""
        tracks = self.state.tracks
        if tracks.chosen is not None:
            self.choose_captions(None)
        elif tracks.file_name:
            self.choose_captions(FROM_FILE)
        elif tracks.captions:
            self.choose_captions(0)

    def _choose(self, place: int | None, words: Captions, file_name: str = "") -> None:
        self._set(tracks=dataclasses.replace(self.state.tracks, chosen=place, words=words, file_name=file_name))

    def _on_captions(self, place: int, words: Captions) -> None:
        if self.state.tracks.chosen == place:
            self._choose(place, words)

    def _on_file(self, name: str, words: Captions) -> None:
        self._choose(FROM_FILE, words, name)

    def _on_no_captions(self, problem: Problem) -> None:
        self._choose(None, Captions())
        self.context.notify(advice(problem).sentence)

    # ── sound and chapters ──

    def choose_sound(self, place: int) -> None:
        """Hear the sound track of that place."""
        if 0 <= place < len(self.state.tracks.sounds):
            self._set(tracks=dataclasses.replace(self.state.tracks, sound=place))
            self.projector.set_sound(place)

    def next_chapter(self) -> None:
        """Go to the next chapter."""
        self._go(next_start(self.state.tracks.chapters, self.projector.position_ms))

    def previous_chapter(self) -> None:
        """Go to the beginning of this chapter, or of the one before."""
        self._go(previous_start(self.state.tracks.chapters, self.projector.position_ms))

    def _go(self, start_ms: int | None) -> None:
        if start_ms is not None:
            self.seek(start_ms)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(captions.MAX_BYTES + 1)
    except OSError as exc:
        raise ProblemError("captions.unreadable", detail=exc) from exc


def _parsed(data: bytes) -> Captions:
    try:
        return captions.parsed(captions.decoded(data))
    except ValueError as exc:
        raise ProblemError("captions.unreadable") from exc
