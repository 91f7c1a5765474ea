"""What a film costs this viewer, before anything is pressed: the most it can be, and the cheapest way first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from player.core.timeline import Access, price_per_minute
from player.parts.joining_words import to_pay
from studio.kit.format import duration, money, money_exact
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.pages.watch.joining import Joining
    from player.pages.watch.state import WatchState
    from services.units.money import Money
    from services.wire.catalogue import AccessTierOut


class Ways(NamedTuple):
    """The tier that opens a film for least now, None without any, and whether it costs less than the parts."""

    tier: AccessTierOut | None
    is_tier_first: bool


def ways(joining: Joining, rest: Money) -> Ways:
    """Compare what the parts cost at most with the tiers, less what counts toward each already."""
    # A downgrade begins when the present tier ends: it opens nothing now.
    tier = min((tier for tier in joining.tiers if tier.kind != "downgrade"), key=to_pay, default=None)
    return Ways(tier, tier is not None and (joining.is_members_only or to_pay(tier) < rest))


def price_lines(state: WatchState) -> tuple[str, str]:
    """Give the line that names the cheapest way, and a second one with rates and the other way."""
    item, timeline = state.item, state.timeline
    if item is None or timeline is None:
        return "", ""
    rest = timeline.rest_price(0)
    if not rest:
        return _without_paying(state), ""
    tier, is_tier_first = ways(state.joining, rest)
    join = "" if tier is None else _join_words(tier)
    if state.joining.is_members_only:
        return join or tr("For members of a tier only"), tr("Members watch it without paying for parts.")
    rate = item.price_per_ten_seconds
    rates = tr(
        "{rate} per 10 s · {rate_2} a minute", rate=money_exact(rate), rate_2=money_exact(price_per_minute(rate))
    )
    watch = tr("Watch, up to {rest}", rest=money_exact(rest))
    first, other = (join, watch) if is_tier_first else (watch, join)
    return first, " · ".join(
        part for part in (rates, _free_words(state), other and tr("or {other}", other=_lower(other))) if part
    )


def _join_words(tier: AccessTierOut) -> str:
    price = money(tier.price)
    if tier.kind == "upgrade":
        return tr(
            "Change to {name} for {sum} now, then {price} a month",
            name=tier.name,
            sum=money_exact(to_pay(tier)),
            price=price,
        )
    if not tier.counted:
        return tr("Join {name}, {price} a month", name=tier.name, price=price)
    return tr(
        "Join {name} for {sum} now, then {price} a month", name=tier.name, sum=money_exact(to_pay(tier)), price=price
    )


def _without_paying(state: WatchState) -> str:
    timeline = state.timeline
    is_bought = timeline is not None and any(chunk.access is Access.OWNED for chunk in timeline.chunks)
    return tr("It is yours: it plays without paying") if is_bought else tr("Free to watch")


def _free_words(state: WatchState) -> str:
    timeline = state.timeline
    if timeline is None:
        return ""
    playable = timeline.playable_until(0)
    is_free = playable and all(chunk.access is Access.FREE for chunk in timeline.chunks[:playable])
    return tr("the first {end_ms} free", end_ms=duration(timeline.chunks[playable - 1].end_ms)) if is_free else ""


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
