"""The notices of a desk: noted once each, listed, taken to be told, read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from services.db.dialects import insert_into
from services.desk.context import Desk
from services.desk.notices.rules import may_tell
from services.desk.notices.tables import Notice
from services.desk.tables import Setting
from services.units.time import iso
from services.wire.notices import NoticeKind, NoticeOut, NoticesOut, RulesIn, RulesOut

_KEPT = 500
_TOLD_AT_ONCE = 20
_RULES, _LAST = "notices.rules", "notices.told"
_INTO = insert_into(Notice).on_conflict_do_nothing().returning(Notice.id)


def note(desk: Desk, kind: NoticeKind, about: str, **params: object) -> bool:
    """Note something that happened; False when the same kind about the same thing was noted before. Blocking."""
    row = {"id": f"{kind}:{about}", "kind": kind, "params": {name: str(value) for name, value in params.items()},
           "at": desk.clock.now(), "told": 0, "read": 0}  # fmt: skip
    with desk.database.write() as session:
        noted = session.execute(_INTO.values(row)).first()
        if noted is not None:
            edge = select(Notice.at).order_by(Notice.at.desc()).offset(_KEPT).limit(1).scalar_subquery()
            session.execute(delete(Notice).where(Notice.at <= edge))
    return noted is not None


def listed(desk: Desk, limit: int) -> NoticesOut:
    """List the latest. Blocking."""
    with desk.database.read() as session:
        rows = session.scalars(select(Notice).order_by(Notice.at.desc(), Notice.id).limit(limit)).all()
        unread = session.scalar(select(func.count()).select_from(Notice).where(Notice.read == 0)) or 0
    return NoticesOut(rows=tuple(_out(row) for row in rows), unread=unread)


def take(desk: Desk) -> tuple[NoticeOut, ...]:
    """Give what is to be told now, the oldest first; each is given once. Blocking."""
    now = desk.clock.now()
    with desk.database.write() as session:
        rules = _rules(session.get(Setting, _RULES))
        session.execute(update(Notice).where(Notice.told == 0, Notice.kind.in_(rules.off)).values(told=1))
        last = session.get(Setting, _LAST)
        if not may_tell(rules, now.astimezone(), None if last is None else datetime.fromisoformat(last.value)):
            return ()
        wanted = select(Notice).where(Notice.told == 0).order_by(Notice.at, Notice.id).limit(_TOLD_AT_ONCE)
        rows = session.scalars(wanted).all()
        for row in rows:
            row.told = 1
        if rows:
            session.merge(Setting(name=_LAST, value=iso(now)))
        return tuple(_out(row) for row in rows)


def mark_read(desk: Desk) -> None:
    """Count all as read. Blocking."""
    with desk.database.write() as session:
        session.execute(update(Notice).where(Notice.read == 0).values(read=1, told=1))


def read_rules(desk: Desk) -> RulesOut:
    """Read the rules; nothing is off to begin with. Blocking."""
    with desk.database.read() as session:
        return _rules(session.get(Setting, _RULES))


def keep_rules(desk: Desk, wanted: RulesIn) -> RulesOut:
    """Keep new rules. Blocking."""
    with desk.database.write() as session:
        session.merge(Setting(name=_RULES, value=wanted.model_dump(mode="json")))
    return read_rules(desk)


def _rules(kept: Setting | None) -> RulesOut:
    return RulesOut() if kept is None else RulesOut.model_validate(kept.value)


def _out(row: Notice) -> NoticeOut:
    fields: dict[str, Any] = {"id": row.id, "kind": row.kind, "params": row.params, "at": row.at}
    return NoticeOut.model_validate(fields | {"is_read": bool(row.read)})
