"""The creator's slices: tiers, uploads, earnings, payouts."""

from __future__ import annotations

from typing import Any

from services.http.door import Door
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.access import Visibility
from services.wire.catalogue import ItemOut
from services.wire.earnings import OverviewOut, PayoutsOut, PrecheckOut, WithdrawalOut
from services.wire.kyc import DocumentIn, DocumentKind, KycOut
from services.wire.node import VersionOut
from services.wire.nodes import LinkOut, MoveIn
from services.wire.tiers import TierIn, TierOut
from services.wire.uploads import (
    DraftIn,
    FrameIn,
    LookIn,
    LookOut,
    PriceQuote,
    StageName,
    ThumbnailIn,
    UploadIn,
    UploadOut,
    VersionIn,
)

# A film has many blocks, and the line may be thin.
_MOVE_S = 3600.0


class TiersClient:
    """Calls of the tiers slice. node: where they are sold, empty for the own node.

    Problem codes of each: node.not_found, node.unreachable.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def mine(self, *, node: str = "") -> tuple[TierOut, ...]:
        """List this creator's tiers at a node of the list, cheapest first."""
        return await self._door.call(tuple[TierOut, ...], "GET", "/tiers", query={"node": node})

    async def create(
        self, *, name: str, price: Money, perks: tuple[str, ...] = (), node: str = "", **acts: Any
    ) -> TierOut:
        """Make a tier; acts: early_access_days, downloads, requests.

        Problem codes: tier.price, tier.limit, tier.name.
        """
        body = TierIn(name=name, price=price, perks=perks, **acts)
        return await self._door.call(TierOut, "POST", "/tiers", body=body, query={"node": node})

    async def update(
        self, tier_id: str, *, name: str, price: Money, perks: tuple[str, ...], node: str = "", **acts: Any
    ) -> TierOut:
        """Change a tier; acts as for a new one. Problem codes: tier.not_found, tier.price, tier.name."""
        body = TierIn(name=name, price=price, perks=perks, **acts)
        return await self._door.call(TierOut, "PUT", f"/tiers/{tier_id}", body=body, query={"node": node})

    async def archive(self, tier_id: str, *, node: str = "") -> TierOut:
        """Take a tier off sale; its members keep what they paid for. Problem codes: tier.not_found."""
        return await self._door.call(TierOut, "POST", f"/tiers/{tier_id}/archive", query={"node": node})


class UploadsClient:
    """Calls of the publishing slice."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def list(self) -> tuple[UploadOut, ...]:
        """List uploads that are not yet published or were published lately, newest first."""
        return await self._door.call(tuple[UploadOut, ...], "GET", "/uploads")

    async def get(self, upload_id: str) -> UploadOut:
        """Read one upload."""
        return await self._door.call(UploadOut, "GET", f"/uploads/{upload_id}")

    async def start(self, path: str) -> UploadOut:
        """Start an upload; a bad file shows as its problem. Problem codes: upload.file_missing, wallet.locked."""
        return await self._door.call(UploadOut, "POST", "/uploads", body=UploadIn(path=path))

    async def save_draft(
        self,
        upload_id: str,
        *,
        title: str,
        description: str,
        price_text: str,
        preview_chunks: int,
        node: str = "",
        visibility: Visibility = "chunks",
        tiers: tuple[str, ...] = (),
        **more: Any,
    ) -> UploadOut:
        """Save the form as typed. node: where to publish, empty for the node on this computer; tiers: of that node.

        more: category, intent, tags, opens_at, as in DraftIn.
        """
        draft = DraftIn(
            title=title,
            description=description,
            price_text=price_text,
            preview_chunks=preview_chunks,
            node=node,
            visibility=visibility,
            tiers=tiers,
            **more,
        )
        return await self._door.call(UploadOut, "PUT", f"/uploads/{upload_id}/draft", body=draft)

    async def look(self, path: str, price_text: str = "") -> LookOut:
        """Say what a file holds and what it will take; keeps nothing. Problem codes: upload.file_missing, media.empty,
        media.unreadable, media.no_video, media.codec, media.limits, media.too_long, media.too_large.
        """
        return await self._door.call(LookOut, "POST", "/uploads/look", body=LookIn(path=path, price_text=price_text))

    async def quote(self, upload_id: str) -> PriceQuote:
        """Say what the draft's price means. Problem codes: upload.price, upload.state."""
        return await self._door.call(PriceQuote, "GET", f"/uploads/{upload_id}/quote")

    async def publish(self, upload_id: str) -> UploadOut:
        """Sign the manifest and register it, on another node after bringing the film's blocks there.

        Problem codes: upload.state, upload.title, upload.price, wallet.locked, node.unconfirmed, node.not_found,
        node.unreachable, block.quota, tier.not_found, access.no_tier.
        """
        return await self._door.call(UploadOut, "POST", f"/uploads/{upload_id}/publish", timeout_s=_MOVE_S)

    async def frame(self, upload_id: str, at_ms: int) -> bytes:
        """Give a small JPEG of what the film shows at a moment, for choosing a thumbnail.

        Problem codes: upload.file_missing, media.unreadable, media.limits, media.worker_failed.
        """
        answer = await self._door.send("POST", f"/uploads/{upload_id}/frame", body=FrameIn(at_ms=at_ms))
        return answer.content

    async def set_thumbnail(self, upload_id: str, *, at_ms: int | None = None, path: str = "") -> UploadOut:
        """Choose the film's picture: of a moment, else a picture file by its absolute path, else none: found by itself.

        Nothing waits for it: the upload goes on meanwhile, and on failure stays as it was. For a published film it is
        there from its next version on. Problem codes: upload.state, upload.file_missing, media.picture,
        media.unreadable, media.limits, media.worker_failed, disk.full.
        """
        body = ThumbnailIn(at_ms=at_ms, path=path)
        return await self._door.call(UploadOut, "PUT", f"/uploads/{upload_id}/thumbnail", body=body)

    async def versions(self, content_id: ContentId | str) -> tuple[VersionOut, ...]:
        """List a published film's versions, newest first. Problem codes: content.not_found, node.unreachable."""
        return await self._door.call(tuple[VersionOut, ...], "GET", f"/items/{content_id}/versions")

    async def revise(self, content_id: ContentId | str, wanted: VersionIn) -> tuple[VersionOut, ...]:
        """Publish the next version of an own film: title, thumbnail, chapters, captions, price; the parts stay.

        Problem codes: content.not_found, upload.title, upload.price, upload.file_missing, media.picture,
        media.captions, manifest.invalid, wallet.locked, node.unreachable, block.quota.
        """
        path = f"/items/{content_id}/versions"
        return await self._door.call(tuple[VersionOut, ...], "POST", path, body=wanted, timeout_s=_MOVE_S)

    async def cancel(self, upload_id: str) -> UploadOut:
        """Stop the work; the form stays."""
        return await self._door.call(UploadOut, "POST", f"/uploads/{upload_id}/cancel")

    async def pause(self, upload_id: str) -> UploadOut:
        """Hold an upload; what is done stays done. Problem codes: upload.state."""
        return await self._door.call(UploadOut, "POST", f"/uploads/{upload_id}/pause")

    async def retry(self, upload_id: str) -> UploadOut:
        """Go on where an upload was paused, failed or cancelled."""
        return await self._door.call(UploadOut, "POST", f"/uploads/{upload_id}/retry")

    async def retry_stage(self, upload_id: str, stage: StageName) -> UploadOut:
        """Do one stage again that failed. Problem codes: upload.state."""
        path = f"/uploads/{upload_id}/stages/{stage}/retry"
        return await self._door.call(UploadOut, "POST", path, timeout_s=_MOVE_S)

    async def discard(self, upload_id: str) -> None:
        """Forget an unpublished upload."""
        await self._door.send("DELETE", f"/uploads/{upload_id}")


