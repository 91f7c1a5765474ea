"""A creator's earnings and withdrawals."""

from __future__ import annotations

from datetime import date
from typing import Literal

from services.units.money import ZERO
from services.wire.base import AddressField, Answer, Moment, MoneyField, ProblemOut

WithdrawalState = Literal["signed", "sent", "confirmed", "failed", "unknown"]


class DayAmount(Answer):
    """One day's sum."""

    day: date
    amount: MoneyField


class TileOut(Answer):
    """One figure with the figure of the period before; of a sum that is held, what it was when the period began."""

    name: Literal["today", "period", "in_flight", "available"]
    value: MoneyField
    previous: MoneyField | None
    series: tuple[MoneyField, ...] = ()


class SaleOut(Answer):
    """One sale as the ledger holds it."""

    content_id: str
    title: str
    payer: AddressField
    first_chunk: int
    chunk_count: int
    gross: MoneyField
    share: MoneyField
    transaction: str
    at: Moment


class LatestItem(Answer):
    """The newest item and its place among the last ten by earnings."""

    content_id: str
    title: str
    poster: str | None
    earned: MoneyField
    rank: int
    of: int
    published_at: Moment


class NeedOut(Answer):
    """Something that waits for the creator."""

    code: Literal[
        "no_items", "upload_failed", "upload_ready", "payout_ready", "low_gas", "unreconciled", "backup_due",
        "requests", "refunds",
    ]  # fmt: skip
    params: dict[str, str] = {}


class OverviewOut(Answer):
    """The creator's morning page; ``days`` and ``previous_days`` have one entry a day, oldest first."""

    period_days: int
    tiles: tuple[TileOut, ...]
    days: tuple[DayAmount, ...]
    previous_days: tuple[DayAmount, ...]
    needs: tuple[NeedOut, ...]
    latest: LatestItem | None
    sales: tuple[SaleOut, ...]
    as_of: Moment
    total_amount_gross: MoneyField = ZERO
    """All that was ever sold, before the platform's tenth; the next three as a creator's page of totals names them."""
    total_amount_creator: MoneyField = ZERO
    withdrawable_balance: MoneyField = ZERO
    content_count: int = 0
    platform_fee_bps: int = 1_000


class PrecheckOut(Answer):
    """What a withdrawal would do, before anything is signed."""

    amount: MoneyField
    fee: MoneyField
    """Network fee at today's price, in dollars, paid from the gas balance."""
    gas: MoneyField
    you_get: MoneyField
    to: AddressField
    problem: ProblemOut | None


class WithdrawalOut(Answer):
    """One withdrawal with the state of its transaction."""

    id: str
    amount: MoneyField
    state: WithdrawalState
    transaction: str | None
    fee: MoneyField | None
    problem: ProblemOut | None
    at: Moment


class PayoutsOut(Answer):
    """The payout page."""

    available: MoneyField | None
    """creatorBalances on the chain; None while it cannot be read."""
    pending: MoneyField | None = None
    """The creator's part of what is sold and not yet in the Escrow; None while the node does not say."""
    reserved: MoneyField | None = None
    """Held back by smoothing, with the platform's tenth in it; None where nothing is smoothed or nobody says."""
    in_flight: MoneyField
    withdrawn: MoneyField
    history: tuple[WithdrawalOut, ...]
    as_of: Moment
