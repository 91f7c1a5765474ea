"""What desks and nodes say to each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.units.ids import ContentId
from services.units.membership import MAX_EARLY_DAYS
from services.units.money import ZERO
from services.wire.accounts import SCOPES, Scope
from services.wire.base import (
    AddressField,
    Answer,
    Bytes32Field,
    CidField,
    ContentIdField,
    DollarsField,
    Moment,
    MoneyField,
    Request,
)
from services.wire.sign_in import MAX_CHARS
from services.wire.tiers import TierOut
from services.wire.x402 import ChannelState, ConfigFields, VoucherState

KeyText = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
MAX_CHUNKS = 20_000
MAX_MANIFEST_CHARS = 4 * 1024 * 1024
# As JSON: the manifest's own quotes are escaped, and each key has two around it and a comma.
MAX_PUBLICATION_BYTES = 2 * MAX_MANIFEST_CHARS + 80 * MAX_CHUNKS
MAX_DESCRIPTION = 2000


class NonceOut(Answer):
    """What a sign-in message needs from the node."""

    nonce: str
    domain: str
    uri: str
    chain_id: int


class SignInIn(Request):
    """A signed EIP-4361 message."""

    message: Annotated[str, Field(max_length=MAX_CHARS)]
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")]
    label: Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """What the device calls itself, for the list of sessions."""


class SessionOut(Answer):
    """A bearer token for one account."""

    token: str
    address: AddressField
    expires_at: Moment
    scopes: tuple[Scope, ...] = SCOPES


DependencyState = Literal["ok", "low", "off", "failed"]


class Dependencies(Answer):
    """How what a node leans on is: low is the relayer whose gas ends soon, off are channels that are not offered."""

    database: DependencyState
    chain: DependencyState
    relayer: DependencyState
    store: DependencyState
    channels: DependencyState


class NodeHealth(Answer):
    """The node and what it sells on.

    status: ok, or degraded when something below is low or failed; chain: ok, unreachable, not_deployed, wrong_chain.
    """

    status: Literal["ok", "degraded"]
    chain_id: int
    token: AddressField
    escrow: AddressField
    block: int | None
    chain: Literal["ok", "unreachable", "not_deployed", "wrong_chain"] = "ok"
    dependencies: Dependencies | None = None


class ReadyOut(Answer):
    """Whether a node can serve: its database, its chain and its store must answer."""

    ready: bool
    dependencies: Dependencies


class PublishIn(Request):
    """A signed manifest as one text, and the keys of its chunks by index; the node checks each against its promise."""

    signed: Annotated[str, Field(max_length=MAX_MANIFEST_CHARS)]
    keys: Annotated[tuple[KeyText, ...], Field(max_length=MAX_CHUNKS)]
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""
    creator_name: Annotated[str, Field(max_length=80)] = ""
    tags: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)] = ()
    visibility: Literal["public", "chunks", "members"] = "chunks"
    """How it is to be had from its first moment on, with the tiers below; see AccessIn."""
    tiers: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=30)] = ()
    opens_at: Moment | None = None
    """When it is there for everybody; None for at once."""


class CardOut(Answer):
    """An item as the node lists it."""

    content_id: ContentIdField
    title: str
    description: str
    creator: AddressField
    creator_name: str
    duration_ms: int
    width: int
    height: int
    price_per_ten_seconds: MoneyField
    chunk_count: int
    free_chunks: int
    poster: CidField | None
    published_at: Moment
    tags: tuple[str, ...] = ()
    visibility: Literal["public", "chunks", "members"] = "chunks"
    """How it is to be had; see AccessIn."""
    state: Literal["live", "archived", "hidden", "illegal"] = "live"
    """archived by its owner, hidden by a moderator: neither listed nor sold, and what was bought plays on; illegal: no
    key leaves the node."""
    opens_at: Moment | None = None
    """When it will be there for everybody; None for a film that is."""
    tiers: tuple[str, ...] = ()
    """Of a film for members only: the tiers that open it, and the pass where one does; none from an older node."""


class PageOut(Answer):
    """A part of a list of items; ``cursor`` asks for the next, None at the end."""

    items: tuple[CardOut, ...]
    cursor: str | None


class TagsIn(Request):
    """The tags of an item, in place of those before."""

    tags: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)]


class DescriptionIn(Request):
    """What an item's owner says about it."""

    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)]


