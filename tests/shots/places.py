"""Where the pictures of a demo world are taken: every page of each side, and what opens over a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from studio.app import Studio
from studio.pages.unlock.dialog import WalletDialog
from studio.routes import STUDIO_ROUTES, player_routes
from studio.shortcuts import ShortcutsDialog
from studio.tour.hand import Hand

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
    films = hand.fact(lambda client: client.desk("viewer").catalogue.browse(), _BUSY_S)
    mine = hand.fact(lambda client: client.desk("creator").earnings.items(), _BUSY_S)
    for route, page in STUDIO_ROUTES.items():
        params = {"content_id": str(mine[0].content_id)} if route == "item" else {}
        yield Place(page.only_for or "creator", route, params)
    for route, page in player_routes().items():
        if page.in_rail and route != "watch":
            yield Place("viewer", route, {})
    yield Place("viewer", "watch", {"content_id": str(films[0].content_id), "node": films[0].node})
    yield Place("viewer", "channel", {"creator": films[0].creator, "name": films[0].creator_name})


def overlays(studio: Studio) -> Iterator[tuple[str, Callable[[], QWidget | None]]]:
    """Give what opens over the window: name, and what shows it."""
    window, world = studio.window, studio.world
    assert world is not None
    yield "keys", lambda: _opened(ShortcutsDialog(window.actions(), window))
    wallet = WalletDialog(world.desk.context, create=False, then=window.update, parent=window)
    yield "unlock", lambda: _opened(wallet)
    new = WalletDialog(world.desk.context, create=True, then=window.update, parent=window)
    yield "new-wallet", lambda: _opened(new)
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
