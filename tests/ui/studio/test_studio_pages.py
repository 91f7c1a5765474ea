"""Overview, content, settings and the wallet dialog: what they show of what the service says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.theme import Theme
from studio.kit.widgets.button import Button
from studio.pages.content.page import ContentPage
from studio.pages.overview.page import OverviewPage
from studio.pages.settings.about import AboutCard
from studio.pages.settings.page import SettingsPage
from studio.pages.unlock.dialog import WalletDialog
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell


def test_the_overview_shows_figures_chart_and_needs(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers["earnings.overview"] = samples.overview
    page = OverviewPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    assert {name: tile.value_text for name, tile in page._tiles.items()} == {
        "today": "$1.94",
        "period": "$47.13",
        "in_flight": "$0.036",
        "available": "$31.20",
    }
    assert {name: tile._note.text() for name, tile in page._tiles.items()} == {
        "today": "1 % less than yesterday",
        "period": "264 % more than before",
        "in_flight": "28 % less than 28 days ago",
        "available": "nothing before",
    }
    assert {tile._state.text() for tile in page._tiles.values()} == {"as of 14:05"}
    assert page.subtitle.text() == "Last 28 days, as of 14:05"
    assert page._chart.series is not None
    assert len(page._chart.series.values) == 28
    button = page.findChild(Button, "need.payout_ready")
    assert button is not None
    button.click()
    page._tiles["in_flight"].opened.emit()
    assert shell.visited == [("payouts", {}), ("earnings", {"days": "28", "by": "source", "key": "chunks"})]
    page._periods[90].click()
    qtbot.waitUntil(lambda: page.subtitle.text().startswith("Last 90 days"))
    qtbot.waitUntil(lambda: page._chart.drawn, timeout=20_000)


def test_new_earnings_show_by_themselves(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers["earnings.overview"] = samples.overview(empty=True)
    page = OverviewPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page._tiles["today"].value_text == "$0.00")
    client.answers["earnings.overview"] = samples.overview()
    page_context.events.changed.emit("earnings", ())
    qtbot.waitUntil(lambda: page._tiles["today"].value_text == "$1.94")
    qtbot.waitUntil(lambda: page._chart.drawn, timeout=20_000)


def test_old_figures_stay_when_the_service_goes(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers["earnings.overview"] = samples.overview()
    page = OverviewPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    client.answers["earnings.overview"] = ProblemError("service.unreachable")
    page_context.events.resynced.emit()
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert page._tiles["today"].value_text == "$1.94"
    assert {tile._state.text() for tile in page._tiles.values()} == {"last known at 14:05"}
    page.banner.button.click()
    client.answers["earnings.overview"] = samples.overview()
    shell.handled[0][1]()
    qtbot.waitUntil(page.banner.isHidden)
    qtbot.waitUntil(lambda: page._chart.drawn, timeout=20_000)


def test_content_lists_what_waits_before_what_is_live(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers |= {
        "earnings.items": (samples.item(),),
        "uploads.list": (samples.upload("ready", title="Harbour"), samples.upload("published", upload_id="u0")),
    }
    page = ContentPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.rows is not None)
    rows = page.model.state.rows or ()
    assert [(row.title, row.state) for row in rows] == [
        ("Harbour", "ready"),
        ("The clockmaker's apprentice", "live"),
    ]
    model = page._table.model()
    assert [str(model.index(1, column).data()) for column in range(5)] == [
        "The clockmaker's apprentice",
        "only on this computer",
        "73 parts, 1 free",
        "12:06",
        "$0.01",
    ]
    for row in rows:
        page._table.opened.emit(row)
    assert shell.visited == [("upload", {"id": "u1"}), ("item", {"content_id": str(samples.FILM)})]


def test_an_empty_content_page_leads_to_upload(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers |= {"earnings.items": (), "uploads.list": ()}
    page = ContentPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: not page._empty.isHidden())
    page._empty.button.click()
    assert shell.visited == [("upload", {})]


def test_settings_switch_the_theme_and_copy_the_address(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, theme: Theme, shell: Shell
) -> None:
    client.answers |= {"wallet.state": samples.wallet(), "health": samples.HEALTH}
    page = SettingsPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.wallet is not None and page.model.state.health is not None)
    light = page.findChild(Button, "settings.theme.light")
    assert light is not None
    light.click()
    assert theme.name == "light"
    theme.use("dark")
    page.open({"section": "wallet"})
    copy = page.findChild(Button, "settings.copy")
    assert copy is not None
    copy.click()
    assert QApplication.clipboard().text() == samples.CREATOR
    assert shell.said == ["Address copied."]
    about = page.cards["about"]
    assert isinstance(about, AboutCard)
    assert about._chain.value.text() == "demo chain 7427010, connected"


@pytest.mark.parametrize(("status", "code"), [("locked", "wallet.locked"), ("missing", "wallet.missing")])
def test_settings_lead_to_the_wallet(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell, status: str, code: str
) -> None:
    client.answers |= {"wallet.state": samples.wallet(wallet=status, address=None), "health": samples.HEALTH}
    page = SettingsPage(page_context)
    qtbot.addWidget(page)
    page.open({"section": "wallet"})
    unlock = page.findChild(Button, "settings.unlock")
    assert unlock is not None
    qtbot.waitUntil(lambda: not unlock.isHidden())
    unlock.click()
    assert [problem.code for problem, _ in shell.handled] == [code]


def _type(dialog: WalletDialog, name: str, text: str) -> None:
    field = dialog.findChild(QLineEdit, name)
    assert field is not None
    field.clear()
    QTest.keyClicks(field, text)


def test_a_wrong_passphrase_says_so_and_the_right_one_goes_on(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    done: list[str] = []
    client.answers["wallet.unlock"] = ProblemError("wallet.wrong_passphrase")
    dialog = WalletDialog(page_context, create=False, then=lambda: done.append("again"))
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    _type(dialog, "wallet.passphrase", "not this one")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.model.state.problem is not None)
    assert "does not open the wallet" in dialog._passphrase.help.text()
    assert dialog.isVisible()
    client.answers["wallet.unlock"] = samples.wallet()
    _type(dialog, "wallet.passphrase", "correct horse battery")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: done == ["again"])
    assert not dialog.isVisible()


def test_a_new_wallet_wants_a_long_passphrase_twice(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    done: list[str] = []
    client.answers["wallet.create"] = samples.wallet()
    dialog = WalletDialog(page_context, create=True, then=lambda: done.append("again"))
    qtbot.addWidget(dialog)
    dialog.open()
    for first, second, says in (("short", "short", "too short"), ("long enough now", "another one 12", "not the same")):
        _type(dialog, "wallet.passphrase", first)
        _type(dialog, "wallet.repeat", second)
        dialog._go.click()
        assert says in dialog._passphrase.help.text() + dialog._repeated.help.text()
    _type(dialog, "wallet.repeat", "long enough now")
    dialog._go.click()
    qtbot.waitUntil(lambda: done == ["again"])
    assert client.called("wallet.create") == [(("long enough now",), {})]
