"""Taking part: which creators' films the pass opens, and to whom each channel belongs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.kyc.cases import standing_of
from services.node.passes.offer import opened_items, the_pass
from services.node.passes.tables import PassCreator
from services.node.tables import Item
from services.units.address import Address
from services.wire.passes import PartIn, PartOut, PassFilmOut
from services.wire.problems import ProblemError


def take_part(node: Node, session: Session, creator: Address, wanted: PartIn) -> PassCreator | None:
    """Put a creator's films into the pass, or take them out; what was watched until then counts.

    Raises ProblemError: pass.none.
    """
    row = session.get(PassCreator, creator)
    if not wanted.is_in:
        if row is not None and row.left_at is None:
            row.left_at = node.clock.now()
        return row
    tier = the_pass(node, session)
    if row is None:
        row = PassCreator(creator=creator, owner=creator, joined_at=node.clock.now())
        session.add(row)
    elif row.left_at is not None:
        row.joined_at = node.clock.now()
    row.tier_id, row.left_at = tier.id, None
    row.with_members_only = int(wanted.with_members_only)
    return row


def name_owner(node: Node, session: Session, creator: Address, owner: Address) -> PassCreator:
    """Note that a channel belongs to the person of another account, whom the node has verified.

    Raises ProblemError: request.not_found, kyc.required.
    """
    row = session.get(PassCreator, creator)
    if row is None:
        raise ProblemError("request.not_found")
    found = standing_of(session, owner, node.clock.now())
    if owner != creator and found.state != "verified":
        raise ProblemError("kyc.required", state=found.state, reason=found.reason)
    row.owner = owner
    return row


def part_out(creator: Address, row: PassCreator | None) -> PartOut:
    """Write how a creator takes part."""
    return PartOut(
        creator=creator,
        is_in=row is not None and row.left_at is None,
        with_members_only=row is not None and bool(row.with_members_only),
        owner=creator if row is None else row.owner,
        joined_at=None if row is None else row.joined_at,
    )


def films(node: Node, session: Session, *, offset: int, limit: int) -> tuple[PassFilmOut, ...]:
    """List what the pass opens, the newest first. Raises ProblemError: pass.none."""
    columns = (
        Item.content_id, Item.title, Item.creator, Item.creator_name, Item.poster, Item.duration_ms, Item.visibility,
    )  # fmt: skip
    wanted = (
        select(*columns)
        .join(PassCreator, PassCreator.creator == Item.creator)
        .where(PassCreator.tier_id == the_pass(node, session).id, PassCreator.left_at.is_(None), *opened_items())
        .order_by(Item.seq.desc())
    )
    return tuple(
        PassFilmOut(
            content_id=row.content_id,
            title=row.title,
            creator=row.creator,
            creator_name=row.creator_name,
            poster=row.poster,
            duration_ms=row.duration_ms,
            is_members_only=row.visibility == "members",
        )
        for row in session.execute(wanted.offset(offset).limit(limit))
    )
