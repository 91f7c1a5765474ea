"""The routes of cases: whose they are object, a moderator looks, an operator decides."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path, Query
from sqlalchemy import select

from services.http.late_routes import LateRouter
from services.node.cases.record import appeal, case_out, decide
from services.node.cases.tables import SharingCase
from services.node.door import Caller, Moderator, NodeOf, ProvenOperator
from services.wire.cases import AppealIn, CaseDecisionIn, CaseOut, CaseState

router = LateRouter(tags=["cases"])
_LISTED: Final = 200
CaseOf = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("/cases/mine")
def mine(node: NodeOf, caller: Caller) -> tuple[CaseOut, ...]:
    """List the cases about the caller, the latest first; what statistics only propose is not told."""
    own = (SharingCase.account == caller, SharingCase.kind != "proposed")
    wanted = select(SharingCase).where(*own).order_by(SharingCase.opened_at.desc(), SharingCase.id)
    with node.database.read() as session:
        return tuple(case_out(session, row) for row in session.scalars(wanted.limit(_LISTED)))


@router.post("/cases/{case}/appeal")
def object_to(node: NodeOf, caller: Caller, case: CaseOf, body: AppealIn) -> CaseOut:
    """Object to a case about the caller. Problem codes: request.not_found, case.state."""
    with node.database.write() as session:
        return case_out(session, appeal(node, session, caller, case, body.text))


@router.get("/cases")
def queue(
    node: NodeOf, _moderator: Moderator, state: Annotated[CaseState | None, Query()] = None
) -> tuple[CaseOut, ...]:
    """List cases in a state, else those that wait for a decision, oldest first; for moderators."""
    states = (state,) if state else ("appealed", "open")
    wanted = select(SharingCase).where(SharingCase.state.in_(states)).order_by(SharingCase.opened_at, SharingCase.id)
    with node.database.read() as session:
        return tuple(case_out(session, row) for row in session.scalars(wanted.limit(_LISTED)))


@router.post("/cases/{case}/decision")
def decision(node: NodeOf, operator: ProvenOperator, case: CaseOf, body: CaseDecisionIn) -> CaseOut:
    """Lift or uphold a case; what it held goes on its way. Problem codes: request.not_found, case.state."""
    with node.database.write() as session:
        return case_out(session, decide(node, session, case, body.decision, by=operator, text=body.text))
