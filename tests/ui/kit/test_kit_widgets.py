"""The pieces: what they show, what they say, what they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from services.units.money import Money
from studio.kit import theme as look
from studio.kit.chart import Chart
from studio.kit.chart_plot import DayPlot
from studio.kit.icons import ICONS, pixmap
from studio.kit.problems import Action, Problem
from studio.kit.theme import Theme
from studio.kit.tokens import DARK, LIGHT
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import icon_button, primary
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Beside
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.progress import ProgressBar
from studio.kit.widgets.reconcile import ReconcileCard
from studio.kit.widgets.sparkline import Sparkline
from studio.kit.widgets.text import MoneyText, Text
from studio.kit.widgets.tick import Tick
from studio.kit.widgets.tile import Tile
from studio.kit.widgets.toast import Toast
from studio.kit.words import speak
from tests.fixtures import samples

Made = Callable[[QWidget], QWidget]


def test_the_theme_reaches_palette_style_sheet_and_painted_parts(qtbot: QtBot, theme: Theme) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    with qtbot.waitSignal(theme.changed):
        theme.use("light")
    assert look.active() is LIGHT
    assert application.palette().window().color() == QColor(LIGHT.ground)
    assert LIGHT.accent in application.styleSheet()
    with qtbot.assertNotEmitted(theme.changed):
        theme.use("light")
    theme.use("dark")
    assert DARK.accent in application.styleSheet()


def test_money_and_time_have_figures_of_one_width() -> None:
    assert look.font(tabular=True).featureValue(look._TABULAR) == 1
    assert not look.font().isFeatureSet(look._TABULAR)


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda path: path.stem)
def test_icons_are_one_stroke_and_take_the_inks_of_the_theme(path: Path, qapp: QApplication) -> None:
    source = path.read_text()
    assert source.count("<svg") == 1
    if path.stem not in ("app",):
        assert 'fill="none" stroke="#000000"' in source
        picture = pixmap(path.stem, "#ff0000", 24).toImage()
        dots = [picture.pixelColor(x, y) for x in range(24) for y in range(24)]
        assert dots[0].alpha() == 0  # no ground of its own
        inked = [dot for dot in dots if dot.alpha() > 128]
        assert inked
        assert all(dot.red() > 240 and dot.green() + dot.blue() < 20 for dot in inked)
    assert len(source) < 900


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_ticked_box_shows_its_tick(qtbot: QtBot, theme: Theme, name: Literal["dark", "light"]) -> None:
    theme.use(name)
    box = Tick("Even my payouts out")
    qtbot.addWidget(box)
    box.resize(box.sizeHint())

    def darkness_apart() -> int:
        """Give how far the lightest and the darkest point of the middle of the box are apart."""
        picture, middle = box.grab().toImage(), box.height() // 2
        greys = [picture.pixelColor(x, y).lightness() for x in range(5, 16) for y in range(middle - 5, middle + 5)]
        return max(greys) - min(greys)

    assert darkness_apart() < 10
    box.setChecked(True)
    assert darkness_apart() > 60


def test_a_label_never_reads_markup(qtbot: QtBot) -> None:
    label = Text("<b>bold</b>")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_problem_is_told_with_its_action(qtbot: QtBot, theme: Theme) -> None:
    banner = ProblemBanner()
    qtbot.addWidget(banner)
    assert banner.isHidden()
    banner.show_problem(Problem("wallet.locked"))
    assert not banner.isHidden()
    assert banner.happened.text() == "The wallet is locked."
    assert banner.button.text() == "Unlock wallet"
    assert banner.accessibleName().startswith("The wallet is locked.")
    with qtbot.waitSignal(banner.acted) as acted:
        banner.button.click()
    assert acted.args is not None
    assert acted.args[0] is Action.UNLOCK
    banner.show_problem(Problem("tier.price"))
    assert banner.button.isHidden()
    banner.show_problem(None)
    assert banner.isHidden()


def test_details_are_copied_without_secrets(qtbot: QtBot, theme: Theme) -> None:
    banner = ProblemBanner()
    qtbot.addWidget(banner)
    banner.show_problem(Problem("internal", {"status": "500"}, trace="t-1"))
    banner.button.click()
    assert QApplication.clipboard().text() == "internal {'status': '500'} t-1"


@pytest.mark.parametrize(
    ("typed", "micros"), [("0.005", 5_000), ("$2.99", 2_990_000), ("abc", None), ("", None), ("1.2345678", None)]
)
def test_a_money_field_takes_dollars(qtbot: QtBot, theme: Theme, typed: str, micros: int | None) -> None:
    field = MoneyField()
    qtbot.addWidget(field)
    QTest.keyClicks(field, typed)
    assert field.money == (None if micros is None else Money(micros))
    assert (field.property("invalid") == "true") == (micros is None and bool(typed))


def test_money_shows_two_digits_and_tells_all(qtbot: QtBot) -> None:
    label = MoneyText()
    qtbot.addWidget(label)
    label.set_money(Money(1_234_567))
    assert (label.text(), label.toolTip()) == ("$1.23", "$1.234567")
    label.set_money(None)
    assert (label.text(), label.toolTip()) == ("–", "")


def test_a_tile_shows_a_skeleton_until_it_has_a_figure(qtbot: QtBot, theme: Theme) -> None:
    tile = Tile("today", "Today")
    qtbot.addWidget(tile)
    waiting = tile.content()
    assert waiting.window() is tile, "a ghost never is a window of its own"
    tile.show_money(Money(1_940_000), "1 % less than yesterday", [1, 5, 3])
    assert tile.content() is not waiting
    assert tile.value_text == "$1.94"
    assert tile.accessibleName() == "Today: $1.94, 1 % less than yesterday"
    assert not tile.grab().isNull()


def test_what_lies_under_a_ghost_has_its_place_before_its_figure_comes(qtbot: QtBot, theme: Theme) -> None:
    """Styled and laid out while somebody waits: showing each part then would lay the whole page out once more."""
    tile = Tile("today", "Today")
    qtbot.addWidget(tile)
    tile.resize(260, 160)
    with qtbot.waitExposed(tile):
        tile.show()
    line = tile.findChild(Sparkline)
    assert line is not None
    assert line.isVisible()
    assert line.width() > 200
    ghost = tile.content()
    assert ghost.mapTo(tile, ghost.rect().topLeft()).y() < line.mapTo(tile, line.rect().topLeft()).y()
    tile.show_money(Money(1_940_000), "1 % less than yesterday", [1, 5, 3])
    assert not ghost.isVisible()
    chart = Chart("Earnings", name="chart")
    qtbot.addWidget(chart)
    with qtbot.waitExposed(chart):
        chart.show()
    assert not chart.drawn
    plot = chart.findChild(DayPlot)
    assert plot is not None
    assert plot.size() == chart.size()


def test_a_field_says_its_label_and_its_mistake(qtbot: QtBot, theme: Theme) -> None:
    field = Field("Price", MoneyField(), "In dollars.")
    qtbot.addWidget(field)
    assert field.field.accessibleName() == "Price"
    field.show_mistake("Not an amount.")
    assert field.help.text() == "Not an amount."
    field.show_mistake("")
    assert field.help.text() == "In dollars."


def test_thousands_in_groups_are_refused_with_a_sentence(qtbot: QtBot, theme: Theme) -> None:
    speak("de")
    try:
        field = Field("Preis", MoneyField(), "In Dollar.")
        qtbot.addWidget(field)
        amount = field.field
        assert isinstance(amount, MoneyField)
        QTest.keyClicks(amount, "1.234")
        assert amount.plain == "1,234", "which no amount is"
        assert field.help.text() == "Lass das „.“ zwischen den Tausendern weg."
        assert amount.accessibleDescription() == field.help.text()
        QTest.keyClicks(amount, "5")
        assert (amount.money, field.help.text()) == (Money(1_234_500), "In Dollar."), "a fourth digit is no thousand"
    finally:
        speak("en")


def test_a_toast_goes_away_by_itself(qtbot: QtBot, theme: Theme) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    toast = Toast(host)
    with qtbot.waitExposed(host):
        host.show()
    toast._timer.setInterval(1)
    toast.say("Saved.")
    assert toast.said == "Saved."
    qtbot.waitUntil(toast.isHidden)


def test_a_toast_goes_with_the_edge_that_it_stands_at(qtbot: QtBot, theme: Theme) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 600)
    toast = Toast(host)
    with qtbot.waitExposed(host):
        host.show()
    toast.say("The film can be watched from now on.")
    beside, below = host.width() - 2 * toast.x(), host.height() - toast.y()
    host.resize(500, 400)
    qtbot.waitUntil(lambda: (host.width() - 2 * toast.x(), host.height() - toast.y()) == (beside, below))
    host.resize(200, 400)
    qtbot.waitUntil(lambda: host.rect().contains(toast.geometry()))
    assert toast.heightForWidth(toast.width()) <= toast.height()


def test_what_can_be_done_stands_beside_its_words_or_below_them(qtbot: QtBot, theme: Theme) -> None:
    words, first, second = Text("What happened", wrap=True), primary("Back up in Settings"), primary("Later")
    pair = Beside(words, first, second, least=500)
    qtbot.addWidget(pair)
    pair.resize(700, 80)
    with qtbot.waitExposed(pair):
        pair.show()
    assert first.x() > words.geometry().right()
    pair.resize(400, 200)
    qtbot.waitUntil(lambda: first.y() > words.y() and first.x() == words.x())
    assert second.x() > first.geometry().right()
    assert second.width() == second.sizeHint().width()
    pair.resize(700, 80)
    qtbot.waitUntil(lambda: first.x() > words.geometry().right() and not pair.is_stacked)


def test_a_badge_that_gets_its_word_late_has_the_room_of_one_that_had_it(qtbot: QtBot, theme: Theme) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    late, early = Badge(), Badge("verified", "ok")
    line = QHBoxLayout(host)
    line.addWidget(late)
    line.addWidget(early)
    with qtbot.waitExposed(host):
        host.show()
    late.set_state("verified", "ok")
    assert late.sizeHint() == early.sizeHint()
    late.set_state("", "ok")
    assert late.sizeHint().width() < early.sizeHint().width()


def test_buttons_without_words_have_names(qtbot: QtBot, theme: Theme) -> None:
    button = icon_button("close", "Close")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Close", "Close")
    save = primary("Save", name="x.save")
    qtbot.addWidget(save)
    save.set_text("Saving…")
    assert (save.objectName(), save.accessibleName()) == ("x.save", "Saving…")


def test_progress_in_hundredths(qtbot: QtBot, theme: Theme) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.show_progress(31, 73)
    assert bar.percent == 42
    bar.show_progress(5, 0)
    assert bar.percent == 0
    bar.show_progress(9, 3)
    assert bar.percent == 100
    assert not bar.grab().isNull()


@pytest.mark.parametrize(("agrees", "verdict"), [(True, "All agree"), (False, "They differ")])
def test_three_books_side_by_side(qtbot: QtBot, theme: Theme, agrees: bool, verdict: str) -> None:
    card = ReconcileCard()
    qtbot.addWidget(card)
    card.show_sums(samples.reconciliation(agrees=agrees))
    model = card.table.model()
    cells = [str(model.index(2, column).data()) for column in range(5)]
    assert cells[:3] == ["Available", "$31.2045", "$31.2045"]
    assert cells[4] == ("agrees" if agrees else "differs")
    assert card._verdict.text() == verdict
