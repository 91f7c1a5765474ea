"""Paying by one signed transfer (x402 ``exact``): signed, and looked up when its end is not known. Blocking."""

from __future__ import annotations

from services.chain.authorization import TransferTerms, transfer_digest
from services.chain.hashing import sign_digest
from services.proxy.budget import check
from services.proxy.payments import add_row, list_transfers, mark_paid, mark_void, new_row
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Reason, Refusal
from services.proxy.tables import PaymentRow
from services.units.address import Bytes32, bytes32
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, ExactPayment, ExactRequirements, Payload

VALIDITY_S = 120
# The chain's clock may lag behind the moment of the head that was read.
BACKDATED_S = 60


def sign_transfer(purse: Purse, wish: Wish, offer: ExactRequirements) -> PaymentRow:
    """Sign, and put it on disk with what it takes of the budget. Raises Refusal, ProblemError: chain.unreachable."""
    check_funds(purse, offer.money)
    now = purse.chain.head().timestamp
    with purse.database.write() as session:
        row = new_row(session, purse, wish, offer.money)
        # The nonce follows from the intent: the token takes one payment for it.
        nonce = bytes32("0x" + row.intent)
        row.nonce, row.valid_before, row.header = nonce, now + VALIDITY_S, ""
        session.add(row)
        check(session, purse, offer.money)
        add_row(session, row, _signed(purse, offer, nonce, now))
    return row


def check_funds(purse: Purse, amount: Money) -> None:
    """Make sure that the account has the money. Raises Refusal, ProblemError: chain.unreachable."""
    owned = purse.chain.token_balance(purse.account)
    if owned < amount:
        sentence = f"The account has ${owned.dollars}, and this needs ${amount.dollars}. Nothing was signed."
        raise Refusal(Reason.FUNDS, sentence)


def look_up(purse: Purse, row: PaymentRow) -> str:
    """Ask the chain what became of a transfer; gives its state. Raises ProblemError: chain.unreachable.

    Unused after its time it is void for ever; used it is paid, whoever brought it.
    """
    # The time first: what is unused after it ran out stays unused.
    now = purse.chain.head().timestamp
    if purse.chain.authorization_used(purse.account, bytes32(row.nonce or "")):
        mark_paid(purse, row.intent, total=None, answer=None)
        return "paid"
    if now >= row.valid_before:
        mark_void(purse, row.intent)
        return "void"
    return "in_flight"


def look_up_all(purse: Purse) -> None:
    """Look up every transfer whose end is not known, as far as the chain can be asked."""
    try:
        for row in list_transfers(purse):
            look_up(purse, row)
    except ProblemError:
        # They count as made until somebody can say.
        return


def _signed(purse: Purse, offer: ExactRequirements, nonce: Bytes32, now: int) -> ExactPayment:
    terms = TransferTerms(
        payer=purse.account,
        payee=offer.pay_to,
        amount=offer.money,
        valid_after=max(0, now - BACKDATED_S),
        valid_before=now + VALIDITY_S,
        nonce=nonce,
    )
    signature = sign_digest(transfer_digest(purse.chain.chain_id, offer.asset, terms), purse.key)
    message = Authorization(
        payer=terms.payer,
        to=terms.payee,
        value=str(terms.amount.micros),
        valid_after=str(terms.valid_after),
        valid_before=str(terms.valid_before),
        nonce=nonce,
    )
    return ExactPayment(accepted=offer, payload=Payload(signature="0x" + signature.hex(), authorization=message))