class EarningsClient:
    """Calls of the earnings slice."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def overview(self, *, days: int = 28, node: str = "") -> OverviewOut:
        """Read the overview for the last ``days`` days (1 to 365), as the own node counts, or another of the list.

        Problem codes: node.not_found, node.unreachable.
        """
        return await self._door.call(OverviewOut, "GET", "/overview", query={"days": days, "node": node})

    async def items(self) -> tuple[ItemOut, ...]:
        """List this creator's own items, newest first."""
        return await self._door.call(tuple[ItemOut, ...], "GET", "/items")

    async def move(self, content_id: ContentId | str, *, node: str) -> tuple[ItemOut, ...]:
        """Move an own film to a node of the list (empty: to this computer); gives all own items.

        It goes on after an interruption. Problem codes: content.not_found, node.unconfirmed, node.not_found,
        node.unreachable, block.quota, wallet.locked.
        """
        body = MoveIn(node=node)
        path = f"/items/{content_id}/move"
        return await self._door.call(tuple[ItemOut, ...], "POST", path, body=body, timeout_s=_MOVE_S)

    async def link(self, content_id: ContentId | str) -> LinkOut:
        """Give the link to a film."""
        return await self._door.call(LinkOut, "GET", f"/items/{content_id}/link")


class PayoutsClient:
    """Calls of the payouts slice."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def state(self) -> PayoutsOut:
        """Read balances and history."""
        return await self._door.call(PayoutsOut, "GET", "/payouts")

    async def collect(self) -> PayoutsOut:
        """Bring home what was sold by vouchers and what lies in the till: claims, and the Escrow's 90/10.

        Waits for the chain. Problem codes: node.unreachable, chain.unreachable, chain.reverted, transaction.unknown.
        """
        return await self._door.call(PayoutsOut, "POST", "/payouts/collect", timeout_s=60)

    async def precheck(self) -> PrecheckOut:
        """Say what a withdrawal would do; sends nothing to the chain."""
        return await self._door.call(PrecheckOut, "GET", "/payouts/precheck")

    async def verification(self) -> KycOut:
        """Say how this creator's verification at the own node stands. Problem codes: wallet.missing, wallet.locked."""
        return await self._door.call(KycOut, "GET", "/payouts/verification")

    async def ask_verification(self) -> KycOut:
        """Ask for it. Problem codes: kyc.listed, wallet.locked."""
        return await self._door.call(KycOut, "POST", "/payouts/verification")

    async def bring_document(self, kind: DocumentKind, path: str) -> KycOut:
        """Bring a file of this computer; it replaces an older one of its kind.

        Problem codes: kyc.too_large, file.not_read, wallet.locked.
        """
        body = DocumentIn(path=path)
        return await self._door.call(KycOut, "PUT", f"/payouts/verification/documents/{kind}", body=body)

    async def withdraw(self) -> WithdrawalOut:
        """Withdraw all. Problem codes: withdrawal.nothing, withdrawal.no_gas, withdrawal.in_progress, wallet.locked.

        Answers as soon as the signed transaction is on disk and sent; its states follow as ``payout`` events.
        """
        return await self._door.call(WithdrawalOut, "POST", "/payouts/withdraw")
