"""Opens channels and fills them up: the payer's ERC-3009 authorization, brought to the chain by the node's relayer."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain import reasons
from services.chain.channel_calls import deposit_call
from services.chain.channels import (
    ChannelConfig,
    Deposit,
    Voucher,
    channel_id,
    deposit_digest,
    deposit_nonce,
    is_signed_by,
)
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.hashing import SignatureError, recover_address
from services.node.channels.book import ask_chain, new_row, refresh
from services.node.channels.vouchers import read_voucher
from services.node.context import Node
from services.node.tables import Channel
from services.units.address import Address, Bytes32
from services.units.ids import named_intent
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import DepositPayload, VoucherPayload, read_money

_WAIT_S = 20.0
_MARGIN_S = 10
"""An authorization that ends sooner might expire on its way into a block."""


@dataclass(frozen=True, slots=True)
class Deposited:
    """A deposit that is in the channel."""

    amount: Money
    transaction: Bytes32 | None
    """None when another sender brought it."""


def deposit(node: Node, config: ChannelConfig, creator: Address, payload: DepositPayload, price: Money) -> Deposited:
    """Bring a deposit to the chain, once, and wait for it. Blocking; the caller holds the channel's turn.

    The voucher beside it is checked first: a deposit that nothing is bought with is not brought. Raises ProblemError:
    channel.refused, payment.refused, payment.insufficient, payment.unknown.
    """
    chain_id = node.chain.chain_id
    channel, voucher = channel_id(chain_id, config), read_voucher(payload.voucher)
    given = _read(config, payload)
    if not is_signed_by(chain_id, voucher, config.voucher_signer):
        raise ProblemError("channel.refused", reason="signature")
    row = _row(node, config, voucher, creator, price)
    nonce = deposit_nonce(channel, given.salt)
    if node.chain.authorization_used(config.payer, nonce):
        refresh(node, channel)
        return Deposited(given.amount, None)
    _check(node, given, row, voucher, price)
    transaction = _bring(node, given, nonce)
    refresh(node, channel)
    return Deposited(given.amount, transaction)


def recover(node: Node, config: ChannelConfig, creator: Address, payload: VoucherPayload, price: Money) -> None:
    """Take a channel up again that this node has lost. Blocking; the caller holds the channel's turn.

    Raises ProblemError: channel.not_found when the chain holds nothing for it, channel.refused.
    """
    voucher = read_voucher(payload.voucher)
    if not is_signed_by(node.chain.chain_id, voucher, config.voucher_signer):
        raise ProblemError("channel.refused", reason="signature")
    if _row(node, config, voucher, creator, price).balance == ZERO:
        raise ProblemError("channel.not_found")


def _read(config: ChannelConfig, payload: DepositPayload) -> Deposit:
    consent = payload.deposit.authorization.erc3009_authorization
    try:
        return Deposit(
            config,
            read_money(payload.deposit.amount),
            valid_after=int(consent.valid_after),
            valid_before=int(consent.valid_before),
            salt=int(consent.salt, 0) if consent.salt.startswith("0x") else int(consent.salt),
            signature=bytes.fromhex(consent.signature[2:]),
        )
    except ValueError as exc:
        raise ProblemError("channel.refused", reason="deposit") from exc


def _row(node: Node, config: ChannelConfig, voucher: Voucher, creator: Address, price: Money) -> Channel:
    """Find the channel, or make its row from what the chain says.

    What a lost channel had sold is not on the chain: it is what the next voucher, less its price, owns up to.
    """
    with node.database.read() as session:
        row = session.get(Channel, voucher.channel_id)
    if row is not None:
        return row
    seen = ask_chain(node, voucher.channel_id)
    row = new_row(node, config, voucher.channel_id, creator)
    seen.keep(row)
    owned_up = voucher.max_claimable - price if seen.held.balance > seen.held.total_claimed else ZERO
    row.charged = max(seen.held.total_claimed, owned_up)
    with node.database.write() as session:
        # Another worker may have been asked, too, and its row may have sold something already.
        found = session.get(Channel, voucher.channel_id)
        if found is not None:
            return found
        session.add(row)
    return row


def _check(node: Node, given: Deposit, row: Channel, voucher: Voucher, price: Money) -> None:
    if voucher.max_claimable != row.charged + price:
        raise ProblemError("channel.total")
    if voucher.max_claimable > row.balance + given.amount:
        raise ProblemError("channel.balance", balance=row.balance.micros, total=voucher.max_claimable.micros)
    now = node.chain.head().timestamp
    if not given.valid_after < now < given.valid_before - _MARGIN_S:
        raise ProblemError("payment.refused", reason="expired")
    try:
        signer = recover_address(deposit_digest(node.chain.chain_id, given), given.signature)
    except SignatureError as exc:
        raise ProblemError("channel.refused", reason="signature") from exc
    if signer != given.config.payer:
        raise ProblemError("channel.refused", reason="signature")


def _bring(node: Node, given: Deposit, nonce: Bytes32) -> Bytes32:
    # One transaction for each signed authorization: the token takes a nonce once, whatever is sent.
    intent = named_intent(f"deposit/1\x1f{nonce}\x1f{given.signature.hex()}")
    try:
        receipt = node.relayer.wait(node.relayer.submit(intent, deposit_call(given)), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        raise _refusal(exc.reason) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    if not receipt.is_ok:
        raise _refusal(receipt.reason)
    return receipt.tx


def _refusal(reason: str) -> ProblemError:
    is_short = reason == reasons.INSUFFICIENT_BALANCE
    return ProblemError("payment.insufficient" if is_short else "payment.refused", reason=reason)
