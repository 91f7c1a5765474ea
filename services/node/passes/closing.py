"""Sharing a month out: computed from its files, entered into the ledger, and due to the owners. Once for each month.

The pool's money of the month goes to the owners (``due:…``), into their reserves where they smooth (``reserve:…``), or
waits with a case (``withheld``); what it came to, all of it, is what left the pool.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.ledger import Line, post
from services.node.cases.record import open_case
from services.node.cases.tables import SharingCase
from services.node.context import Node
from services.node.memberships.refunds import end_overdue
from services.node.memberships.turns import take_turn
from services.node.passes.conduct import Signs, devices_of, odd_holders, signs_of, trusts_of
from services.node.passes.month import (
    COMMON,
    Span,
    fees_of,
    files_of,
    lengths_of,
    payers_of,
    watched_before,
    watching_of,
)
from services.node.passes.refunded import TURN, under_way
from services.node.passes.smoothed import Outcome, outcomes
from services.node.passes.tables import PassMonth, PassShare, Withheld
from services.node.sales.booking import sync
from services.sharing.model import MODEL_FILE, TRUST_STEPS
from services.sharing.payout_rules import hold_reasons
from services.sharing.trust import Conduct, Trust
from services.units.address import Address
from services.units.money import ZERO, Money, total
from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from services.sharing.gross import Gross

POOL: Final = "pool"
WITHHELD: Final = "withheld"
GRACE: Final = timedelta(days=1)
"""How long after its end a month is shared out: what was watched at midnight has been told by then."""
OBJECTION: Final = timedelta(days=60)
"""How long what is withheld waits for an objection."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A month before it is computed. near: for each owner, who is near to it, and the seconds."""

    span: Span
    files: dict[str, str]
    fees: dict[str, int]
    trust: dict[str, Trust]
    conduct: dict[str, Conduct]
    near: dict[Address, dict[str, int]]
    signs: dict[str, Signs]
    """What statistics look at, by holder."""
    carried: tuple[str, ...]
    """The cases whose withheld money goes into this month."""
    given_back: dict[str, str]
    """Refunds of passes, by receipt: their fees are in no month."""


def due(account: str) -> str:
    """Name the ledger's account of what an owner is to be paid."""
    return f"due:{account}"


def reserve(account: str) -> str:
    """Name the ledger's account of what is held for an owner who smooths."""
    return f"reserve:{account}"


def is_over(span: Span, now: datetime) -> bool:
    """Tell whether a month can be shared out."""
    return now >= span.end + GRACE


def close_month(node: Node, month: str) -> PassMonth:
    """Share a month out; again gives what was computed. Blocking.

    Raises ProblemError: pass.month (it is not over, or a later one was shared out), refund.state (a pass' refund is
    under way: what it gives back is not shared out), chain.unreachable.
    """
    span, now = Span.of(month), node.clock.now()
    sync(node)
    end_overdue(node)
    with node.database.read() as session:
        known = session.get(PassMonth, month)
        later = session.scalar(select(PassMonth.month).where(PassMonth.month > month).limit(1))
        if known is None and is_over(span, now) and later is None:
            gathered = _gather(node, session, span, now)
    if known is not None:
        return known
    if not is_over(span, now) or later is not None:
        raise ProblemError("pass.month", month=month)
    record, gross, owners, watchers = _compute(gathered)
    odd = odd_holders(gathered.signs)
    with node.database.write() as session:
        take_turn(session, TURN)
        known = session.get(PassMonth, month)
        if known is not None:
            return known
        if under_way(node, session) != gathered.given_back:
            raise ProblemError("refund.state", state="received")
        for holder in odd:
            facts = gathered.signs[holder].facts()
            open_case(session, "proposed", Address(holder), month, ("unlike_others",), facts, now)
        return _enter(session, gathered, record, gross, owners, watchers, now)


def _gather(node: Node, session: Session, span: Span, now: datetime) -> Gathered:
    pairs = watching_of(session, span)
    earlier = watched_before(session, span)
    fees = {str(holder): part for holder, part in fees_of(session, node, span).items()}
    carried = _ready(session, now)
    for row, to in carried:
        fees[to] = fees.get(to, 0) + row.amount.micros
    trust, conduct, near = trusts_of(fees, pairs, payers_of(session, node), devices_of(session))
    lengths = lengths_of(session, {owner for _, owner in (*pairs, *earlier)})
    files = files_of(node, span, fees=fees, trust=trust, pairs=pairs, earlier=earlier, lengths=lengths)
    if node.sharing is not None:
        files[MODEL_FILE] = node.sharing.text
    signs = signs_of(conduct, pairs)
    return Gathered(
        span, files, fees, trust, conduct, near, signs, tuple(row.case for row, _ in carried), under_way(node, session)
    )


