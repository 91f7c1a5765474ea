"""Looks for what happened: in this desk's own books, and at its node, from where the last look ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from anyio import to_thread
from sqlalchemy import select

from services.chain.errors import ChainUnreachable
from services.desk.context import Desk
from services.desk.memberships.tables import Membership
from services.desk.needs import is_low_on_gas
from services.desk.notices.book import note
from services.desk.tables import Setting, Upload, Withdrawal
from services.desk.wallet.backup import standing
from services.units.money import total
from services.units.time import iso
from services.wire.cases import CaseOut
from services.wire.figures import IncomeLineOut, IncomeLinesOut, MembersOut
from services.wire.memberships import RefundOut
from services.wire.messages import MessagesOut
from services.wire.notices import NoticeKind
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_EVERY_S = 30.0
_SEEN = "notices.seen"
_LOOKED_AT = 100
_OVER: dict[str, NoticeKind] = {"confirmed": "payout_done", "failed": "payout_failed"}


@dataclass(frozen=True, slots=True)
class News:
    """Something that may have been noted before. about: what makes it this one."""

    kind: NoticeKind
    about: str
    params: dict[str, str]


async def watch(desk: Desk) -> None:
    """Look until the desk closes."""
    while True:
        await asyncio.sleep(_EVERY_S)
        await look(desk)


async def look(desk: Desk) -> None:
    """Note what happened since the last look. The first look of a desk notes nothing: all of it is old."""
    now = desk.clock.now()
    since = await to_thread.run_sync(_turn_on, desk, now)
    if since is None:
        return
    news = await to_thread.run_sync(_own_books, desk, since)
    if desk.keyring.status == "open":
        try:
            news += await _node_books(desk, since)
        except ProblemError as problem:
            # The next look begins where this one did.
            _log.info("node not asked for news", extra={"code": problem.code})
            await to_thread.run_sync(_turn_back, desk, since)
    noted = await to_thread.run_sync(_keep, desk, news)
    if noted:
        desk.events.publish("notice")


def _keep(desk: Desk, news: list[News]) -> int:
    return sum(note(desk, one.kind, one.about, **one.params) for one in news)


def _turn_on(desk: Desk, now: datetime) -> datetime | None:
    with desk.database.write() as session:
        seen = session.get(Setting, _SEEN)
        since = None if seen is None else datetime.fromisoformat(seen.value)
        session.merge(Setting(name=_SEEN, value=iso(now)))
    return since


def _turn_back(desk: Desk, since: datetime) -> None:
    with desk.database.write() as session:
        session.merge(Setting(name=_SEEN, value=iso(since)))


def _own_books(desk: Desk, since: datetime) -> list[News]:
    with desk.database.read() as session:
        over = select(Withdrawal).where(Withdrawal.state.in_(_OVER)).order_by(Withdrawal.ordinal.desc())
        ended = select(Upload).where(Upload.state.in_(("failed", "published"))).order_by(Upload.created_at.desc())
        payouts, uploads = session.scalars(over.limit(3)).all(), session.scalars(ended.limit(20)).all()
        failed = session.scalars(select(Membership).where(Membership.reason != "")).all()
    # What ends now may have begun a while before; each is noted once.
    begun = since - timedelta(days=1)
    news = [News(_OVER[one.state], one.id, {"amount": str(one.amount.micros)}) for one in payouts if one.at > begun]
    for upload in uploads:
        if upload.created_at > begun:
            kind: NoticeKind = "upload_failed" if upload.state == "failed" else "upload_done"
            news.append(News(kind, upload.id, {"title": str(upload.draft.get("title", ""))}))
    for membership in failed:
        if membership.tried_at is not None and membership.tried_at > since:
            until = iso(membership.paid_until)
            told = {"reason": membership.reason, "until": until}
            news.append(News("renewal_failed", f"{membership.id}:{until}", told))
    if _has_earnings(desk) and is_low_on_gas(desk):
        news.append(News("low_gas", f"{desk.clock.now():%Y-%m-%d}", {}))
    if standing(desk).is_due:
        news.append(News("backup_due", f"{desk.clock.now():%Y-%m}", {}))
    return news


def _has_earnings(desk: Desk) -> bool:
    try:
        return desk.keyring.address is not None and bool(desk.chain.creator_balance(desk.keyring.owner()))
    except ChainUnreachable:
        return False


async def _node_books(desk: Desk, since: datetime) -> list[News]:
    node = desk.node
    days: dict[str, str | int] = {"days": 2, "limit": _LOOKED_AT}
    lines = await node.call(IncomeLinesOut, "GET", "/creators/figures/lines", query=days)
    news = _sales([line for line in lines.rows if line.at > since and not line.item.startswith("tier:")])
    members = await node.call(MembersOut, "GET", "/creators/figures/members", query={"limit": _LOOKED_AT})
    news += [News("member_joined", one.id, {"tier": one.tier_name}) for one in members.rows if one.joined_at > since]
    lapsed: dict[str, str | int] = {"state": "lapsed", "order": "until", "limit": _LOOKED_AT}
    left = await node.call(MembersOut, "GET", "/creators/figures/members", query=lapsed)
    news += [
        News("member_left", f"{one.id}:{iso(one.paid_until)}", {"tier": one.tier_name})
        for one in left.rows
        if one.paid_until > since
    ]
    news += await _asked_of_me(desk, since)
    messages = await node.call(MessagesOut, "GET", "/messages", query={"side": "creator"})
    return news + [
        News("request_came", one.id, {"tier": one.tier_name})
        for one in messages.rows
        if not one.answer and one.at > since
    ]


async def _asked_of_me(desk: Desk, since: datetime) -> list[News]:
    refunds = await desk.node.call(tuple[RefundOut, ...], "GET", "/refunds", query={"side": "creator"})
    news = [
        News("refund_asked", one.receipt, {"amount": str(one.amount.micros), "title": one.title})
        for one in refunds
        if one.state == "asked" and one.asked_at > since
    ]
    cases = await desk.node.call(tuple[CaseOut, ...], "GET", "/cases/mine")
    return news + [News("case_opened", one.id, {"month": one.month}) for one in cases if one.opened_at > since]


def _sales(sold: list[IncomeLineOut]) -> list[News]:
    """Make what was sold since the last look one thing: a film of an hour is 360 sales."""
    if not sold:
        return []
    names = {line.name for line in sold if line.name}
    told = {
        "amount": str(total([line.net for line in sold]).micros),
        "count": str(len(sold)),
        "title": names.pop() if len(names) == 1 else "",
    }
    return [News("sale", f"{min(line.seq for line in sold)}-{max(line.seq for line in sold)}", told)]
