"""Payouts: a creator's signed withdrawal, checked beforehand and brought to the chain once.

The order's nonce is the intent: the same order again, or another one with the same nonce, moves nothing more.
"""

from __future__ import annotations

from services.chain.abi import read_uint
from services.chain.book import TransactionState
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.gateway import CreatorWithdrawn, Receipt
from services.chain.orders import WithdrawOrder, order_nonce_call, require_creator
from services.chain.relayer import next_attempt
from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import NodeOf, Publisher
from services.node.kyc.cases import require_verified
from services.node.sales.booking import book
from services.units.address import Address, Bytes32
from services.units.ids import IntentId, named_intent
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.seeds import PayoutOut, WithdrawIn, WithdrawOut

router = LateRouter(tags=["payouts"])
_WAIT_S = 20.0
# An order that ends sooner might expire on its way into a block.
_MARGIN_S = 10
_NOTHING = "withdrawal.nothing"


@router.post("/creators/withdraw")
def withdraw(node: NodeOf, caller: Publisher, body: WithdrawIn | None = None) -> WithdrawOut:
    """Send all that the Escrow holds for the caller to the caller; without a signed order, say what to sign.

    Problem codes: withdrawal.nothing, kyc.required, kyc.listed, withdrawal.unsigned (escrow, nonce), payment.refused,
    transaction.unknown, chain.reverted.
    """
    return pay_out(node, caller, body)


@router.post("/payout/{creator_id}")
def payout(node: NodeOf, caller: Publisher, creator_id: str, body: WithdrawIn | None = None) -> PayoutOut:
    """Pay out what is available to a verified creator; where nothing is, nothing moves.

    Problem codes: account.forbidden, kyc.required, kyc.listed, withdrawal.unsigned (escrow, nonce), payment.refused,
    transaction.unknown, chain.reverted.
    """
    creator = node.names.acting(creator_id, caller)
    with node.database.read() as session:
        require_verified(node, session, creator)
    try:
        done = pay_out(node, creator, body)
    except ProblemError as problem:
        if problem.code != _NOTHING:
            raise
        return _paid(creator, "Nothing is available, so nothing was moved.", ZERO, None)
    return _paid(creator, "Paid out.", done.amount, done.tx_hash)


def pay_out(node: Node, creator: Address, given: WithdrawIn | None) -> WithdrawOut:
    """Bring a creator's order to the chain. Blocking. Raises ProblemError as the routes say."""
    done = _done(node, creator, given)
    if done is not None:
        return done
    try:
        return _bring(node, creator, _checked(node, creator, given))
    except ProblemError as problem:
        # The same order may have come through another door meanwhile.
        done = _done(node, creator, given) if problem.code in (_NOTHING, "withdrawal.unsigned") else None
        if done is None:
            raise
        return done


def _done(node: Node, creator: Address, given: WithdrawIn | None) -> WithdrawOut | None:
    known = None if given is None else _find(node, creator, given.nonce)
    return None if known is None else _ended(node, known, node.relayer.wait(_ticket(node, known), timeout_s=_WAIT_S))


def _checked(node: Node, creator: Address, given: WithdrawIn | None) -> WithdrawIn:
    amount = node.chain.creator_balance(creator)
    if not amount:
        raise ProblemError(_NOTHING)
    with node.database.read() as session:
        require_verified(node, session, creator)
    escrow = node.chain.escrow
    nonce = read_uint(node.chain.ask(order_nonce_call(escrow, creator)))
    if given is None or given.nonce != nonce or given.deadline < node.chain.head().timestamp + _MARGIN_S:
        raise ProblemError("withdrawal.unsigned", escrow=escrow, nonce=nonce, amount=amount.micros)
    return given


def _bring(node: Node, creator: Address, given: WithdrawIn) -> WithdrawOut:
    order = WithdrawOrder(
        chain_id=node.chain.chain_id,
        escrow=node.chain.escrow,
        creator=creator,
        nonce=given.nonce,
        deadline=given.deadline,
    )
    signature = bytes.fromhex(given.signature[2:])
    require_creator(order, signature)
    intent = next_attempt(node.relayer, _intent(node, creator, given.nonce))
    try:
        receipt = node.relayer.wait(node.relayer.submit(intent, order.call(signature)), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        if exc.error_name == "NothingToWithdraw":
            raise ProblemError(_NOTHING) from exc
        raise ProblemError("chain.reverted", reason=exc.reason) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("transaction.unknown", tx=intent) from exc
    return _ended(node, intent, receipt)


def _ended(node: Node, intent: IntentId, receipt: Receipt) -> WithdrawOut:
    if not receipt.is_ok:
        raise ProblemError("chain.reverted", reason=receipt.reason)
    with node.database.write() as session:
        book(session, receipt.events)
    moved = sum(event.amount.micros for event in receipt.events if isinstance(event, CreatorWithdrawn))
    return WithdrawOut(tx_id=intent, tx_hash=receipt.tx, amount=Money(moved))


def _find(node: Node, creator: Address, nonce: int) -> IntentId | None:
    """Give the attempt of an order that took effect, or still may."""
    attempt = next_attempt(node.relayer, _intent(node, creator, nonce))
    found = node.relayer.outcome(attempt)
    still_may = found is not None and found.state in (TransactionState.OPEN, TransactionState.CONFIRMED)
    return attempt if still_may else None


def _ticket(node: Node, intent: IntentId) -> Bytes32:
    found = node.relayer.find(intent)
    if found is None or found.hash is None:
        raise ProblemError("transaction.unknown", tx=intent)
    return found.hash


def _intent(node: Node, creator: Address, nonce: int) -> IntentId:
    return named_intent("\x1f".join(("withdrawal order", node.chain.escrow, creator, str(nonce))))


def _paid(creator: Address, message: str, amount: Money, transaction: Bytes32 | None) -> PayoutOut:
    return PayoutOut(message=message, creator_id=creator, kyc_status="verified", amount=amount, transaction=transaction)
