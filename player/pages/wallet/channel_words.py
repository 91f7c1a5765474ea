"""The words for a channel's states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import moment, money_exact
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from datetime import datetime

    from services.wire.desk import ChannelOut, ChannelState
    from studio.kit.tokens import Tone

BADGES: dict[ChannelState, tuple[str, Tone]] = {
    "open": (mark("open"), "ok"),
    "refunding": (mark("coming back"), "info"),
    "withdrawing": (mark("withdrawing"), "warn"),
    "closed": (mark("closed"), "neutral"),
}


def is_ready(channel: ChannelOut, now: datetime) -> bool:
    """Tell whether an announced withdrawal can be finished."""
    return channel.ready_at is not None and channel.ready_at <= now


def comes_back(days: int) -> str:
    """Say when a channel gives its rest back by itself."""
    return (
        tr("after {days} without a purchase", days=tr_count(days, "{count} day", "{count} days"))
        if days
        else tr("at the end of a sitting")
    )


def sentence(channel: ChannelOut, *, now: datetime, days: int) -> str:
    """Say what is going on with a channel's money, and what can be done."""
    match channel.state:
        case "refunding":
            return tr(
                "The seller is giving {refundable} back. This goes on by itself.",
                refundable=money_exact(channel.refundable),
            )
        case "withdrawing":
            return _withdrawing(channel, now)
        case "closed":
            return tr("Nothing is left in it. Your next purchase opens it again.")
        case _:
            return _open(channel, days)


def _withdrawing(channel: ChannelOut, now: datetime) -> str:
    if channel.ready_at is None:
        return tr("Being announced on the chain.")
    if is_ready(channel, now):
        return tr(
            "Ready since {ready_at}. Finish it to have the money in your wallet.", ready_at=moment(channel.ready_at)
        )
    return tr(
        "Ready on {ready_at}. Then it is finished with one click, and nobody has to agree.",
        ready_at=moment(channel.ready_at),
    )


def _open(channel: ChannelOut, days: int) -> str:
    if channel.promised.micros > 0:
        return tr("{promised} is promised for a part that is being bought.", promised=money_exact(channel.promised))
    if not channel.deposited.micros and not channel.spent.micros:
        return tr("Nothing is in it yet. Your next purchase fills it.")
    if not channel.refundable.micros:
        return tr("All of it is spent. Your next purchase fills it up.")
    if not channel.can_refund:
        return tr("Opened on another device: only that one can ask the seller for the rest.")
    return tr("The rest comes back by itself {days}.", days=comes_back(days))
