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


# What stopped it, in its own words; the sentence under it says what helps.
_REFUSALS = {
    "payment.insufficient": "Not enough money in your wallet",
    "budget.day": "Your limit for today is reached",
    "budget.creator": "Your limit for this creator is reached",
    "wallet.locked": "Your wallet is locked",
    "payment.refused": "The seller refused the payment",
    "channel.refused": "The seller refused the payment",
    "payment.terms_changed": "The price has changed",
    "node.unreachable": "The seller does not answer",
    "service.timeout": "The answer takes too long",
    "chain.unreachable": "The payment chain does not answer",
    "content.wrong_key": "The key does not open this part",
    "content.damaged": "This part is damaged at its source",
    "content.missing": "This part is nowhere to be had",
    "content.not_for_sale": "This film is no longer for sale",
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
            if paywall.problem is None:
                return "This part could not be bought", ""
            title = _REFUSALS.get(paywall.problem.code, "This part could not be bought")
            return title, advice(paywall.problem).sentence
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
