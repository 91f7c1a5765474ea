"""Connections past the pool: used again when they are clean, undone when a unit fails, all closed at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.db.engine import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = open_database(tmp_path / "x.db")
    with made.write_plain() as unit:
        unit.driver.execute("CREATE TABLE t (x INTEGER)")
    return made


def test_the_same_connection_serves_one_unit_after_the_other(database: Database) -> None:
    with database.write_plain() as first:
        pass
    with database.read_plain() as second:
        assert second.driver is first.driver
        with database.read_plain() as third:
            assert third.driver is not first.driver
    database.close()


def test_a_unit_that_fails_is_undone_and_stands_in_nobodys_way(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write_plain() as unit:
        _ = unit.driver.execute("INSERT INTO t VALUES (1)").rowcount // 0
    with database.write_plain() as unit:
        assert unit.driver.execute("SELECT count(*) FROM t").fetchone() == (0,)
    with database.write() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    database.close()


def test_a_closed_file_is_held_by_nobody(database: Database) -> None:
    path = database.path
    assert path is not None
    with database.read_plain() as unit:
        database.close()
        assert unit.driver.execute("SELECT 1").fetchone() == (1,)
    assert open_database(path).is_as_closed is not False
