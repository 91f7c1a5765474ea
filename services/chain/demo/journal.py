"""The demo chain on disk: its genesis and every block, in one SQLite file of its own.

A block is on disk before anybody is told of it. Blocks are only ever appended; a checkpoint replaces the one before.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.chain.demo.evm import Log, Outcome
from services.chain.hashing import keccak256

_SCHEMA = """
CREATE TABLE IF NOT EXISTS genesis (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS blocks (
    number INTEGER PRIMARY KEY,
    timestamp INTEGER NOT NULL,
    hash BLOB NOT NULL,
    tx BLOB UNIQUE,
    result BLOB NOT NULL,
    logs TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    block BLOB NOT NULL,
    text TEXT NOT NULL,
    digest BLOB NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One block: at most one signed transaction, and the hash of how it ended."""

    number: int
    timestamp: int
    hash: bytes
    transaction: bytes | None
    result: bytes
    logs: str


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A state as services.chain.demo.checkpoint writes it, and the block after which it was."""

    number: int
    block: bytes
    text: str
    digest: bytes


class Journal:
    """Open from construction until ``close``. Not thread-safe: its owner holds a lock."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # FULL: a block that was answered for survives a power cut, too.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=2000"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.executescript(_SCHEMA)

    def genesis(self) -> str | None:
        """Give the kept genesis; None in a new journal."""
        row = self._db.execute("SELECT state FROM genesis").fetchone()
        return None if row is None else str(row[0])

    def begin(self, genesis: str) -> None:
        """Keep the genesis of a new chain."""
        self._db.execute("INSERT INTO genesis (id, state) VALUES (1, ?)", (genesis,))

    def append(self, row: JournalRow) -> None:
        """Put a block on disk; it is durable on return. Raises sqlite3.Error, and then there is no such block."""
        self._db.execute(
            "INSERT INTO blocks (number, timestamp, hash, tx, result, logs) VALUES (?, ?, ?, ?, ?, ?)",
            (row.number, row.timestamp, row.hash, row.transaction, row.result, row.logs),
        )

    def blocks(self) -> Iterator[JournalRow]:
        """Give every block, oldest first."""
        query = "SELECT number, timestamp, hash, tx, result, logs FROM blocks ORDER BY number"
        for row in self._db.execute(query):
            yield JournalRow(*row)

    def checkpoint(self) -> KeptCheckpoint | None:
        """Give the latest state that was kept."""
        row = self._db.execute("SELECT number, block, text, digest FROM checkpoint").fetchone()
        return None if row is None else KeptCheckpoint(*row)

    def keep(self, checkpoint: KeptCheckpoint) -> None:
        """Keep a state in the place of an earlier one. Raises sqlite3.Error."""
        self._db.execute(
            "INSERT OR REPLACE INTO checkpoint (id, number, block, text, digest) VALUES (1, ?, ?, ?, ?)",
            (checkpoint.number, checkpoint.block, checkpoint.text, checkpoint.digest),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def logs_json(logs: tuple[Log, ...]) -> str:
    """Write logs as the journal keeps them."""
    return json.dumps([[log.emitter, list(log.topics), log.data.hex()] for log in logs], separators=(",", ":"))


def result_hash(outcome: Outcome) -> bytes:
    """Hash how a transaction ended; a replay must give the same."""
    return keccak256("\n".join(result_parts(outcome)).encode())


def result_parts(outcome: Outcome) -> list[str]:
    """Write down how a transaction ended: the lines that its hash is of."""
    return [str(outcome.is_ok), str(outcome.gas_used), outcome.output.hex(), outcome.halt, logs_json(outcome.logs)]
