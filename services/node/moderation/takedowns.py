"""Takedowns: an item is hidden and not sold; its owner reads why and may appeal once.

Reason ``illegal`` keeps its keys from everybody too; by any other, who bought it goes on playing it. Linked content is
never bought: whatever the reason, its address leaves for its creator alone.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.moderation.reports import uphold
from services.node.moderation.subjects import (
    Subject,
    find_subject,
    id_of,
    number_of,
    stand,
    with_subjects,
)
from services.node.moderation.tables import Takedown
from services.node.moderation.trail import note
from services.node.roles import is_moderator
from services.node.standing import ILLEGAL
from services.units.address import Address
from services.wire.moderation import TakedownIn, TakedownOut, TakedownReason, TakedownsOut
from services.wire.problems import ProblemError

HIDDEN = "hidden"
_TOP = 2**62


def take_down(node: Node, moderator: Address, content_id: str, body: TakedownIn) -> TakedownOut:
    """Take an item down, or change why; an appeal that waits is kept. Raises ProblemError: content.not_found."""
    at = node.clock.now()
    with node.database.write() as session:
        subject = find_subject(session, content_id, lock=True)
        row = session.get(Takedown, id_of(subject))
        if row is None:
            row = Takedown(content_id=id_of(subject), seq=number_of(session, subject), at=at)
            session.add(row)
        row.reason, row.text = body.reason, body.text.strip()
        stand(session, subject, ILLEGAL if body.reason == ILLEGAL else HIDDEN)
        uphold(session, row.content_id)
        why = f"{body.reason}: {row.text}"
        note(session, at=at, actor=moderator, action="item.taken_down", subject=row.content_id, why=why)
        return _out(row, subject.title, subject.creator)


def lift(node: Node, moderator: Address, content_id: str, why: str) -> None:
    """Bring an item back. Raises ProblemError: content.not_found, moderation.state when it is not taken down."""
    with node.database.write() as session:
        subject = find_subject(session, content_id, lock=True)
        session.delete(_found(session, subject))
        stand(session, subject, None)
        at = node.clock.now()
        note(session, at=at, actor=moderator, action="item.restored", subject=id_of(subject), why=why)


def appeal(node: Node, owner: Address, content_id: str, text: str) -> TakedownOut:
    """Answer a takedown, once. Raises ProblemError: content.not_found, account.forbidden, moderation.state."""
    with node.database.write() as session:
        subject = find_subject(session, content_id, lock=True)
        if subject.creator != owner:
            raise ProblemError("account.forbidden")
        row = _found(session, subject)
        if row.appeal is not None:
            raise ProblemError("moderation.state", state="appealed")
        row.appeal, row.appealed_at = text.strip(), node.clock.now()
        note(session, at=node.clock.now(), actor=owner, action="item.appealed", subject=row.content_id)
        return _out(row, subject.title, subject.creator)


def decline(node: Node, moderator: Address, content_id: str, why: str) -> TakedownOut:
    """Leave an item taken down and tell its owner why. Raises ProblemError: content.not_found, moderation.state."""
    with node.database.write() as session:
        subject = find_subject(session, content_id, lock=True)
        row = _found(session, subject)
        if row.appeal is None or row.answer is not None:
            raise ProblemError("moderation.state", state="answered" if row.answer else "not_appealed")
        row.answer = why.strip()
        at = node.clock.now()
        note(session, at=at, actor=moderator, action="appeal.declined", subject=row.content_id, why=row.answer)
        return _out(row, subject.title, subject.creator)


def read_takedown(node: Node, caller: Address, content_id: str) -> TakedownOut:
    """Give a takedown to the item's owner or a moderator. Raises ProblemError: account.forbidden, moderation.state."""
    with node.database.read() as session:
        subject = find_subject(session, content_id)
        if subject.creator != caller and not is_moderator(node, session, caller):
            raise ProblemError("account.forbidden")
        return _out(_found(session, subject), subject.title, subject.creator)


def takedowns(node: Node, *, is_waiting: bool, limit: int, cursor: str) -> TakedownsOut:
    """Give a page of what is taken down, the newest items first; is_waiting: only appeals without an answer."""
    listed = f"takedowns\x1f{is_waiting}"
    (before,) = read_cursor(node.keys, listed, cursor, count=1) if cursor else (_TOP,)
    wanted = select(Takedown).where(Takedown.seq < before).order_by(Takedown.seq.desc()).limit(limit + 1)
    if is_waiting:
        wanted = wanted.where(Takedown.appeal.is_not(None), Takedown.answer.is_(None))
    with node.database.read() as session:
        rows = session.execute(with_subjects(wanted, Takedown)).all()
    following = write_cursor(node.keys, listed, rows[limit - 1][0].seq) if len(rows) > limit else None
    return TakedownsOut(items=tuple(_out(*row) for row in rows[:limit]), cursor=following)


def _found(session: Session, subject: Subject) -> Takedown:
    row = session.get(Takedown, id_of(subject))
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
