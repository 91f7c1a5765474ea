"""Reports: what accounts say is wrong with an item, and what moderators make of it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.moderation.subjects import find_subject, id_of, with_subjects
from services.node.moderation.tables import Report
from services.node.moderation.trail import note
from services.units.address import Address
from services.wire.moderation import ReportedOut, ReportIn, ReportOut, ReportReason, ReportsOut, ReportState
from services.wire.problems import ProblemError


def report(node: Node, account: Address, content_id: str, body: ReportIn) -> ReportOut:
    """Enter a report; an account's second one of an item gives the first. Raises ProblemError: content.not_found."""
    with node.database.write() as session:
        subject = id_of(find_subject(session, content_id))
        row = {
            "content_id": subject,
            "account": account,
            "reason": body.reason,
            "text": body.text.strip(),
            "at": node.clock.now(),
            "state": "open",
        }
        session.execute(insert_into(Report).values(row).on_conflict_do_nothing())
        found = select(Report).where(Report.content_id == subject, Report.account == account)
        return _own(session.scalars(found).one())


def queue(node: Node, *, state: ReportState, limit: int, cursor: str) -> ReportsOut:
    """Give a page of the reports in a state, oldest first."""
    listed = f"reports\x1f{state}"
    (after,) = read_cursor(node.keys, listed, cursor, count=1) if cursor else (0,)
    wanted = select(Report).where(Report.state == state, Report.seq > after).order_by(Report.seq).limit(limit + 1)
    with node.database.read() as session:
        rows = session.execute(with_subjects(wanted, Report)).all()
    following = write_cursor(node.keys, listed, rows[limit - 1][0].seq) if len(rows) > limit else None
    return ReportsOut(items=tuple(_reported(row) for row in rows[:limit]), cursor=following)


def dismiss(node: Node, moderator: Address, number: int, why: str) -> None:
    """Close a report without doing anything. Raises ProblemError: request.not_found, moderation.state."""
    with node.database.write() as session:
        row = session.get(Report, number, with_for_update=True)
        if row is None:
            raise ProblemError("request.not_found")
        if row.state != "open":
            raise ProblemError("moderation.state", state=row.state)
        row.state = "dismissed"
        at = node.clock.now()
        note(session, at=at, actor=moderator, action="report.dismissed", subject=row.content_id, why=why)


def uphold(session: Session, subject: str) -> None:
    """Close all open reports of what was taken down, inside the caller's write unit."""
    opened = update(Report).where(Report.content_id == subject, Report.state == "open")
    session.execute(opened.values(state="upheld"))


def _own(row: Report) -> ReportOut:
    return ReportOut(**_common(row))


def _reported(row: Row[Report, str, Address]) -> ReportedOut:
    found, title, creator = row
    return ReportedOut(account=found.account, title=title, creator=creator, **_common(found))


def _common(row: Report) -> dict[str, Any]:
    return {
        "id": row.seq,
        "content_id": row.content_id,
        "reason": cast("ReportReason", row.reason),
        "text": row.text,
        "state": cast("ReportState", row.state),
        "at": row.at,
    }
