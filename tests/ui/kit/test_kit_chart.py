"""The chart: round ticks from zero, bars or a line, the value under the pointer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.kit.chart import Chart, Series
from studio.kit.chart_plot import DayPlot
from studio.kit.chart_scale import MOST_TICKS, label_places, round_ticks
from studio.kit.theme import Theme


@given(st.integers(min_value=0, max_value=10**15))
def test_ticks_are_few_round_even_and_reach_the_top(highest: int) -> None:
    ticks = round_ticks(highest)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= MOST_TICKS
    assert ticks[-1] >= highest
    steps = {after - before for before, after in itertools.pairwise(ticks)}
    assert len(steps) == 1
    assert str(steps.pop()).rstrip("0") in ("1", "2", "25", "5")


@given(st.integers(0, 400), st.integers(1, 12))
def test_labels_stand_evenly_and_the_last_one_stays(count: int, most: int) -> None:
    places = label_places(count, most)
    assert len(places) <= most
    if count:
        assert places[-1] == count - 1


def _series(days: int) -> Series:
    values = tuple(at * 10 for at in range(days))
    return Series(tuple(f"day {at}" for at in range(days)), values, tuple(reversed(values)), lambda value: f"{value} u")


@pytest.mark.parametrize("days", [28, 90])
def test_a_chart_draws_and_says_itself(qtbot: QtBot, theme: Theme, days: int) -> None:
    chart = Chart("Earnings", name="c")
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    with qtbot.waitExposed(chart):
        chart.show()
    series = _series(days)
    chart.show_series(series)
    qtbot.waitUntil(lambda: chart.drawn, timeout=20_000)
    assert chart.accessibleDescription().startswith(f"Earnings: {days} days")
    assert f"most on day {days - 1}" in chart.accessibleDescription()
    assert not chart.grab().isNull()
    theme.use("light")
    chart.show_series(_series(days // 2))
    theme.use("dark")


def test_the_value_under_the_pointer(qtbot: QtBot, theme: Theme) -> None:
    chart = Chart("Earnings", name="c")
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    chart.show_series(_series(28))
    qtbot.waitUntil(lambda: chart.drawn, timeout=20_000)
    plot = chart.findChild(DayPlot)
    assert isinstance(plot, DayPlot)
    plot.point_at(QPointF(plot.x_of(5.1), 100))
    assert plot.told() == "day 5  50 u   before: 220 u"
    assert not chart.grab().isNull()
    plot.point_at(QPointF(-5, -5))
    assert not plot.told()


def test_bars_stand_on_the_ground_and_reach_their_value(qtbot: QtBot, theme: Theme) -> None:
    plot = DayPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.draw(Series(("a", "b", "c"), (100, 0, 50), (), lambda value: f"{value} u", last_is_open=False))
    picture, accent = plot.grab().toImage(), QColor(theme.tokens.accent)

    def height_of(place: int) -> int:
        return sum(picture.pixelColor(round(plot.x_of(place)), y) == accent for y in range(picture.height()))

    assert height_of(0) > 200
    assert height_of(1) == 0
    assert abs(height_of(2) * 2 - height_of(0)) <= 4


def test_an_empty_chart_says_so() -> None:
    assert Series((), (), (), str).spoken("Earnings") == "Earnings: nothing yet."


@pytest.mark.parametrize(("days", "slim"), [(1, True), (3, True), (28, False)])
def test_a_few_bars_stand_slim(days: int, slim: bool, theme: Theme, qtbot: QtBot) -> None:
    chart = Chart("Earnings", name="chart", height=200)
    qtbot.addWidget(chart)
    chart.resize(900, 240)
    with qtbot.waitExposed(chart):
        chart.show()
    chart.show_series(_series(days))
    plot = chart.findChild(DayPlot)
    assert plot is not None
    left, right = plot.bar_at(0)
    assert (round(right - left) == 96) is slim
    assert right - left < 96.001
    assert (left + right) / 2 == pytest.approx(plot.x_of(0))
