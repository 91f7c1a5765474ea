"""Takedowns: an item is hidden and not sold; its owner reads why and may appeal once.

Reason ``illegal`` keeps its keys from everybody too; by any other, who bought it goes on playing it.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.catalogue.listing import refresh
from services.node.catalogue.publishing import find_item
from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.moderation.reports import uphold
from services.node.moderation.tables import Takedown
from services.node.moderation.trail import note
from services.node.roles import is_moderator
from services.node.standing import ILLEGAL
from services.node.tables import Item
from services.units.address import Address
from services.wire.moderation import TakedownIn, TakedownOut, TakedownReason, TakedownsOut
from services.wire.problems import ProblemError

HIDDEN = "hidden"
_TOP = 2**62


def take_down(node: Node, moderator: Address, content_id: str, body: TakedownIn) -> TakedownOut:
    """Take an item down, or change why; an appeal that waits is kept. Raises ProblemError: content.not_found."""
    at = node.clock.now()
    with node.database.write() as session:
        item = find_item(session, content_id, lock=True)
        row = session.get(Takedown, item.content_id)
        if row is None:
            row = Takedown(content_id=item.content_id, seq=item.seq or 0, at=at)
            session.add(row)
        row.reason, row.text = body.reason, body.text.strip()
        item.takedown = ILLEGAL if body.reason == ILLEGAL else HIDDEN
        refresh(session, item)
        uphold(session, item.content_id)
        why = f"{body.reason}: {row.text}"
        note(session, at=at, actor=moderator, action="item.taken_down", subject=item.content_id, why=why)
        return _out(row, item.title, item.creator)


def lift(node: Node, moderator: Address, content_id: str, why: str) -> None:
    """Bring an item back. Raises ProblemError: content.not_found, moderation.state when it is not taken down."""
    with node.database.write() as session:
        item = find_item(session, content_id, lock=True)
        session.delete(_found(session, item))
        item.takedown = None
        refresh(session, item)
        at = node.clock.now()
        note(session, at=at, actor=moderator, action="item.restored", subject=item.content_id, why=why)


def appeal(node: Node, owner: Address, content_id: str, text: str) -> TakedownOut:
    """Answer a takedown, once. Raises ProblemError: content.not_found, account.forbidden, moderation.state."""
    with node.database.write() as session:
        item = find_item(session, content_id, lock=True)
        if item.creator != owner:
            raise ProblemError("account.forbidden")
        row = _found(session, item)
        if row.appeal is not None:
            raise ProblemError("moderation.state", state="appealed")
        row.appeal, row.appealed_at = text.strip(), node.clock.now()
        note(session, at=node.clock.now(), actor=owner, action="item.appealed", subject=item.content_id)
        return _out(row, item.title, item.creator)


def decline(node: Node, moderator: Address, content_id: str, why: str) -> TakedownOut:
    """Leave an item taken down and tell its owner why. Raises ProblemError: content.not_found, moderation.state."""
    with node.database.write() as session:
        item = find_item(session, content_id, lock=True)
        row = _found(session, item)
        if row.appeal is None or row.answer is not None:
            raise ProblemError("moderation.state", state="answered" if row.answer else "not_appealed")
        row.answer = why.strip()
        at = node.clock.now()
        note(session, at=at, actor=moderator, action="appeal.declined", subject=item.content_id, why=row.answer)
        return _out(row, item.title, item.creator)


def read_takedown(node: Node, caller: Address, content_id: str) -> TakedownOut:
    """Give a takedown to the item's owner or a moderator. Raises ProblemError: account.forbidden, moderation.state."""
    with node.database.read() as session:
        item = find_item(session, content_id)
        if item.creator != caller and not is_moderator(node, session, caller):
            raise ProblemError("account.forbidden")
        return _out(_found(session, item), item.title, item.creator)


def takedowns(node: Node, *, is_waiting: bool, limit: int, cursor: str) -> TakedownsOut:
    """Give a page of what is taken down, the newest items first; is_waiting: only appeals without an answer."""
    listed = f"takedowns\x1f{is_waiting}"
    (before,) = read_cursor(node.keys, listed, cursor, count=1) if cursor else (_TOP,)
    wanted = select(Takedown, Item.title, Item.creator).join(Item, Item.content_id == Takedown.content_id)
    wanted = wanted.where(Takedown.seq < before).order_by(Takedown.seq.desc()).limit(limit + 1)
    if is_waiting:
        wanted = wanted.where(Takedown.appeal.is_not(None), Takedown.answer.is_(None))
    with node.database.read() as session:
        rows = session.execute(wanted).all()
    following = write_cursor(node.keys, listed, rows[limit - 1][0].seq) if len(rows) > limit else None
    return TakedownsOut(items=tuple(_out(*row) for row in rows[:limit]), cursor=following)


def _found(session: Session, item: Item) -> Takedown:
    row = session.get(Takedown, item.content_id)
    if row is None:
        raise ProblemError("moderation.state", state="not_taken_down")
    return row


def _out(row: Takedown, title: str, creator: Address) -> TakedownOut:
    return TakedownOut(
        content_id=row.content_id,
        title=title,
        creator=creator,
        reason=cast("TakedownReason", row.reason),
        text=row.text,
        at=row.at,
        appeal=row.appeal,
        appealed_at=row.appealed_at,
        answer=row.answer,
    )
