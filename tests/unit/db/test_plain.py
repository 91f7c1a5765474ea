"""Statements past the session: the same text, values and rows as through it, on both engines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, create_engine, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

from services.db.engine import Database, open_database
from services.db.migrate import migrate
from services.db.plain import Prepared, unit_of
from services.db.plain_rows import PlainRows
from services.desk.tables import Channel, Setting
from services.units.address import Address, Bytes32
from services.units.money import ZERO, Money
from services.units.time import from_unix_seconds
from services.wire.problems import ProblemError
from tests.fixtures.chain import START as START_S

START = from_unix_seconds(START_S)
TOTAL = Money(70)


def psycopg_dialect() -> Dialect:
    return create_engine("postgresql+psycopg://").dialect


SETTINGS = PlainRows(Setting)
BY_NAME = Prepared(select(Setting.name).where(Setting.name >= bindparam("first")).order_by(Setting.name), ("first",))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = open_database(tmp_path / "desk.db")
    migrate(made, "desk")
    return made


def row() -> Channel:
    some = Address("0x" + "ab" * 20)
    return Channel(
        id=Bytes32("0x" + "01" * 32), node="http://n", creator=some, config={"salt": "ä"}, own=1, balance=Money(100),
        total=TOTAL, signed=TOTAL, claimed=ZERO, open_intent=None, deposit=None, state="open", since=START,
        ready_at=None, withdrawals=0, step=3, used_at=START,
    )  # fmt: skip


def test_a_row_is_the_same_by_either_way(database: Database) -> None:
    rows, written = PlainRows(Channel), row()
    with database.write_plain() as unit:
        rows.put(unit, written)
    with database.read() as session:
        read = session.get_one(Channel, written.id)
    with database.read_plain() as unit:
        plain = rows.get_one(unit, written.id)
        assert rows.get(unit, "0x") is None
    for column in Channel.__table__.columns:
        assert getattr(read, column.name) == getattr(plain, column.name) == getattr(written, column.name), column.name


def test_a_row_is_written_over(database: Database) -> None:
    rows, written = PlainRows(Channel), row()
    with database.write_plain() as unit:
        rows.put(unit, written)
        written.total, written.open_intent, written.used_at = Money(80), "x", START + timedelta(seconds=1)
        rows.put(unit, written)
        again = rows.get_one(unit, written.id)
    assert (again.total, again.open_intent, again.used_at) == (Money(80), "x", START + timedelta(seconds=1))


def test_a_fixed_column_stays_as_it_was_first_written(database: Database) -> None:
    rows, written = PlainRows(Channel, fixed=("creator", "node")), row()
    with database.write_plain() as unit:
        rows.put(unit, written)
        written.node, written.total = "http://elsewhere", Money(80)
        rows.put(unit, written)
        again = rows.get_one(unit, written.id)
    assert (again.node, again.total) == ("http://n", Money(80))


def test_what_fails_is_not_made(database: Database) -> None:
    def write() -> None:
        with database.write_plain() as unit:
            SETTINGS.put(unit, Setting(name="a", value=1))
            raise ProblemError("budget.day")

    with pytest.raises(ProblemError, match="budget"):
        write()
    with database.read_plain() as unit:
        assert BY_NAME.all(unit, "") == []


def test_a_session_and_the_statements_past_it_are_one_unit(database: Database) -> None:
    with database.write() as session:
        session.add(Setting(name="b", value=2))
        unit = unit_of(session)
        SETTINGS.put(unit, Setting(name="c", value=3))
        assert BY_NAME.all(unit, "a") == [("b",), ("c",)]
        assert unit_of(unit) is unit
    with database.read() as session:
        assert [one.value for one in session.scalars(select(Setting).order_by(Setting.name))] == [2, 3]


def test_a_frozen_database_takes_nothing(database: Database) -> None:
    database.freeze(ProblemError("ledger.damaged", line=1))
    with pytest.raises(ProblemError, match="ledger"), database.write_plain():
        pytest.fail("it is only read")


@pytest.mark.parametrize(
    ("dialect", "values"),
    [
        (sqlite.dialect(), (5, "closed", "k", 9, 9)),
        (psycopg_dialect(), {"claimed": 5, "state": "closed", "key": "k", "most": 9}),
    ],
)
def test_constants_are_written_by_their_type_and_names_may_come_twice(dialect: Dialect, values: object) -> None:
    statement = (
        update(Channel)
        .where(Channel.id == bindparam("key"), Channel.total < bindparam("most"), Channel.signed < bindparam("most"))
        .values(claimed=Money(5), state="closed")
    )
    _, arrange = Prepared(statement, ("key", "most"))._compile(dialect)
    assert arrange(("k", 9)) == values
