"""Quotes: what a membership costs this viewer now, signed by the node for the creator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
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
from services.units.membership import PERIOD_S, capped_fare, tier_word, time_price, upgrade_price
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
        asked = priced(session, viewer, tier, now, paid_until)
        known = _open_quote(session, viewer, tier, now, asked)
        if known is not None:
            return known
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


def _open_quote(
    session: Session, viewer: Address, tier: Tier, now: datetime, asked: Priced
) -> MembershipPayment | None:
    seconds = int(now.timestamp())
    rows = _quotes(session, viewer, tier, seconds)
    if any(row.state == "received" for row in rows):
        raise ProblemError("payment.in_progress")
    return next((row for row in rows if _holds(row, seconds, asked)), None)


def _holds(row: MembershipPayment, seconds: int, asked: Priced) -> bool:
    """Tell whether an open quote is still what would be quoted; minutes later the same costs or lasts a little else."""
    is_same = row.kind == asked.kind and abs(row.until - asked.until) <= QUOTE_VALIDITY_S
    return is_same and row.deadline >= seconds + QUOTE_MARGIN_S


def shown_fare(session: Session, viewer: Address, tier: Tier, now: datetime) -> FareOut:
    """Say what a tier would cost now, as a quote would; a quote that is open is what would be given again."""
    seconds = int(now.timestamp())
    asked = priced(session, viewer, tier, now, _booked_until(session, viewer, tier))
    known = next((one for one in _quotes(session, viewer, tier, seconds) if _holds(one, seconds, asked)), None)
    if known is not None:
        return FareOut(tier_id=tier.id, kind=cast("QuoteKind", known.kind), due=known.price, counted=known.fare)
    fare = capped_fare(asked.price, open_fares(session, viewer, tier.creator, tier.id, now))
    return FareOut(tier_id=tier.id, kind=asked.kind, due=asked.price, counted=fare)


def _booked_until(session: Session, viewer: Address, tier: Tier) -> int:
    """Give what the Escrow's paid-until was when its events were last booked."""
    same = (MembershipPayment.viewer == viewer, MembershipPayment.creator == tier.creator)
    this = (MembershipPayment.tier_id == tier.id, MembershipPayment.state == "paid")
    return session.scalar(select(func.max(MembershipPayment.until)).where(*same, *this)) or 0


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
    own = next((int(row.paid_until.timestamp()) for row, other in active if other.id == tier.id), None)
    if own is not None:
        if paid_until > seconds + _MOST_AHEAD_S:
            raise ProblemError("membership.not_sold", reason="ahead")
        return _lasting("renew", tier, own, paid_until)
    others = sorted((other.price, int(row.paid_until.timestamp())) for row, other in active)
    if others and others[-1][0] < tier.price and others[-1][1] > max(paid_until, seconds):
        # Both end together; from then on there is only the dearer one to renew.
        dearest, end = others[-1]
        return Priced("upgrade", upgrade_price(dearest, tier.price, left_s=end - seconds), end)
    not_cheaper = [end for price, end in others if price >= tier.price]
    if not_cheaper:
        return _lasting("downgrade", tier, max(not_cheaper), paid_until)
    return _lasting("join", tier, seconds, paid_until)


def _lasting(kind: QuoteKind, tier: Tier, since: int, paid_until: int) -> Priced:
    """Price a period, or more: the Escrow takes later ends only, later also than what was paid and given back."""
    until = max(since + PERIOD_S, paid_until + 1)
    return Priced(kind, time_price(tier.price, until - since), until)


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
