"""Whose turn it is to write a file, among processes: here two handles of it, which exclude each other as those do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.db import turn
from services.db.engine import Database, open_database
from services.wire.problems import ProblemError

_HOLDER = """
import sys, time
from pathlib import Path
from services.db.turn import Turn
with Turn(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Database, Database]:
    return open_database(tmp_path / "node.db"), open_database(tmp_path / "node.db")


def test_the_second_writes_when_the_first_is_done(pair: tuple[Database, Database]) -> None:
    one, other = pair
    done: list[str] = []

    def write() -> None:
        with other.write():
            done.append("other")

    with one.write_plain():
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join(0.05)
        assert done == []
    waiting.join()
    assert done == ["other"]
    one.close()
    other.close()


def test_a_turn_without_end_is_said(pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "PATIENCE_S", 0.01)
    with pair[0].write(), pytest.raises(ProblemError, match=r"database\.unreachable"), pair[1].write_plain():
        pytest.fail("both at once")
    with pair[1].write_plain():
        pass
    for database in pair:
        database.close()


def test_a_killed_process_gives_its_turn_back(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "node.db"
    command = [sys.executable, "-c", _HOLDER, str(path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, signal.SIGKILL)
    database = open_database(path)
    with database.write():
        pass
    database.close()


def test_without_a_place_for_the_turn_sqlite_alone_decides(tmp_path: Path) -> None:
    (tmp_path / "node.db-turn").mkdir()
    database = open_database(tmp_path / "node.db")
    with database.write():
        pass
    database.close()
