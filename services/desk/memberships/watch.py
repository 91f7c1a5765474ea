"""Looks after memberships: ends open payments, hears of changes, and renews what ends within a day."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.memberships.delivery import deliver, settle
from services.desk.memberships.joining import ask_quote, join, turn_name
from services.desk.memberships.mirror import hear, kept
from services.desk.memberships.record import find
from services.desk.memberships.refunds import finish_open as finish_refunds
from services.desk.memberships.selling import ensure_appointed
from services.desk.memberships.tables import Membership, MembershipPayment
from services.desk.nodes.record import listed
from services.units.address import Address
from services.units.ids import IntentId
from services.wire.memberships import MembershipOut, ReasonIn
from services.wire.node import NodeTierOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_AGAIN_S = 15.0
RENEW_WITHIN = timedelta(days=1)
"""How long before the end a renewal is signed: it must not lapse because a computer is off for an evening."""
_TRY_EVERY = timedelta(minutes=15)


async def watch(desk: Desk) -> None:
    """Look after memberships until the desk closes."""
    while True:
        await asyncio.sleep(_AGAIN_S)
        await look_after(desk)


async def look_after(desk: Desk) -> None:
    """Take each step that is due, once; one round at a time, so that nobody renews what was just renewed."""
    async with desk.turn("memberships"):
        await finish_open(desk)
        await finish_refunds(desk)
        await renew_due(desk)
        await appoint_due(desk)


async def appoint_due(desk: Desk) -> None:
    """Have this creator's tiers sold wherever there are some, if that is not known to be settled on the chain."""
    owner = desk.keyring.address
    if owner is None or desk.keyring.status != "open":
        return
    others = (row.address for row in await to_thread.run_sync(listed, desk) if row.state == "up")
    for node in {desk.node.uri, *others} - desk.memory.sellers:
        at = desk.at(node)
        try:
            tiers = await at.node.browse(tuple[NodeTierOut, ...], f"/tiers/{owner}")
            if not tiers or await ensure_appointed(at):
                desk.memory.sellers.add(node)
        except ProblemError as problem:
            _log.info("seller not appointed yet", extra={"code": problem.code, "node": node})


async def finish_open(desk: Desk) -> None:
    """Try once to bring each open payment to its end: the same bytes, never a new signature."""
    for intent, node, creator in await to_thread.run_sync(_unfinished, desk):
        at = desk.at(node)
        async with at.turn(turn_name(Address(creator))):
            try:
                row = await to_thread.run_sync(find, at, intent)
                if row is not None and row.money == "in_flight" and not await settle(at, row, otherwise=row.state):
                    row = await to_thread.run_sync(find, at, intent)
                    if row is not None and row.state not in ("paid", "refused"):
                        await deliver(at, row)
            except ProblemError as problem:
                _log.info("membership payment still open", extra={"intent": intent, "code": problem.code})


async def renew_due(desk: Desk) -> None:
    """Renew what ends within a day; what cannot be paid says why, on both sides, and is tried again until its end."""
    now = desk.clock.now()
    for row in await to_thread.run_sync(kept, desk):
        if not row.renews or not now < row.paid_until <= now + RENEW_WITHIN:
            if row.renews and row.paid_until <= now and not row.reason:
                await _note(desk, row, "missed", now)
            continue
        if row.tried_at is None or now - row.tried_at >= _TRY_EVERY:
            await _renew(desk, row, now)


async def _renew(desk: Desk, row: Membership, now: datetime) -> None:
    at = desk.at(row.node)
    said = MembershipOut.model_validate(row.said)
    try:
        quote = await ask_quote(at, said.next_tier or row.tier_id)
        if quote.creator != row.creator or quote.price > row.price:
            # The creator asks for more than what was agreed to: that needs a person.
            await _note(at, row, "price", now)
            return
        await join(at, quote.tier_id, amount=quote.amount, auto=True)
        await hear(at)
    except ProblemError as problem:
        _log.info("membership not renewed", extra={"membership": row.id, "code": problem.code})
        await _note(at, row, problem.code, now)


async def _note(desk: Desk, row: Membership, reason: str, now: datetime) -> None:
    def write() -> None:
        with desk.database.write() as session:
            kept_row = session.get_one(Membership, row.id)
            kept_row.reason, kept_row.tried_at = reason, now

    is_new = row.reason != reason
    await to_thread.run_sync(write)
    desk.events.publish("membership", row.id)
    if not is_new or desk.keyring.status != "open":
        return
    try:
        await desk.node.send("POST", f"/subscriptions/{row.id}/failed", body=ReasonIn(reason=reason))
    except ProblemError as problem:
        _log.info("reason not told", extra={"membership": row.id, "code": problem.code})


def _unfinished(desk: Desk) -> list[tuple[IntentId, str, str]]:
    wanted = select(MembershipPayment).where(MembershipPayment.money == "in_flight").order_by(MembershipPayment.at)
    with desk.database.read() as session:
        return [(IntentId(row.intent), row.node, row.creator) for row in session.scalars(wanted)]
