"""Where the pictures of a demo world are taken: every page of each side, and what opens over a page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from services.client import Client
from studio.app import Studio
from studio.pages.unlock.dialog import WalletDialog
from studio.routes import STUDIO_ROUTES, player_routes
from studio.shortcuts import ShortcutsDialog
from studio.tour.hand import Hand, StepError
from studio.tray import Teller

T = TypeVar("T")

_BUSY_S = 300.0
"""A world that has just opened is still being filled."""


class Place(NamedTuple):
    """A page of a desk, and what it is opened with."""

    desk: str
    route: str
    params: dict[str, str]

    @property
    def name(self) -> str:
        """As its pictures are named."""
        return f"{self.desk}-{self.route}" + ("-disk" if self.params.get("view") == "disk" else "")


def places(hand: Hand) -> Iterator[Place]:
    """Give every page; a film's and a channel's with one that the world has."""
    films = _patiently(hand, lambda client: client.desk("viewer").catalogue.browse())
    mine = _patiently(hand, lambda client: client.desk("creator").earnings.items())
    for route, page in STUDIO_ROUTES.items():
        params = {"content_id": str(mine[0].content_id)} if route == "item" else {}
        yield Place(page.only_for or "creator", route, params)
    for route, page in player_routes().items():
        if page.in_rail and route != "watch":
            yield Place("viewer", route, {})
    yield Place("viewer", "watch", {"content_id": str(films[0].content_id), "node": films[0].node})
    yield Place("viewer", "channel", {"creator": films[0].creator, "name": films[0].creator_name})


def _patiently(hand: Hand, job: Callable[[Client], Awaitable[T]]) -> T:
    """Ask until there is an answer: on a busy machine a service that fills its world may be late for a client."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            return hand.fact(job, _BUSY_S)
        except StepError:
            if time.monotonic() > until:
                raise
            hand.pause(1)


def overlays(studio: Studio) -> Iterator[tuple[str, Callable[[], QWidget | None]]]:
    """Give what opens over the window: name, and what shows it."""
    window, world = studio.window, studio.world
    assert world is not None
    yield "keys", lambda: _opened(ShortcutsDialog(window.actions(), window))
    wallet = WalletDialog(world.desk.context, create=False, then=window.update, parent=window)
    yield "unlock", lambda: _opened(wallet)
    new = WalletDialog(world.desk.context, create=True, then=window.update, parent=window)
    yield "new-wallet", lambda: _opened(new)
    tray = Teller(window, window.toast.say).icon_menu()
    yield "menu-tray", lambda: _popped(tray)
    for menu in window.findChildren(QMenu):
        if menu.actions():
            yield f"menu-{menu.objectName() or 'unnamed'}", lambda menu=menu: _popped(menu)  # type: ignore[misc]


def _opened(dialog: QDialog) -> QWidget:
    dialog.open()
    return dialog


def _popped(menu: QMenu) -> QWidget | None:
    menu.popup(QPoint(40, 40))
    QApplication.processEvents()
    return menu
