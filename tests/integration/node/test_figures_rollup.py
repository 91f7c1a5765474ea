"""The roll-ups of figures follow the ledger, in whatever pieces they are made, on both engines."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from services.db import ledger
from services.db.books import LedgerLine
from services.db.engine import Database
from services.db.ledger import Line
from services.db.ledger_batch import Entry, post_many
from services.db.plain import unit_of
from services.node.figures import people, rollup, series
from services.node.figures.people import MemberWish
from services.node.figures.tables import CreatorDay, CreatorItem, CreatorItemDay, CreatorViewer, FiguresPosition
from services.node.memberships.tables import Membership
from services.node.statement import Period
from services.node.tables import Tier
from services.node.till import pending
from services.units.ids import new_row_id
from services.units.membership import tier_word
from services.units.money import ZERO, Money, platform_fee, total
from tests.fixtures.chain import CREATOR, STRANGER, person
from tests.fixtures.postgres import Opener

TODAY = date(2027, 1, 15)
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
FILMS = tuple(f"0x{number:064x}" for number in range(5))
PAYERS = tuple(person(f"payer {number}").address for number in range(9))
WHOLE = Period(TODAY - timedelta(days=20), TODAY)


def _enter(database: Database, tier: str) -> None:
    """Enter sales of two creators over three weeks, the platform's share of each, and money that only moves on."""
    rng, gross = random.Random(5), {CREATOR.address: ZERO, STRANGER.address: ZERO}  # noqa: S311  the same in each run
    entries: list[Entry] = []
    for number in range(120):
        at = datetime.combine(TODAY - timedelta(days=rng.randrange(21)), datetime.min.time(), UTC)
        creator = (CREATOR, STRANGER)[number % 7 == 0].address
        item = rng.choice((*FILMS, f"tier:{tier_word(tier)}", "tip"))
        amount = Money(rng.randrange(1, 10**7))
        fee = platform_fee(gross[creator], amount)
        gross[creator] += amount
        payer = "outside" if item == "tip" else f"payer:{rng.choice(PAYERS)}"
        owed, fees = (pending(creator), "pending:platform") if number % 2 else (f"creator:{creator}", "platform")
        lines = [Line(payer, -amount, item), Line(owed, amount - fee, item), Line(fees, fee, item)]
        moved = (Line(pending(creator), -amount), Line(f"creator:{creator}", amount))
        entries += [Entry("test", str(number), at, tuple(lines)), Entry("moved", str(number), at, moved)]
    with database.write() as session:
        assert post_many(session, entries) == len(entries)


@pytest.fixture
def books(open_books: Opener) -> tuple[Database, str]:
    database, tier = open_books("node"), new_row_id()
    with database.write() as session:
        session.add(
            Tier(id=tier, creator=CREATOR.address, name="Patron", price=Money(2_990_000), perks=[], created_at=NOW)
        )
        session.flush()
        for at, viewer in enumerate(PAYERS[:4]):
            session.add(
                Membership(
                    id=new_row_id(), viewer=viewer, creator=CREATOR.address, tier_id=tier,
                    joined_at=NOW - timedelta(days=40 + at), paid_until=NOW + timedelta(days=10 - 8 * at), payments=2,
                    renews=at % 2, next_tier=None, reason="", ended_at=None,
                )
            )  # fmt: skip
    _enter(database, tier)
    return database, tier


def _net(database: Database, creator: str) -> dict[date, Money]:
    """Add up what the ledger's own roll-ups say."""
    found: dict[date, Money] = {}
    with database.read() as session:
        for account in (f"creator:{creator}", f"pending:{creator}"):
            for day, amount in ledger.days(session, account, first=WHOLE.first, last=WHOLE.last).items():
                found[day] = found.get(day, ZERO) + amount
    return found


def _rows(database: Database) -> list[object]:
    with database.read() as session:
        return [
            tuple(row)
            for table in (CreatorDay, CreatorItemDay, CreatorItem, CreatorViewer)
            for row in session.execute(select(*table.__table__.columns).order_by(*table.__table__.primary_key))
        ]


