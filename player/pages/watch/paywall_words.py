"""What the paywall says, in each of its causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.pages.watch.state import Cause
from player.parts.payment_words import WHY_BY_CHAIN
from studio.kit.format import money_exact
from studio.kit.problems import advice
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from player.pages.watch.state import Paywall, Way

_TITLES = {
    Cause.LOCKED: (
        mark("Keep watching"),
        mark("From here each part is paid for as you watch. What you buy stays yours."),
    ),
    Cause.BUYING: (
        mark("Buying this part…"),
        mark("Paying, then fetching the key. It plays as soon as the key is here."),
    ),
    Cause.UNKNOWN: (
        mark("Not settled yet"),
        mark("The payment was sent, but no answer has come yet. It is looked up and never sent twice."),
    ),
    Cause.DEPOSIT: (mark("A larger deposit is needed"), mark("Nothing was paid. Confirm the new sum to go on.")),
    Cause.MEMBERS: (mark("For members"), mark("Members of a tier watch this without paying for parts.")),
}


# What stopped it, in its own words; the sentence under it says what helps.
_REFUSALS = {
    "payment.insufficient": mark("Not enough money in your wallet"),
    "budget.day": mark("Your limit for today is reached"),
    "budget.creator": mark("Your limit for this creator is reached"),
    "wallet.locked": mark("Your wallet is locked"),
    "payment.refused": mark("The seller refused the payment"),
    "channel.refused": mark("The seller refused the payment"),
    "payment.terms_changed": mark("The price has changed"),
    "node.unreachable": mark("The seller does not answer"),
    "service.timeout": mark("The answer takes too long"),
    "chain.unreachable": mark("The payment chain does not answer"),
    "content.wrong_key": mark("The key does not open this part"),
    "content.damaged": mark("This part is damaged at its source"),
    "content.missing": mark("This part is nowhere to be had"),
    "content.not_for_sale": mark("This film is no longer for sale"),
}


def title_and_words(paywall: Paywall) -> tuple[str, str]:
    """Say why playback stands here."""
    if paywall.joining.quote is not None:
        return tr("Join {tier_name}", tier_name=paywall.joining.quote.tier_name), ""
    match paywall.cause:
        case Cause.BUDGET:
            limit = money_exact(paywall.limit)
            return tr("Your budget is used up"), tr(
                "{limit} was the limit that you set. Raise it, or buy part by part.", limit=limit
            )
        case Cause.REFUSED:
            if paywall.problem is None:
                return tr("This part could not be bought"), ""
            told, title = advice(paywall.problem), _REFUSALS.get(paywall.problem.code)
            if title is None or not told.next_step:
                return tr(title or mark("This part could not be bought")), told.sentence
            return tr(title), told.next_step
        case _:
            title, sentence = _TITLES.get(paywall.cause, _TITLES[Cause.LOCKED])
            return tr(title), tr(sentence)


def slow_words(paywall: Paywall) -> tuple[str, str]:
    """Say what a purchase waits for that takes long: a transaction's block, or the seller."""
    if paywall.deposit.is_needed or not paywall.way.by_channel:
        return tr("The payment chain is slow"), tr(
            "The payment is signed and waits for its block. It plays as soon as that is there, and is never paid twice."
        )
    return tr("The seller is slow to answer"), tr(
        "The payment is signed and waits for its key. If none comes in time, nothing is charged."
    )


def chain_words(way: Way) -> str:
    """Say that parts are settled on the chain, and why."""
    return tr("Each part is settled on the chain. {why}", why=tr(WHY_BY_CHAIN.get(way.why, ""))).strip()


def buy_words(paywall: Paywall) -> str:
    """Name the first button: what it buys, and for how much."""
    if paywall.cause is Cause.UNKNOWN:
        return tr("Look again")
    if paywall.cause is Cause.BUYING:
        return tr("Buying…")
    if paywall.wanted.count > 1:
        return tr(
            "Watch {count} for {price}",
            count=tr_count(paywall.wanted.count, "{count} part", "{count} parts"),
            price=money_exact(paywall.wanted.price),
        )
    return tr("Watch this part for {price}", price=money_exact(paywall.wanted.price))


def budget_words(cause: Cause | None, shown: str) -> str:
    """Name the button that lets parts be bought without asking, up to a sum."""
    return tr("Allow {shown} more", shown=shown) if cause is Cause.BUDGET else tr("Watch, up to {shown}", shown=shown)


def stretch_words(paywall: Paywall) -> str:
    """Name the button for all parts in a row: mostly the rest of the film."""
    price = money_exact(paywall.stretch.price)
    if paywall.stretch.price == paywall.rest:
        return tr("Buy the rest for {price}", price=price)
    return tr(
        "Buy {count} for {price}", count=tr_count(paywall.stretch.count, "{count} part", "{count} parts"), price=price
    )
