"""What keeps an owner's month from being paid, by name: so that a person can be told what is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.node.cases.record import holding
from services.node.context import Node
from services.node.kyc.cases import standing_of
from services.node.kyc.documents import brought, missing
from services.node.passes.tables import PassRound, PassShare
from services.sharing.payout_rules import ROUNDS_A_DAY
from services.units.address import Address


def missing_of(node: Node, session: Session, owner: Address, month: str, now: datetime) -> tuple[str, ...]:
    """Name what is missing: ``listed``, ``kyc:<state>``, ``document:<kind>``, ``case:<id>``; nothing when it can go."""
    found = ["listed"] if owner in node.sanctions else []
    state = standing_of(session, owner, now).state
    if state != "verified":
        found.append(f"kyc:{state}")
        found += [f"document:{kind}" for kind in missing(brought(session, owner))]
    # What was left of a reserve stands under the same case as the month it came from.
    found += [f"case:{case.id}" for case in holding(session, owner, month.partition("/")[0])]
    return tuple(found)


def is_too_often(session: Session, owner: Address, now: datetime) -> bool:
    """Tell whether an owner asked to be paid at once as often as a day allows."""
    rounds = (
        select(func.count(PassRound.name.distinct()))
        .join(PassShare, PassShare.round == PassRound.name)
        .where(PassShare.owner == owner, PassRound.at > now - timedelta(days=1))
    )
    return (session.scalar(rounds) or 0) >= ROUNDS_A_DAY
