"""A creator's figures, as the node where they were earned gives them, and as files to keep.

What can be asked, and what of it makes sense, is the node's to say (services.node.figures.routes): a question goes on
as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response

from services.desk.exports import LIST_LIMIT, Form, Table, everything, write
from services.desk.tiers import SellerDeskOf
from services.http.late_routes import LateRouter
from services.wire.figures import (
    BreakdownOut,
    FiguresOut,
    IncomeLinesOut,
    ItemFiguresOut,
    ItemPageOut,
    MemberOut,
    MembersOut,
    ScoreOut,
    TierFiguresOut,
)

router = LateRouter(tags=["earnings"])
_ANSWERS: Final[dict[str, Any]] = {
    "": FiguresOut,
    "/breakdown": BreakdownOut,
    "/lines": IncomeLinesOut,
    "/items": ItemPageOut,
    "/items/{content_id}": ItemFiguresOut,
    "/members": MembersOut,
    "/members/{membership_id}": MemberOut,
    "/tiers": tuple[TierFiguresOut, ...],
    "/score": ScoreOut,
}
"""What the node answers at each of its paths below ``/creators/figures``."""


@router.get("/figures/export/{table}.{form}")
async def export(desk: SellerDeskOf, table: Table, form: Form, request: Request) -> Response:
    """Give a whole table as CSV or JSON: the ledger's lines, a sum by day, film, tier or kind, or the members."""
    period = _asked(request)

    async def part(answer: type[Any], path: str, query: dict[str, str | int]) -> Any:
        return await desk.node.call(answer, "GET", f"/creators/figures{path}", query=query)

    if table in ("lines", "members"):
        rows = await everything(table, part, period)
    else:
        asked = {**period, "by": table, "limit": LIST_LIMIT}
        rows = list((await part(BreakdownOut, "/breakdown", asked)).rows)
    kind = "text/csv" if form == "csv" else "application/json"
    return Response(write(rows, form), media_type=f"{kind}; charset=utf-8")


def _asked(request: Request) -> dict[str, str | int]:
    """Give the question without the name of the node that it goes to, and without what is empty."""
    return {name: value for name, value in request.query_params.items() if name != "node" and value}


def _passed_on(path: str, answer: Any) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def figures(desk: SellerDeskOf, request: Request) -> Any:
        there = f"/creators/figures{path.format(**request.path_params)}"
        return await desk.node.call(answer, "GET", there, query=_asked(request))

    return figures


for _path, _answer in _ANSWERS.items():
    router.get(f"/figures{_path}", response_model=_answer, name=f"figures{_path}")(_passed_on(_path, _answer))
