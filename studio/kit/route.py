"""A page as the rail knows it. Apart from what a page is given: the rail is there before any page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from studio.kit.context import PageContext


class Route(NamedTuple):
    """A page in the rail: its name, its icon, and how it is made. ``factory`` imports its page when called."""

    name: str
    icon: str
    factory: Callable[[PageContext], QWidget]
    in_rail: bool = True
    keys: str = ""
    only_for: str = ""
    """The desk that has it in the rail; empty for all."""
