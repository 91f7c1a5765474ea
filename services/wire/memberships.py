"""Memberships between desks, nodes and the window: quotes, payments, members, refunds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Bytes32Field, Moment, MoneyField, Request
from services.wire.x402 import Payload

QuoteKind = Literal["join", "renew", "upgrade", "downgrade", "other"]
MembershipState = Literal["active", "ending", "lapsed", "refunded"]
"""active: goes on while it is paid; ending: to the end of what is paid; lapsed: past it."""
RefundState = Literal["asked", "refused", "received", "paid", "failed"]
Signature = Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$")]
_Id = Annotated[str, Field(max_length=64)]
_UnixSeconds = Annotated[int, Field(ge=0, lt=2**62)]


class QuoteOut(Answer):
    """An offer of a membership, signed by the node for the creator.

    until: what the payment buys, in Unix seconds of the chain; price less fare is the amount; signature: the seller's
    over the Escrow's EIP-712 type Quote.
    """

    id: str
    kind: QuoteKind
    viewer: AddressField
    creator: AddressField
    creator_name: str
    tier_id: str
    tier_name: str
    price: MoneyField
    fare: MoneyField
    amount: MoneyField
    until: int
    deadline: int
    signature: Signature


class FareOut(Answer):
    """What a tier would cost an account now, shown before a quote; the quote says what really counts.

    due: for what; the tier's price, or of an upgrade the difference for the time that is left. counted: paid by the
    part this UTC month, and less than that by one micro-USDC at most.
    """

    tier_id: str
    kind: QuoteKind
    due: MoneyField
    counted: MoneyField


class MembershipPaymentIn(Request):
    """What pays a quote: its end, amount and deadline as quoted, and the payer's ERC-3009 authorization."""

    until: _UnixSeconds
    deadline: _UnixSeconds
    payload: Payload


class SubscribeIn(Request):
    """Join, renew or change: the seed's form, and the payment of a quote for this tier.

    user_id and creator_id may be left out; where they are given, they must be the caller's and the tier's.
    """

    tier_id: _Id
    user_id: _Id | None = None
    creator_id: _Id | None = None
    payment: MembershipPaymentIn | None = None


class MembershipOut(Answer):
    """One account's membership of one tier. reason: why it does not go on, or why a renewal failed; else empty."""

    id: str
    viewer: AddressField
    creator: AddressField
    creator_name: str
    tier_id: str
    tier_name: str
    price: MoneyField
    joined_at: Moment
    paid_until: Moment
    state: MembershipState
    renews: bool
    renewals: int
    next_tier: str | None
    reason: str


class SubscriptionOut(MembershipOut):
    """A membership as its member's node lists it, with the seed's names for who and of whom."""

    user_id: AddressField
    creator_id: AddressField


class SubscribedOut(Answer):
    """What a payment did. receipt: names it when the money is asked back; the first three as the seed has them."""

    user_id: AddressField
    creator_id: AddressField
    tier_id: str
    membership: MembershipOut
    receipt: str
    amount: MoneyField
    transaction: Bytes32Field


class MembershipReceiptOut(Answer):
    """A payment of a membership, as the node's books hold it."""

    receipt: str
    kind: QuoteKind
    creator: AddressField
    tier_id: str
    tier_name: str
    price: MoneyField
    fare: MoneyField
    amount: MoneyField
    share: MoneyField | None
    until: Moment
    payer: AddressField | None
    transaction: Bytes32Field | None
    refund: RefundState | None
    at: Moment


class ChangeIn(Request):
    """The tier that the next period is for; none takes a change back."""

    tier_id: _Id | None


class ReasonIn(Request):
    """Why a renewal could not be paid, for the lists of both sides."""

    reason: Annotated[str, Field(max_length=40, pattern=r"^[a-z_.]*$")]


class SellerOut(Answer):
    """The key that signs quotes on this node, and whether the creator has appointed it on the chain."""

    seller: AddressField
    is_appointed: bool


class AppointIn(Request):
    """A creator's signed appointment of the node's seller (Escrow's EIP-712 type AppointSeller)."""

    nonce: _UnixSeconds
    deadline: _UnixSeconds
    signature: Signature


class RefundIn(Request):
    """Ask for the money of a receipt back.

    receipt: a membership payment's or a purchase's id; of a purchase by voucher, the channel's id, a colon, and the
    voucher's total in micro-USDC.
    """

    receipt: Annotated[str, Field(max_length=96)]
    reason: Annotated[str, Field(max_length=500)] = ""


class RefundPaidIn(Request):
    """The creator's signed transfer of the whole amount to the viewer (ERC-3009 TransferWithAuthorization)."""

    payload: Payload


class RefundOut(Answer):
    """A refund that was asked for. nonce: what the creator's transfer must carry, so that it can happen once only.

    viewer: who paid, and gets it back; item: the film's id, or ``tier:…``; title: its name.
    """

    receipt: str
    viewer: AddressField
    creator: AddressField
    item: str
    title: str
    amount: MoneyField
    reason: str
    state: RefundState
    nonce: Bytes32Field
    transaction: Bytes32Field | None
    asked_at: Moment
    ended_at: Moment | None


class JoinIn(Request):
    """Join, renew or change on the desk: the tier, and the sum that the person confirmed. node: empty for the own."""

    tier_id: _Id
    amount: MoneyField
    node: Annotated[str, Field(max_length=300)] = ""


class RefundAskIn(RefundIn):
    """Ask for a refund at the node of the receipt; empty for the own."""

    node: Annotated[str, Field(max_length=300)] = ""


class RefundConfirmIn(Request):
    """The sum that the creator confirmed to give back."""

    amount: MoneyField


class OwnMembershipOut(Answer):
    """A membership of this desk's account. node: empty for the own one.

    state: from what is known here, also without the node; reason: why the last renewal failed, or why it ends. is_pass:
    the pass of a node, which is no single creator's.
    """

    membership: MembershipOut
    node: str
    state: MembershipState
    reason: str
    is_pass: bool = False


class OwnPaymentOut(Answer):
    """A membership's payment from this desk, from the moment it was signed."""

    receipt: str
    kind: str
    creator: AddressField
    creator_name: str
    tier_id: str
    tier_name: str
    amount: MoneyField
    until: Moment
    state: Literal["signed", "sent", "unknown", "paid", "refused"]
    auto: bool
    transaction: Bytes32Field | None
    at: Moment


class MembershipsOut(Answer):
    """This account's memberships, and what was paid for them, the latest first."""

    memberships: tuple[OwnMembershipOut, ...]
    payments: tuple[OwnPaymentOut, ...]
