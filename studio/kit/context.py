"""What a page is given by the application: everything it may reach, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

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


PageFactory = Callable[[PageContext], "QWidget"]


@dataclass(frozen=True, slots=True)
class Route:
    """A page in the rail: its name, its icon, and how it is made. ``factory`` imports its page when called."""

    name: str
    icon: str
    factory: PageFactory
    in_rail: bool = True
    keys: str = field(default="")
