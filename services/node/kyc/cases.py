"""A creator's verification: not started, pending, verified, rejected. The database decides who was first."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.node.kyc.tables import KycCase, KycStep
from services.units.address import Address
from services.wire.kyc import Decision, KycState
from services.wire.problems import ProblemError

_FROM: Final[dict[Decision, tuple[KycState, ...]]] = {
    "verified": ("pending",),
    # What comes to light later takes a verification back.
    "rejected": ("pending", "verified"),
}
_BEGIN = insert_into(KycCase).on_conflict_do_nothing().returning(KycCase.creator)


def state_of(session: Session, creator: Address) -> KycState:
    """Say how a creator's verification stands."""
    case = session.get(KycCase, creator)
    return "not_started" if case is None else cast("KycState", case.state)


def ask(session: Session, creator: Address, at: datetime) -> None:
    """Begin a verification, or begin it anew after a rejection; a pending or verified one stays as it is."""
    row = {"creator": creator, "state": "pending", "reason": "", "changed_at": at}
    if session.execute(_BEGIN.values(row)).first() is None and not _move(
        session, creator, to="pending", sources=("rejected",), reason="", at=at
    ):
        return
    _note(session, creator, "pending", by=creator, reason="", at=at)


def decide(session: Session, creator: Address, decision: Decision, *, by: Address, reason: str, at: datetime) -> None:
    """Enter an operator's decision; the same one again changes nothing. Raises ProblemError: kyc.state."""
    if not _move(session, creator, to=decision, sources=_FROM[decision], reason=reason, at=at):
        found = state_of(session, creator)
        if found == decision:
            return
        raise ProblemError("kyc.state", state=found)
    _note(session, creator, decision, by=by, reason=reason, at=at)


def require_verified(session: Session, creator: Address) -> None:
    """Let nobody through who is not verified. Raises ProblemError: kyc.required, with the state and the reason."""
    case = session.get(KycCase, creator)
    state = "not_started" if case is None else case.state
    if state != "verified":
        raise ProblemError("kyc.required", state=state, reason=case.reason if case else "")


def steps(session: Session, creator: Address) -> list[KycStep]:
    """List a case's changes, oldest first."""
    wanted = select(KycStep).where(KycStep.creator == creator).order_by(KycStep.ordinal)
    return list(session.scalars(wanted))


def _move(
    session: Session, creator: Address, *, to: KycState, sources: tuple[KycState, ...], reason: str, at: datetime
) -> bool:
    moved = (
        update(KycCase)
        .where(KycCase.creator == creator, KycCase.state.in_(sources))
        .values(state=to, reason=reason, changed_at=at)
        .returning(KycCase.creator)
        .execution_options(synchronize_session=False)
    )
    return session.execute(moved).first() is not None


def _note(session: Session, creator: Address, state: KycState, *, by: Address, reason: str, at: datetime) -> None:
    last = session.scalar(select(func.max(KycStep.ordinal)).where(KycStep.creator == creator)) or 0
    session.add(KycStep(creator=creator, ordinal=last + 1, state=state, by=by, reason=reason, at=at))
    session.flush()
