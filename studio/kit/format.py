"""Values as people read them: money, numbers, time, sizes, addresses. The only place that makes such text.

All of it follows the language that the window speaks: ``$1,234.56`` is ``1.234,56 $`` in German. What leaves the
window, such as an export or a request, never goes through here.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QDate, QLocale

from studio.kit.words import spoken, tr

if TYPE_CHECKING:
    from services.units.money import Money
    from studio.kit.words import Language

DASH = "–"
_CENT = 10_000
_DOLLAR = 1_000_000
_KIB = 1024
_GROUPED: Final = re.compile("[1-9][0-9]{0,2}(\0[0-9]{3})+([.,][0-9]*)?")
"""Thousands in groups, with a zero byte for the sign between them."""
_LOCALES: Final = {"de": "de_DE"}
"""By language; every other one has that of its source text."""
_DAYS: Final = {"de": "d. MMM"}
_TIMES: Final = 1000
"""Per cent; above it a multiple is easier to grasp."""


class _Habits(NamedTuple):
    """How a language writes numbers."""

    locale: QLocale
    point: str
    group: str
    sign_after: bool
    """The sign of a currency stands behind the number."""


@cache
def _habits_of(language: Language) -> _Habits:
    locale = QLocale(_LOCALES.get(language, "en_US"))
    return _Habits(
        locale, locale.decimalPoint(), locale.groupSeparator(), locale.toCurrencyString(1, "$").endswith("$")
    )


def _dollars(whole: int, digits: str, *, is_less: bool) -> str:
    """Write an amount; exact, so that no float takes part."""
    habits = _habits_of(spoken())
    written = f"{whole:,}".replace(",", habits.group) + habits.point + digits
    # A space that does not break, so that the sign stays with its sum.
    signed = f"{written}\u00a0$" if habits.sign_after else f"${written}"
    return f"−{signed}" if is_less else signed


def money(amount: Money | None) -> str:
    """Give dollars: exact below one dollar, else two digits, rounded towards zero; unknown is a dash.

    Most sums here are made of parts of a cent: cut to two digits, $0.027 on one page would be $0.02 on another.
    """
    if amount is None:
        return DASH
    micros = abs(amount.micros)
    if micros < _DOLLAR:
        return money_exact(amount)
    return _dollars(micros // _DOLLAR, f"{micros // _CENT % 100:02d}", is_less=amount.micros < 0)


def money_exact(amount: Money | None) -> str:
    """Give dollars with all digits that are there, at least two: ``$0.005``."""
    if amount is None:
        return DASH
    return _dollars(*_parts(amount), is_less=amount.micros < 0)


def money_plain(amount: Money) -> str:
    """Give an amount as the service reads it, in every language: ``0.005``."""
    whole, digits = _parts(amount)
    return f"{whole}.{digits}"


def money_input(amount: Money) -> str:
    """Give an amount as it would be typed: ``0.005``, in German ``0,005``."""
    return as_typed(money_plain(amount))


def as_typed(plain: str) -> str:
    """Give what the service reads as a person would type it."""
    habits = _habits_of(spoken())
    return plain.translate(str.maketrans(".,", habits.point + habits.group))


def as_plain(typed: str) -> str:
    """Give what a person typed as the service reads it; a point does for a comma where nothing else can be meant.

    Groups become commas, which no amount may have: ``1.234`` typed in German is refused, not taken for a dollar.
    """
    habits = _habits_of(spoken())
    if habits.point == "." or ("." in typed and not group_typed(typed)):
        return typed
    return typed.translate(str.maketrans(habits.point + habits.group, ".,"))


def group_typed(typed: str) -> str:
    """Give the sign that parts thousands in what was typed, such as ``1,234``; empty where none does."""
    group = _habits_of(spoken()).group
    return group if _GROUPED.fullmatch(typed.strip().replace(group, "\0")) else ""


def _parts(amount: Money) -> tuple[int, str]:
    """Give whole dollars and the digits behind them, two at least."""
    whole, rest = divmod(abs(amount.micros), _DOLLAR)
    return whole, f"{rest:06d}".rstrip("0").ljust(2, "0")


def change(now: Money, before: Money | None) -> str:
    """Say in words how a sum moved against the period before."""
    if before is None:
        return ""
    if now == before:
        return tr("same as before")
    if not before:
        return tr("nothing before")
    percent = round((now.micros - before.micros) * 100 / before.micros)
    return more_or_less(percent)


def more_or_less(percent: int) -> str:
    """Say by how many per cent something moved."""
    if percent == 0:
        return tr("about the same")
    if percent >= _TIMES:
        return tr("{times} times what it was", times=number(round(percent / 100) + 1))
    if percent > 0:
        return tr("{percent} % more", percent=number(percent))
    return tr("{percent} % less", percent=number(-percent))


def duration(milliseconds: int) -> str:
    """Give a media time as ``1:06`` or ``1:02:06``."""
    seconds = max(0, milliseconds) // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size(count: int) -> str:
    """Give a number of bytes as KB, MB or GB (steps of 1024)."""
    value, unit = float(count), "bytes"
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < _KIB or unit == "GB":
            break
        value /= _KIB
    return tr("{count} bytes", count=count) if unit == "bytes" else f"{decimal(value)} {unit}"


def short(identifier: str) -> str:
    """Shorten an address or hash: ``0x12ab…90ef``."""
    return identifier if len(identifier) <= 14 else f"{identifier[:6]}…{identifier[-4:]}"


def day(value: date) -> str:
    """Give a day as ``21 Nov``, in German ``21. Nov.``."""
    return _day(spoken(), value)


@lru_cache(maxsize=512)
def _day(language: Language, value: date) -> str:
    # A table writes one in each row, and a film's days are few.
    return _habits_of(language).locale.toString(QDate(value.year, value.month, value.day), _DAYS.get(language, "d MMM"))


def month(value: str) -> str:
    """Give a month such as ``2026-10`` as ``Oct 2026``; what is none as it stands."""
    year, _, ordinal = value.partition("-")
    if not (year.isdecimal() and ordinal.isdecimal()):
        return value
    return _habits_of(spoken()).locale.toString(QDate(int(year), int(ordinal), 1), "MMM yyyy") or value


def full_day(value: date) -> str:
    """Give a day with its year: ``21 Nov 2026``."""
    return f"{day(value)} {value.year}"


def clock(moment: datetime) -> str:
    """Give a moment's local time of day as ``14:05``."""
    return moment.astimezone().strftime("%H:%M")


