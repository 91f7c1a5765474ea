"""The pooled pass between desks, nodes and the window."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Bytes32Field, ContentIdField, Moment, MoneyField, Request

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
PaidState = Literal["due", "planned", "paid"]
MAX_CHUNKS = 512


class PassIn(Request):
    """The pass as an operator offers it: its name, and what thirty days cost."""

    name: Name
    price: MoneyField


class PassOut(Answer):
    """The pass of a node. It is quoted and paid as a tier is, by its tier_id; creator is the Escrow itself.

    delay_s: how long a distribution is public before it is carried out.
    """

    tier_id: str
    creator: AddressField
    name: str
    price: MoneyField
    creators: int
    films: int
    is_appointed: bool
    delay_s: int


class PassFilmOut(Answer):
    """A film that the pass opens."""

    content_id: ContentIdField
    title: str
    creator: AddressField
    creator_name: str
    poster: str | None
    duration_ms: int
    is_members_only: bool


class PartIn(Request):
    """Whether a creator's films are in the pass; with_members_only: also those that only members may see."""

    is_in: bool
    with_members_only: bool = False


class PartOut(Answer):
    """How a creator takes part. owner: who is paid, another account where an operator verified both as one person's."""

    creator: AddressField
    is_in: bool
    with_members_only: bool
    owner: AddressField
    joined_at: Moment | None


class OwnerIn(Request):
    """The account of the person to whom a channel belongs."""

    owner: AddressField


class WatchedIn(Request):
    """Parts of a film that were watched with the pass just now."""

    content_id: ContentIdField
    chunks: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1, max_length=MAX_CHUNKS)]


class WatchedOut(Answer):
    """What of it counts today: free and bought parts do not, nor what was watched faster than time goes."""

    counted: int
    today_ms: int


class MonthShareOut(Answer):
    """An owner's part of a month. earned, paid and reserve include the platform's tenth, which the Escrow takes.

    month: ``2026-11/left`` for a reserve that was paid when smoothing ended, ``2026-11/refund-…`` for a fee that the
    owner gave back. missing: what keeps it from being paid.
    """

    month: str
    earned: MoneyField
    watchers: int
    paid: MoneyField
    reserve: MoneyField
    state: PaidState
    ready_at: Moment | None
    missing: tuple[str, ...]


class SharingOut(Answer):
    """A creator's side of the pass: taking part, smoothing, and the months, the latest first."""

    part: PartOut
    is_smoothed: bool
    level: MoneyField | None
    reserve: MoneyField
    due: MoneyField
    months: tuple[MonthShareOut, ...]


class SmoothIn(Request):
    """Whether payouts are smoothed."""

    is_on: bool


class MonthOut(Answer):
    """A month as it was shared out, with the digests by which anybody can check it."""

    month: str
    fees: MoneyField
    withheld: MoneyField
    earned: MoneyField
    subscribers: int
    owners: int
    model: str
    model_sha256: str
    inputs: dict[str, str]
    sha256: str
    at: Moment


class MonthFilesOut(Answer):
    """A month's published inputs by file name, and its record: what ``museclock-node allocate`` reads."""

    month: str
    files: dict[str, str]
    record: str


class RoundOut(Answer):
    """A distribution of the pool."""

    name: str
    round_id: Bytes32Field
    state: Literal["planned", "proposed", "distributed", "canceled"]
    total: MoneyField
    creators: int
    ready_at: Moment | None


class CloseIn(Request):
    """The month to share out, in UTC, such as 2026-11; it must be over."""

    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
