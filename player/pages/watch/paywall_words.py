"""What the paywall says, in each of its causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.pages.watch.state import Cause
from player.parts.payment_words import WHY_BY_CHAIN
from studio.kit.format import money_exact, plural
from studio.kit.problems import advice

if TYPE_CHECKING:
    from player.pages.watch.state import Paywall, Way

_TITLES = {
    Cause.LOCKED: ("Keep watching", "From here each part is paid for as you watch. What you buy stays yours."),
    Cause.BUYING: ("Buying this part…", "Paying, then fetching the key. It plays as soon as the key is here."),
    Cause.UNKNOWN: (
        "Not settled yet",
        "The payment was sent, but no answer has come yet. It is looked up and never sent twice.",
    ),
    Cause.DEPOSIT: ("A larger deposit is needed", "Nothing was paid. Confirm the new sum to go on."),
    Cause.MEMBERS: ("For members", "Members of a tier watch this without paying for parts."),
}


def title_and_words(paywall: Paywall) -> tuple[str, str]:
    """Say why playback stands here."""
    if paywall.joining.quote is not None:
        return f"Join {paywall.joining.quote.tier_name}", ""
    match paywall.cause:
        case Cause.BUDGET:
            limit = money_exact(paywall.limit)
            return "Your budget is used up", f"{limit} was the limit that you set. Raise it, or buy part by part."
        case Cause.REFUSED:
            told_why = advice(paywall.problem).sentence if paywall.problem is not None else ""
            return "This part could not be bought", told_why
        case _:
            return _TITLES.get(paywall.cause, _TITLES[Cause.LOCKED])


def chain_words(way: Way) -> str:
    """Say that parts are settled on the chain, and why."""
    return f"Each part is settled on the chain. {WHY_BY_CHAIN.get(way.why, '')}".strip()


def buy_words(paywall: Paywall) -> str:
    """Name the first button: what it buys, and for how much."""
    if paywall.cause is Cause.UNKNOWN:
        return "Look again"
    if paywall.cause is Cause.BUYING:
        return "Buying…"
    if paywall.wanted.count > 1:
        return f"Watch {plural(paywall.wanted.count, 'part', 'parts')} for {money_exact(paywall.wanted.price)}"
    return f"Watch this part for {money_exact(paywall.wanted.price)}"


def stretch_words(paywall: Paywall) -> str:
    """Name the button for all parts in a row: mostly the rest of the film."""
    price = money_exact(paywall.stretch.price)
    if paywall.stretch.price == paywall.rest:
        return f"Buy the rest for {price}"
    return f"Buy {plural(paywall.stretch.count, 'part', 'parts')} for {price}"
