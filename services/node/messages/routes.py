"""The routes of members' messages: written by a member whose tier lets it, answered by the creator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf, Publisher
from services.node.memberships.tables import Membership
from services.node.memberships.turns import take_turn
from services.node.messages.tables import MemberMessage
from services.node.tables import Tier
from services.units.address import Address
from services.units.ids import new_row_id
from services.wire.messages import AnswerIn, MessageIn, MessageOut, MessagesOut
from services.wire.problems import ProblemError

OPEN_AT_ONCE = 3
"""How many of one member's messages may wait for one creator's answer."""
_LISTED = 200

router = LateRouter(tags=["memberships"])


@router.post("/messages", status_code=201)
def write(node: NodeOf, caller: Caller, body: MessageIn) -> MessageOut:
    """Write to a creator as a member of a tier with that perk.

    Problem codes: message.not_member, message.limit, request.invalid.
    """
    now = node.clock.now()
    with node.database.write() as session:
        take_turn(session, f"messages:{caller}")
        tier = _tier(session, caller, body.creator, now)
        waiting = select(func.count()).where(
            MemberMessage.viewer == caller, MemberMessage.creator == body.creator, MemberMessage.answer == ""
        )
        if (session.scalar(waiting) or 0) >= OPEN_AT_ONCE:
            raise ProblemError("message.limit", limit=OPEN_AT_ONCE)
        row = MemberMessage(
            id=new_row_id(), creator=body.creator, viewer=caller, tier_id=tier.id, text=body.text, at=now, answer="",
            answered_at=None,
        )  # fmt: skip
        session.add(row)
    return _out(row, tier.name)


@router.get("/messages")
def listed(node: NodeOf, caller: Caller, side: Annotated[Literal["creator", "viewer"], Query()]) -> MessagesOut:
    """List the messages to the caller as a creator, or of the caller as a member; those without an answer first."""
    own = MemberMessage.creator if side == "creator" else MemberMessage.viewer
    wanted = (
        select(MemberMessage, Tier.name)
        .join(Tier, Tier.id == MemberMessage.tier_id)
        .where(own == caller)
        .order_by(MemberMessage.answered_at.is_not(None), MemberMessage.at.desc())
        .limit(_LISTED)
    )
    with node.database.read() as session:
        return MessagesOut(rows=tuple(_out(row, name) for row, name in session.execute(wanted)))


@router.post("/messages/{message_id}/answer")
def answer(node: NodeOf, caller: Publisher, message_id: str, body: AnswerIn) -> MessageOut:
    """Answer a member, as the creator that the message is for; a later answer takes the place of the one before.

    Problem codes: message.not_found, request.invalid.
    """
    with node.database.write() as session:
        row = session.get(MemberMessage, message_id, with_for_update=True)
        if row is None or row.creator != caller:
            raise ProblemError("message.not_found")
        row.answer, row.answered_at = body.text, node.clock.now()
        name = session.get_one(Tier, row.tier_id).name
    return _out(row, name)


def _tier(session: Session, viewer: Address, creator: Address, now: datetime) -> Tier:
    wanted = (
        select(Tier)
        .join(Membership, Membership.tier_id == Tier.id)
        .where(
            Membership.viewer == viewer,
            Membership.creator == creator,
            Membership.paid_until > now,
            Membership.ended_at.is_(None),
            Tier.requests == 1,
        )
        .order_by(Tier.price.desc())
        .limit(1)
    )
    tier = session.scalar(wanted)
    if tier is None:
        raise ProblemError("message.not_member")
    return tier


def _out(row: MemberMessage, tier_name: str) -> MessageOut:
    return MessageOut(
        id=row.id,
        creator=row.creator,
        viewer=row.viewer,
        tier_name=tier_name,
        text=row.text,
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
