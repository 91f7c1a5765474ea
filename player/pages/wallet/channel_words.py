"""The words for a channel's states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import moment, money_exact, plural

if TYPE_CHECKING:
    from datetime import datetime

    from services.wire.desk import ChannelOut, ChannelState
    from studio.kit.tokens import Tone

BADGES: dict[ChannelState, tuple[str, Tone]] = {
    "open": ("open", "ok"),
    "refunding": ("coming back", "info"),
    "withdrawing": ("withdrawing", "warn"),
    "closed": ("closed", "neutral"),
}


def is_ready(channel: ChannelOut, now: datetime) -> bool:
    """Tell whether an announced withdrawal can be finished."""
    return channel.ready_at is not None and channel.ready_at <= now


def comes_back(days: int) -> str:
    """Say when a channel gives its rest back by itself."""
    return f"after {plural(days, 'day', 'days')} without a purchase" if days else "at the end of a sitting"


def sentence(channel: ChannelOut, *, now: datetime, days: int) -> str:
    """Say what is going on with a channel's money, and what can be done."""
    match channel.state:
        case "refunding":
            return f"The seller is giving {money_exact(channel.refundable)} back. This goes on by itself."
        case "withdrawing":
            return _withdrawing(channel, now)
        case "closed":
            return "Nothing is left in it. Your next purchase opens it again."
        case _:
            return _open(channel, days)


def _withdrawing(channel: ChannelOut, now: datetime) -> str:
    if channel.ready_at is None:
        return "Being announced on the chain."
    if is_ready(channel, now):
        return f"Ready since {moment(channel.ready_at)}. Finish it to have the money in your wallet."
    return f"Ready on {moment(channel.ready_at)}. Then it is finished with one click, and nobody has to agree."


def _open(channel: ChannelOut, days: int) -> str:
    if channel.promised.micros > 0:
        return f"{money_exact(channel.promised)} is promised for a part that is being bought."
    if not channel.refundable.micros:
        return "All of it is spent. Your next purchase fills it up."
    if not channel.can_refund:
        return "Opened on another device: only that one can ask the seller for the rest."
    return f"The rest comes back by itself {comes_back(days)}."
