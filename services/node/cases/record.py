"""Cases as they are opened, objected to and decided. The database decides who was first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.node.cases.tables import CaseStep, SharingCase
from services.node.context import Node
from services.units.address import Address
from services.wire.cases import CaseDecision, CaseKind, CaseOut, CaseState, CaseStepOut
from services.wire.problems import ProblemError

RULES: Final = "rules"
WAITING: Final = ("open", "appealed")


def case_id(kind: CaseKind, account: Address, month: str) -> str:
    """Derive a case's id from what it is about."""
    return hashlib.sha256("\x1f".join(("museclock/case/1", kind, account, month)).encode()).hexdigest()[:32]


def open_case(
    session: Session, kind: CaseKind, account: Address, month: str, reasons: Sequence[str],
    facts: Mapping[str, Any], at: datetime,
) -> str:  # fmt: skip
    """Open a case inside the caller's write unit, unless it is there; gives its id."""
    named = case_id(kind, account, month)
    if session.get(SharingCase, named) is None:
        session.add(
            SharingCase(
                id=named, kind=kind, account=account, month=month, reasons=list(reasons), facts=dict(facts),
                state="open", opened_at=at,
            )
        )  # fmt: skip
        session.flush()
        _step(session, named, "opened", by=RULES, text="", at=at)
    return named


def appeal(node: Node, session: Session, account: Address, named: str, text: str) -> SharingCase:
    """Object to an open case; what was said before stays. Raises ProblemError: request.not_found, case.state."""
    row = session.get(SharingCase, named, with_for_update=True)
    if row is None or row.account != account or row.kind == "proposed":
        raise ProblemError("request.not_found")
    if row.state not in WAITING:
        raise ProblemError("case.state", state=row.state)
    row.state = "appealed"
    _step(session, named, "appealed", by=account, text=text, at=node.clock.now())
    return row


def decide(node: Node, session: Session, named: str, decision: CaseDecision, *, by: Address, text: str) -> SharingCase:
    """Enter a person's decision; the same again changes nothing. Raises ProblemError: request.not_found, case.state."""
    row = session.get(SharingCase, named, with_for_update=True)
    if row is None:
        raise ProblemError("request.not_found")
    if row.state == decision:
        return row
    if row.state not in WAITING:
        raise ProblemError("case.state", state=row.state)
    now = node.clock.now()
    row.state, row.decided_at = decision, now
    _step(session, named, decision, by=by, text=text, at=now)
    return row


def holding(session: Session, account: Address, month: str) -> list[SharingCase]:
    """List what keeps an owner's month from being paid: cases that are open, and those that were upheld."""
    wanted = select(SharingCase).where(
        SharingCase.account == account,
        SharingCase.month == month,
        SharingCase.kind == "payout",
        SharingCase.state != "lifted",
    )
    return list(session.scalars(wanted))


def case_out(session: Session, row: SharingCase) -> CaseOut:
    """Write a case with all that was done to it."""
    wanted = select(CaseStep).where(CaseStep.case == row.id).order_by(CaseStep.ordinal)
    return CaseOut(
        id=row.id,
        kind=cast("CaseKind", row.kind),
        account=row.account,
        month=row.month,
        reasons=tuple(row.reasons),
        facts={name: str(value) for name, value in row.facts.items()},
        state=cast("CaseState", row.state),
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        steps=tuple(
            CaseStepOut.model_validate({"what": step.what, "by": step.by, "text": step.text, "at": step.at})
            for step in session.scalars(wanted)
        ),
    )


def _step(session: Session, named: str, what: str, *, by: str, text: str, at: datetime) -> None:
    last = session.scalar(select(func.max(CaseStep.ordinal)).where(CaseStep.case == named)) or 0
    session.add(CaseStep(case=named, ordinal=last + 1, what=what, by=by, text=" ".join(text.split()), at=at))
    session.flush()
