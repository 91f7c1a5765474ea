"""The viewer's pages by route; each is imported when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from studio.kit.context import PageContext


def _discover(context: PageContext) -> QWidget:
    from player.pages.discover.page import DiscoverPage

    return DiscoverPage(context)


def _channel(context: PageContext) -> QWidget:
    from player.pages.channel.page import ChannelPage

    return ChannelPage(context)


def _watch(context: PageContext) -> QWidget:
    from player.pages.watch.page import WatchPage

    return WatchPage(context)


def _library(context: PageContext) -> QWidget:
    from player.pages.library.page import LibraryPage

    return LibraryPage(context)


def _pass(context: PageContext) -> QWidget:
    from player.pages.passes.page import PassPage

    return PassPage(context)


def _wallet(context: PageContext) -> QWidget:
    from player.pages.wallet.page import WalletPage

    return WalletPage(context)


PLAYER_PAGES: dict[str, Callable[[PageContext], QWidget]] = {
    "discover": _discover,
    "channel": _channel,
    "watch": _watch,
    "library": _library,
    "pass": _pass,
    "wallet": _wallet,
}