def time_of_day(minutes: int) -> str:
    """Give so many minutes past midnight as ``22:00``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def moment(value: datetime) -> str:
    """Give a moment in local time as ``21 Nov, 14:05``."""
    local = value.astimezone()
    return f"{day(local.date())}, {local:%H:%M}"


def ago(value: datetime, now: datetime) -> str:
    """Say how long ago something was."""
    passed = max(now - value, timedelta(0))
    if passed < timedelta(minutes=1):
        return tr("just now")
    if passed < timedelta(hours=1):
        return tr("{value} min ago", value=passed.seconds // 60)
    return (
        tr("{value} h ago", value=passed.seconds // 3600)
        if passed < timedelta(days=1)
        else day(value.astimezone().date())
    )


def chunks(first: int, count: int) -> str:
    """Name chunks as people count them, from one."""
    return (
        tr("part {value}", value=first + 1)
        if count == 1
        else tr("parts {value}–{value_2}", value=first + 1, value_2=first + count)
    )


def plural(count: int, one: str, many: str) -> str:
    """Give a count with its noun."""
    return f"{number(count)} {one if count == 1 else many}"


def number(value: int) -> str:
    """Give a whole number with its groups: ``1,234``, in German ``1.234``."""
    return f"{value:,}".replace(",", _habits_of(spoken()).group)


def share_words(per_mille: int) -> str:
    """Give a share of a whole: ``4.3 %``."""
    return f"{decimal(per_mille / 10)} %" if per_mille else tr("less than {share} %", share=decimal(0.1))


def decimal(value: float, digits: int = 1) -> str:
    """Give a measured value, never money, with so many digits behind its point."""
    return f"{value:.{digits}f}".replace(".", _habits_of(spoken()).point)


def brief(value: float) -> str:
    """Give a measured value with no more digits than it has, two at most: ``25``, ``23.98``."""
    whole, _, rest = f"{value:.2f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}{_habits_of(spoken()).point}{rest}" if rest else whole
