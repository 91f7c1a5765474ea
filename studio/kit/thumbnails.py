"""Choosing the picture of a film: some moments to choose from, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.uploads import UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

MOMENTS = 6


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the film and what it shows; None until it was fetched."""

    at_ms: int
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class ThumbnailState:
    """upload: whose film it is, empty for none; moments: what there is to choose from, empty until it is asked for."""

    upload: str = ""
    duration_ms: int = 0
    moments: tuple[Moment, ...] = ()
    picture: bytes | None = None
    busy: bool = False
    problem: Problem | None = None


class ThumbnailViewModel(ViewModel[ThumbnailState]):
    """Fetches moments one after the other, so that the first is there soon, and keeps what is chosen."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ThumbnailState())
        self._poster: str | None = None

    def show(self, upload: UploadOut | None) -> None:
        """Show an upload's picture; the moments stay as long as it is the same film."""
        if upload is None or upload.facts is None:
            self._poster = None
            self._set(upload="", duration_ms=0, moments=(), picture=None, busy=False, problem=None)
            return
        if upload.id != self.state.upload:
            self._set(
                upload=upload.id,
                duration_ms=upload.facts.duration_ms,
                moments=(),
                picture=None,
                busy=False,
                problem=None,
            )
            self._poster = None
        if upload.poster != self._poster:
            self._poster = upload.poster
            if (cid := upload.poster) is not None:
                self._act(lambda desk: desk.catalogue.blob(cid), self._on_picture, self._no_picture)

    def look(self) -> None:
        """Fetch moments, evenly over the film."""
        duration = self.state.duration_ms
        if self.state.upload and not self.state.moments:
            steps = range(1, 2 * MOMENTS, 2)
            self._set(moments=tuple(Moment(duration * step // (2 * MOMENTS)) for step in steps), problem=None)
            self._next()

    def choose(self, at_ms: int) -> None:
        """Take a moment's picture."""
        self._keep(at_ms=at_ms)

    def choose_file(self, path: str) -> None:
        """Take a picture file."""
        self._keep(path=path)

    def _keep(self, *, at_ms: int | None = None, path: str = "") -> None:
        upload = self.state.upload
        if upload and not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(
                lambda desk: desk.uploads.set_thumbnail(upload, at_ms=at_ms, path=path), self._on_kept, self._on_problem
            )

    def _next(self) -> None:
        waiting = next((moment for moment in self.state.moments if moment.picture is None), None)
        upload = self.state.upload
        if waiting is not None:
            at_ms = waiting.at_ms
            self._act(
                lambda desk: desk.uploads.frame(upload, at_ms),
                partial(self._on_moment, upload, at_ms),
                self._on_problem,
            )

    def _on_moment(self, upload: str, at_ms: int, picture: bytes) -> None:
        if upload == self.state.upload:
            fresh = tuple(Moment(at_ms, picture) if one.at_ms == at_ms else one for one in self.state.moments)
            self._set(moments=fresh)
            self._next()

    def _on_kept(self, upload: UploadOut) -> None:
        self._set(busy=False)
        self.show(upload)

    def _on_picture(self, picture: bytes) -> None:
        self._set(picture=picture)

    def _no_picture(self, _problem: Problem) -> None:
        """A film is published without one as well."""

    def _on_problem(self, problem: Problem) -> None:
        self._set(busy=False, problem=problem)