class OpeningIn(Request):
    """When an item that is to come is there for everybody; None for now."""

    opens_at: Moment | None = None


class TagOut(Answer):
    """A tag and how many listed items have it."""

    tag: str
    items: int


class ManifestOut(Answer):
    """The creator's own words: the published file of manifest and signature; the reader checks both."""

    signed: str


class VersionOut(Answer):
    """A version of a film; parts and keys are the same in all of them."""

    version: int
    title: str
    published_at: Moment
    changed: tuple[str, ...] = ()
    """What it says anew: title, poster, captions, chapters, price, free (parts); nothing for the first one."""


class StreamIn(Request):
    """Ask for the key of a chunk; without one, the next that is not free."""

    chunk: Annotated[int, Field(ge=0, lt=MAX_CHUNKS)] | None = None


class PayIn(Request):
    """Pay for chunks; without a first one, the next that the account does not own."""

    first_chunk: Annotated[int, Field(ge=0, lt=MAX_CHUNKS)] | None = None
    chunk_count: Annotated[int, Field(ge=1, le=MAX_CHUNKS)] = 1


class ChunkKey(Answer):
    """The goods."""

    index: int
    key: KeyText


class KeysOut(Answer):
    """Keys that the account may have; ``transaction`` is empty where nothing was paid."""

    content_id: ContentIdField
    keys: tuple[ChunkKey, ...]
    amount: MoneyField
    transaction: Bytes32Field | None


class ChannelOut(Answer):
    """A payer's channel as the node holds it."""

    config: ConfigFields
    creator: AddressField
    state: ChannelState
    voucher: VoucherState | None


class CollectedOut(Answer):
    """What bringing a creator's money home did: channels claimed, and the transaction that collected the till."""

    channels: int
    transaction: Bytes32Field | None


class SpendingOut(Answer):
    """What an account paid, as the node's ledger holds it."""

    paid: MoneyField
    by_item: dict[ContentId, MoneyField]
    memberships: MoneyField = ZERO
    into_escrow: MoneyField = ZERO
    """What of ``paid`` the Escrow's events say: every node on this chain has the same of it."""


class CreatorSums(Answer):
    """A creator's sums, as the node's ledger holds them."""

    earned: MoneyField
    withdrawn: MoneyField
    available: MoneyField
    in_flight: MoneyField
    block: int


class NodeTierOut(Answer):
    """A tier in the seed's own form, and the exact price beside it."""

    id: str
    creator_id: AddressField
    name: str
    price: DollarsField
    price_micros: MoneyField
    perks: tuple[str, ...]
    created_at: Moment
    is_archived: bool = False
    early_access_days: int = 0
    downloads: bool = False
    requests: bool = False
    """What the tier does besides its perks in words; see TierOut."""

    def tier(self, node: str = "") -> TierOut:
        """Give it as desks and windows know it."""
        return TierOut(
            id=self.id,
            creator=self.creator_id,
            name=self.name,
            price=self.price_micros,
            perks=self.perks,
            created_at=self.created_at,
            is_archived=self.is_archived,
            early_access_days=self.early_access_days,
            downloads=self.downloads,
            requests=self.requests,
            node=node,
        )


class NodeTierIn(Request):
    """A tier in the seed's own form: the price is a JSON number of dollars."""

    creator_id: Annotated[str, Field(max_length=64)]
    name: Annotated[str, Field(max_length=200)]
    price: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=6)]
    perks: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=20)] = ()
    id: str | None = None
    early_access_days: Annotated[int, Field(ge=0, le=MAX_EARLY_DAYS)] | None = None
    """Of these three, what is not said stays as it is; a new tier has none of them."""
    downloads: bool | None = None
    requests: bool | None = None
