"""The routes of moderation: reports by anybody signed in, blocks by creators, the rest by moderators."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.http.late_routes import LateRouter
from services.node.cursors import MAX_CURSOR
from services.node.door import Caller, Moderator, NodeOf, Publisher
from services.node.moderation import blocks, reports, takedowns
from services.node.moderation.trail import trail
from services.units.address import Address, address
from services.wire.moderation import (
    AppealIn,
    BlockIn,
    BlockOut,
    DecisionsOut,
    NoteIn,
    ReportIn,
    ReportOut,
    ReportsOut,
    ReportState,
    TakedownIn,
    TakedownOut,
    TakedownsOut,
)
from services.wire.problems import ProblemError

router = LateRouter(tags=["moderation"])
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str, Query(max_length=MAX_CURSOR, description="from the page before")]
Number = Annotated[int, Path(ge=1, lt=2**62)]


@router.post("/content/{content_id}/report", status_code=201)
def report(node: NodeOf, caller: Caller, content_id: str, body: ReportIn) -> ReportOut:
    """Say what is wrong with an item; an account's first word on it stays. Problem codes: content.not_found."""
    return reports.report(node, caller, content_id, body)


@router.get("/content/{content_id}/takedown")
def why_down(node: NodeOf, caller: Caller, content_id: str) -> TakedownOut:
    """Tell an item's owner, or a moderator, why it was taken down.

    Problem codes: content.not_found, account.forbidden, moderation.state.
    """
    return takedowns.read_takedown(node, caller, content_id)


@router.post("/content/{content_id}/takedown/appeal")
def appeal(node: NodeOf, caller: Publisher, content_id: str, body: AppealIn) -> TakedownOut:
    """Answer the takedown of one's own item, once.

    Problem codes: content.not_found, account.forbidden, moderation.state.
    """
    return takedowns.appeal(node, caller, content_id, body.text)


@router.get("/creators/blocks")
def blocked(node: NodeOf, caller: Caller) -> tuple[BlockOut, ...]:
    """List the accounts that the caller does not sell to, latest first."""
    return blocks.blocked(node, caller)


@router.post("/creators/blocks")
def block(node: NodeOf, caller: Publisher, body: BlockIn) -> BlockOut:
    """Sell nothing more to an account, neither chunks nor memberships; what it owns plays on."""
    return blocks.block(node, caller, body)


@router.delete("/creators/blocks/{account}", status_code=204)
def unblock(node: NodeOf, caller: Publisher, account: str) -> None:
    """Sell to an account again. Problem codes: request.invalid."""
    blocks.unblock(node, caller, _address(account))


@router.get("/moderation/reports")
def queue(
    node: NodeOf, _moderator: Moderator, state: ReportState = "open", limit: Limit = 60, cursor: Cursor = ""
) -> ReportsOut:
    """List reports, oldest first."""
    return reports.queue(node, state=state, limit=limit, cursor=cursor)


@router.post("/moderation/reports/{number}/dismiss", status_code=204)
def dismiss(node: NodeOf, moderator: Moderator, number: Number, body: NoteIn) -> None:
    """Close a report without doing anything. Problem codes: request.not_found, moderation.state."""
    reports.dismiss(node, moderator, number, body.note)


@router.get("/moderation/takedowns")
def taken_down(
    node: NodeOf, _moderator: Moderator, waiting: bool = False, limit: Limit = 60, cursor: Cursor = ""
) -> TakedownsOut:
    """List what is taken down; ``waiting``: only where an appeal has no answer yet."""
    return takedowns.takedowns(node, is_waiting=waiting, limit=limit, cursor=cursor)


@router.post("/moderation/content/{content_id}/takedown")
def take_down(node: NodeOf, moderator: Moderator, content_id: str, body: TakedownIn) -> TakedownOut:
    """Hide an item and end its sale; reason ``illegal`` stops its keys as well. Problem codes: content.not_found."""
    return takedowns.take_down(node, moderator, content_id, body)


@router.post("/moderation/content/{content_id}/restore", status_code=204)
def lift(node: NodeOf, moderator: Moderator, content_id: str, body: NoteIn) -> None:
    """Bring an item back. Problem codes: content.not_found, moderation.state."""
    takedowns.lift(node, moderator, content_id, body.note)


@router.post("/moderation/content/{content_id}/decline")
def decline(node: NodeOf, moderator: Moderator, content_id: str, body: AppealIn) -> TakedownOut:
    """Leave an item down in spite of its owner's appeal, and say why.

    Problem codes: content.not_found, moderation.state.
    """
    return takedowns.decline(node, moderator, content_id, body.text)


@router.get("/moderation/decisions")
def decisions(
    node: NodeOf,
    _moderator: Moderator,
    subject: Annotated[str, Query(max_length=66)] = "",
    limit: Limit = 60,
    cursor: Cursor = "",
) -> DecisionsOut:
    """List what was decided, newest first, about one item or account if it is named."""
    return trail(node, subject=subject, limit=limit, cursor=cursor)


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="account") from exc
