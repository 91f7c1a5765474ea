"""A book from the first schema goes on as it was, and what was stuck in it can be replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.chain.book import TransactionState
from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.replacement import is_due
from services.chain.transaction import SignedTransaction, sign_transaction
from services.db import migrate as migrations
from services.db.engine import Database, open_database
from services.db.migrate import Kind, migrate
from services.db.transactions import SqlTransactionBook
from services.units.ids import IntentId
from tests.fixtures.chain import RELAYER, STRANGER, HandClock

NOW = HandClock().now()


def signed(nonce: int, *, offer: int = 40) -> SignedTransaction:
    call = Call(STRANGER.address)
    return sign_transaction(call, key=RELAYER.key, nonce=nonce, gas=21_000, fees=Fees(offer, 0), chain_id=1)


def first_schema(database: Database, kind: Kind) -> None:
    root = Path(str(migrations._ROOT))
    config = Config()
    config.set_main_option("script_location", str(root))
    config.set_main_option("version_locations", str(root / kind))
    config.set_main_option("path_separator", "newline")
    with database.write() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, f"{kind}_0001")
        for nonce, state in enumerate(("open", "confirmed", "reverted")):
            one = signed(nonce)
            values = {"i": f"{nonce:064x}", "s": one.sender, "n": nonce, "h": one.hash, "r": one.raw, "t": state}
            session.execute(text("INSERT INTO chain_transaction VALUES (:i, :s, :n, :h, :r, :t)"), values)


@pytest.mark.parametrize("kind", ["desk", "node"])
def test_a_book_of_the_first_schema_is_read_and_goes_on(tmp_path: Path, kind: Kind) -> None:
    database = open_database(tmp_path / "old.db")
    first_schema(database, kind)
    migrate(database, kind)
    book = SqlTransactionBook(database)
    found = [book.find(IntentId(f"{nonce:064x}")) for nonce in range(3)]
    assert [one and (one.state, one.ended, one.attempts, one.since) for one in found] == [
        (TransactionState.OPEN, None, (signed(0),), None),
        (TransactionState.CONFIRMED, signed(1).hash, (signed(1),), None),
        (TransactionState.REVERTED, signed(2).hash, (signed(2),), None),
    ]
    (waiting,) = book.list_open(RELAYER.address)
    assert is_due(Fees(40, 0), Fees(40, 0), since=waiting.since, now=NOW), "nobody knows how old it is"
    replaced = book.replace(waiting.intent, latest=signed(0).hash, signed=signed(0, offer=45), at=NOW)
    assert book.find(waiting.intent) == replaced
    assert (len(replaced.attempts), replaced.since) == (2, NOW)
    database.close()
