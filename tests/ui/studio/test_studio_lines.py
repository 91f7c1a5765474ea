"""What a creator reads in a page, word for word: tiles, members, statements, and where films sell from."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from services.units.period import Period
from services.wire.base import ProblemOut
from services.wire.earnings import OverviewOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.format import moment, money_exact
from studio.kit.problems import Problem, advice
from studio.kit.widgets.button import Button
from studio.kit.widgets.tile import Tile
from studio.pages.content.page import ContentPage
from studio.pages.earnings.page import EarningsPage
from studio.pages.earnings.statement import as_html
from studio.pages.members.page import MembersPage
from studio.pages.overview.page import OverviewPage
from studio.pages.payouts.page import PayoutsPage
from studio.pages.start import looks
from tests.fixtures import samples, samples_settings
from tests.fixtures import samples_figures as made
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient, Shell, shown_alone


def _cells(page: QWidget, name: str, row: int) -> list[str]:
    table: Any = page.findChild(QWidget, name)
    model = table.model()
    return [str(model.index(row, at).data()) for at in range(model.columnCount())]


@pytest.mark.parametrize(
    ("name", "visit"),
    [
        ("today", ("earnings", {"days": "1"})),
        ("period", ("earnings", {"days": "28"})),
        ("in_flight", ("earnings", {"days": "28", "by": "source", "key": "chunks"})),
        ("available", ("payouts", {})),
    ],
)
def test_each_tile_is_clicked_to_what_is_behind_it(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell, name: str,
    visit: tuple[str, dict[str, str]],
) -> None:  # fmt: skip
    client.answers |= made.ANSWERS
    page = shown_alone(qtbot, OverviewPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    tile = page.findChild(Tile, f"tile.{name}")
    QTest.mouseClick(page.windowHandle(), Qt.MouseButton.LeftButton, pos=tile.mapTo(page, tile.rect().center()))
    assert shell.visited == [visit]
    assert "as of" in tile.accessibleDescription()


@pytest.mark.parametrize(
    ("rank", "of", "says"), [(3, 10, "Number 3 of your last 10 films, by what it earned."), (1, 1, "Your first film")]
)
def test_the_latest_film_has_its_place_among_the_last_ten(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, rank: int, of: int, says: str
) -> None:
    def overview(**wish: Any) -> OverviewOut:
        found = samples.overview(**wish)
        assert found.latest is not None
        return found.model_copy(update={"latest": found.latest.model_copy(update={"rank": rank, "of": of})})

    client.answers |= made.ANSWERS | {"earnings.overview": overview}
    page = shown_alone(qtbot, OverviewPage(page_context))
    qtbot.waitUntil(lambda: says in shown(page))


def test_films_that_sell_from_here_are_counted_and_a_node_is_offered(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    """The note names how many depend on this computer, leads to the nodes, and goes with the last of them."""
    here, there = samples.item(), samples.item("Night trains", minutes=34)
    far = {"node": samples.FAR, "node_name": "Films of others"}
    client.answers |= {"earnings.items": (here, there), "uploads.list": (), "nodes.list": ()}
    page = shown_alone(qtbot, ContentPage(page_context))
    qtbot.waitUntil(lambda: "2 films sell only while this computer is awake and Museclock is open." in shown(page))
    assert "Sell from a node" in shown(page)
    click(page, "content.awake.offer")
    assert shell.visited == [("settings", {"section": "nodes"})]
    client.answers |= {"earnings.items": (here, there.model_copy(update=far)), "nodes.list": (samples.node(),)}
    page.model.refresh()
    qtbot.waitUntil(lambda: "One film sells only while this computer is awake" in shown(page))
    qtbot.waitUntil(lambda: "Your nodes" in shown(page))
    client.answers["earnings.items"] = (here.model_copy(update=far), there.model_copy(update=far))
    page.model.refresh()
    qtbot.waitUntil(lambda: not page._awake.isVisible())


def test_members_are_told_with_dates_renewals_and_reasons(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= made.ANSWERS
    page = shown_alone(qtbot, MembersPage(page_context))
    qtbot.waitUntil(lambda: bool(page.model.state.rows))
    renews, ends = _cells(page, "members.table", 0), _cells(page, "members.table", 3)
    assert renews[1:] == ["Front row", "renews", "19 Nov", "15 Dec", "0", "$2.70"]
    assert ends[1:] == ["Backstage", "ends", "23 Oct", "21 Nov", "1", "$9.06"]
    page.table.selectRow(3)
    qtbot.waitUntil(lambda: page.model.state.history is not None)
    assert "cancelled by the member" in shown(page)
    whats = [_cells(page, "members.payments", row)[1:4] for row in range(3)]
    assert whats == [
        ["renewed, Front row", "paid", "–"],
        ["renewed, Front row", "failed", "not enough money"],
        ["joined, Front row", "paid", "–"],
    ]


def _name_file(qtbot: QtBot, page: QWidget, path: str, *, kind: str = "") -> None:
    """Name a file without an ending in the dialog that is open, after picking one of its kinds."""
    qtbot.waitUntil(lambda: bool(page.window().findChildren(QFileDialog)))
    dialog = page.window().findChildren(QFileDialog)[-1]
    if kind:
        dialog.selectNameFilter(kind)
        dialog.filterSelected.emit(kind)
    dialog.fileSelected.emit(f"{path}.{dialog.defaultSuffix()}")
    dialog.done(1)


@pytest.mark.parametrize(("kind", "form"), [("CSV (*.csv)", "csv"), ("JSON (*.json)", "json")])
def test_members_leave_as_csv_or_json(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell, kind: str, form: str
) -> None:
    client.answers |= made.ANSWERS | {"figures.save": lambda path, *_rest, **_of: path}
    page = shown_alone(qtbot, MembersPage(page_context))
    qtbot.waitUntil(lambda: bool(page.model.state.rows))
    click(page, "members.export")
    _name_file(qtbot, page, "/there/members", kind=kind)
    qtbot.waitUntil(lambda: shell.said == [f"Saved as /there/members.{form}"])
    ((path, table, as_form, _), _) = client.called("figures.save")[0]
    assert (path, table, as_form) == (f"/there/members.{form}", "members", form)


@pytest.mark.parametrize(
    ("words", "table", "form"),
    [
        ("This table, as CSV", "day", "csv"),
        ("This table, as JSON", "day", "json"),
        ("All lines of the ledger, as CSV", "lines", "csv"),
        ("All lines of the ledger, as JSON", "lines", "json"),
    ],
)
def test_earnings_leave_by_the_menu(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell, words: str, table: str, form: str
) -> None:
    client.answers |= made.ANSWERS | {"figures.save": lambda path, *_rest, **_of: path}
    page = shown_alone(qtbot, EarningsPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.sums is not None)
    action = next(one for one in page._export.menu().findChildren(QAction) if one.text() == words)
    action.trigger()
    _name_file(qtbot, page, "/there/mine")
    qtbot.waitUntil(lambda: bool(shell.said))
    ((path, saved, as_form, _), _) = client.called("figures.save")[0]
    assert (path, saved, as_form) == (f"/there/mine.{form}", table, form)


def test_a_statement_has_the_sums_of_the_page_each_way() -> None:
    """The totals stand first; each way to add up has its table, its rows come to them, and no title is markup."""
    sums = tuple(made.breakdown(Period(days=28), by) for by in ("source", "tier", "item", "day"))
    strange = sums[2].rows[0].model_copy(update={"name": "<b>Night</b>"})
    items = sums[2].model_copy(update={"rows": (strange, *sums[2].rows[1:])})
    text = as_html((sums[0], sums[1], items, sums[3]))
    first = sums[0]
    for amount in (first.gross, first.gross - first.net, first.net):
        assert f">{money_exact(amount)}</td>" in text
    assert moment(first.as_of) in text
    assert [text.index(f"<h2>By {by}</h2>") for by in ("Kind", "Tier", "Film", "Day")] == sorted(
        text.index(f"<h2>By {by}</h2>") for by in ("Kind", "Tier", "Film", "Day")
    )
    for each in (*first.rows, *sums[1].rows, *items.rows[1:]):
        assert f">{each.name}</td>" in text
        assert f">{money_exact(each.net)}</td>" in text
    assert "&lt;b&gt;Night&lt;/b&gt;" in text
    assert "<b>Night</b>" not in text


def test_without_the_player_s_library_the_first_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looks.looks_of(samples_settings.PROBE)
    assert found["player"].good
    assert found["player"].sentence.startswith("Ready: 3.")

    def missing() -> object:
        raise ProblemError("player.no_vlc")

    monkeypatch.setattr(looks, "load", missing)
    lacking = looks.looks_of(samples_settings.PROBE)["player"]
    assert not lacking.good
    assert "VLC" in lacking.sentence


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("withdrawal.in_progress", "Nobody has to act"),
        ("wallet.locked", "You act"),
        ("chain.unreachable", "Nobody has to act"),
        ("kyc.listed", "The operator acts"),
    ],
)
def test_what_holds_a_withdrawal_up_says_what_why_and_who_acts(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, code: str, who: str
) -> None:
    client.answers |= {
        "payouts.state": samples.payouts(),
        "payouts.precheck": samples.precheck(problem=ProblemOut(code=code)),
        "wallet.reconciliation": samples.reconciliation(),
    }
    page = shown_alone(qtbot, PayoutsPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.payouts is not None)
    click(page, "payouts.withdraw")
    qtbot.waitUntil(lambda: page.model.state.step == "confirm")
    told = advice(Problem(code))
    assert all(words in page._check._blocked.words for words in (told.happened, told.next_step, who))
    confirm = page.findChild(Button, "payouts.confirm")
    assert not confirm.isEnabled()
