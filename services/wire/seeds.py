"""What the endpoints of the two seed systems say that no other endpoint does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import (
    AddressField,
    Answer,
    Bytes32Field,
    ContentIdField,
    DollarsField,
    Moment,
    MoneyField,
    Request,
)
from services.wire.kyc import KycState

LinkVisibility = Literal["public", "members_only"]
_Text = Annotated[str, Field(max_length=2000)]
_Id = Annotated[str, Field(max_length=64)]
_UnixSeconds = Annotated[int, Field(ge=0, lt=2**62)]


class LinkIn(Request):
    """Content that lies elsewhere; ``allowed_tier_ids`` are tiers of its creator."""

    creator_id: Annotated[str, Field(max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: _Text = ""
    video_url: Annotated[str, Field(max_length=2000)]
    visibility: LinkVisibility = "public"
    allowed_tier_ids: Annotated[tuple[_Id, ...], Field(max_length=30)] = ()


class LinkOut(Answer):
    """Content that lies elsewhere; ``video_url`` only for who may have it."""

    id: str
    creator_id: str
    title: str
    description: str
    visibility: LinkVisibility
    allowed_tier_ids: tuple[str, ...]
    video_url: str | None
    created_at: Moment


class BlockHeightOut(Answer):
    """The latest block of the node's chain."""

    block_height: int


class BalanceOut(Answer):
    """What an account holds of the chain's USDC; ``balance`` in dollars, ``balance_minor`` in micro-USDC."""

    wallet_address: AddressField
    usdc_address: AddressField
    balance_minor: int
    balance: str


class MeOut(Answer):
    """Who the caller is; ``GET /auth/me`` says more."""

    id: str
    is_creator: bool
    wallet_address: AddressField


class WatchedOut(Answer):
    """What an account bought of one item."""

    content_id: ContentIdField
    content_title: str
    creator_id: str
    chunks: int
    total_amount_settled: MoneyField
    opened_at: Moment
    last_at: Moment


class ItemRevenueOut(Answer):
    """What one item brought: all that was paid, and the creator's part of it."""

    content_id: ContentIdField
    title: str
    amount_gross: MoneyField
    amount_creator: MoneyField


class SettlementOut(Answer):
    """One payment; ``tx_hash`` is None while it waits in a channel to be claimed."""

    id: str
    content_id: ContentIdField
    amount_gross: MoneyField
    amount_creator: MoneyField
    tx_hash: Bytes32Field | None
    created_at: Moment


class CreatorDashboardOut(Answer):
    """A creator's members, and what their payments brought this UTC month: in all, and the creator's part."""

    message: str
    creator_id: str
    total_members: int
    monthly_revenue: DollarsField
    monthly_revenue_micros: MoneyField
    monthly_share_micros: MoneyField


class WithdrawIn(Request):
    """A creator's signed order to the Escrow (its EIP-712 type WithdrawCreator), which the node brings to the chain."""

    nonce: _UnixSeconds
    deadline: _UnixSeconds
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$")]


class WithdrawOut(Answer):
    """What a withdrawal did. tx_id: see ``GET /wallets/transactions/{tx_id}``."""

    tx_id: str
    tx_hash: Bytes32Field
    amount: MoneyField


class PayoutOut(Answer):
    """What a payout did; without anything to pay out it moves nothing and has no transaction."""

    message: str
    creator_id: str
    kyc_status: KycState
    amount: MoneyField
    transaction: Bytes32Field | None
