"""Overview, earnings and members: what is shown, what a click leads to, and what is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from services.units.address import bytes32
from services.units.money import Money
from services.units.period import Period
from services.wire.memberships import RefundOut
from services.wire.problems import ProblemError
from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.kit.widgets.tile import Tile
from studio.pages.earnings.page import EarningsPage
from studio.pages.members.page import MembersPage
from studio.pages.overview.page import OverviewPage
from studio.pages.tiers.page import TiersPage
from tests.fixtures import samples
from tests.fixtures import samples_figures as made
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient, Shell, shown_alone

Shot = Callable[[QWidget, str], None]


@pytest.fixture
def figures(client: PreparedClient) -> PreparedClient:
    client.answers |= made.ANSWERS
    return client


def _tab(page: QWidget, name: str) -> Any:
    found = page.findChild(QAbstractButton, name)
    assert found is not None
    return found


def test_each_metric_has_its_tab_and_its_chart(
    figures: PreparedClient, qtbot: QtBot, page_context: PageContext
) -> None:
    page = shown_alone(qtbot, OverviewPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.figures is not None and page.model.state.overview is not None)
    assert _tab(page, "overview.metric.earnings").value_text.startswith("$")
    chart = page.findChild(Chart, "overview.chart")
    assert chart.series.values == made.figures().metrics[0].days
    _tab(page, "overview.metric.members").click()
    assert chart.series.values == made.figures().metrics[4].days
    assert "in all" not in chart.series.spoken("Members")
    assert "memberships at the end of the day" in shown(page)
    _tab(page, "overview.period.7").click()
    qtbot.waitUntil(lambda: len(chart.series.values) == 7)
    # The words beside it come with the sums, by another answer.
    qtbot.waitUntil(lambda: "7 days before" in shown(page))


def test_an_older_node_shows_its_earnings_without_tabs(
    figures: PreparedClient, qtbot: QtBot, page_context: PageContext
) -> None:
    figures.answers["figures.series"] = ProblemError("request.not_found")
    page = shown_alone(qtbot, OverviewPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    qtbot.waitUntil(lambda: bool(figures.called("figures.series")))
    assert not _tab(page, "overview.metric.members").isVisible()
    assert page.findChild(Chart, "overview.chart").series is not None


@pytest.mark.parametrize("way", ["click", "key"])
def test_a_tile_leads_to_its_rows(
    figures: PreparedClient, qtbot: QtBot, page_context: PageContext, shell: Shell, way: str
) -> None:
    page = shown_alone(qtbot, OverviewPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.overview is not None)
    for name, visit in (("today", ("earnings", {"days": "1"})), ("available", ("payouts", {}))):
        tile = page.findChild(Tile, f"tile.{name}")
        if way == "click":
            place = tile.mapTo(page, tile.rect().center())
            QTest.mouseClick(page.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
        else:
            QTest.keyClick(tile, Qt.Key.Key_Return)
        assert shell.visited[-1] == visit


@pytest.fixture
def opened(figures: PreparedClient, qtbot: QtBot, page_context: PageContext) -> Callable[[], EarningsPage]:
    """Open the page. Not the page itself: pytest would hold it, and its chart, beyond the test."""

    def make() -> EarningsPage:
        page: EarningsPage = shown_alone(qtbot, EarningsPage(page_context))
        qtbot.waitUntil(lambda: page.model.state.sums is not None)
        return page

    return make


def test_a_sum_opens_its_lines_down_to_the_chain(
    opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot, shell: Shell
) -> None:
    earnings = opened()
    click(earnings, "earnings.by.item")
    qtbot.waitUntil(lambda: earnings.model.state.sums is not None and earnings.model.state.sums.by == "item")
    assert earnings.model.state.sums is not None
    first = earnings.model.state.sums.rows[0]
    table: Any = earnings.findChild(QWidget, "earnings.sums.item")
    table.opened.emit(first)
    qtbot.waitUntil(lambda: earnings.model.state.lines is not None)
    ((period,), asked) = figures.called("figures.lines")[-1]
    assert (asked["item"], period.first, period.last) == (first.key, made.figures().first, samples.TODAY)
    assert first.name in shown(earnings)
    click(earnings, "earnings.more")
    qtbot.waitUntil(lambda: len(earnings.model.state.lines or ()) == 24)
    lines: Any = earnings.findChild(QWidget, "earnings.lines.table")
    paid = next(line for line in earnings.model.state.lines or () if line.kind == "paid")
    lines.opened.emit(paid)
    assert shell.said == ["Hash copied. This chain has no explorer."]
    claimed = next(line for line in earnings.model.state.lines or () if line.is_claimed)
    lines.opened.emit(claimed)
    assert shell.said[1:] == ["Hash copied. This chain has no explorer."], "the claim that brought the voucher"
    waiting = next(line for line in earnings.model.state.lines or () if line.is_claimed is False)
    lines.opened.emit(waiting)
    assert shell.said[2:] == ["Channel copied: its vouchers come to the chain together."]
    click(earnings, "earnings.back")
    assert earnings.model.state.opened is None


def test_a_tile_opens_all_lines_of_the_period(
    opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot
) -> None:
    earnings = opened()
    earnings._net.opened.emit()
    qtbot.waitUntil(lambda: earnings.model.state.lines is not None)
    ((period,), asked) = figures.called("figures.lines")[-1]
    assert "item" not in asked
    assert "source" not in asked
    assert earnings.model.state.sums is not None
    assert (period.first, period.last) == (earnings.model.state.sums.first, earnings.model.state.sums.last)
    assert "All payments of this time" in shown(earnings)


def test_a_figure_elsewhere_leads_to_its_lines(
    opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot
) -> None:
    earnings = opened()
    earnings.open({"days": "28", "by": "item", "key": f"0x{1:064x}"})
    qtbot.waitUntil(lambda: earnings.model.state.lines is not None)
    assert figures.called("figures.lines")[-1][1]["item"] == f"0x{1:064x}"
    earnings.open({"by": "item", "key": "gone"})
    qtbot.waitUntil(lambda: earnings.model.state.sums is not None)
    assert (earnings.model.state.opened, earnings.model.state.wanted) == (None, ""), "sums that nobody has stay closed"


def test_a_day_opens_its_own_lines(opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot) -> None:
    earnings = opened()
    assert earnings.model.state.sums is not None
    earnings.model.open_sum(earnings.model.state.sums.rows[-1])
    qtbot.waitUntil(lambda: earnings.model.state.lines is not None)
    ((period,), _) = figures.called("figures.lines")[-1]
    assert (period.first, period.last) == (samples.TODAY, samples.TODAY)


def test_what_is_shown_is_saved_and_printed(
    opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot, shell: Shell, tmp_path: Path
) -> None:
    earnings = opened()
    figures.answers["figures.save"] = lambda path, *_rest, **_of: path
    earnings.save_to("/there/earnings.json", "")
    qtbot.waitUntil(lambda: shell.said == ["Saved as /there/earnings.json"])
    ((path, table, form, _), _) = figures.called("figures.save")[0]
    assert (path, table, form) == ("/there/earnings.json", "day", "json")
    figures.answers["figures.statement"] = tuple(
        made.breakdown(Period(), by) for by in ("source", "tier", "item", "day")
    )
    place = tmp_path / "statement.pdf"
    earnings.save_to(str(place), "statement")
    qtbot.waitUntil(lambda: len(shell.said) == 2)
    assert place.read_bytes().startswith(b"%PDF")
    earnings.save_to(str(tmp_path / "no such folder" / "x.pdf"), "statement")
    qtbot.waitUntil(lambda: "could not be written" in shown(earnings))


def test_a_file_that_cannot_be_written_is_said(
    opened: Callable[[], EarningsPage], figures: PreparedClient, qtbot: QtBot
) -> None:
    earnings = opened()
    figures.answers["figures.save"] = ProblemError("file.not_written")
    earnings.save_to("/nowhere/x.csv", "lines")
    qtbot.waitUntil(lambda: "could not be written" in shown(earnings))
    assert not earnings.model.state.busy


@pytest.fixture
def members(figures: PreparedClient, qtbot: QtBot, page_context: PageContext) -> MembersPage:
    page: MembersPage = shown_alone(qtbot, MembersPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.members is not None)
    return page


def test_members_are_counted_found_and_told(
    members: MembersPage, figures: PreparedClient, qtbot: QtBot, shell: Shell
) -> None:
    words = shown(members)
    assert "churn 7.3 %" in words
    assert "$11.42" in words
    search = members.findChild(QLineEdit, "members.search")
    assert search is not None
    search.setText("0x71")
    qtbot.waitUntil(lambda: figures.called("figures.members")[-1][1].get("query") == "0x71")
    members.table.selectRow(1)
    qtbot.waitUntil(lambda: members.model.state.history is not None)
    assert "Payments of" in shown(members)
    payments: Any = members.findChild(QWidget, "members.payments")
    assert members.model.state.history is not None
    for payment in members.model.state.history.payments:
        payments.opened.emit(payment)
    assert shell.said == ["Hash copied. This chain has no explorer."] * 2, "one of three failed and is on no chain"
    members.model.more()
    qtbot.waitUntil(lambda: len(members.model.state.rows) == 40)
    members.model.filter("ending")
    qtbot.waitUntil(lambda: figures.called("figures.members")[-1][1].get("state") == "ending")


def test_without_members_the_next_step_is_a_tier(
    figures: PreparedClient, qtbot: QtBot, page_context: PageContext, shell: Shell
) -> None:
    figures.answers["figures.members"] = made.members(empty=True)
    page = shown_alone(qtbot, MembersPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.members is not None)
    click(page, "members.tiers")
    assert shell.visited == [("tiers", {})]


def test_a_tier_tells_its_members_and_is_archived_in_two_steps(
    client: PreparedClient, qtbot: QtBot, page_context: PageContext, shell: Shell
) -> None:
    client.answers |= {"tiers.mine": samples.TIERS, "figures.tiers": made.TIER_FIGURES}
    page = shown_alone(qtbot, TiersPage(page_context))
    qtbot.waitUntil(lambda: bool(page.model.state.figures) and page.model.state.tiers is not None)
    qtbot.waitUntil(lambda: "31" in shown(page) and "$83.42" in shown(page))
    assert "Night" in shown(page), "what it opens, by name"
    click(page, "tier.payments")
    assert shell.visited == [("earnings", {"days": "28", "by": "tier", "key": "tier:t1"})]
    click(page, "tier.archive")
    assert "Its 31 members keep what is paid for" in shown(page)
    assert not client.called("tiers.archive")
    client.answers["tiers.archive"] = samples.TIERS[0].model_copy(update={"is_archived": True})
    click(page, "tier.archive.sure")
    qtbot.waitUntil(lambda: len(page.model.state.tiers or ()) == 1)
    assert client.called("tiers.archive") == [(("t1",), {})]
    assert "is archived" in shell.said[-1]


def test_what_is_asked_back_is_paid_in_two_steps_or_refused(
    members: MembersPage, figures: PreparedClient, qtbot: QtBot
) -> None:
    """The payee and the sum stand there in full before anything leaves the wallet."""
    wanted = RefundOut(
        receipt="r1", viewer=samples.VIEWER, creator=samples.CREATOR, item="tier:t1", title="Front row",
        amount=Money(2_990_000), reason="A mistake.", state="asked", nonce=bytes32(bytes(32)), transaction=None,
        asked_at=samples.NOW, ended_at=None,
    )  # fmt: skip
    figures.answers |= {"memberships.refunds": (wanted,), "memberships.pay_refund": ()}
    members._refunds.refresh()
    qtbot.waitUntil(lambda: "A mistake." in shown(members))
    click(members, "members.refund.pay")
    qtbot.waitUntil(lambda: wanted.viewer in shown(members))
    click(members, "members.refund.keep")
    qtbot.waitUntil(lambda: wanted.viewer not in shown(members) and "A mistake." in shown(members))
    members._refunds.pay()
    assert figures.called("memberships.pay_refund") == []
    click(members, "members.refund.pay")
    qtbot.waitUntil(lambda: wanted.viewer in shown(members))
    click(members, "members.refund.sure")
    qtbot.waitUntil(lambda: not members._refunds.state.rows)
    assert figures.called("memberships.pay_refund") == [(("r1",), {"amount": Money(2_990_000)})]
    figures.answers["memberships.refuse_refund"] = wanted.model_copy(update={"state": "refused"})
    members._refunds.refresh()
    qtbot.waitUntil(lambda: "A mistake." in shown(members))
    click(members, "members.refund.refuse")
    qtbot.waitUntil(lambda: "gets no money back" in shown(members))
    click(members, "members.refund.undo")
    members._refunds.later.finish()
    assert not figures.called("memberships.refuse_refund")
    qtbot.waitUntil(lambda: "A mistake." in shown(members))
    figures.answers["memberships.refunds"] = ()
    click(members, "members.refund.refuse")
    members._refunds.later.finish()
    qtbot.waitUntil(lambda: not members._refunds.state.rows)
    assert len(figures.called("memberships.refuse_refund")) == 1
