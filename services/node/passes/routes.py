"""The routes of the pass: what it is, who takes part, and what its holders watched."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf, ProvenOperator, Publisher
from services.node.passes.closing import close_month
from services.node.passes.offer import offer, pass_out, the_pass
from services.node.passes.part import films, name_owner, part_out, take_part
from services.node.passes.rounds import advance, plan
from services.node.passes.sharing import month_files, month_out, months, rounds, sharing_of
from services.node.passes.smoothed import choose
from services.node.passes.watched import note_watched
from services.units.address import address
from services.wire.passes import (
    CloseIn,
    MonthFilesOut,
    MonthOut,
    OwnerIn,
    PartIn,
    PartOut,
    PassFilmOut,
    PassIn,
    PassOut,
    RoundOut,
    SharingOut,
    SmoothIn,
    WatchedIn,
    WatchedOut,
)

router = LateRouter(tags=["pass"])
MonthOf = Annotated[str, Path(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")]


@router.get("/pass")
def read_pass(node: NodeOf) -> PassOut:
    """Say what the pass of this node costs and opens. Problem codes: pass.none."""
    with node.database.read() as session:
        return pass_out(node, session, the_pass(node, session))


@router.put("/pass")
def set_pass(node: NodeOf, _operator: ProvenOperator, body: PassIn) -> PassOut:
    """Offer a pass, or change it; for operators.

    Problem codes: tier.price, tier.name, pass.not_owner, transaction.unknown.
    """
    row = offer(node, body)
    with node.database.read() as session:
        return pass_out(node, session, row)


@router.get("/pass/films")
def read_films(
    node: NodeOf,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
) -> tuple[PassFilmOut, ...]:
    """List what the pass opens, the newest first. Problem codes: pass.none."""
    with node.database.read() as session:
        return films(node, session, offset=offset, limit=limit)


@router.put("/pass/part")
def set_part(node: NodeOf, caller: Publisher, body: PartIn) -> PartOut:
    """Put the caller's films into the pass, or take them out. Problem codes: pass.none."""
    with node.database.write() as session:
        return part_out(caller, take_part(node, session, caller, body))


@router.put("/pass/owners/{creator_id}")
def set_owner(
    node: NodeOf,
    _operator: ProvenOperator,
    creator_id: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{40}$")],
    body: OwnerIn,
) -> PartOut:
    """Note to whom a channel belongs: all channels of an owner count as one, and the owner is paid; for operators.

    Problem codes: request.not_found, kyc.required.
    """
    creator = address(creator_id)
    with node.database.write() as session:
        return part_out(creator, name_owner(node, session, creator, body.owner))


@router.post("/pass/watched")
def watched(node: NodeOf, caller: Caller, body: WatchedIn) -> WatchedOut:
    """Note what the caller watched with the pass just now; the same again counts once a day.

    Problem codes: content.not_found, content.members_only, content.taken_down, pass.none.
    """
    return note_watched(node, caller, body)


@router.get("/pass/months")
def read_months(node: NodeOf) -> tuple[MonthOut, ...]:
    """List the months that were shared out, with their digests, the latest first."""
    with node.database.read() as session:
        return months(session)


@router.get("/pass/months/{month}")
def read_month(node: NodeOf, month: MonthOf) -> MonthFilesOut:
    """Give what a month was computed from, holders under pseudonyms, so that anybody can compute it again.

    Problem codes: request.not_found.
    """
    with node.database.read() as session:
        return month_files(session, month)


@router.post("/pass/months")
def share_out(node: NodeOf, _operator: ProvenOperator, body: CloseIn) -> MonthOut:
    """Share a month out now; once more gives what was computed. For operators; the node does it by itself as well.

    Problem codes: pass.month, refund.state.
    """
    return month_out(close_month(node, body.month))


@router.get("/pass/rounds")
def read_rounds(node: NodeOf) -> tuple[RoundOut, ...]:
    """List the distributions of the pool, the latest first."""
    with node.database.read() as session:
        return rounds(session)


@router.get("/pass/sharing")
def read_sharing(node: NodeOf, caller: Caller) -> SharingOut:
    """Give the caller's side of the pass: months, what is missing for a payout, smoothing."""
    with node.database.read() as session:
        return sharing_of(node, session, caller)


@router.put("/pass/smoothing")
def set_smoothing(node: NodeOf, caller: Publisher, body: SmoothIn) -> SharingOut:
    """Smooth the caller's payouts, or no longer: then all that is held becomes due at once."""
    choose(node, caller, is_on=body.is_on)
    with node.database.read() as session:
        return sharing_of(node, session, caller)


@router.post("/pass/payouts")
def pay_now(node: NodeOf, caller: Publisher) -> SharingOut:
    """Bring on its way what is due to the caller; each month goes out once, however often this is asked.

    Problem codes: pass.not_owner, transaction.unknown.
    """
    plan(node, caller)
    advance(node)
    with node.database.read() as session:
        return sharing_of(node, session, caller)
