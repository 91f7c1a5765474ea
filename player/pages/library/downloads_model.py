"""Films on this disk: what is here or coming, and the room for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import DeskClient
    from services.units.ids import ContentId
    from services.wire.library import DownloadsOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class DownloadsState:
    """downloads is None until they are read. refusal: why the last thing that was wanted did not happen."""

    downloads: DownloadsOut | None = None
    busy: bool = False
    problem: Problem | None = None
    refusal: Problem | None = None


class DownloadsViewModel(ViewModel[DownloadsState]):
    """Keeps films, lets them go, and says how much room they may take."""

    watches = frozenset({"download", "library"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, DownloadsState())

    def refresh(self) -> None:
        """Read them again."""
        self._fetch(lambda desk: desk.library.downloads(), self._on_downloads, self._on_problem)

    def keep(self, content_id: ContentId) -> None:
        """Have a film on this disk; one that failed is tried again."""
        self._change(lambda desk: desk.library.download(content_id))

    def free(self, content_id: ContentId) -> None:
        """Take a film off this disk; nothing that is owned is lost."""
        self._change(lambda desk: desk.library.free(content_id))

    def limit(self, limit_bytes: int) -> None:
        """Say how much room films may take."""
        self._change(lambda desk: desk.library.limit_downloads(limit_bytes))

    def _change(self, job: Callable[[DeskClient], Awaitable[DownloadsOut]]) -> None:
        self._set(busy=True, refusal=None)
        self._act(job, self._on_downloads, self._on_refusal)

    def _on_downloads(self, downloads: DownloadsOut) -> None:
        self._set(downloads=downloads, busy=False, problem=None)

    def _on_problem(self, problem: Problem) -> None:
        self._set(problem=problem, busy=False)

    def _on_refusal(self, problem: Problem) -> None:
        self._set(refusal=problem, busy=False)
