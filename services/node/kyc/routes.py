"""The routes of verification: a creator asks, an operator decides."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.node.door import Caller, NodeOf, Operator, ProvenOperator, Publisher
from services.node.kyc.cases import ask, decide, state_of, steps
from services.node.kyc.tables import KycCase
from services.units.address import Address, address
from services.wire.kyc import DecisionIn, KycCaseOut, KycOut, KycState, KycStepOut
from services.wire.problems import ProblemError

router = APIRouter(tags=["verification"])
_LISTED = 200
_MESSAGES: Final[dict[KycState, str]] = {
    "not_started": "Verification was not asked for.",
    "pending": "An operator of this node has to decide.",
    "verified": "Verified: payouts are open.",
    "rejected": "Rejected; it can be asked for again.",
}


@router.post("/kyc/verify/{creator_id}")
def verify(node: NodeOf, caller: Publisher, creator_id: str) -> KycOut:
    """Ask for one's own verification; one that is pending or verified stays as it is.

    Problem codes: account.forbidden.
    """
    creator = node.names.acting(creator_id, caller)
    with node.database.write() as session:
        ask(session, creator, node.clock.now())
        return _out(session, creator)


@router.get("/kyc/cases")
def cases(node: NodeOf, _operator: Operator, state: Annotated[KycState, Query()] = "pending") -> tuple[KycCaseOut, ...]:
    """List the cases in a state with all their changes, oldest first; for operators."""
    wanted = select(KycCase).where(KycCase.state == state).order_by(KycCase.changed_at, KycCase.creator)
    with node.database.read() as session:
        return tuple(_case_out(session, case) for case in session.scalars(wanted.limit(_LISTED)))


@router.post("/kyc/cases/{creator_id}/decision")
def decision(node: NodeOf, operator: ProvenOperator, creator_id: str, body: DecisionIn) -> KycCaseOut:
    """Verify or reject; the same decision again changes nothing. Problem codes: kyc.state, request.not_found."""
    creator = _address(creator_id)
    with node.database.write() as session:
        if session.get(KycCase, creator) is None:
            raise ProblemError("request.not_found")
        decide(session, creator, body.decision, by=operator, reason=body.reason.strip(), at=node.clock.now())
        return _case_out(session, session.get_one(KycCase, creator, populate_existing=True))


@router.get("/kyc/{creator_id}")
def standing(node: NodeOf, caller: Caller, creator_id: str) -> KycOut:
    """Say how one's own verification stands. Problem codes: account.forbidden."""
    creator = node.names.acting(creator_id, caller)
    with node.database.read() as session:
        return _out(session, creator)


def _out(session: Session, creator: Address) -> KycOut:
    case, state = session.get(KycCase, creator), state_of(session, creator)
    return KycOut(message=_MESSAGES[state], creator_id=creator, state=state, reason=case.reason if case else "")


def _case_out(session: Session, case: KycCase) -> KycCaseOut:
    return KycCaseOut(
        creator=case.creator,
        state=state_of(session, case.creator),
        reason=case.reason,
        changed_at=case.changed_at,
        steps=tuple(
            KycStepOut.model_validate({"state": step.state, "by": step.by, "reason": step.reason, "at": step.at})
            for step in steps(session, case.creator)
        ),
    )


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator_id") from exc
