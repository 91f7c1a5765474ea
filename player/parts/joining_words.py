"""What joining a tier costs, in words: what is paid now, what counted toward it, and when the full price is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import ZERO, Money
from services.units.time import from_unix_seconds
from studio.kit.format import day, money, money_exact
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.catalogue import AccessTierOut
    from services.wire.memberships import QuoteOut

_OPENS = {
    "join": mark("{tier} opens all that it covers until {until}."),
    "renew": mark("{tier} goes on until {until}."),
    "upgrade": mark("{tier} opens more until {until}, when your present tier ends."),
    "downgrade": mark("{tier} follows when your present tier ends, until {until}."),
}


def to_pay(tier: AccessTierOut) -> Money:
    """Give what joining a tier costs about now; its quote says it exactly."""
    return max(due(tier) - tier.counted, ZERO)


def due(tier: AccessTierOut) -> Money:
    """Give what joining a tier costs before what counts toward it: its price, or an upgrade's difference."""
    return tier.price if tier.due is None else tier.due


def fare_words(tier: AccessTierOut) -> str:
    """Say how far a viewer has come toward a tier by paying for parts; empty while nothing counts."""
    if not tier.counted:
        return ""
    return tr(
        "{counted} of {price} toward {name} this month",
        counted=money(tier.counted),
        price=money(due(tier)),
        name=tier.name,
    )


def offer_words(tier: AccessTierOut) -> str:
    """Name the button that asks for the sum: never more than what is left to pay."""
    if tier.kind == "upgrade":
        return tr("Change to {name} for {sum} now", name=tier.name, sum=money_exact(to_pay(tier)))
    if tier.kind == "downgrade":
        return tr("Change to {name}", name=tier.name)
    if tier.counted:
        return tr("Join {name} for {sum} now", name=tier.name, sum=money_exact(to_pay(tier)))
    return tr("Join {name} – {price} a month", name=tier.name, price=money(tier.price))


def later_words(tier: AccessTierOut) -> str:
    """Say when the full price is due to a viewer who pays less at first; empty for anybody else."""
    if tier.kind == "downgrade":
        return tr("It follows when your present tier ends.")
    if tier.kind == "upgrade":
        after = tr("For the time that is left of your month, then {price} a month.", price=money(tier.price))
        return f"{fare_words(tier)}. {after}" if tier.counted else after
    if not tier.counted:
        return ""
    return tr("{fare}. After thirty days {price} a month.", fare=fare_words(tier), price=money(tier.price))


def consent_words(quote: QuoteOut, monthly: Money) -> str:
    """Say what a quote opens, how its sum comes about, and what is due after that. monthly: the tier's full price."""
    until = day(from_unix_seconds(quote.until).date())
    opens = tr(_OPENS.get(quote.kind, _OPENS["join"])).format(tier=quote.tier_name, until=until)
    after = tr(
        "From {until} it renews at {price} a month, within your limits, until you cancel.",
        until=until,
        price=money(monthly),
    )
    return " ".join(part for part in (opens, _sum_words(quote, monthly), after) if part)


def _sum_words(quote: QuoteOut, monthly: Money) -> str:
    """Say why the sum is not the tier's price; empty where it is."""
    if quote.kind == "upgrade":
        said = tr(
            "It costs {price} a month; for the time that is left you pay only the difference of {difference}.",
            price=money(monthly),
            difference=money_exact(quote.price),
        )
        if not quote.fare:
            return said
        less = tr("{fare} that you paid for parts this month is taken off.", fare=money_exact(quote.fare))
        return f"{said} {less}"
    if not quote.fare:
        return ""
    return tr(
        "You pay {price} less {fare} that you paid for parts this month.",
        price=money_exact(quote.price),
        fare=money_exact(quote.fare),
    )
