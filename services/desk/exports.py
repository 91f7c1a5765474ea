"""Tables as files: CSV that a spreadsheet reads without running anything, or JSON as it is on the wire."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel

from services.units.money import Money
from services.wire.figures import IncomeLinesOut, MembersOut

Form = Literal["csv", "json"]
Table = Literal["day", "item", "tier", "source", "lines", "members"]
LIST_LIMIT: Final = 1000
_MOST_ROWS: Final = 1_000_000
# What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Part = Callable[[type[Any], str, dict[str, str | int]], Awaitable[Any]]


async def everything(table: Literal["lines", "members"], part: Part, period: dict[str, str | int]) -> list[BaseModel]:
    """Read all parts of a list, up to a million rows."""
    rows: list[BaseModel] = []
    asked: dict[str, str | int] = {"limit": LIST_LIMIT}
    while len(rows) < _MOST_ROWS:
        if table == "lines":
            lines: IncomeLinesOut = await part(IncomeLinesOut, "/lines", {**period, **asked})
            rows += lines.rows
            if lines.cursor is None:
                break
            asked["cursor"] = lines.cursor
        else:
            members: MembersOut = await part(MembersOut, "/members", {**asked, "offset": len(rows)})
            rows += members.rows
            if len(rows) >= members.total or not members.rows:
                break
    return rows


def write(rows: Sequence[BaseModel], form: Form) -> str:
    """Write rows of one type; money in CSV is dollars with six decimals, in JSON whole micro-USDC."""
    if form == "json":
        return json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False, indent=1) + "\n"
    text = io.StringIO()
    lines = csv.writer(text)
    if rows:
        lines.writerow(type(rows[0]).model_fields)
    lines.writerows([_cell(getattr(row, name)) for name in type(row).model_fields] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return format(value.dollars, "f")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
