"""Values as people read them: money, time, durations, sizes, addresses. The only place that makes such text."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from studio.kit.words import tr

if TYPE_CHECKING:
    from services.units.money import Money

DASH = "–"
_CENT = 10_000
_DOLLAR = 1_000_000
_KIB = 1024


def money(amount: Money | None) -> str:
    """Give dollars: exact below one dollar, else two digits, rounded towards zero; unknown is a dash.

    Most sums here are made of parts of a cent: cut to two digits, $0.027 on one page would be $0.02 on another.
    """
    if amount is None:
        return DASH
    micros = abs(amount.micros)
    if micros < _DOLLAR:
        return money_exact(amount)
    return f"{'−' if amount.micros < 0 else ''}${micros // _DOLLAR:,}.{micros // _CENT % 100:02d}"


def money_exact(amount: Money | None) -> str:
    """Give dollars with all digits that are there, at least two: ``$0.005``."""
    if amount is None:
        return DASH
    whole, rest = divmod(abs(amount.micros), 1_000_000)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'−' if amount.micros < 0 else ''}${whole:,}.{digits}"


def money_input(amount: Money) -> str:
    """Give an amount as it would be typed: ``0.005``."""
    return money_exact(amount).removeprefix("$").replace(",", "")


def change(now: Money, before: Money | None) -> str:
    """Say in words how a sum moved against the period before."""
    if before is None:
        return ""
    if now == before:
        return tr("same as before")
    if not before:
        return tr("nothing before")
    percent = round((now.micros - before.micros) * 100 / before.micros)
    if percent == 0:
        return tr("about the same")
    return f"{abs(percent)} % {'more' if percent > 0 else 'less'}"


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
    return tr("{count} bytes", count=count) if unit == "bytes" else f"{value:.1f} {unit}"


def short(identifier: str) -> str:
    """Shorten an address or hash: ``0x12ab…90ef``."""
    return identifier if len(identifier) <= 14 else f"{identifier[:6]}…{identifier[-4:]}"


def day(value: date) -> str:
    """Give a day as ``21 Nov``."""
    return f"{value.day} {QLocale.c().standaloneMonthName(value.month, QLocale.FormatType.ShortFormat)}"


def clock(moment: datetime) -> str:
    """Give a moment's local time of day as ``14:05``."""
    return moment.astimezone().strftime("%H:%M")


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
    return f"{count:,} {one if count == 1 else many}"


def number(value: int) -> str:
    """Give a whole number with its groups: ``1,234``."""
    return f"{value:,}"
