"""The routes of a creator's own figures; nobody sees another's."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query

from services.chain.errors import ChainUnreachable
from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.cursors import MAX_CURSOR
from services.node.door import Caller, NodeOf
from services.node.figures import films, lines, people, scores, series
from services.node.figures.films import FilmWish
from services.node.figures.lines import LineWish
from services.node.figures.people import MemberWish
from services.node.figures.rollup import catch_up
from services.node.sales.booking import sync
from services.node.statement import Period
from services.wire.access import Visibility
from services.wire.figures import (
    BreakdownOut,
    FiguresOut,
    Grouping,
    IncomeLinesOut,
    ItemFiguresOut,
    ItemOrder,
    ItemPageOut,
    MemberOrder,
    MemberOut,
    MembersOut,
    ScoreOut,
    Source,
    TierFiguresOut,
)
from services.wire.memberships import MembershipState
from services.wire.problems import ProblemError

router = LateRouter(tags=["earnings"])
_MOST_DAYS = 3_660
_FIRST = date(1990, 1, 1)
_TEXT = r"^[^\x00]*$"
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Words = Annotated[str, Query(max_length=200, pattern=_TEXT)]


def _period(
    node: NodeOf,
    first: Annotated[date | None, Query(alias="from", description="UTC day, included")] = None,
    last: Annotated[date | None, Query(alias="to", description="UTC day, included; else today")] = None,
    days: Annotated[int, Query(ge=1, le=_MOST_DAYS, description="how many, where no first day is named")] = 28,
) -> Period:
    end = last or node.clock.now().date()
    if end < _FIRST:
        raise ProblemError("request.invalid", field="to")
    found = Period(first or end - timedelta(days=days - 1), end)
    # The period before must have days, too.
    if (found.last - found.first).days >= _MOST_DAYS or found.first < _FIRST:
        raise ProblemError("request.invalid", field="from")
    return found


PeriodOf = Annotated[Period, Depends(_period)]


def _caught_up(node: Node) -> None:
    # Without the chain, what was sold by vouchers is entered all the same; what the chain knows comes later.
    with suppress(ChainUnreachable):
        sync(node)
    catch_up(node.database)


@router.get("/creators/figures")
def read_figures(node: NodeOf, caller: Caller, period: PeriodOf) -> FiguresOut:
    """Give the caller's metrics by day, with the period before. Problem codes: request.invalid."""
    _caught_up(node)
    with node.database.read() as session:
        return series.figures(session, caller, period, node.clock.now())


@router.get("/creators/figures/breakdown")
def read_breakdown(
    node: NodeOf, caller: Caller, period: PeriodOf, by: Grouping = "day", limit: Limit = 200
) -> BreakdownOut:
    """Add the caller's income up by day, film, tier or kind of payment. Problem codes: request.invalid."""
    _caught_up(node)
    with node.database.read() as session:
        return series.breakdown(session, caller, period, by, limit=limit, now=node.clock.now())


@router.get("/creators/figures/lines")
def read_lines(
    node: NodeOf,
    caller: Caller,
    period: PeriodOf,
    item: Words = "",
    source: Source | None = None,
    limit: Limit = 100,
    cursor: Annotated[str, Query(max_length=MAX_CURSOR, description="from the part before")] = "",
) -> IncomeLinesOut:
    """List the ledger's lines behind the caller's figures, the newest first. Problem codes: request.invalid."""
    _caught_up(node)
    with node.database.read() as session:
        return lines.income_lines(node, session, caller, period, LineWish(item, source), limit=limit, cursor=cursor)


@router.get("/creators/figures/items")
def read_items(
    node: NodeOf,
    caller: Caller,
    query: Words = "",
    access: Visibility | None = None,
    archived: bool = False,
    order: ItemOrder = "newest",
    offset: Offset = 0,
    limit: Limit = 100,
) -> ItemPageOut:
    """List the caller's own films with what each earned."""
    _caught_up(node)
    with node.database.read() as session:
        wish = FilmWish(query, access, archived, order)
        return films.films(session, caller, wish, offset=offset, limit=limit)


@router.get("/creators/figures/items/{content_id}")
def read_item(node: NodeOf, caller: Caller, content_id: str) -> ItemFiguresOut:
    """Give one of the caller's films with its earnings by chunk.

    Problem codes: content.not_found, account.forbidden.
    """
    _caught_up(node)
    with node.database.read() as session:
        return films.film(session, caller, content_id, node.clock.now())


@router.get("/creators/figures/members")
def read_members(
    node: NodeOf,
    caller: Caller,
    query: Words = "",
    state: MembershipState | None = None,
    tier: Annotated[str, Query(max_length=64, pattern=_TEXT)] = "",
    order: MemberOrder = "joined",
    offset: Offset = 0,
    limit: Limit = 100,
) -> MembersOut:
    """List the members of the caller's tiers with what they brought."""
    _caught_up(node)
    with node.database.read() as session:
        wish = MemberWish(query, state, tier, order)
        return people.members(session, caller, wish, offset=offset, limit=limit, now=node.clock.now())


@router.get("/creators/figures/members/{membership_id}")
def read_member(node: NodeOf, caller: Caller, membership_id: str) -> MemberOut:
    """Give one member with all payments. Problem codes: membership.not_found."""
    _caught_up(node)
    with node.database.read() as session:
        return people.member(session, caller, membership_id, node.clock.now())


@router.get("/creators/figures/tiers")
def read_tiers(node: NodeOf, caller: Caller) -> tuple[TierFiguresOut, ...]:
    """Give the members and the revenue of each of the caller's tiers."""
    _caught_up(node)
    with node.database.read() as session:
        return people.tiers(session, caller, node.clock.now())


@router.get("/creators/figures/score")
def read_score(node: NodeOf, caller: Caller, content: Words = "") -> ScoreOut:
    """Score the caller's channel, or one film, from what this node saw; no money follows from it.

    Problem codes: content.not_found, account.forbidden.
    """
    _caught_up(node)
    with node.database.read() as session:
        return scores.score(session, caller, content, node.clock.now())
