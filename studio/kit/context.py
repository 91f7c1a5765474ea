"""What a page is given by the application: everything it may reach, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.kit.bridge import Bridge
    from studio.kit.events import EventHub
    from studio.kit.problems import Problem
    from studio.kit.theme import Theme


class Handle(Protocol):
    """Does what a problem's button says, where the page itself cannot; ``again`` repeats what was tried."""

    def __call__(self, problem: Problem, again: Callable[[], None]) -> None:
        """Act on the problem."""


class Navigate(Protocol):
    """Opens a page by its route."""

    def __call__(self, route: str, params: Mapping[str, str] | None = None, /) -> None:
        """Show the page; params go to its ``open`` method."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """One desk's surroundings; made new when the person at the desk changes."""

    bridge: Bridge
    desk_id: str
    events: EventHub
    theme: Theme
    navigate: Navigate
    notify: Callable[[str], None]
    """Shows a short sentence at the lower edge for a few seconds."""
    handle: Handle
    demo: bool = False
    profile_path: str = ""
