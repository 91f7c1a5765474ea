"""Keys that are lent: a member's, or of an item that is free for all. They open nothing after their time."""

from __future__ import annotations

import logging

from anyio import to_thread
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.desk.context import Desk
from services.desk.memberships.fares import fares_at, offered_tier
from services.desk.memberships.mirror import hear
from services.desk.memberships.tables import LentChunk, Membership
from services.desk.memory import OpenFilm
from services.media.seal import check_key
from services.units.address import Address
from services.units.ids import ContentId
from services.wire.access import AccessOut, LentKeysOut
from services.wire.catalogue import FilmAccessOut
from services.wire.node import NodeTierOut
from services.wire.problems import ProblemError

OFFLINE = "offline"
"""What a lent chunk has for the reason when its tier lets members keep films on their disks."""
_TRACK = 0
_log = logging.getLogger(__name__)
_KNOWN_NO = ("content.members_only", "content.not_found", "wallet.locked", "wallet.missing")


async def look_at_access(desk: Desk, film: OpenFilm) -> FilmAccessOut:
    """Say how a film is to be had, and fetch the keys that it lends to this account. Without a node nothing changes."""
    content, creator = film.manifest.content_id, film.manifest.creator
    try:
        access = await desk.node.browse(AccessOut, f"/content/{content}/access")
        offered = await desk.node.browse(tuple[NodeTierOut, ...], f"/tiers/{creator}") if access.tiers else ()
        may_borrow = bool(access.tiers) and await _is_member(desk, creator)
        may_borrow = may_borrow or (bool(access.pass_tier) and await _is_member(desk, desk.chain.escrow))
        if access.visibility == "public" or may_borrow:
            await borrow(desk, film, pass_tier=access.pass_tier)
        fares = await fares_at(desk, f"/content/{content}/fares") if access.tiers else {}
    except ProblemError as problem:
        _log.info("access not known", extra={"code": problem.code, "content": content})
        return FilmAccessOut()
    tiers = tuple(offered_tier(tier, fares.get(tier.id)) for tier in offered if tier.id in access.tiers)
    return FilmAccessOut(visibility=access.visibility, tiers=tiers, pass_tier=access.pass_tier)


async def borrow(desk: Desk, film: OpenFilm, *, pass_tier: str = "") -> None:
    """Fetch what is lent, checked against the creator's commitments. Raises ProblemError: content.wrong_key.

    pass_tier: the pass that may be what lends; then what is played of it is told to the node.
    """
    content = film.manifest.content_id
    try:
        answer = await desk.node.call(LentKeysOut, "GET", f"/content/{content}/member-keys")
    except ProblemError as problem:
        if problem.code not in _KNOWN_NO:
            raise
        if problem.code == "content.members_only":
            await to_thread.run_sync(give_up, desk, content)
        return
    await to_thread.run_sync(_keep, desk, film, answer)
    if pass_tier and answer.tier_id == pass_tier:
        desk.memory.by_pass.setdefault(content, set())


def lent(work: Session, desk: Desk, content: ContentId) -> frozenset[int]:
    """Give the chunks whose keys are lent now."""
    wanted = select(LentChunk.index).where(LentChunk.content_id == content, LentChunk.until > desk.clock.now())
    return frozenset(work.scalars(wanted))


def keepable(work: Session, desk: Desk, content: ContentId) -> frozenset[int]:
    """Give the chunks that a member may keep on this disk now; their keys end with the membership."""
    wanted = select(LentChunk.index).where(
        LentChunk.content_id == content, LentChunk.until > desk.clock.now(), LentChunk.why == OFFLINE
    )
    return frozenset(work.scalars(wanted))


def keepable_films(work: Session, desk: Desk) -> frozenset[ContentId]:
    """Give the films of which a member may keep parts on this disk now."""
    wanted = select(LentChunk.content_id).where(LentChunk.until > desk.clock.now(), LentChunk.why == OFFLINE)
    return frozenset(work.scalars(wanted.distinct()))


def lent_key(desk: Desk, content: ContentId, index: int) -> bytes | None:
    """Give a lent chunk's key; None when it is not lent, or no longer. Blocking."""
    with desk.database.read() as session:
        row = session.get(LentChunk, (content, index))
    if row is None or row.until <= desk.clock.now():
        return None
    return desk.device.open(row.wrapped_key, owner=_row(content, index))


def give_up(desk: Desk, content: ContentId) -> None:
    """Forget what was lent of a film. Blocking."""
    with desk.database.write() as session:
        session.execute(delete(LentChunk).where(LentChunk.content_id == content))


async def _is_member(desk: Desk, creator: Address) -> bool:
    """Tell whether this account may be a member; a desk that is new asks its node once."""
    if desk.node.uri not in desk.memory.heard_of_memberships and desk.keyring.status == "open":
        await hear(desk)
    return await to_thread.run_sync(_has_one, desk, creator)


def _has_one(desk: Desk, creator: Address) -> bool:
    wanted = select(Membership.id).where(Membership.creator == creator, Membership.paid_until > desk.clock.now())
    with desk.database.read() as session:
        return session.scalar(wanted.limit(1)) is not None


def _keep(desk: Desk, film: OpenFilm, answer: LentKeysOut) -> None:
    manifest = film.manifest
    content = manifest.content_id
    for key in answer.keys:
        if key.index >= len(manifest.chunks):
            raise ProblemError("content.wrong_key", content=content, index=key.index)
        commitment = manifest.chunks[key.index].key_commitment
        check_key(bytes.fromhex(key.key), commitment, manifest.sealed_id, _TRACK, key.index)
    with desk.database.write() as session:
        session.execute(delete(LentChunk).where(LentChunk.content_id == content))
        session.add_all(
            LentChunk(
                content_id=content,
                index=key.index,
                wrapped_key=desk.device.wrap(bytes.fromhex(key.key), owner=_row(content, key.index)),
                until=answer.until,
                why=OFFLINE if answer.may_keep else answer.why,
                tier_id=answer.tier_id,
            )
            for key in answer.keys
        )


def _row(content: ContentId, index: int) -> str:
    return f"lent:{content}:{index}"
