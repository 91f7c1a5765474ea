"""Memberships: joining, members, access of items, refunds."""

from __future__ import annotations

from typing import Literal

from services.http.door import Door
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.access import AccessIn, AccessOut, Visibility
from services.wire.memberships import (
    ChangeIn,
    JoinIn,
    MembershipOut,
    MembershipsOut,
    OwnPaymentOut,
    QuoteOut,
    RefundAskIn,
    RefundConfirmIn,
    RefundOut,
)

_PAY_S = 60.0


class MembershipsClient:
    """Calls of the memberships slice. ``node``: the address of another node than the own one."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def mine(self) -> MembershipsOut:
        """List this account's memberships and their payments; also when a node is down."""
        return await self._door.call(MembershipsOut, "GET", "/memberships")

    async def quote(self, tier_id: str, *, node: str = "") -> QuoteOut:
        """Ask what a tier costs now. Problem codes: tier.not_found, membership.not_sold, payment.in_progress."""
        query = {"tier_id": tier_id, "node": node}
        return await self._door.call(QuoteOut, "GET", "/memberships/quote", query=query)

    async def join(self, tier_id: str, *, amount: Money, node: str = "") -> OwnPaymentOut:
        """Join, renew or change for the confirmed sum; asking again for the same never pays twice.

        Problem codes: wallet.locked, payment.terms_changed (it costs another sum by now), payment.insufficient,
        payment.unknown, payment.in_progress, budget.day, budget.creator, membership.not_sold.
        """
        body = JoinIn(tier_id=tier_id, amount=amount, node=node)
        return await self._door.call(OwnPaymentOut, "POST", "/memberships", body=body, timeout_s=_PAY_S)

    async def cancel(self, membership_id: str) -> MembershipsOut:
        """Renew no more; what is paid stays open. Problem codes: membership.not_found, node.unreachable."""
        return await self._door.call(MembershipsOut, "POST", f"/memberships/{membership_id}/cancel")

    async def resume(self, membership_id: str) -> MembershipsOut:
        """Take a cancellation back. Problem codes: membership.not_found, membership.not_sold."""
        return await self._door.call(MembershipsOut, "POST", f"/memberships/{membership_id}/resume")

    async def change(self, membership_id: str, tier_id: str | None) -> MembershipsOut:
        """Say which tier the next period is for. Problem codes: tier.not_found, membership.not_sold."""
        body = ChangeIn(tier_id=tier_id)
        return await self._door.call(MembershipsOut, "POST", f"/memberships/{membership_id}/change", body=body)

    async def members(self, *, node: str = "") -> tuple[MembershipOut, ...]:
        """List the members of this creator's tiers at a node of the list, newest first."""
        return await self._door.call(tuple[MembershipOut, ...], "GET", "/members", query={"node": node})

    async def access(self, content: ContentId) -> AccessOut:
        """Ask how an own item is to be had. Problem codes: content.not_found."""
        return await self._door.call(AccessOut, "GET", f"/items/{content}/access")

    async def set_access(self, content: ContentId, visibility: Visibility, tiers: tuple[str, ...] = ()) -> AccessOut:
        """Change how an own item is to be had. Problem codes: access.no_tier, tier.not_found, account.forbidden."""
        body = AccessIn(visibility=visibility, tiers=tiers)
        return await self._door.call(AccessOut, "PUT", f"/items/{content}/access", body=body)

    async def refunds(self, side: Literal["viewer", "creator"] = "viewer", *, node: str = "") -> tuple[RefundOut, ...]:
        """List the refunds that were asked for from here, or of this creator, at a node of the list."""
        return await self._door.call(tuple[RefundOut, ...], "GET", "/refunds", query={"side": side, "node": node})

    async def ask_refund(self, receipt: str, *, reason: str = "", node: str = "") -> RefundOut:
        """Ask a creator for the money of a receipt. Problem codes: refund.not_found."""
        body = RefundAskIn(receipt=receipt, reason=reason, node=node)
        return await self._door.call(RefundOut, "POST", "/refunds", body=body)

    async def pay_refund(self, receipt: str, *, amount: Money, node: str = "") -> tuple[RefundOut, ...]:
        """Give a receipt's whole sum back from this wallet.

        Problem codes: refund.not_found, payment.terms_changed, payment.insufficient, payment.unknown, wallet.locked.
        """
        body, query = RefundConfirmIn(amount=amount), {"node": node}
        path = f"/refunds/{receipt}/pay"
        return await self._door.call(tuple[RefundOut, ...], "POST", path, body=body, query=query, timeout_s=_PAY_S)

    async def refuse_refund(self, receipt: str, *, node: str = "") -> RefundOut:
        """Refuse a refund. Problem codes: refund.not_found, refund.state."""
        return await self._door.call(RefundOut, "POST", f"/refunds/{receipt}/refuse", query={"node": node})