def _ready(session: Session, now: datetime) -> list[tuple[Withheld, str]]:
    """List what is withheld no longer, and into whose fees it goes: the holder's where the case was lifted."""
    found = []
    for row in session.scalars(select(Withheld).where(Withheld.carried_into.is_(None)).order_by(Withheld.case)):
        case = session.get(SharingCase, row.case)
        if case is None:
            found.append((row, COMMON))
        elif case.state == "lifted":
            found.append((row, str(row.account)))
        elif case.state == "upheld" or now >= case.opened_at + OBJECTION:
            found.append((row, COMMON))
    return found


def _compute(gathered: Gathered) -> tuple[dict[str, Any], Gross, tuple[str, ...], list[int]]:
    # numpy takes a tenth of a second that a node's start does without.
    from services.sharing.allocation import allocate
    from services.sharing.gross import gross_of
    from services.sharing.inputs import parse_inputs, record_of

    inputs = parse_inputs(gathered.files)
    result = allocate(inputs.month, inputs.model, workers=2)
    gross = gross_of(inputs.month, result)
    return record_of(inputs, result), gross, inputs.owners, result.watchers.tolist()


def _enter(
    session: Session, gathered: Gathered, record: dict[str, Any], gross: Gross, owners: tuple[str, ...],
    watchers: list[int], now: datetime,
) -> PassMonth:  # fmt: skip
    month = gathered.span.name
    shares = {Address(owner): Money(int(share)) for owner, share in zip(owners, gross.shares, strict=True)}
    paid = outcomes(session, shares)
    withheld = _withhold(session, gathered, gross, now)
    carried = total([session.get_one(Withheld, case).amount for case in gathered.carried])
    for case in gathered.carried:
        session.get_one(Withheld, case).carried_into = month
    seen = dict(zip(owners, watchers, strict=True))
    for owner, one in paid.items():
        _owe(session, gathered, owner, one, seen.get(owner, 0), now)
    _post(session, month, paid, withheld - carried, now)
    row = PassMonth(month=month, inputs=gathered.files, record=record, withheld=withheld, at=now)
    session.add(row)
    return row


def _withhold(session: Session, gathered: Gathered, gross: Gross, now: datetime) -> Money:
    """Open a case for each holder whose fee is not believed in full; give what waits with all of them."""
    month, sum_of = gathered.span.name, ZERO
    for holder, fee in sorted(gathered.fees.items()):
        quarters = gathered.trust[holder].quarters
        amount = Money(fee - fee * quarters // TRUST_STEPS)
        if not amount:
            continue
        conduct = gathered.conduct[holder]
        facts = {
            "longest_day_s": conduct.longest_day_s, "watched_s": conduct.watched_s, "quarters": quarters,
            "funded_by_owner_share": round(conduct.funded_by_owner_share, 3), "withheld": amount.micros,
        }  # fmt: skip
        reasons = gathered.trust[holder].reasons
        case = open_case(session, "watching", Address(holder), month, reasons, facts, now)
        session.add(Withheld(case=case, account=Address(holder), month=month, amount=amount))
        sum_of += amount
    if gross.kept:
        # Nobody was watched at all: it goes into the next month, as common money.
        kept = Money(gross.kept)
        session.add(Withheld(case=f"kept:{month}", account=Address(COMMON), month=month, amount=kept))
        sum_of += kept
    return sum_of


def _owe(session: Session, gathered: Gathered, owner: Address, one: Outcome, watchers: int, now: datetime) -> None:
    month = gathered.span.name
    before = select(PassShare.paid).where(PassShare.owner == owner).order_by(PassShare.month)
    reasons = [*hold_reasons(one.paid, list(session.scalars(before)))]
    near = gathered.near.get(owner, {})
    if near:
        reasons.append("self_dealing")
    if reasons:
        facts = {"paid": one.paid.micros, "near": len(near), "near_s": sum(near.values()), "watchers": watchers}
        open_case(session, "payout", owner, month, reasons, facts, now)
    session.add(
        PassShare(
            owner=owner, month=month, earned=one.earned, watchers=watchers, paid=one.paid, reserve=one.reserve,
            state="due" if one.paid else "paid",
        )
    )  # fmt: skip


def _post(session: Session, month: str, paid: Mapping[Address, Outcome], waits: Money, now: datetime) -> None:
    lines = [Line(WITHHELD, waits, POOL)] if waits else []
    for owner, one in sorted(paid.items()):
        lines += [Line(due(owner), one.paid, POOL)] if one.paid else []
        held = one.earned - one.paid
        lines += [Line(reserve(owner), held, POOL)] if held else []
    out = total([line.amount for line in lines])
    post(session, kind="pass_month", ref=month, at=now, lines=(Line(POOL, -out, POOL), *lines))


def files_json(row: PassMonth) -> str:
    """Write a month's record as allocation.json has it."""
    return json.dumps(row.record, indent=1, sort_keys=True) + "\n"
