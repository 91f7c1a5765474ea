"""A creator's verification: not started, pending, verified, rejected, expired. The database decides who was first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.node.context import Node
from services.node.kyc.tables import KycCase, KycStep
from services.units.address import Address
from services.wire.kyc import Decision, KycState
from services.wire.problems import ProblemError

VALIDITY = timedelta(days=730)
"""A verification holds so long; then papers have run out and people have moved."""
_FROM: Final[dict[Decision, tuple[KycState, ...]]] = {
    "verified": ("pending",),
    # What comes to light later takes a verification back.
    "rejected": ("pending", "verified"),
}
_BEGIN = insert_into(KycCase).on_conflict_do_nothing().returning(KycCase.creator)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a verification stands now. expires_at: None unless it was ever verified."""

    state: KycState
    reason: str = ""
    expires_at: datetime | None = None


def standing_of(session: Session, creator: Address, now: datetime) -> Standing:
    """Say how a creator's verification stands."""
    case = session.get(KycCase, creator)
    if case is None:
        return Standing("not_started")
    if case.state != "verified":
        return Standing(cast("KycState", case.state), case.reason)
    expires_at = case.changed_at + VALIDITY
    return Standing("expired" if expires_at <= now else "verified", "", expires_at)


def in_state(state: KycState, now: datetime) -> ColumnElement[bool]:
    """Select the cases in a state."""
    if state == "verified":
        return and_(KycCase.state == state, KycCase.changed_at > now - VALIDITY)
    if state == "expired":
        return _is_expired(now)
    return KycCase.state == state


def ask(node: Node, session: Session, creator: Address) -> None:
    """Begin a verification, or begin it anew after a rejection or when it ran out; any other one stays as it is.

    Raises ProblemError: kyc.listed.
    """
    _refuse_listed(node, creator)
    now = node.clock.now()
    row = {"creator": creator, "state": "pending", "reason": "", "changed_at": now}
    again = or_(KycCase.state == "rejected", _is_expired(now))
    if session.execute(_BEGIN.values(row)).first() is None and not _move(
        session, creator, again, to="pending", reason="", at=now
    ):
        return
    note(session, creator, "pending", by=creator, reason="", at=now)


def decide(node: Node, session: Session, creator: Address, decision: Decision, *, by: Address, reason: str) -> None:
    """Enter an operator's decision; the same one again changes nothing. Raises ProblemError: kyc.state, kyc.listed."""
    if decision == "verified":
        _refuse_listed(node, creator)
    now = node.clock.now()
    if not _move(session, creator, KycCase.state.in_(_FROM[decision]), to=decision, reason=reason, at=now):
        found = standing_of(session, creator, now).state
        if found == decision:
            return
        raise ProblemError("kyc.state", state=found)
    note(session, creator, decision, by=by, reason=reason, at=now)


def require_verified(node: Node, session: Session, creator: Address) -> None:
    """Let nobody through who is not verified, or on the list by now.

    Raises ProblemError: kyc.required, with the state and the reason; kyc.listed.
    """
    _refuse_listed(node, creator)
    found = standing_of(session, creator, node.clock.now())
    if found.state != "verified":
        raise ProblemError("kyc.required", state=found.state, reason=found.reason)


def steps(session: Session, creator: Address) -> list[KycStep]:
    """List a case's changes, oldest first."""
    wanted = select(KycStep).where(KycStep.creator == creator).order_by(KycStep.ordinal)
    return list(session.scalars(wanted))


def note(session: Session, creator: Address, state: KycState, *, by: Address, reason: str, at: datetime) -> None:
    """Write down what was done to a case, for its record."""
    last = session.scalar(select(func.max(KycStep.ordinal)).where(KycStep.creator == creator)) or 0
    session.add(KycStep(creator=creator, ordinal=last + 1, state=state, by=by, reason=reason, at=at))
    session.flush()


def _refuse_listed(node: Node, creator: Address) -> None:
    if creator in node.sanctions:
        raise ProblemError("kyc.listed")


def _is_expired(now: datetime) -> ColumnElement[bool]:
    return and_(KycCase.state == "verified", KycCase.changed_at <= now - VALIDITY)


def _move(
    session: Session, creator: Address, sources: ColumnElement[bool], *, to: KycState, reason: str, at: datetime
) -> bool:
    moved = (
        update(KycCase)
        .where(KycCase.creator == creator, sources)
        .values(state=to, reason=reason, changed_at=at)
        .returning(KycCase.creator)
        .execution_options(synchronize_session=False)
    )
    return session.execute(moved).first() is not None
