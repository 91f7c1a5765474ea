"""A database on each engine: one writer, all or nothing, failures said in words, and its schema's versions."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import DataError, IntegrityError

from services.db import migrate as migrations
from services.db.audit import verify
from services.db.books import Books
from services.db.engine import Database, open_database
from services.db.keybox import KEY_BYTES, KeyBox, key_file
from services.db.ledger import Line, balance, post
from services.db.migrate import Kind, known_revisions, migrate
from services.desk.library import tables as library_tables
from services.desk.nodes import tables as node_list
from services.desk.storage import tables as storage_tables
from services.desk.tables import DeskTable
from services.desk.tips import tables as given_tips
from services.desk.wallet import tables as wallet_tables
from services.node import circle_orders
from services.node.blocks import tables as block_tables
from services.node.cases import tables as case_tables
from services.node.catalogue import tables as catalogue_tables
from services.node.figures import tables as figure_tables
from services.node.memberships import tables as memberships
from services.node.moderation import tables as moderation_tables
from services.node.passes import tables as pass_tables
from services.node.profiles import tables as profile_tables
from services.node.tables import NodeTable
from services.units.money import ZERO, Money
from services.units.time import SystemClock
from services.wire.problems import ProblemError
from tests.fixtures.postgres import Postgres

TABLES: dict[Kind, type[DeskTable] | type[NodeTable]] = {"desk": DeskTable, "node": NodeTable}
assert circle_orders.CircleOrderRow.metadata is NodeTable.metadata  # its table stands in a module of its own
assert memberships.Membership.metadata is NodeTable.metadata  # and these, too
assert node_list.KnownNode.metadata is library_tables.Standing.metadata is DeskTable.metadata
assert storage_tables.StorageTarget.metadata is wallet_tables.Sending.metadata is DeskTable.metadata
assert given_tips.GivenTip.metadata is DeskTable.metadata
assert profile_tables.CreatorProfile.metadata is NodeTable.metadata
assert block_tables.BroughtBlock.metadata is NodeTable.metadata
assert catalogue_tables.Listing.metadata is moderation_tables.Report.metadata is NodeTable.metadata
assert pass_tables.PassMonth.metadata is case_tables.SharingCase.metadata is NodeTable.metadata
assert figure_tables.CreatorDay.metadata is NodeTable.metadata
NOW = SystemClock().now()


@pytest.fixture
def database(database_at: Path | str) -> Iterator[Database]:
    opened = open_database(database_at)
    migrate(opened, "desk")
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "x.db"


@pytest.fixture
def sqlite(path: Path) -> Iterator[Database]:
    opened = open_database(path)
    migrate(opened, "desk")
    yield opened
    opened.close()


def _pay(database: Database, ref: str) -> None:
    with database.write() as session:
        before = balance(session, "a")
        lines = (Line("a", Money(1)), Line("b", Money(-1)))
        post(session, kind="k", ref=ref, at=NOW, lines=lines)
        assert balance(session, "a") == before + Money(1)


def test_writers_take_turns_within_and_across_connections(database_at: Path | str, database: Database) -> None:
    other = open_database(database_at)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _pay(database if number % 2 else other, str(number)), range(60)))
    with database.read() as session:
        assert balance(session, "a") == Money(60)
        verify(session)
    other.close()


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    _pay(database, "1")
    with database.read() as session:
        assert balance(session, "a") == Money(1)
        writer = threading.Thread(target=_pay, args=(database, "2"))
        writer.start()
        writer.join()
        assert balance(session, "a") == Money(1)
    with database.read() as session:
        assert balance(session, "a") == Money(2)


def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.execute(text("INSERT INTO chain_seen VALUES ('x', 1)"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM chain_seen")) == 0


def test_a_full_disk_is_one_problem_and_writes_nothing(sqlite: Database) -> None:
    database = sqlite
    _pay(database, "1")
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    full = open_database(Path(str(database.engine.url.database)))

    event.listen(full.engine, "connect", lambda raw, _record: raw.execute(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(ProblemError, match=r"disk\.full"):
        _fill(full)
    full.close()
    with database.read() as session:
        assert balance(session, "a") == Money(1)
        verify(session)
    _pay(database, "2")


def _fill(database: Database) -> None:
    with database.write() as session:
        for number in range(2, 2_000):
            post(session, kind="k", ref=str(number), at=NOW, lines=(Line("a", Money(1)), Line("b", Money(-1))))


def test_commits_are_durable_and_files_are_the_owner_s(path: Path, sqlite: Database) -> None:
    with sqlite.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_log_that_is_tidied_begins_anew_in_its_room(path: Path, sqlite: Database) -> None:
    log = path.with_name(path.name + "-wal")
    for number in range(40):
        _pay(sqlite, f"first {number}")
    sqlite.tidy()
    room = log.stat().st_size
    for turn in range(3):
        for number in range(20):
            _pay(sqlite, f"{turn} {number}")
        sqlite.tidy()
    assert log.stat().st_size == room
    alone = path.with_name("alone.db")
    alone.write_bytes(path.read_bytes())
    with closing(open_database(alone)) as without_its_log, without_its_log.read() as session:
        assert balance(session, "a") == Money(100)


def test_tidying_is_left_undone_when_it_cannot_be(database: Database) -> None:
    for number in range(20):
        _pay(database, str(number))
    with closing(database.engine.raw_connection()) as busy:
        driver: Any = busy.driver_connection
        reader = driver.cursor()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ledger_line").fetchone()
        _pay(database, "beside a reader")
        database.tidy()
        reader.execute("ROLLBACK")
    database.tidy()
    with database.read() as session:
        assert balance(session, "a") == Money(21)
        verify(session)


def test_a_closed_file_is_left_as_it_is(path: Path, sqlite: Database) -> None:
    for number in range(20):
        _pay(sqlite, str(number))
    sqlite.close()
    closed = path.read_bytes()
    sqlite.tidy()
    assert path.read_bytes() == closed
    assert not path.with_name(path.name + "-wal").exists()


def test_columns_are_strict(database: Database) -> None:
    with pytest.raises((IntegrityError, DataError)), database.write() as session:
        session.execute(text("INSERT INTO ledger_balance VALUES ('a', 'much')"))


def _has_model(name: str | None, kind: str, _parents: object) -> bool:
    """The index of words is the engine's own (on SQLite five tables), so no model describes it."""
    return kind != "table" or not (name or "").startswith("item_search")


