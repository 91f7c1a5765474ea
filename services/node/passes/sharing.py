"""What the window shows of the pass' months: a creator's side, the months as published, and the rounds."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.ledger import balance
from services.node.context import Node
from services.node.passes.closing import due, files_json
from services.node.passes.part import part_out
from services.node.passes.payable import missing_of
from services.node.passes.tables import PassCreator, PassMonth, PassRound, PassShare, PassSmoothing
from services.units.address import Address
from services.units.money import ZERO, Money, total
from services.units.time import from_unix_seconds
from services.wire.passes import MonthFilesOut, MonthOut, MonthShareOut, PaidState, RoundOut, SharingOut
from services.wire.problems import ProblemError

_MONTHS = 36
_ROUNDS = 50


def sharing_of(node: Node, session: Session, creator: Address) -> SharingOut:
    """Give a creator's side of the pass."""
    now, smoothing = node.clock.now(), session.get(PassSmoothing, creator)
    wanted = select(PassShare).where(PassShare.owner == creator).order_by(PassShare.month.desc()).limit(_MONTHS)
    months = tuple(_share_out(node, session, row, now) for row in session.scalars(wanted))
    return SharingOut(
        part=part_out(creator, session.get(PassCreator, creator)),
        is_smoothed=smoothing is not None and bool(smoothing.is_on),
        level=smoothing.level if smoothing else None,
        reserve=smoothing.reserve if smoothing else ZERO,
        due=balance(session, due(creator)),
        months=months,
    )


def month_out(row: PassMonth) -> MonthOut:
    """Write a month with its digests."""
    record, sums = row.record, row.record["sums"]
    return MonthOut(
        month=row.month,
        fees=Money(int(sums["fees"])),
        withheld=row.withheld,
        earned=Money(int(sums["earned"])),
        subscribers=row.inputs["fees.csv"].count("\n") - 1,
        owners=sum(1 for one in record["owners"].values() if one["earned"] != "0"),
        model=record["model"]["name"],
        model_sha256=record["model"]["sha256"],
        inputs=record["inputs"],
        sha256=record["sha256"],
        at=row.at,
    )


def month_files(session: Session, month: str) -> MonthFilesOut:
    """Give a month's published files. Raises ProblemError: request.not_found."""
    row = session.get(PassMonth, month)
    if row is None:
        raise ProblemError("request.not_found")
    return MonthFilesOut(month=month, files=row.inputs, record=files_json(row))


def months(session: Session) -> tuple[MonthOut, ...]:
    """List the months that were shared out, the latest first."""
    wanted = select(PassMonth).order_by(PassMonth.month.desc()).limit(_MONTHS)
    return tuple(month_out(row) for row in session.scalars(wanted))


def rounds(session: Session) -> tuple[RoundOut, ...]:
    """List the distributions, the latest first."""
    wanted = select(PassRound).order_by(PassRound.at.desc(), PassRound.name.desc()).limit(_ROUNDS)
    return tuple(
        RoundOut.model_validate(
            {
                "name": row.name,
                "round_id": row.round_id,
                "state": row.state,
                "total": total([Money(micros) for _, micros in row.shares]),
                "creators": len({creator for creator, _ in row.shares}),
                "ready_at": from_unix_seconds(row.ready_at) if row.ready_at else None,
            }
        )
        for row in session.scalars(wanted)
    )


def _share_out(node: Node, session: Session, row: PassShare, now: datetime) -> MonthShareOut:
    found = session.get(PassRound, row.round) if row.round else None
    return MonthShareOut(
        month=row.month,
        earned=row.earned,
        watchers=row.watchers,
        paid=row.paid,
        reserve=row.reserve,
        state=cast("PaidState", row.state),
        ready_at=from_unix_seconds(found.ready_at) if found and found.ready_at else None,
        missing=missing_of(node, session, row.owner, row.month, now) if row.state == "due" else (),
    )
