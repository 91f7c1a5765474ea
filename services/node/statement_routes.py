"""The route of statements: JSON in parts, or the whole as CSV for who asks so."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from services.http.late_routes import LateRouter
from services.node.cursors import MAX_CURSOR
from services.node.door import Caller, NodeOf
from services.node.statement import Period, statement, statement_csv
from services.wire.statements import StatementOut

router = LateRouter(tags=["earnings"])
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The statement"}
}


@router.get("/statement", response_model=StatementOut, responses=_CSV)
def read_statement(
    node: NodeOf,
    caller: Caller,
    request: Request,
    first: Annotated[date | None, Query(alias="from", description="UTC day, included; else the first of all")] = None,
    last: Annotated[date | None, Query(alias="to", description="UTC day, included; else today")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str, Query(max_length=MAX_CURSOR, description="from the part before")] = "",
) -> StatementOut | Response:
    """Give the caller's lines in the ledger, with opening and closing balances that they reconcile exactly.

    With ``Accept: text/csv`` the whole as CSV: amounts in dollars with six decimals, one opening and one closing line a
    book.
    """
    today = node.clock.now().date()
    period = Period(first or date(1970, 1, 1), last or max(today, first or today))
    if _wants_csv(request):
        return StreamingResponse(statement_csv(node, caller, period), media_type="text/csv")
    return statement(node, caller, period, limit=limit, cursor=cursor)


def _wants_csv(request: Request) -> bool:
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return "text/csv" in accepted and "application/json" not in accepted
