"""A creator's metrics as people read them: names, units, and the chart of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import Money
from studio.kit.chart import Series
from studio.kit.format import day, decimal, money, more_or_less, number
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from services.wire.figures import FiguresOut, Metric, MetricOut

METRICS: tuple[tuple[Metric, str], ...] = (
    ("earnings", mark("Earnings")),
    ("watch", mark("Paid watch time")),
    ("viewers", mark("Paying viewers")),
    ("members", mark("Members")),
)
EXPLAINED: dict[Metric, str] = {
    "earnings": mark("your share, in dollars"),
    "watch": mark("time that was paid for by the part"),
    "viewers": mark("different accounts that paid that day"),
    "members": mark("memberships at the end of the day"),
    "gross": mark("what viewers paid, in dollars"),
}
_MINUTE, _HOUR = 60_000, 3_600_000
_LEAST_MONEY, _LEAST_COUNT = 40_000, 4


def span(milliseconds: int) -> str:
    """Give a length of time with its two largest units: ``4 h 12 min``."""
    minutes, seconds = milliseconds // _MINUTE, milliseconds // 1000 % 60
    if milliseconds >= 100 * _HOUR:
        return tr("{hours} h", hours=number(minutes // 60))
    if milliseconds >= _HOUR:
        return tr("{value} h {value_2} min", value=minutes // 60, value_2=minutes % 60)
    return (
        tr("{minutes} min", minutes=minutes)
        if minutes >= 10
        else tr("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)
        if minutes
        else tr("{seconds} s", seconds=seconds)
    )


def told(name: Metric, value: int) -> str:
    """Write a value of a metric."""
    if name in ("earnings", "gross"):
        return money(Money(value))
    return span(value) if name == "watch" else number(value)


def moved(now: int, before: int, *, than: str | None = None) -> str:
    """Say in words how a number moved against the period before."""
    if now == before:
        return tr("same as before") if now else tr("nothing yet")
    if not before:
        return tr("nothing before")
    percent = round((now - before) * 100 / before)
    words = more_or_less(percent)
    return f"{words} {tr('than before') if than is None else than}".rstrip() if percent else words


def metric_of(figures: FiguresOut, name: Metric) -> MetricOut:
    """Find a metric; raises StopIteration for one that the node does not know."""
    return next(metric for metric in figures.metrics if metric.name == name)


def series_of(name: Metric, days: Sequence[date], values: Sequence[int], before: Sequence[int]) -> Series:
    """Make a metric's chart."""
    divisor, unit, least = _scale(name, max((*values, *before), default=0))
    return Series(
        labels=tuple(day(each) for each in days),
        values=tuple(value // divisor for value in values),
        before=tuple(value // divisor for value in before),
        unit=unit,
        least=least,
        adds_up=name not in ("viewers", "members"),
    )


def _scale(name: Metric, highest: int) -> tuple[int, Callable[[int], str], int]:
    """Give by what to divide, how to write it, and up to where an empty axis reaches."""
    if name in ("earnings", "gross"):
        return 1, _dollars, _LEAST_MONEY
    if name != "watch":
        return 1, number, _LEAST_COUNT
    if highest >= _HOUR:
        # In hundredths, so that no day loses what is less than an hour.
        return _HOUR // 100, _hours, 100
    return (_MINUTE // 100, _minutes, 100) if highest >= _MINUTE else (1000, _seconds, _LEAST_COUNT)


def _dollars(value: int) -> str:
    return money(Money(value))


def _hours(value: int) -> str:
    return tr("{hours} h", hours=_hundredths(value))


def _minutes(value: int) -> str:
    return tr("{minutes} min", minutes=_hundredths(value))


def _seconds(value: int) -> str:
    return tr("{seconds} s", seconds=number(value))


def _hundredths(value: int) -> str:
    whole, rest = divmod(value, 100)
    return number(whole) if not rest else f"{number(whole)}{decimal(rest / 100, 2)[1:].rstrip('0')}"
