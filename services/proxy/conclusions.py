"""What follows from a node's answer to a payment, in the books: taken, not taken, or unknown as before. Blocking."""

from __future__ import annotations

from contextlib import suppress

from services.proxy.channels import channel_of, follow, proven_total, see, settle_deposit
from services.proxy.exchange import Exchange
from services.proxy.offers import accept, is_same
from services.proxy.payments import KeptAnswer, mark_delivered, mark_paid, mark_void
from services.proxy.purse import Purse
from services.proxy.refusals import Reason, Refusal, unclear
from services.proxy.tables import ChannelRow, PaymentRow
from services.proxy.verdicts import Answered, Verdict, read_settled
from services.units.address import bytes32
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.x402 import ChannelRequirements, Settled, read_money


def conclude_transfer(purse: Purse, row: PaymentRow, found: Exchange) -> None:
    """Enter what became of a transfer. One that was refused may still be brought: the chain has the last word.

    Raises Refusal: unclear.
    """
    match found.answered.verdict:
        case Verdict.TAKEN:
            mark_paid(purse, row.intent, total=None, answer=_kept(found))
        case Verdict.OWNED | Verdict.REFUSED:
            return
        case _:
            raise unclear()


def conclude_voucher(
    purse: Purse, row: PaymentRow, found: Exchange, *, is_first: bool, offer: ChannelRequirements | None
) -> bool:
    """Enter what became of a voucher; False when another one may be signed in its place.

    is_first: the node has not seen it before. offer: what it answered; None when that is not known any more.
    In the channel's turn. Raises Refusal, ProblemError: chain.unreachable.
    """
    match found.answered.verdict:
        case Verdict.TAKEN:
            _take(purse, row, found)
            return True
        case Verdict.MISMATCH:
            _correct(purse, row, found.answered, is_first=is_first, offer=offer)
            return False
        case Verdict.UNCOVERED:
            channel = follow(purse, row.channel_id or "")
            if channel.deposit is not None or channel.balance >= (row.total or channel.balance):
                raise unclear()
            mark_void(purse, row.intent)
            return False
        case Verdict.OWNED:
            if is_first:
                mark_void(purse, row.intent)
            else:
                # It was taken, and this node hands nothing over twice.
                mark_paid(purse, row.intent, total=_advanced(channel_of(purse, row), row, None), answer=None)
                mark_delivered(purse, row.intent)
            return True
        case Verdict.REFUSED:
            return _refused(purse, row, is_first=is_first)
        case Verdict.BUSY:
            raise Refusal(Reason.BUSY, "The node is at work on this channel. Repeat the same request in a moment.")
        case Verdict.UNCLEAR:
            raise unclear()


def _take(purse: Purse, row: PaymentRow, found: Exchange) -> None:
    if row.has_deposit:
        # Without the chain it stays under way.
        with suppress(ProblemError):
            settle_deposit(purse, row.channel_id or "")
    total = _advanced(channel_of(purse, row), row, read_settled(found.answered.answer))
    mark_paid(purse, row.intent, total=total, answer=_kept(found))


def _advanced(channel: ChannelRow, row: PaymentRow, settled: Settled | None) -> Money:
    """Give the channel's total after a voucher was taken: what the node says, between before and the voucher's."""
    promised = max(row.total or channel.total, channel.total)
    state = settled.extra.channel_state if settled is not None and settled.extra is not None else None
    if state is None or state.channel_id != channel.id:
        return promised
    said = read_money(state.charged_cumulative_amount)
    return said if channel.total <= said <= promised else promised


def _correct(
    purse: Purse, row: PaymentRow, answered: Answered, *, is_first: bool, offer: ChannelRequirements | None
) -> None:
    """Follow a corrective 402; nothing is believed without this payer's own signature, or the chain."""
    total = _proven(purse, row, answered, offer)
    if total is None:
        if is_first:
            mark_void(purse, row.intent)
        raise Refusal(Reason.CHANNEL, "The node names another total for the channel, and this payer never signed it.")
    if total == row.total or (not is_first and total > (row.total or total)):
        mark_paid(purse, row.intent, total=total, answer=None)
        raise unclear()
    mark_void(purse, row.intent, proven=total)


def _proven(purse: Purse, row: PaymentRow, answered: Answered, offer: ChannelRequirements | None) -> Money | None:
    if answered.required is None:
        return None
    corrected = accept(purse, answered.required)
    if not isinstance(corrected, ChannelRequirements) or (offer is not None and not is_same(offer, corrected)):
        raise Refusal(Reason.OFFER, "The node changed its terms on the way. Nothing more was signed.")
    state, voucher = corrected.extra.channel_state, corrected.extra.voucher_state
    channel = channel_of(purse, row)
    if state is None or state.channel_id != channel.id:
        return None
    said = read_money(state.charged_cumulative_amount)
    if voucher is None:
        # Without a voucher the node has what the chain has: what was claimed was signed here, too.
        return said if said == see(purse, bytes32(channel.id)).total_claimed else None
    return said if said == proven_total(purse, channel, voucher) else None


def _refused(purse: Purse, row: PaymentRow, *, is_first: bool) -> bool:
    if row.state == "paid":
        return True
    is_expired = False
    if row.has_deposit:
        settle_deposit(purse, row.channel_id or "")
        channel = channel_of(purse, row)
        is_expired = channel.deposit is None and channel.balance < (row.total or channel.balance)
    if is_first or is_expired:
        mark_void(purse, row.intent)
    # One that ran out on its way is signed anew; any other refusal is for the client.
    return not is_expired or is_first


def _kept(found: Exchange) -> KeptAnswer | None:
    """Give an answer that is here whole; what is still coming cannot be kept."""
    return found.reply.answer if found.reply.live is None else None
