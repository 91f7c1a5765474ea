"""What viewers do: pay by voucher for each part, watch as members, tip, ask for money back."""

from __future__ import annotations

from services.chain.authorization import TransferTerms, sign_transfer
from services.chain.channel_fields import config_fields
from services.chain.channels import ChannelConfig, Deposit, channel_id, sign_deposit, sign_voucher
from services.chain.hashing import address_of
from services.host.demo_world.cast import Creator, Line, Viewer, key_of
from services.node.access import why
from services.node.context import Node
from services.node.memberships.receipts import leave_receipt
from services.node.memberships.refunds import ask, nonce_of, pay
from services.node.memberships.tables import Refund
from services.node.sales.offer import Offer, make_offer
from services.node.sales.routes import sell_chunks
from services.node.sales.shelf import Film
from services.node.sales.terms import WITHDRAW_DELAY_S, channel_requirements, till_of
from services.node.tips.giving import give
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.node import PayIn
from services.wire.tips import TipIn
from services.wire.x402 import (
    Authorization,
    ChannelPayment,
    DepositAuthorization,
    DepositConsent,
    DepositFields,
    DepositPayload,
    Payload,
    VoucherFields,
    VoucherPayload,
)

_DEPOSIT = Money(1_000_000)
_VALID_S = 600
_NO_SALT = bytes32(bytes(32))


async def buy(node: Node, viewer: Viewer, film: Film, index: int) -> None:
    """Buy one part by voucher; the first on a line, or one that it is too empty for, brings a deposit along.

    Who has no money for a deposit buys nothing.
    """
    offer = make_offer(film, viewer.address, index, 1)
    line = viewer.lines.get(film.item.creator)
    if line is None:
        line = viewer.lines[film.item.creator] = Line(_config(node, viewer, offer))
    total = line.total + offer.amount
    plain = VoucherPayload(
        channel_config=config_fields(line.config), voucher=_voucher(node, viewer, line.config, total)
    )
    deposit = ZERO if total <= line.balance else max(offer.amount, _DEPOSIT)
    if deposit and node.chain.token_balance(viewer.address) < deposit:
        return
    payload = _with_deposit(node, viewer, line, deposit, plain) if deposit else plain
    payment = ChannelPayment(accepted=channel_requirements(node, offer), payload=payload)
    await sell_chunks(node, film.item.content_id, PayIn(first_chunk=index, chunk_count=1), payment, None)
    line.total, line.balance = total, line.balance + deposit


def may_watch(node: Node, viewer: Viewer, film: Film, index: int) -> bool:
    """Tell whether a part opens without a payment; what a membership opens leaves its receipt. Blocking."""
    with node.database.read() as session:
        reason = why(session, viewer.address, film, index, node.clock.now())
    if reason == "member":
        leave_receipt(node, viewer.address, film)
    return reason is not None


def tip(node: Node, viewer: Viewer, creator: Creator, amount: Money, message: str, ordinal: int) -> None:
    """Give a creator a tip with a few words: a signed transfer that the node brings. Blocking."""
    nonce = bytes32(key_of("tip", f"{viewer.address} {ordinal}"))
    terms = TransferTerms(
        payer=viewer.address,
        payee=till_of(node, creator.address),
        amount=amount,
        valid_after=0,
        valid_before=node.chain.head().timestamp + _VALID_S,
        nonce=nonce,
    )
    payload = _transfer(node, terms, viewer.key)
    give(node, viewer.address, creator.address, TipIn(payload=payload, message=message))


def ask_back(node: Node, viewer: Viewer, receipt: str, reason: str) -> None:
    """Ask for a receipt's money. Blocking."""
    ask(node, viewer.address, receipt, reason)


def give_back(node: Node, creator: Creator, receipt: str) -> None:
    """Pay a refund that was asked for. Blocking."""
    with node.database.read() as session:
        row = session.get_one(Refund, receipt)
    terms = TransferTerms(
        payer=creator.address,
        payee=row.viewer,
        amount=row.amount,
        valid_after=0,
        valid_before=node.chain.head().timestamp + _VALID_S,
        nonce=nonce_of(node, row),
    )
    pay(node, creator.address, receipt, _transfer(node, terms, creator.key))


def _transfer(node: Node, terms: TransferTerms, key: bytes) -> Payload:
    signature = sign_transfer(node.chain.chain_id, node.chain.token, terms, key)
    message = Authorization(
        payer=terms.payer,
        to=terms.payee,
        value=str(terms.amount.micros),
        valid_after="0",
        valid_before=str(terms.valid_before),
        nonce=terms.nonce,
    )
    return Payload(signature="0x" + signature.hex(), authorization=message)


def _config(node: Node, viewer: Viewer, offer: Offer) -> ChannelConfig:
    return ChannelConfig(
        payer=viewer.address,
        payer_authorizer=address_of(viewer.session_key),
        receiver=till_of(node, offer.item.creator),
        receiver_authorizer=node.authorizer.address,
        token=node.chain.token,
        withdraw_delay_s=WITHDRAW_DELAY_S,
        salt=_NO_SALT,
    )


def _voucher(node: Node, viewer: Viewer, config: ChannelConfig, total: Money) -> VoucherFields:
    chain_id = node.chain.chain_id
    signed = sign_voucher(chain_id, channel_id(chain_id, config), total, viewer.session_key)
    return VoucherFields(
        channel_id=signed.channel_id,
        max_claimable_amount=str(total.micros),
        signature="0x" + signed.signature.hex(),
    )


def _with_deposit(node: Node, viewer: Viewer, line: Line, amount: Money, payload: VoucherPayload) -> DepositPayload:
    line.deposits += 1
    until = node.chain.head().timestamp + _VALID_S
    signed = sign_deposit(node.chain.chain_id, Deposit(line.config, amount, 0, until, line.deposits), viewer.key)
    consent = DepositAuthorization(
        valid_after="0",
        valid_before=str(until),
        salt=hex(signed.salt),
        signature="0x" + signed.signature.hex(),
    )
    return DepositPayload(
        channel_config=payload.channel_config,
        voucher=payload.voucher,
        deposit=DepositFields(amount=str(amount.micros), authorization=DepositConsent(erc3009_authorization=consent)),
    )
