"""What the paywall says, in each of its causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.pages.watch.state import Cause
from player.parts.payment_words import WHY_BY_CHAIN
from studio.kit.format import money_exact, plural
from studio.kit.problems import advice

if TYPE_CHECKING:
    from player.pages.watch.state import Paywall, Way


def title_and_words(paywall: Paywall) -> tuple[str, str]:
    """Say why playback stands here."""
    match paywall.cause:
        case Cause.BUYING:
            return "Buying this part…", "Paying, then fetching the key. It plays as soon as the key is here."
        case Cause.UNKNOWN:
            told = "The payment was sent, but no answer has come yet. It is looked up and never sent twice."
            return "Not settled yet", told
        case Cause.BUDGET:
            limit = money_exact(paywall.limit)
            return "Your budget is used up", f"{limit} was the limit that you set. Raise it, or buy part by part."
        case Cause.DEPOSIT:
            return "A larger deposit is needed", "Nothing was paid. Confirm the new sum to go on."
        case Cause.REFUSED:
            told_why = advice(paywall.problem).sentence if paywall.problem is not None else ""
            return "This part could not be bought", told_why
        case _:
            return "Keep watching", "From here each part is paid for as you watch. What you buy stays yours."


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
