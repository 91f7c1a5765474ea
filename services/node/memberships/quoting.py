"""Quotes: what a membership costs this viewer now, signed by the node for the creator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.abi import read_uint
from services.chain.membership import Quote, paid_until_call, sign_quote
from services.node.context import Node
from services.node.memberships.fares import CLOCKS_APART_S, month_of, open_fares
from services.node.memberships.sellers import is_appointed
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.memberships.turns import take_turn
from services.node.sales.booking import sync
from services.node.standing import refuse_blocked
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import membership_intent
from services.units.membership import PERIOD_S, capped_fare, tier_word, upgrade_price
from services.units.money import Money
from services.wire.memberships import FareOut, QuoteKind
from services.wire.problems import ProblemError

QUOTE_VALIDITY_S = 600
"""How long a quote holds: a person reads it, confirms, and it goes into a block."""
QUOTE_MARGIN_S = 120
"""A quote that ends sooner is not given again: it could expire on its way into a block."""
_MOST_AHEAD_S = 12 * PERIOD_S


@dataclass(frozen=True, slots=True)
class Priced:
    """What a payment would be for."""

    kind: QuoteKind
    price: Money
    until: int


def pair(viewer: Address, creator: Address) -> str:
    """Name the turn of all that is decided between a viewer and a creator."""
    return f"membership:{viewer}:{creator}"


def make_quote(node: Node, viewer: Address, tier_id: str) -> MembershipPayment:
    """Quote a tier to a viewer; while a quote is open, the same one is given again. Blocking.

    Raises ProblemError: tier.not_found, membership.not_sold (reason: archived, own, seller, ahead),
    payment.in_progress, chain.unreachable.
    """
    tier = sellable_tier(node, viewer, tier_id)
    escrow = node.chain.escrow
    if not is_appointed(node, tier.creator):
        raise ProblemError("membership.not_sold", reason="seller")
    paid_until = read_uint(node.chain.ask(paid_until_call(escrow, viewer, tier.creator, tier_word(tier.id))))
    # Fares and memberships as the chain has them by now.
    sync(node)
    now = node.clock.now()
    with node.database.write() as session:
        take_turn(session, pair(viewer, tier.creator))
        known = _open_quote(session, viewer, tier, now)
        if known is not None:
            return known
        asked = priced(session, viewer, tier, now, paid_until)
        return _quoted(node, session, viewer, tier, asked, now)


def sellable_tier(node: Node, viewer: Address, tier_id: str) -> Tier:
    """Give a tier that this viewer may join.

    Raises ProblemError: tier.not_found, membership.not_sold, account.blocked.
    """
    with node.database.read() as session:
        tier = session.get(Tier, tier_id)
        if tier is None:
            raise ProblemError("tier.not_found")
        refuse_blocked(session, tier.creator, viewer)
    if tier.archived_at is not None:
        raise ProblemError("membership.not_sold", reason="archived")
    if tier.creator == viewer:
        raise ProblemError("membership.not_sold", reason="own")
    return tier


def chain_quote(node: Node, row: MembershipPayment) -> Quote:
    """Write a kept quote as the seller signed it."""
    return Quote(
        chain_id=node.chain.chain_id,
        escrow=node.chain.escrow,
        viewer=row.viewer,
        creator=row.creator,
        tier=tier_word(row.tier_id),
        amount=row.amount,
        until=row.until,
        deadline=row.deadline,
    )


def _open_quote(session: Session, viewer: Address, tier: Tier, now: datetime) -> MembershipPayment | None:
    seconds = int(now.timestamp())
    rows = _quotes(session, viewer, tier, seconds)
    if any(row.state == "received" for row in rows):
        raise ProblemError("payment.in_progress")
    return next((row for row in rows if _holds(row, seconds)), None)


def _holds(row: MembershipPayment, seconds: int) -> bool:
    return row.deadline >= seconds + QUOTE_MARGIN_S


def shown_fare(session: Session, viewer: Address, tier: Tier, now: datetime) -> FareOut:
    """Say what a tier would cost now, as a quote would; a quote that is open is what would be given again."""
    seconds = int(now.timestamp())
    known = next((one for one in _quotes(session, viewer, tier, seconds) if _holds(one, seconds)), None)
    if known is not None:
        return FareOut(tier_id=tier.id, kind=cast("QuoteKind", known.kind), due=known.price, counted=known.fare)
    asked = priced(session, viewer, tier, now, paid_until=seconds)
    fare = capped_fare(asked.price, open_fares(session, viewer, tier.creator, tier.id, now))
    return FareOut(tier_id=tier.id, kind=asked.kind, due=asked.price, counted=fare)


def _quotes(session: Session, viewer: Address, tier: Tier, seconds: int) -> Sequence[MembershipPayment]:
    return session.scalars(
        select(MembershipPayment).where(
            MembershipPayment.viewer == viewer,
            MembershipPayment.creator == tier.creator,
            MembershipPayment.tier_id == tier.id,
            MembershipPayment.state.in_(("quoted", "received")),
            MembershipPayment.deadline >= seconds - CLOCKS_APART_S,
        )
    ).all()


def priced(session: Session, viewer: Address, tier: Tier, now: datetime, paid_until: int) -> Priced:
    """Price a tier for a viewer. paid_until: as the chain has it. Raises ProblemError: membership.not_sold (ahead)."""
    seconds = int(now.timestamp())
    active = session.execute(
        select(Membership, Tier)
        .join(Tier, Tier.id == Membership.tier_id)
        .where(
            Membership.viewer == viewer,
            Membership.creator == tier.creator,
            Membership.paid_until > now,
            Membership.ended_at.is_(None),
        )
    ).all()
    if any(other.id == tier.id for _, other in active):
        if paid_until > seconds + _MOST_AHEAD_S:
            raise ProblemError("membership.not_sold", reason="ahead")
        return Priced("renew", tier.price, max(seconds, paid_until) + PERIOD_S)
    others = sorted((other.price, int(row.paid_until.timestamp())) for row, other in active)
    if others and others[-1][0] < tier.price and others[-1][1] > max(paid_until, seconds):
        # Both end together; from then on there is only the dearer one to renew.
        dearest, end = others[-1]
        return Priced("upgrade", upgrade_price(dearest, tier.price, left_s=end - seconds), end)
    not_cheaper = [end for price, end in others if price >= tier.price]
    if not_cheaper:
        return Priced("downgrade", tier.price, max(*not_cheaper, paid_until) + PERIOD_S)
    # What was refunded is still paid on the chain, which takes later ends only.
    return Priced("join", tier.price, max(seconds + PERIOD_S, paid_until + 1))


def _quoted(
    node: Node, session: Session, viewer: Address, tier: Tier, priced: Priced, now: datetime
) -> MembershipPayment:
    intent = membership_intent(viewer=viewer, creator=tier.creator, tier=tier.id, until=priced.until)
    fare = capped_fare(priced.price, open_fares(session, viewer, tier.creator, tier.id, now))
    row = session.get(MembershipPayment, intent)
    if row is None:
        row = MembershipPayment(id=intent, viewer=viewer, creator=tier.creator, tier_id=tier.id, until=priced.until)
        session.add(row)
    row.kind, row.price, row.fare, row.amount = priced.kind, priced.price, fare, priced.price - fare
    row.month, row.deadline = month_of(now), int(now.timestamp()) + QUOTE_VALIDITY_S
    row.state, row.payer, row.payment, row.error, row.at = "quoted", None, None, None, now
    row.quote_signature = sign_quote(chain_quote(node, row), node.authorizer.key)
    return row
