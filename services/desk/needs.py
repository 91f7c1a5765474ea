"""What waits for a creator: named by codes, each with what its sentence says. The window knows the sentences."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from services.chain.errors import ChainUnreachable
from services.desk.context import Desk
from services.desk.payouts.withdrawal import estimated_fee
from services.desk.reconciliation import reconciliation
from services.desk.tables import Upload
from services.desk.wallet.backup import standing
from services.units.money import ZERO
from services.wire.desk import Reconciliation
from services.wire.earnings import NeedOut, OverviewOut
from services.wire.memberships import RefundOut
from services.wire.messages import MessagesOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
COMPARED_EVERY = timedelta(minutes=1)
_COMPARING = "books compared"


def needs_of(desk: Desk, shown: OverviewOut) -> tuple[NeedOut, ...]:
    """List what waits, the most urgent first. Blocking; shown: the figures as the node gave them."""
    uploads = _upload_needs(desk)
    needs = [need for need in uploads if need.code == "upload_failed"]
    if desk.memory.differing:
        needs.append(NeedOut(code="unreconciled", params={"sums": ", ".join(desk.memory.differing)}))
    needs += _money_needs(desk, shown)
    needs += [need for need in uploads if need.code == "upload_ready"]
    needs += _backup_needs(desk)
    if shown.latest is None and not uploads:
        needs.append(NeedOut(code="no_items"))
    return tuple(needs)


async def asked_of(at: Desk) -> tuple[NeedOut, ...]:
    """List what members and viewers wait for. at: the desk at the node that they asked; without it there is nothing."""
    try:
        messages = await at.node.call(MessagesOut, "GET", "/messages", query={"side": "creator"})
        refunds = await at.node.call(tuple[RefundOut, ...], "GET", "/refunds", query={"side": "creator"})
    except ProblemError as problem:
        _log.info("requests not read", extra={"code": problem.code})
        return ()
    asked = {
        "requests": sum(not row.answer for row in messages.rows),
        "refunds": sum(row.state == "asked" for row in refunds),
    }
    return tuple(NeedOut.model_validate({"code": code, "params": {"count": str(n)}}) for code, n in asked.items() if n)


def compare_soon(desk: Desk) -> None:
    """Compare the books in the background, once a minute at most; what comes of it is a need from then on."""
    now, last = desk.clock.now(), desk.memory.compared_at
    if last is not None and now - last < COMPARED_EVERY:
        return
    desk.memory.compared_at = now
    desk.spawn(_compare(desk), name=_COMPARING)


async def _compare(desk: Desk) -> None:
    try:
        found = differing(await reconciliation(desk))
    except (ProblemError, ChainUnreachable) as problem:
        _log.info("books not compared", extra={"code": problem.code})
        return
    # What is on its way shows in one book before the others: only what differs twice in a row is told.
    both = tuple(name for name in found if name in desk.memory.differed)
    desk.memory.differed = found
    if both != desk.memory.differing:
        desk.memory.differing = both
        desk.events.publish("earnings")


def differing(sums: Reconciliation) -> tuple[str, ...]:
    """Name the sums that differ between books that could be read."""
    return tuple(
        row.name for row in sums.rows
        if row.chain is not None and (row.node is not None or row.name == "deposited") and not row.agrees
    )  # fmt: skip


def _money_needs(desk: Desk, shown: OverviewOut) -> list[NeedOut]:
    available = next((tile.value for tile in shown.tiles if tile.name == "available"), ZERO)
    if available <= ZERO:
        return []
    ready = NeedOut(code="payout_ready", params={"amount": str(available.micros)})
    return [ready, NeedOut(code="low_gas")] if is_low_on_gas(desk) else [ready]


def _upload_needs(desk: Desk) -> list[NeedOut]:
    with desk.database.read() as session:
        rows = session.scalars(select(Upload).where(Upload.state.in_(("failed", "ready"))).order_by(Upload.created_at))
        return [
            NeedOut(
                code="upload_failed" if row.state == "failed" else "upload_ready",
                params={"upload": row.id, "title": str(row.draft.get("title", ""))},
            )
            for row in rows
        ]


def _backup_needs(desk: Desk) -> list[NeedOut]:
    found = standing(desk)
    if not found.is_due:
        return []
    made: datetime | None = found.made_at
    params = {"newer": str(found.newer)} if made is None else {"newer": str(found.newer), "made": made.isoformat()}
    return [NeedOut(code="backup_due", params=params)]


def is_low_on_gas(desk: Desk) -> bool:
    """Say whether a withdrawal would fail for want of gas money; what is not known is not low. Blocking."""
    try:
        return desk.chain.gas_balance(desk.keyring.owner()) < estimated_fee(desk)
    except (ChainUnreachable, ProblemError):
        # Not known is not low: the payout page says what is wrong with the chain.
        return False
