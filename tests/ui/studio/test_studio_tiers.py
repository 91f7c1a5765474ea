"""Tiers: listed as members see them, made and changed by clicks and keys, at three prices and three at most."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from services.wire.base import LISTENING, EventOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.tiers.page import TiersPage
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell


@pytest.fixture
def page(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> TiersPage:
    """The page with one tier, shown."""
    client.answers["tiers.mine"] = samples.TIERS[:1]
    made = TiersPage(page_context)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.state.tiers is not None)
    return made


def press(page: TiersPage, name: str) -> None:
    button = page.findChild(Button, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def field(page: TiersPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_a_tier_is_made_by_clicks_and_keys(qtbot: QtBot, page: TiersPage, client: PreparedClient, shell: Shell) -> None:
    made: list[dict[str, Any]] = []

    def create(**fields: Any) -> Any:
        made.append(fields)
        return samples.tier(fields["name"], "5.99", *fields["perks"], number=9)

    client.answers["tiers.create"] = create
    press(page, "tiers.new")
    assert not page._form.save.isEnabled()
    QTest.keyClicks(field(page, "tiers.name"), "Backstage")
    press(page, "tiers.price.5.99")
    perks = page.findChild(QPlainTextEdit, "tiers.perks")
    assert perks is not None
    perks.insertPlainText("Raw cuts\n\n  A letter ")  # QTest types no line ends
    press(page, "tiers.save")
    qtbot.waitUntil(lambda: len(page.model.state.tiers or ()) == 2)
    acts = {"early_access_days": 0, "downloads": False, "requests": False}
    assert made == [{"name": "Backstage", "price": samples.usd("5.99"), "perks": ("Raw cuts", "A letter"), **acts}]
    assert page.model.state.form is None
    assert shell.said == ["“Backstage” is saved."]


def test_the_first_free_price_is_offered(page: TiersPage) -> None:
    press(page, "tiers.new")
    assert page.model.state.form is not None
    assert page.model.state.form.price == samples.usd("5.99")


def test_what_was_typed_stays_when_saving_fails(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    client.answers["tiers.create"] = ProblemError("wallet.locked")
    press(page, "tiers.new")
    QTest.keyClicks(field(page, "tiers.name"), "Backstage")
    QTest.keyClick(field(page, "tiers.name"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert page.banner.happened.text() == "The wallet is locked."
    assert field(page, "tiers.name").text() == "Backstage"
    assert page._form.save.isEnabled()


def test_unlocking_tries_again(qtbot: QtBot, page: TiersPage, client: PreparedClient, shell: Shell) -> None:
    client.answers["tiers.create"] = ProblemError("wallet.locked")
    press(page, "tiers.new")
    QTest.keyClicks(field(page, "tiers.name"), "Backstage")
    press(page, "tiers.save")
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    page.banner.button.click()
    client.answers["tiers.create"] = samples.TIERS[1]
    shell.handled[0][1]()
    qtbot.waitUntil(lambda: len(page.model.state.tiers or ()) == 2)


def test_a_tier_is_changed(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    changed = samples.tier("Front seats", "2.99", number=1)
    client.answers["tiers.update"] = changed
    page.model.edit(samples.TIERS[0])
    assert field(page, "tiers.name").text() == "Front row"
    field(page, "tiers.name").clear()
    QTest.keyClicks(field(page, "tiers.name"), "Front seats")
    press(page, "tiers.save")
    qtbot.waitUntil(lambda: page.model.state.tiers == (changed,))
    (values, fields) = client.called("tiers.update")[0]
    assert (values, fields["name"]) == (("t1",), "Front seats")
    assert fields["perks"] == samples.TIERS[0].perks


def test_three_are_the_most(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    client.answers["tiers.mine"] = (*samples.TIERS, samples.tier("Producer", "9.99", number=3))
    page.model.context.events.changed.emit("tier", ())
    qtbot.waitUntil(lambda: page.model.state.is_full)
    button = page.findChild(Button, "tiers.new")
    assert button is not None
    assert not button.isEnabled()
    assert "Three" in button.toolTip()


def test_events_of_others_do_not_fetch(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    before = len(client.called("tiers.mine"))
    page.model.context.events.changed.emit("purchase", ())
    page.model.context.events.changed.emit("tier", ())
    qtbot.waitUntil(lambda: len(client.called("tiers.mine")) == before + 1)


def test_an_empty_page_teaches_the_next_step(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers["tiers.mine"] = ()
    page = TiersPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.tiers == ())
    assert not page._empty.isHidden()
    page._empty.button.click()
    assert page.model.state.form is not None
    assert page._empty.isHidden()


def test_the_hub_announces_what_the_service_says(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.coming = [EventOut(kind="tier", ids=("t1",))]
    with qtbot.waitSignal(page_context.events.changed) as heard:
        page_context.events.start()
    assert heard.args == ["tier", ("t1",)]
    page_context.events.stop()


def test_what_changed_before_the_hub_listened_is_fetched_again(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.coming = [EventOut(kind=LISTENING), EventOut(kind="tier")]
    kinds: list[str] = []
    page_context.events.changed.connect(lambda kind, _ids: kinds.append(kind))
    with qtbot.waitSignal(page_context.events.resynced):
        page_context.events.start()
    qtbot.waitUntil(lambda: kinds == ["tier"])
    page_context.events.stop()


def test_a_change_of_a_tier_is_taken_back(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    before = samples.TIERS[0]

    def update(_tier: str, **fields: Any) -> Any:
        return before.model_copy(update=fields)

    client.answers["tiers.update"] = update
    undo = page.findChild(Button, "tiers.undo")
    assert undo is not None
    assert undo.isHidden()
    press(page, "tier.change")
    QTest.keyClicks(field(page, "tiers.name"), " and more")
    press(page, "tiers.save")
    qtbot.waitUntil(undo.isVisible)
    press(page, "tiers.undo")
    qtbot.waitUntil(undo.isHidden)
    sent = [fields["name"] for _, fields in client.called("tiers.update")]
    assert sent == [f"{before.name} and more", before.name]
    qtbot.waitUntil(lambda: page.model.state.tiers == (before,))
