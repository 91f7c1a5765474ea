"""The viewer's slices: what is for sale, and playing it."""

from __future__ import annotations

from pydantic import ValidationError

from services.http.door import Door
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.catalogue import (
    PURCHASE,
    BudgetIn,
    BudgetOut,
    BuyIn,
    ItemOut,
    ItemsPageOut,
    PlaybackOut,
    PositionIn,
    PurchaseOut,
)
from services.wire.desk import ReceiptOut
from services.wire.problems import ProblemError


class CatalogueClient:
    """Calls of the catalogue and library slices."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def browse(self, *, query: str = "", limit: int = 60) -> tuple[ItemOut, ...]:
        """List items for sale, newest first; at most 100."""
        return await self._door.call(tuple[ItemOut, ...], "GET", "/catalogue", query={"query": query, "limit": limit})

    async def page(self, *, query: str = "", tag: str = "", cursor: str = "") -> ItemsPageOut:
        """List items for sale part by part, newest first; cursor: of the part before. A node that is down is left out.

        Within a part items of all nodes are in order; over several nodes the parts themselves are so only roughly.
        """
        asked = {"query": query, "tag": tag, "cursor": cursor}
        return await self._door.call(ItemsPageOut, "GET", "/catalogue/page", query=asked)

    async def item(self, content_id: ContentId) -> ItemOut:
        """Read one item. Problem codes: content.not_found."""
        return await self._door.call(ItemOut, "GET", f"/catalogue/{content_id}")

    async def library(self) -> tuple[ItemOut, ...]:
        """List items that this desk watched or bought from, latest first."""
        return await self._door.call(tuple[ItemOut, ...], "GET", "/library")

    async def blob(self, cid: Cid | str) -> bytes:
        """Fetch a public picture such as a poster (at most 8 MiB), checked against its CID."""
        answer = await self._door.send("GET", f"/blobs/{cid}")
        return answer.content


class Brought:
    """The chunk that the last purchase brought along, until it is asked for: a request and its wait are saved."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[str, str, int], bytes] | None = None

    def keep(self, desk: str, content_id: str, index: int, chunk: bytes) -> None:
        """Keep a decrypted chunk in place of the one before; nothing when there are no bytes."""
        self._kept = ((desk, content_id, index), chunk) if chunk else None

    def take(self, desk: str, content_id: str, index: int) -> bytes | None:
        """Give the chunk once."""
        if self._kept is None or self._kept[0] != (desk, content_id, index):
            return None
        chunk, self._kept = self._kept[1], None
        return chunk


class PlaybackClient:
    """Calls of the playback slice. Plaintext stays on the private socket and in memory."""

    def __init__(self, door: Door, brought: Brought | None = None) -> None:
        self._door = door
        self._brought = brought

    async def open(self, content_id: ContentId) -> PlaybackOut:
        """Read a film's timeline and money. Problem codes: content.not_found, manifest.invalid, node.unreachable."""
        return await self._door.call(PlaybackOut, "GET", f"/playback/{content_id}")

    async def init(self, content_id: ContentId) -> bytes:
        """Fetch the init segment (ISO BMFF ``ftyp`` + ``moov``)."""
        return (await self._door.send("GET", f"/playback/{content_id}/init")).content

    async def captions(self, content_id: ContentId, place: int) -> bytes:
        """Fetch captions as WebVTT, in UTF-8, at most 1 MiB. Problem codes: content.not_found, content.missing."""
        return (await self._door.send("GET", f"/playback/{content_id}/captions/{place}")).content

    async def chunk(self, content_id: ContentId, index: int) -> bytes:
        """Fetch a decrypted chunk, or give the one that a purchase has just brought along.

        Problem codes: content.locked, content.damaged, content.missing, content.wrong_key.
        """
        brought = await self.brought(content_id, index)
        if brought is not None:
            return brought
        return (await self._door.send("GET", f"/playback/{content_id}/chunks/{index}")).content

    async def brought(self, content_id: ContentId, index: int) -> bytes | None:
        """Give the chunk that a purchase has just brought along, once; None when it has brought none."""
        return None if self._brought is None else self._brought.take(self._door.prefix, content_id, index)

    async def buy(
        self,
        content_id: ContentId,
        *,
        first_chunk: int,
        chunk_count: int = 1,
        auto: bool = False,
        max_deposit: Money | None = None,
        shown: Money | None = None,
    ) -> PurchaseOut:
        """Buy chunks; asking again for the same chunks never pays twice.

        ``auto`` spends from the film's budget and is refused beyond it. ``max_deposit``: what may go into the channel
        with it; without it, what PlaybackOut.payment announced. ``shown``: what the person was told that they cost; at
        any other price nothing is signed (payment.terms_changed: open it again). Problem codes: deposit.confirm
        (amount, least), budget.session, budget.day, budget.creator, payment.in_progress, channel.refused,
        payment.insufficient, payment.refused, payment.terms_changed, payment.unknown, content.damaged,
        content.missing, content.wrong_key,
        wallet.locked, node.unreachable, chain.unreachable.
        """
        body = BuyIn(first_chunk=first_chunk, chunk_count=chunk_count, auto=auto, max_deposit=max_deposit, shown=shown)
        if chunk_count == 1 and self._brought is not None:
            purchase, chunk = await self._unlock(content_id, body)
            self._brought.keep(self._door.prefix, content_id, first_chunk, chunk)
            return purchase
        return await self._door.call(PurchaseOut, "POST", f"/playback/{content_id}/buy", body=body)

    async def _unlock(self, content_id: ContentId, body: BuyIn) -> tuple[PurchaseOut, bytes]:
        """Buy one chunk and get it decrypted with one request; no bytes: ``chunk`` tells why it cannot be opened."""
        answer = await self._door.send("POST", f"/playback/{content_id}/unlock", body=body)
        try:
            purchase = PurchaseOut.model_validate_json(answer.headers.get(PURCHASE, ""))
        except ValidationError as exc:
            raise ProblemError("service.version") from exc
        return purchase, answer.content

    async def set_budget(self, content_id: ContentId, limit: Money) -> BudgetOut | None:
        """Allow automatic buying up to ``limit`` from now on; 0 ends it. Problem codes: budget.invalid."""
        return await self._door.call(
            BudgetOut | None,  # type: ignore[arg-type]  # pydantic takes unions, type[T] cannot say so
            "PUT",
            f"/playback/{content_id}/budget",
            body=BudgetIn(limit=limit),
        )

    async def save_position(self, content_id: ContentId, position_ms: int) -> None:
        """Remember the position."""
        await self._door.send("PUT", f"/playback/{content_id}/position", body=PositionIn(position_ms=position_ms))

    async def receipts(self, content_id: ContentId) -> tuple[ReceiptOut, ...]:
        """List this film's purchases, newest first."""
        return await self._door.call(tuple[ReceiptOut, ...], "GET", f"/playback/{content_id}/receipts")
