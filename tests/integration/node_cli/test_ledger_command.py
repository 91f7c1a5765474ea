"""``museclock-node ledger``: says what holds, writes it out, and changes nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.db.engine import open_database
from services.db.ledger import Line, post
from services.db.migrate import migrate
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.units.money import Money
from tests.fixtures.postgres import Postgres

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask() -> Ask:
    def run(*arguments: object) -> tuple[int, str]:
        said: list[str] = []
        code = main(["ledger", *map(str, arguments)], Terminal(said.append, lambda _: "", lambda _: ""))
        return code, "\n".join(said)

    return run


def fill(where: Path | str, *, entries: int = 3) -> None:
    with closing(open_database(where)) as database:
        migrate(database, "node")
        for number in range(entries):
            with database.write() as session:
                lines = (Line("a", Money(5), "=1+1"), Line("b", Money(-5)))
                post(session, kind="k", ref=str(number), at=NOON, lines=lines)


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_books_of_a_profile_are_checked_and_written_out(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path / "node" / "node.db")
    fill(tmp_path / "desks" / "viewer" / "desk.db", entries=1)
    code, said = ask("verify", "--profile", tmp_path)
    assert code == 0
    assert "node-node: 6 lines hold." in said
    assert "desks-viewer-desk: 2 lines hold." in said
    code, said = ask("export", "--profile", tmp_path, "--to", tmp_path / "out")
    assert (code, sorted(path.name for path in (tmp_path / "out").iterdir())) == (
        0, ["desks-viewer-desk.csv", "desks-viewer-desk.json", "node-node.csv", "node-node.json"],
    )  # fmt: skip
    written = json.loads((tmp_path / "out" / "node-node.json").read_text())
    assert (written["count"], written["break_at"]) == (6, None)
    assert [line["amount_micro_usdc"] for line in written["lines"]] == ["5", "-5"] * 3
    with (tmp_path / "out" / "node-node.csv").open(newline="") as table:
        assert list(csv.DictReader(table)) == written["lines"]


def test_damage_is_named_and_the_lines_before_it_are_written_out(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path / "node.db")
    change(tmp_path / "node.db", "UPDATE ledger_line SET account = 'thief' WHERE seq = 4")
    code, said = ask("verify", "--profile", tmp_path)
    assert code == 1
    assert "Line 4 is the first that does not hold." in said
    assert ask("verify", "--profile", tmp_path, "--accept")[0] == 1
    code, said = ask("export", "--profile", tmp_path, "--to", tmp_path / "out")
    assert code == 1
    assert "2 lines are in" in said
    assert json.loads((tmp_path / "out" / "node.json").read_text())["break_at"] == "4"


def test_other_sums_and_other_files_are_told_apart(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path / "node.db")
    change(tmp_path / "node.db", "CREATE TABLE note (word TEXT)")
    code, said = ask("verify", "--profile", tmp_path)
    assert code == 1
    assert "6 lines hold" in said
    assert "not as it was closed" in said
    assert ask("verify", "--profile", tmp_path, "--accept")[0] == 0
    assert ask("verify", "--profile", tmp_path)[0] == 0
    change(tmp_path / "node.db", "UPDATE ledger_balance SET amount = amount + 1 WHERE account = 'a'")
    code, said = ask("verify", "--profile", tmp_path)
    assert (code, "the sums kept beside them are others" in said) == (1, True)
    (tmp_path / "node.db").write_bytes(b"x" * 5_000)
    code, said = ask("verify", "--profile", tmp_path)
    assert (code, "The file itself" in said) == (1, True)


def test_a_server_s_books_are_checked_by_url(postgres: Postgres, tmp_path: Path, ask: Ask) -> None:
    url = postgres.migrated("node")
    fill(url)
    assert ask("verify", "--database", url)[0] == 0
    with closing(open_database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_line SET amount = 6 WHERE seq = 3")
    code, said = ask("verify", "--database", url)
    assert (code, "Line 3 " in said) == (1, True)
    assert ask("export", "--database", url, "--to", tmp_path)[0] == 1
    assert json.loads((tmp_path / "node.json").read_text())["count"] == 2
    postgres.drop(url)


def test_what_is_not_there_is_said(tmp_path: Path, ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("verify", "--profile", tmp_path)[0] == 1
    assert "no books" in capsys.readouterr().err
    assert ask("verify", "--database", "mysql://me:secret@there/x")[0] == 1
    assert "secret" not in capsys.readouterr().err
