"""The creator's figures: series, sums, lines, films, members."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from anyio import to_thread

from services.http.door import Door
from services.units.ids import ContentId
from services.units.period import Period
from services.wire.figures import (
    BreakdownOut,
    FiguresOut,
    Grouping,
    IncomeLinesOut,
    ItemFiguresOut,
    ItemPageOut,
    MemberOut,
    MembersOut,
    ScoreOut,
    TierFiguresOut,
)
from services.wire.problems import ProblemError
from services.wire.three_way import ThreeWayOut

# A year's lines are read a thousand at a time.
_EXPORT_S = 300.0


class FiguresClient:
    """Calls of the figures slice. node: where it was earned, empty for the own node.

    Problem codes of each: node.not_found, node.unreachable, request.invalid.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def series(self, period: Period, *, node: str = "") -> FiguresOut:
        """Read all metrics by day, with the period before."""
        return await self._door.call(FiguresOut, "GET", "/figures", query=period.query(node))

    async def breakdown(self, period: Period, by: Grouping, *, node: str = "") -> BreakdownOut:
        """Add a period up by day, film, tier or kind of payment."""
        query = {**period.query(node), "by": by}
        return await self._door.call(BreakdownOut, "GET", "/figures/breakdown", query=query)

    async def lines(self, period: Period, *, node: str = "", **wish: Any) -> IncomeLinesOut:
        """List the ledger's lines behind a figure; wish: item, source, limit, cursor."""
        query = {**period.query(node), **_said(wish)}
        return await self._door.call(IncomeLinesOut, "GET", "/figures/lines", query=query)

    async def items(self, *, node: str = "", **wish: Any) -> ItemPageOut:
        """List own films; wish: query, access, archived, order, offset, limit."""
        return await self._door.call(ItemPageOut, "GET", "/figures/items", query={"node": node, **_said(wish)})

    async def item_pages(self, offsets: tuple[int, ...], **wish: Any) -> tuple[ItemPageOut, ...]:
        """List own films from several offsets, one page after the other; wish: as for ``items``."""
        return tuple([await self.items(offset=offset, **wish) for offset in offsets])

    async def item(self, content_id: ContentId | str, *, node: str = "") -> ItemFiguresOut:
        """Read a film's earnings on its timeline. Problem codes: content.not_found, account.forbidden."""
        return await self._door.call(ItemFiguresOut, "GET", f"/figures/items/{content_id}", query={"node": node})

    async def members(self, *, node: str = "", **wish: Any) -> MembersOut:
        """List members; wish: query, state, tier, order, offset, limit."""
        return await self._door.call(MembersOut, "GET", "/figures/members", query={"node": node, **_said(wish)})

    async def member(self, membership_id: str, *, node: str = "") -> MemberOut:
        """Read one member with all payments. Problem codes: membership.not_found."""
        return await self._door.call(MemberOut, "GET", f"/figures/members/{membership_id}", query={"node": node})

    async def tiers(self, *, node: str = "") -> tuple[TierFiguresOut, ...]:
        """Read each tier's members and revenue."""
        return await self._door.call(tuple[TierFiguresOut, ...], "GET", "/figures/tiers", query={"node": node})

    async def three_way(self, first: date, last: date, *, node: str = "") -> ThreeWayOut:
        """Put chain, node and desk side by side for two UTC days and what lies between; its ``file`` is to be kept.

        Problem codes: wallet.locked, node.unreachable, chain.unreachable.
        """
        query = {"from": first.isoformat(), "to": last.isoformat(), "node": node}
        return await self._door.call(ThreeWayOut, "GET", "/statement/three-way", query=query, timeout_s=_EXPORT_S)

    async def score(self, content_id: str = "", *, node: str = "") -> ScoreOut:
        """Read the performance score of the channel, or of one film. Problem codes: content.not_found."""
        return await self._door.call(ScoreOut, "GET", "/figures/score", query={"content": content_id, "node": node})

    async def export(self, table: str, form: str, period: Period, *, node: str = "") -> bytes:
        """Give a whole table as a file's bytes; table: day, item, tier, source, lines, members; form: csv, json."""
        path, query = f"/figures/export/{table}.{form}", period.query(node)
        return (await self._door.send("GET", path, query=query, timeout_s=_EXPORT_S)).content

    async def save(self, path: str, table: str, form: str, period: Period, *, node: str = "") -> str:
        """Write a table to a file; gives its path. Problem codes: file.not_written."""
        data = await self.export(table, form, period, node=node)
        try:
            await to_thread.run_sync(Path(path).write_bytes, data)
        except OSError as exc:
            raise ProblemError("file.not_written", path=path) from exc
        return path

    async def statement(self, period: Period, *, node: str = "") -> tuple[BreakdownOut, ...]:
        """Read what a printed statement says: sums by kind of payment, tier, film and day, all of one period."""
        head = await self.breakdown(period, "source", node=node)
        same = Period(first=head.first, last=head.last)
        groupings: tuple[Grouping, ...] = ("tier", "item", "day")
        return (head, *[await self.breakdown(same, by, node=node) for by in groupings])


def _said(wish: dict[str, Any]) -> dict[str, str | int]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in wish.items()
        if value not in (None, "")
    }
