"""A creator's figures, as the node where they were earned gives them, and as files to keep."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Response

from services.desk.exports import LIST_LIMIT, Form, Table, everything, write
from services.desk.tiers import SellerDeskOf
from services.http.late_routes import LateRouter
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

router = LateRouter(tags=["earnings"])


def _period(
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    days: int | None = None,
) -> dict[str, str | int]:
    return _asked(**{"from": first, "to": last, "days": days})


def _asked(**values: Any) -> dict[str, str | int]:
    """Write a question to the node; what is None or empty is not asked."""
    return {name: _plain(value) for name, value in values.items() if value not in (None, "")}


def _plain(value: Any) -> str | int:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int) else str(value)


PeriodOf = Annotated[dict[str, str | int], Depends(_period)]
"""A period as the node takes it: two UTC days, or the last days by the node's clock."""


@router.get("/figures")
async def figures(desk: SellerDeskOf, period: PeriodOf) -> FiguresOut:
    """Give the metrics of a period and of the one before."""
    return await desk.node.call(FiguresOut, "GET", "/creators/figures", query=period)


@router.get("/figures/breakdown")
async def breakdown(desk: SellerDeskOf, period: PeriodOf, by: Grouping, limit: int = 200) -> BreakdownOut:
    """Add the income of a period up."""
    query = {**period, **_asked(by=by, limit=limit)}
    return await desk.node.call(BreakdownOut, "GET", "/creators/figures/breakdown", query=query)


@router.get("/figures/lines")
async def lines(
    desk: SellerDeskOf,
    period: PeriodOf,
    item: str = "",
    source: Source | None = None,
    limit: int = 100,
    cursor: str = "",
) -> IncomeLinesOut:
    """List the ledger's lines behind a figure."""
    query = {**period, **_asked(item=item, source=source, limit=limit, cursor=cursor)}
    return await desk.node.call(IncomeLinesOut, "GET", "/creators/figures/lines", query=query)


@router.get("/figures/items")
async def items(
    desk: SellerDeskOf,
    query: str = "",
    access: Visibility | None = None,
    archived: bool = False,
    order: ItemOrder = "newest",
    offset: int = 0,
    limit: int = 100,
) -> ItemPageOut:
    """List the own films of a node with what each earned."""
    asked = _asked(query=query, access=access, archived=archived, order=order, offset=offset, limit=limit)
    return await desk.node.call(ItemPageOut, "GET", "/creators/figures/items", query=asked)


@router.get("/figures/items/{content_id}")
async def item(desk: SellerDeskOf, content_id: str) -> ItemFiguresOut:
    """Give a film's earnings on its timeline."""
    return await desk.node.call(ItemFiguresOut, "GET", f"/creators/figures/items/{content_id}")


@router.get("/figures/members")
async def members(
    desk: SellerDeskOf,
    query: str = "",
    state: MembershipState | None = None,
    tier: str = "",
    order: MemberOrder = "joined",
    offset: int = 0,
    limit: int = 100,
) -> MembersOut:
    """List the members with what they brought."""
    asked = _asked(query=query, state=state, tier=tier, order=order, offset=offset, limit=limit)
    return await desk.node.call(MembersOut, "GET", "/creators/figures/members", query=asked)


@router.get("/figures/members/{membership_id}")
async def member(desk: SellerDeskOf, membership_id: str) -> MemberOut:
    """Give one member with all payments."""
    return await desk.node.call(MemberOut, "GET", f"/creators/figures/members/{membership_id}")


@router.get("/figures/tiers")
async def tiers(desk: SellerDeskOf) -> tuple[TierFiguresOut, ...]:
    """Give each tier's members and revenue."""
    return await desk.node.call(tuple[TierFiguresOut, ...], "GET", "/creators/figures/tiers")


@router.get("/figures/score")
async def score(desk: SellerDeskOf, content: str = "") -> ScoreOut:
    """Give the performance score of the channel, or of one film, with every input."""
    return await desk.node.call(ScoreOut, "GET", "/creators/figures/score", query=_asked(content=content))


@router.get("/figures/export/{table}.{form}")
async def export(desk: SellerDeskOf, table: Table, form: Form, period: PeriodOf) -> Response:
    """Give a whole table as CSV or JSON: the ledger's lines, a sum by day, film, tier or kind, or the members."""

    async def part(answer: type[Any], path: str, query: dict[str, str | int]) -> Any:
        return await desk.node.call(answer, "GET", f"/creators/figures{path}", query=query)

    if table in ("lines", "members"):
        rows = await everything(table, part, period)
    else:
        asked = {**period, "by": table, "limit": LIST_LIMIT}
        rows = list((await part(BreakdownOut, "/breakdown", asked)).rows)
    kind = "text/csv" if form == "csv" else "application/json"
    return Response(write(rows, form), media_type=f"{kind}; charset=utf-8")
