"""One person's side of the window: the pages that were opened, and the events they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from studio.kit.events import EventHub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from studio.kit.bridge import Bridge
    from studio.kit.context import PageContext
    from studio.kit.route import Route
    from studio.kit.view_model import ViewModel


@runtime_checkable
class Opens(Protocol):
    """A page that takes parameters when it is opened."""

    def open(self, params: Mapping[str, str]) -> None:
        """Show what the parameters name."""


@runtime_checkable
class Refreshes(Protocol):
    """A page with a view-model; fetched again when it comes back to the top."""

    model: ViewModel[Any]


class Desk:
    """Makes each page once, when it is opened first."""

    def __init__(
        self, desk_id: str, bridge: Bridge, routes: Mapping[str, Route], surround: Callable[[EventHub], PageContext]
    ) -> None:
        self.events = EventHub(bridge, desk_id)
        self.context = surround(self.events)
        self._routes = routes
        self.pages: dict[str, QWidget] = {}
        self.events.start()

    def open(self, route: str, params: Mapping[str, str]) -> QWidget:
        """Give a page, with what its parameters name."""
        page = self.pages.get(route)
        if page is None:
            page = self.pages[route] = self._routes[route].factory(self.context)
            page.setObjectName(page.objectName() or f"page.{route}")
        elif isinstance(page, Refreshes) and not page.isVisible():
            page.model.refresh()  # what happened meanwhile may have been somebody else's doing, without an event
        if params and isinstance(page, Opens):
            page.open(params)
        return page

    def close(self) -> None:
        """Follow events no more."""
        self.events.stop()
