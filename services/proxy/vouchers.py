"""Paying by voucher: the next total, with a deposit where there is too little. Blocking; in the channel's turn."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from services.chain.channel_fields import config_fields
from services.chain.channels import ChannelConfig, Deposit, deposit_nonce, sign_deposit, sign_voucher
from services.proxy.budget import check, over_budget, standing
from services.proxy.channels import config_of, follow, open_row, session_key, settle_deposit
from services.proxy.payments import add_row, new_row
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Reason, Refusal
from services.proxy.tables import ChannelRow, PaymentRow
from services.proxy.transfers import BACKDATED_S, VALIDITY_S, check_funds
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.x402 import (
    ChannelPayment,
    ChannelRequirements,
    DepositAuthorization,
    DepositConsent,
    DepositFields,
    DepositPayload,
    RefundPayload,
    VoucherFields,
    VoucherPayload,
    read_money,
)

# What a channel gets at once when the node proposes nothing: so many times the price at hand.
_USUAL_TIMES = 10


@dataclass(frozen=True, slots=True)
class _Plan:
    """A deposit that is to be signed. now: the chain's time in Unix seconds."""

    amount: Money
    salt: int
    now: int


def sign_next(purse: Purse, wish: Wish, offer: ChannelRequirements, config: ChannelConfig) -> PaymentRow:
    """Sign the next voucher, and put it on disk with what it takes of the budget.

    Nothing else is under way on the channel. Raises Refusal, ProblemError: chain.unreachable.
    """
    channel = open_row(purse, wish.node, config)
    if channel.deposit is not None:
        settle_deposit(purse, channel.id)
    plan = _plan(purse, wish, offer, channel.id)
    with purse.database.write() as session:
        row = session.get_one(ChannelRow, channel.id)
        total = row.total + offer.money
        payment = new_row(session, purse, wish, offer.money)
        payment.channel_id, payment.total, payment.header = row.id, total, ""
        session.add(payment)
        row.signed = max(row.signed, total)
        row.deposited = row.deposited + (plan.amount if plan else ZERO)
        check(session, purse, offer.money)
        if plan is not None:
            row.deposit = _deposit(purse, config, plan).model_dump(mode="json", by_alias=True)
        given = None if row.deposit is None else DepositFields.model_validate(row.deposit)
        payment.has_deposit = int(given is not None)
        add_row(session, payment, _payment(purse, row, offer, total, given))
    return payment


def refund_payment(purse: Purse, row: ChannelRow, offer: ChannelRequirements) -> ChannelPayment:
    """Write the request for what is left: a voucher over the present total, which adds nothing."""
    config = config_of(row)
    payload = RefundPayload(channel_config=config_fields(config), voucher=_voucher(purse, row, row.total))
    return ChannelPayment(accepted=offer, payload=payload)


def _plan(purse: Purse, wish: Wish, offer: ChannelRequirements, channel: str) -> _Plan | None:
    """Say what has to go into the channel for the next voucher; None for nothing more than is under way."""
    with purse.database.read() as session:
        row = session.get_one(ChannelRow, channel)
    if row.balance - row.total >= offer.money:
        return None
    row = follow(purse, channel)
    free = row.balance - row.total
    if free >= offer.money:
        return None
    if row.deposit is not None:
        if free + read_money(row.deposit["amount"]) >= offer.money:
            return None
        raise Refusal(Reason.BUSY, "A deposit is under way and not seen on the chain yet. Try again in a moment.")
    with purse.database.read() as session:
        left = purse.limits.budget - standing(session).committed
    needed = offer.money - free
    if needed > left:
        raise over_budget(purse, offer.money)
    hint = Money(offer.money.micros * _USUAL_TIMES)
    if offer.extra.min_deposit is not None:
        hint = read_money(offer.extra.min_deposit)
    # Half of what is left at most: other creators want their share of the budget.
    amount = max(needed, min(hint - free, Money(left.micros // 2)))
    check_funds(purse, amount)
    return _Plan(amount, _salt(purse, wish, row), purse.chain.head().timestamp)


def _salt(purse: Purse, wish: Wish, row: ChannelRow) -> int:
    """Derive the deposit's salt from the request: the token takes one deposit for it; then comes the next."""
    name, ordinal = wish.name(purse.account), 0
    while True:
        text = f"museclock/pay-proxy-deposit/1\x1f{row.id}\x1f{name}\x1f{ordinal}"
        salt = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
        if not purse.chain.authorization_used(purse.account, deposit_nonce(bytes32(row.id), salt)):
            return salt
        ordinal += 1


def _deposit(purse: Purse, config: ChannelConfig, plan: _Plan) -> DepositFields:
    unsigned = Deposit(
        config,
        plan.amount,
        valid_after=max(0, plan.now - BACKDATED_S),
        valid_before=plan.now + VALIDITY_S,
        salt=plan.salt,
    )
    signed = sign_deposit(purse.chain.chain_id, unsigned, purse.key)
    consent = DepositAuthorization(
        valid_after=str(signed.valid_after),
        valid_before=str(signed.valid_before),
        salt=str(signed.salt),
        signature="0x" + signed.signature.hex(),
    )
    return DepositFields(amount=str(plan.amount.micros), authorization=DepositConsent(erc3009_authorization=consent))


def _payment(
    purse: Purse, row: ChannelRow, offer: ChannelRequirements, total: Money, given: DepositFields | None
) -> ChannelPayment:
    voucher, fields = _voucher(purse, row, total), config_fields(config_of(row))
    payload: VoucherPayload | DepositPayload
    if given is None:
        payload = VoucherPayload(channel_config=fields, voucher=voucher)
    else:
        payload = DepositPayload(channel_config=fields, voucher=voucher, deposit=given)
    # Without the states of a corrective 402, which are the node's business.
    extra = offer.extra.model_copy(update={"channel_state": None, "voucher_state": None})
    return ChannelPayment(accepted=offer.model_copy(update={"extra": extra}), payload=payload)


def _voucher(purse: Purse, row: ChannelRow, total: Money) -> VoucherFields:
    key = session_key(purse, row.node, config_of(row).receiver)
    signed = sign_voucher(purse.chain.chain_id, bytes32(row.id), total, key)
    return VoucherFields(
        channel_id=signed.channel_id, max_claimable_amount=str(total.micros), signature="0x" + signed.signature.hex()
    )