@pytest.mark.parametrize("kind", ["desk", "node"])
def test_the_migrated_schema_is_that_of_the_models(database_at: Path | str, kind: Kind) -> None:
    with closing(open_database(database_at)) as database:
        migrate(database, kind)
        wanted = MetaData()
        for metadata in (Books.metadata, TABLES[kind].metadata):
            for table in metadata.tables.values():
                table.to_metadata(wanted)
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _has_model})
            assert compare_metadata(context, wanted) == []


@pytest.mark.parametrize("kind", ["desk", "node"])
def test_revisions_follow_on_each_other_in_the_order_of_their_names(kind: Kind) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations._ROOT))
    config.set_main_option("version_locations", str(migrations._ROOT / kind))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    oldest_first = [script.revision for script in scripts.walk_revisions()][::-1]
    assert known_revisions(kind) == oldest_first
    assert scripts.get_current_head() == oldest_first[-1]


def test_migrating_again_changes_nothing(database: Database) -> None:
    _pay(database, "1")
    migrate(database, "desk")
    with database.read() as session:
        assert balance(session, "a") == Money(1)


def test_a_newer_or_foreign_database_is_refused(database: Database) -> None:
    with pytest.raises(ProblemError, match=r"profile\.newer"):
        migrate(database, "node")
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'desk_9999'"))
    with pytest.raises(ProblemError, match=r"profile\.newer"):
        migrate(database, "desk")


def test_two_starters_migrate_once(database_at: Path | str) -> None:
    databases = [open_database(database_at) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda database: migrate(database, "node"), databases))
    with databases[0].read() as session:
        assert balance(session, "a") == ZERO
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    for database in databases:
        database.close()


def test_a_frozen_database_is_read_and_not_written(database: Database) -> None:
    _pay(database, "1")
    assert database.harm is None
    database.freeze(ProblemError("ledger.damaged", line=7))
    with pytest.raises(ProblemError, match=r"ledger\.damaged") as raised:
        _pay(database, "2")
    assert raised.value.params == {"line": "7"}
    with database.read() as session:
        assert balance(session, "a") == Money(1)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://a:secret@b/c", "sqlite://", "postgresql+asyncpg://a/b"])
def test_other_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(ValueError, match="database") as raised:
        open_database(url)
    assert "secret" not in str(raised.value)


def test_a_file_may_be_named_by_url(path: Path, sqlite: Database) -> None:
    _pay(sqlite, "1")
    same = open_database(f"sqlite:///{path}")
    with same.read() as session:
        assert balance(session, "a") == Money(1)
    same.close()


def test_a_server_that_is_away_is_one_problem(tmp_path: Path) -> None:
    away = open_database(f"postgresql://nobody@/x?host={tmp_path}")
    with pytest.raises(ProblemError, match=r"database\.unreachable"), away.read() as session:
        balance(session, "a")
    with pytest.raises(ProblemError, match=r"database\.unreachable"), away.write():
        pass
    away.close()


def test_ended_connections_are_one_problem_in_a_unit_and_none_between_units(postgres: Postgres) -> None:
    url = postgres.migrated("node")
    database = open_database(url)
    _pay(database, "1")
    with pytest.raises(ProblemError, match=r"database\.unreachable"):
        _pay_and_be_ended(database, postgres, url)
    _pay(database, "3")
    assert postgres.end_connections(url) > 0
    _pay(database, "4")
    with database.read() as session:
        assert balance(session, "a") == Money(3)
        verify(session)
    database.close()
    postgres.drop(url)


def _pay_and_be_ended(database: Database, postgres: Postgres, url: str) -> None:
    with database.write() as session:
        post(session, kind="k", ref="2", at=NOW, lines=(Line("a", Money(1)), Line("b", Money(-1))))
        assert postgres.end_connections(url) == 1


def test_a_key_box_opens_only_its_own(tmp_path: Path) -> None:
    box = KeyBox(key_file(tmp_path / "k" / "device.key"))
    wrapped = box.wrap(b"secret", owner="row 1")
    assert box.open(wrapped, owner="row 1") == b"secret"
    assert b"secret" not in wrapped
    assert box.wrap(b"secret", owner="row 1") != wrapped
    harmed = [wrapped[:-1], wrapped + b"x", b"", wrapped[:12], bytes((wrapped[0] ^ 1,)) + wrapped[1:]]
    for data, owner in [(wrapped, "row 2"), *((one, "row 1") for one in harmed)]:
        with pytest.raises(ProblemError, match=r"wallet\.damaged"):
            box.open(data, owner=owner)
    with pytest.raises(ProblemError, match=r"wallet\.damaged"):
        KeyBox(bytes(32)).open(wrapped, owner="row 1")
    with pytest.raises(ValueError):
        KeyBox(b"short")


def test_a_key_file_is_made_once_and_is_the_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "node.key"
    key = key_file(path)
    assert len(key) == KEY_BYTES
    assert key_file(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["node.key"]
    path.write_bytes(key[:-1])
    with pytest.raises(ProblemError, match=r"wallet\.damaged"):
        key_file(path)
