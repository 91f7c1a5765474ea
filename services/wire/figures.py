"""A creator's figures: series by day, sums by what they came from, a film's timeline, and members."""

from __future__ import annotations

from datetime import date
from typing import Literal

from services.wire.access import Visibility
from services.wire.base import AddressField, Answer, ContentIdField, Moment, MoneyField
from services.wire.memberships import MembershipState, QuoteKind

Metric = Literal["earnings", "gross", "watch", "viewers", "members"]
Grouping = Literal["day", "item", "tier", "source"]
Source = Literal["chunks", "memberships", "tips"]
MemberOrder = Literal["joined", "until", "lifetime"]
ItemOrder = Literal["newest", "earned", "title", "price", "length"]


class MetricOut(Answer):
    """One metric, a number a day, oldest first, and the same for the period before.

    earnings and gross: micro-USDC, after and before the platform's tenth; watch: milliseconds that were paid for by
    the chunk; viewers: accounts that paid; members: accounts that are members at the end of the day, of today now.
    total: the sum; of viewers the different ones in the whole period, of members those at its end.
    """

    name: Metric
    days: tuple[int, ...]
    before: tuple[int, ...]
    total: int
    total_before: int


class FiguresOut(Answer):
    """All metrics between two UTC days, both included."""

    first: date
    last: date
    metrics: tuple[MetricOut, ...]
    as_of: Moment


class SumOut(Answer):
    """What came from one day, film, tier or kind of payment in a period, and its net in the period before.

    key: a day, a film's id, ``tier:…``, ``tip``, ``pool``, or a source; name: what people call it, empty where nothing
    better than the key is known.
    """

    key: str
    name: str
    gross: MoneyField
    net: MoneyField
    paid_ms: int
    payments: int
    net_before: MoneyField


class BreakdownOut(Answer):
    """Sums in their order, the largest first or the oldest day first; rest: what was left out because there is more."""

    first: date
    last: date
    by: Grouping
    rows: tuple[SumOut, ...]
    rest: MoneyField
    gross: MoneyField
    net: MoneyField
    net_before: MoneyField
    as_of: Moment


class IncomeLineOut(Answer):
    """A line of the ledger that is a creator's income.

    transaction: the one on the chain that brought it, of a voucher the claim, which brings many; None for what is not
    there yet. channel: the payment channel of a voucher, with is_claimed: whether the chain already has it.
    """

    seq: int
    at: Moment
    kind: str
    item: str
    name: str
    payer: str
    first_chunk: int | None
    chunk_count: int | None
    gross: MoneyField
    net: MoneyField
    transaction: str | None
    channel: str | None
    is_claimed: bool | None


class IncomeLinesOut(Answer):
    """A part of the lines, the newest first; ``cursor`` asks for the next part."""

    rows: tuple[IncomeLineOut, ...]
    cursor: str | None


class PlaceOut(Answer):
    """What one chunk of a film earned, net, and how many payments covered it."""

    start_ms: int
    end_ms: int
    net: MoneyField
    payments: int


class ItemFiguresOut(Answer):
    """A film's earnings on its timeline. The places and ``outside`` add up to ``net``, to the unit.

    outside: what was paid for the film past this node, for no chunk that it knows.
    """

    content_id: ContentIdField
    title: str
    gross: MoneyField
    net: MoneyField
    paid_ms: int
    payments: int
    free_chunks: int
    places: tuple[PlaceOut, ...]
    outside: MoneyField
    as_of: Moment


class ItemRowOut(Answer):
    """A film in its creator's own list, with what it earned in all."""

    content_id: ContentIdField
    title: str
    description: str
    poster: str | None
    duration_ms: int
    chunk_count: int
    free_chunks: int
    price_per_ten_seconds: MoneyField
    visibility: Visibility
    is_archived: bool
    takedown: str | None
    opens_at: Moment | None = None
    """When it will be there for everybody; None for a film that is."""
    tags: tuple[str, ...] = ()
    net: MoneyField
    payments: int
    published_at: Moment


class ItemPageOut(Answer):
    """A part of a creator's films, from ``offset`` on; total: how many there are for these filters."""

    rows: tuple[ItemRowOut, ...]
    offset: int
    total: int


class MemberRowOut(Answer):
    """A membership as its creator sees it. lifetime: all that this account brought, less what was given back."""

    id: str
    viewer: AddressField
    tier_id: str
    tier_name: str
    joined_at: Moment
    paid_until: Moment
    state: MembershipState
    renews: bool
    renewals: int
    next_tier: str | None
    reason: str
    lifetime: MoneyField


class MembersOut(Answer):
    """A part of the members, from ``offset`` on, and the counts of all.

    total: how many rows there are for these filters; active, ending, lapsed: accounts; churn_bps: of the accounts that
    were members thirty days ago, how many are not any more, in basis points, None when there were none; value: the mean
    lifetime value of an account that is or was a member.
    """

    rows: tuple[MemberRowOut, ...]
    offset: int
    total: int
    active: int
    ending: int
    lapsed: int
    joined_lately: int
    left_lately: int
    churn_bps: int | None
    value: MoneyField
    as_of: Moment


class MemberPaymentOut(Answer):
    """A payment of a membership, or one that failed; error: why."""

    at: Moment
    kind: QuoteKind
    tier_name: str
    amount: MoneyField
    share: MoneyField | None
    state: Literal["quoted", "received", "paid", "failed"]
    until: Moment
    transaction: str | None
    error: str


class MemberOut(Answer):
    """One member with what was paid and tried, the latest first."""

    member: MemberRowOut
    payments: tuple[MemberPaymentOut, ...]


class TierFiguresOut(Answer):
    """A tier with its members now, and its revenue (net) in the last 28 days and in all."""

    tier_id: str
    members: int
    net_lately: MoneyField
    net: MoneyField
    films: int
    """How many of the creator's films it opens."""
    titles: tuple[str, ...] = ()
    """The newest of them."""
    key: str = ""
    """Its name in sums of the ledger; see SumOut."""


class ScorePartOut(Answer):
    """One input of a score. part and whole: what was observed (whole 0: part stands alone).

    paid_seconds: seconds; completion: thousandths of films, of buyers; refunds: micro-USDC, of the income; retention
    and returning: people, of people. points are weight times value.
    """

    name: Literal["paid_seconds", "completion", "refunds", "retention", "returning"]
    value_permille: int
    weight: int
    points_tenths: int
    part: int
    whole: int


class ScoreOut(Answer):
    """A performance score, 0 to 1000 tenths of a point, with every input as it counted. content_id: empty for all."""

    content_id: str
    points_tenths: int
    days: int
    parts: tuple[ScorePartOut, ...]
    as_of: Moment
