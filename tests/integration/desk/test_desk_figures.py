"""A creator's figures come through the desk, and leave as files that add up to them."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from services.desk.exports import write
from services.units.money import Money
from services.units.period import Period
from services.wire.figures import SumOut
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld


async def test_what_is_exported_adds_up_to_what_is_shown(running: RunningWorld, hand_clock: HandClock) -> None:
    film = await running.publish()
    await running.viewer.playback.open(film.content)
    for index in (1, 2):
        await running.viewer.playback.buy(film.content, first_chunk=index, max_deposit=Money(1_000_000))
    await running.settled()
    last = hand_clock.now().date()
    week = Period(first=last - timedelta(days=6), last=last)
    desk = running.creator.figures
    shown = await desk.series(week)
    assert [len(metric.days) for metric in shown.metrics] == [7] * 5
    earned = shown.metrics[0].total
    assert earned == 18_000
    assert (await desk.series(Period(days=7))).metrics == shown.metrics
    for table in ("day", "item", "source", "lines"):
        rows = list(csv.DictReader(io.StringIO((await desk.export(table, "csv", week)).decode())))
        assert sum(Money.parse(row["net"]).micros for row in rows) == earned, table
        kept = json.loads(await desk.export(table, "json", week))
        assert sum(int(row["net"]) for row in kept) == earned, table
    (sums,) = (await desk.breakdown(week, "item")).rows
    assert (sums.key, sums.name) == (film.content, "A film of noise")
    lines = await desk.lines(week, item=film.content, limit=1)
    assert (len(lines.rows), lines.cursor is None) == (1, False)
    assert (await desk.item(film.content)).net == Money(earned)
    assert (await desk.items(query="noise", order="earned")).rows[0].net == Money(earned)
    assert (await desk.members()).total == 0
    assert await desk.export("members", "csv", week) == b""
    assert await desk.tiers() == ()


async def test_the_newest_film_is_ranked_by_what_it_earned(running: RunningWorld, hand_clock: HandClock) -> None:
    """Among the last ten: one that is older than those counts no more, however much it brought."""
    films = []
    for _ in range(11):
        films.append(await running.publish())
        hand_clock.advance(timedelta(minutes=1))
    for film, parts in ((films[0], (1, 2)), (films[5], (1, 2)), (films[-1], (1,))):
        await running.viewer.playback.open(film.content)
        for part in parts:
            await running.viewer.playback.buy(film.content, first_chunk=part, max_deposit=Money(1_000_000))
    await running.settled()
    latest = (await running.creator.earnings.overview()).latest
    assert latest is not None
    assert (latest.content_id, latest.rank, latest.of) == (films[-1].content, 2, 10)
    assert latest.earned == Money(9_000)


def test_a_title_never_becomes_a_formula() -> None:
    row = SumOut(
        key="0x01", name='=HYPERLINK("http://x")', gross=Money(1), net=Money(-1), paid_ms=0, payments=1,
        net_before=Money(0),
    )  # fmt: skip
    (line,) = csv.DictReader(io.StringIO(write([row], "csv")))
    assert line["name"].startswith("'=")
    assert line["net"] == "-0.000001"


async def test_many_films_are_changed_and_put_back(running: RunningWorld) -> None:
    films = [(await running.publish()).content for _ in range(2)]
    bulk, memberships = running.creator.bulk, running.creator.memberships
    done = await bulk.change_access(films, "public")
    assert (len(done.before), done.problem) == (2, None)
    assert [(await memberships.access(film)).visibility for film in films] == ["public", "public"]
    await bulk.restore_access(done.before)
    assert [(await memberships.access(film)).visibility for film in films] == ["chunks", "chunks"]
    stopped = await bulk.change_access(films, "members")
    assert stopped.before == ()
    assert stopped.problem is not None
    assert stopped.problem.code == "access.no_tier"
