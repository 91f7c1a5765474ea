"""A watch page with a fake engine and prepared answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from player.pages.watch.page import WatchPage
from player.pages.watch.view_model import WatchViewModel
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, playback, receipt, stand_at_the_wall
from tests.fixtures.window import PreparedClient

FILM = playback("free", "locked", "locked", "locked")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def page(qtbot: QtBot, page_context: PageContext, engine: FakeEngine, client: PreparedClient) -> Iterator[WatchPage]:
    client.answers |= {
        "playback.open": FILM,
        "playback.init": b"init",
        "playback.chunk": lambda _content, index: bytes([index]),
        "playback.save_position": None,
        "playback.receipts": (receipt(1),),
    }
    made = WatchPage(page_context, lambda: engine, FakeEngine)
    qtbot.addWidget(made)
    made.resize(1064, 800)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.model.close()


@pytest.fixture
def model(page: WatchPage, qtbot: QtBot) -> WatchViewModel:
    """A film that is open and stands at its beginning."""
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    return page.model


@pytest.fixture
def walled(model: WatchViewModel, engine: FakeEngine, qtbot: QtBot) -> WatchViewModel:
    """The free part was played; the paywall is up."""
    stand_at_the_wall(model, engine, qtbot)
    return model