def test_the_roll_ups_say_what_the_ledger_says(books: tuple[Database, str]) -> None:
    database, tier = books
    rollup.catch_up(database)
    with database.read() as session:
        shown = series.figures(session, CREATOR.address, WHOLE, NOW)
        ledgers = _net(database, CREATOR.address)
        earnings = shown.metrics[0]
        days = [WHOLE.first + timedelta(days=number) for number in range(21)]
        assert earnings.days == tuple(ledgers.get(day, ZERO).micros for day in days)
        gross = shown.metrics[1]
        assert gross.total - earnings.total == gross.total // 10
        assert 0 < shown.metrics[3].total == len(PAYERS)
        for by in ("day", "item", "tier", "source"):
            found = series.breakdown(session, CREATOR.address, WHOLE, by, limit=100, now=NOW)
            assert found.net == total(list(ledgers.values()))
            if by in ("day", "source"):
                assert total([row.net for row in found.rows]) == found.net
        few = series.breakdown(session, CREATOR.address, WHOLE, "item", limit=2, now=NOW)
        films = series.breakdown(session, CREATOR.address, WHOLE, "item", limit=9, now=NOW)
        assert total([row.net for row in few.rows]) + few.rest == total([row.net for row in films.rows])
        (row,) = series.breakdown(session, CREATOR.address, WHOLE, "tier", limit=9, now=NOW).rows
        assert (row.key, row.name) == (f"tier:{tier_word(tier)}", "Patron")


def test_made_in_small_pieces_or_again_they_are_the_same(
    books: tuple[Database, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = books
    rollup.catch_up(database)
    whole = _rows(database)
    monkeypatch.setattr(rollup, "RULES", rollup.RULES + 1)
    monkeypatch.setattr(rollup, "_BATCH", 31)
    monkeypatch.setattr(rollup, "_LINES", rollup.next_lines(31))
    with database.write() as session:
        rollup.advance(unit_of(session))
    assert len(_rows(database)) < len(whole)
    rollup.catch_up(database)
    assert _rows(database) == whole
    with database.read() as session:
        seq, newest = (
            session.scalar(select(FiguresPosition.seq)),
            session.scalar(select(func.max(LedgerLine.seq))),
        )
    assert seq == newest


def test_members_are_counted_once_and_those_who_left_are_missed(books: tuple[Database, str]) -> None:
    database, tier = books
    rollup.catch_up(database)
    with database.read() as session:
        shown = people.members(session, CREATOR.address, MemberWish(), offset=0, limit=2, now=NOW)
        assert (shown.total, len(shown.rows), shown.active + shown.ending, shown.lapsed) == (4, 2, 2, 2)
        assert (shown.left_lately, shown.churn_bps) == (2, 5_000)
        assert [row.state for row in shown.rows] == ["ending", "active"]
        best = people.members(session, CREATOR.address, MemberWish(order="lifetime"), offset=0, limit=9, now=NOW)
        brought = [row.lifetime for row in best.rows]
        assert brought == sorted(brought, reverse=True)
        assert shown.value == Money(total(brought).micros // 4)
        (figures,) = people.tiers(session, CREATOR.address, NOW)
        assert (figures.tier_id, figures.members) == (tier, 2)
        with_tier = series.breakdown(session, CREATOR.address, WHOLE, "tier", limit=9, now=NOW)
        assert (figures.net, figures.key) == (with_tier.rows[0].net, with_tier.rows[0].key)
        members = series.figures(session, CREATOR.address, WHOLE, NOW).metrics[4]
        assert (members.days[-1], members.days[0]) == (2, 4)


def _join(database: Database, tier: str, viewer: str, since: timedelta, until: timedelta, reason: str = "") -> None:
    with database.write() as session:
        session.add(
            Membership(
                id=new_row_id(), viewer=viewer, creator=CREATOR.address, tier_id=tier, joined_at=NOW - since,
                paid_until=NOW + until, payments=1, renews=int(not reason), next_tier=None, reason=reason,
                ended_at=None,
            )
        )  # fmt: skip


def test_chart_list_and_tiers_agree_on_how_many_members_there_are(books: tuple[Database, str]) -> None:
    database, tier = books
    with database.write() as session:
        above = new_row_id()
        session.add(
            Tier(id=above, creator=CREATOR.address, name="Higher", price=Money(9_990_000), perks=[], created_at=NOW)
        )
    day, hour = timedelta(days=1), timedelta(hours=1)
    # One moved up and has paid for both; one ends this evening; one was away for four days in between.
    _join(database, tier, person("moved up").address, 9 * day, 5 * day, "upgraded")
    _join(database, above, person("moved up").address, 3 * day, 5 * day)
    _join(database, above, person("until tonight").address, 3 * day, 2 * hour)
    _join(database, tier, person("came back").address, 15 * day, -8 * day, "changed")
    _join(database, above, person("came back").address, 4 * day, 9 * day)
    rollup.catch_up(database)
    with database.read() as session:
        shown = people.members(session, CREATOR.address, MemberWish(), offset=0, limit=9, now=NOW)
        tiers = people.tiers(session, CREATOR.address, NOW)
        members = series.figures(session, CREATOR.address, WHOLE, NOW).metrics[4].days
    assert shown.active + shown.ending == 5
    assert sum(each.members for each in tiers) == 5
    assert [members[-1 - ago] for ago in (0, 3, 4, 5, 9, 10)] == [5, 5, 4, 3, 5, 4]
