"""The viewer's slices: what is for sale, and playing it."""

from __future__ import annotations

from pydantic import ValidationError

from services.http.door import Door
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.catalogue import PURCHASE, BudgetIn, BudgetOut, BuyIn, ItemOut, PlaybackOut, PositionIn, PurchaseOut
from services.wire.desk import ReceiptOut
from services.wire.problems import ProblemError


class CatalogueClient:
    """Calls of the catalogue and library slices."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def browse(self, *, query: str = "", limit: int = 60) -> tuple[ItemOut, ...]:
        """List items for sale, newest first; at most 100."""
        return await self._door.call(tuple[ItemOut, ...], "GET", "/catalogue", query={"query": query, "limit": limit})

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


class PlaybackClient:
    """Calls of the playback slice. Plaintext stays on the private socket and in memory."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def open(self, content_id: ContentId) -> PlaybackOut:
        """Read a film's timeline and money. Problem codes: content.not_found, manifest.invalid, node.unreachable."""
        return await self._door.call(PlaybackOut, "GET", f"/playback/{content_id}")

    async def init(self, content_id: ContentId) -> bytes:
        """Fetch the init segment (ISO BMFF ``ftyp`` + ``moov``)."""
        return (await self._door.send("GET", f"/playback/{content_id}/init")).content

    async def chunk(self, content_id: ContentId, index: int) -> bytes:
        """Fetch a decrypted chunk.

        Problem codes: content.locked, content.damaged, content.missing, content.wrong_key.
        """
        return (await self._door.send("GET", f"/playback/{content_id}/chunks/{index}")).content

    async def buy(
        self,
        content_id: ContentId,
        *,
        first_chunk: int,
        chunk_count: int = 1,
        auto: bool = False,
        max_deposit: Money | None = None,
    ) -> PurchaseOut:
        """Buy chunks; asking again for the same chunks never pays twice.

        ``auto`` spends from the film's budget and is refused beyond it. ``max_deposit``: what may go into the channel
        with it; without it, what PlaybackOut.payment announced. Problem codes: deposit.confirm (amount, least),
        budget.session, budget.day, budget.creator, payment.in_progress, channel.refused, payment.insufficient,
        payment.refused, payment.terms_changed, payment.unknown, content.damaged, content.missing, content.wrong_key,
        wallet.locked, node.unreachable, chain.unreachable.
        """
        body = BuyIn(first_chunk=first_chunk, chunk_count=chunk_count, auto=auto, max_deposit=max_deposit)
        return await self._door.call(PurchaseOut, "POST", f"/playback/{content_id}/buy", body=body)

    async def unlock(
        self, content_id: ContentId, index: int, *, auto: bool = False, max_deposit: Money | None = None
    ) -> tuple[PurchaseOut, bytes | None]:
        """Buy one chunk and get it decrypted, as ``buy`` and ``chunk`` do, with one request.

        No bytes: it is bought, and ``chunk`` tells why it cannot be opened. Problem codes: as ``buy``.
        """
        body = BuyIn(first_chunk=index, auto=auto, max_deposit=max_deposit)
        answer = await self._door.send("POST", f"/playback/{content_id}/unlock", body=body)
        try:
            purchase = PurchaseOut.model_validate_json(answer.headers.get(PURCHASE, ""))
        except ValidationError as exc:
            raise ProblemError("service.version") from exc
        return purchase, answer.content or None

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
