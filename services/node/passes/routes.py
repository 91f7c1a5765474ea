"""The routes of the pass: what it is, who takes part, and what its holders watched."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.node.door import Caller, NodeOf, ProvenOperator, Publisher
from services.node.passes.offer import offer, pass_out, the_pass
from services.node.passes.part import films, name_owner, part_out, take_part
from services.node.passes.watched import note_watched
from services.units.address import address
from services.wire.passes import OwnerIn, PartIn, PartOut, PassFilmOut, PassIn, PassOut, WatchedIn, WatchedOut

router = APIRouter(tags=["pass"])


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
