"""The creator's pages by route. Each is imported when it is opened first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.route import Route
from studio.kit.words import mark

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.kit.context import PageContext


def _overview(context: PageContext) -> QWidget:
    from studio.pages.overview.page import OverviewPage

    return OverviewPage(context)


def _content(context: PageContext) -> QWidget:
    from studio.pages.content.page import ContentPage

    return ContentPage(context)


def _item(context: PageContext) -> QWidget:
    from studio.pages.content.item_page import ItemPage

    return ItemPage(context)


def _upload(context: PageContext) -> QWidget:
    from studio.pages.upload.page import UploadPage

    return UploadPage(context)


def _tiers(context: PageContext) -> QWidget:
    from studio.pages.tiers.page import TiersPage

    return TiersPage(context)


def _members(context: PageContext) -> QWidget:
    from studio.pages.members.page import MembersPage

    return MembersPage(context)


def _earnings(context: PageContext) -> QWidget:
    from studio.pages.earnings.page import EarningsPage

    return EarningsPage(context)


def _payouts(context: PageContext) -> QWidget:
    from studio.pages.payouts.page import PayoutsPage

    return PayoutsPage(context)


def _sharing(context: PageContext) -> QWidget:
    from studio.pages.sharing.page import SharingPage

    return SharingPage(context)


def _settings(context: PageContext) -> QWidget:
    from studio.pages.settings.page import SettingsPage

    return SettingsPage(context)


def _start(context: PageContext) -> QWidget:
    from studio.pages.start.page import StartPage

    return StartPage(context)


def _oversight(context: PageContext) -> QWidget:
    from studio.pages.oversight.page import OversightPage

    return OversightPage(context)


STUDIO_ROUTES: dict[str, Route] = {
    "overview": Route(mark("Overview"), "overview", _overview, keys="Ctrl+1"),
    "content": Route(mark("Content"), "content", _content, keys="Ctrl+2"),
    "item": Route(mark("Film"), "content", _item, in_rail=False),
    "upload": Route(mark("Upload"), "upload", _upload, keys="Ctrl+3"),
    "tiers": Route(mark("Tiers"), "tiers", _tiers, keys="Ctrl+4"),
    "members": Route(mark("Members"), "members", _members, keys="Ctrl+Shift+M"),
    "earnings": Route(mark("Earnings"), "earnings", _earnings, keys="Ctrl+Shift+E"),
    "payouts": Route(mark("Payouts"), "payouts", _payouts, keys="Ctrl+5"),
    "sharing": Route(mark("Pass"), "swap", _sharing, keys="Ctrl+Shift+P"),
    "oversight": Route(mark("Oversight"), "flag", _oversight, only_for="operator"),
    "settings": Route(mark("Settings"), "settings", _settings, keys="Ctrl+,"),
    "start": Route(mark("First steps"), "mark", _start, in_rail=False),
}

# The player's pages as the rail names them; the factories come from player.pages.
PLAYER_NAMES: dict[str, tuple[str, str, str, bool]] = {
    "discover": (mark("Discover"), "discover", "Ctrl+6", True),
    "channel": (mark("Channel"), "channel", "", False),
    "watch": (mark("Watch"), "watch", "Ctrl+7", True),
    "library": (mark("Library"), "library", "Ctrl+8", True),
    "pass": (mark("Pass"), "key", "Ctrl+0", True),
    "wallet": (mark("Wallet"), "wallet", "Ctrl+9", True),
}


def player_routes() -> dict[str, Route]:
    """Join the player's factories with their names in the rail; a page that has no name here stays out of it."""
    from player.pages import PLAYER_PAGES

    routes = {}
    for route, factory in PLAYER_PAGES.items():
        name, icon, keys, in_rail = PLAYER_NAMES.get(route, (route.capitalize(), "watch", "", False))
        routes[route] = Route(name, icon, factory, in_rail=in_rail, keys=keys)
    return routes
