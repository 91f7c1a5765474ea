"""Two workers' journals at once: a chunk is bought once, a channel's total moves once, and nobody waits in a circle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from services.db.engine import Database
from services.node.channels.journal import NewCharge, VoucherJournal
from services.node.tables import Channel, Charge, Entitlement
from services.units.address import Address, Bytes32, bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from tests.fixtures.postgres import Opener

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CREATOR = Address("0x" + "c" * 40)
FILM = ContentId(bytes32(bytes([9] * 32)))
Pair = tuple[VoucherJournal, VoucherJournal]
CHANNELS = 12


@pytest.fixture
def books(open_books: Opener) -> tuple[Database, Database]:
    one, other = open_books("node"), open_books("node")
    with one.write() as session:
        for number in range(CHANNELS):
            session.add(
                Channel(
                    id=_channel(number), payer=_viewer(0), payer_authorizer=_viewer(0), creator=CREATOR,
                    receiver=CREATOR, receiver_authorizer=CREATOR, token=CREATOR, withdraw_delay=900,
                    salt=_channel(number), balance=Money(1_000), claimed=ZERO, charged=ZERO, signature=None,
                    refund_nonce=0, withdraw_requested_at=0, used_at=NOW, unclaimed_since=None,
                )
            )  # fmt: skip
    return one, other


@pytest.fixture
def journals(books: tuple[Database, Database]) -> Iterator[Pair]:
    pair = VoucherJournal(books[0]), VoucherJournal(books[1])
    yield pair
    for journal in pair:
        journal.close()


def _channel(number: int) -> Bytes32:
    return bytes32(bytes([number + 1] * 32))


def _viewer(number: int) -> Address:
    return Address(f"0x{number:040x}")


def _charge(channel: int, total: int, chunk: int, viewer: int = 0) -> NewCharge:
    signed = bytes(65)
    return NewCharge(
        _channel(channel), Money(total), Money(total + 1), signed, _viewer(viewer), CREATOR, FILM, chunk, 1, NOW
    )


def _outcome(written: Future[None]) -> str:
    error = written.exception(timeout=60)
    if error is None:
        return "written"
    assert isinstance(error, ProblemError), error
    return error.code


def _count(database: Database, table: type[Charge] | type[Entitlement]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_journal_with_nothing_to_do_tidies_and_goes_on(
    books: tuple[Database, Database], journals: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidied, tidy = threading.Event(), books[0].tidy

    def note() -> None:
        tidy()
        tidied.set()

    monkeypatch.setattr(books[0], "tidy", note)
    for total in range(10):
        assert _outcome(journals[0].write(_charge(0, total, total))) == "written"
    assert tidied.wait(60)
    assert _outcome(journals[0].write(_charge(0, 10, 10))) == "written"
    assert _count(books[0], Charge) == 11


def test_the_same_chunk_by_two_channels_is_bought_once(books: tuple[Database, Database], journals: Pair) -> None:
    for chunk in range(20):
        both = [journal.write(_charge(number, chunk, chunk)) for number, journal in enumerate(journals)]
        outcomes = sorted(map(_outcome, both))
        assert outcomes == ["content.owned", "written"], chunk
        # The one that was refused left its channel where it was: the other sells to both again.
        loser = [_outcome(one) for one in both].index("content.owned")
        assert _outcome(journals[loser].write(_charge(loser, chunk, 100 + chunk))) == "written"
    assert _count(books[0], Charge) == _count(books[0], Entitlement) == 40


def test_a_channel_s_total_moves_once(books: tuple[Database, Database], journals: Pair) -> None:
    for total in range(20):
        both = [journal.write(_charge(3, total, 2 * total + number)) for number, journal in enumerate(journals)]
        assert sorted(map(_outcome, both)) == ["channel.total", "written"], total
    assert _count(books[0], Charge) == 20


def test_batches_of_the_same_channels_in_any_order_end(books: tuple[Database, Database], journals: Pair) -> None:
    at = dict.fromkeys(range(CHANNELS), 0)
    for round_number in range(15):
        waiting = []
        for journal, half in zip(journals, (0, 1), strict=True):
            numbers = [(7 * step + 5 * half + round_number) % CHANNELS for step in range(CHANNELS)]
            # Each viewer's chunks are wanted by both journals, by other channels.
            charges = [
                _charge(number, at[number], round_number, viewer=(number + half) % CHANNELS) for number in numbers
            ]
            waiting.append(journal.write(*charges))
        wait(waiting, timeout=60)
        assert sorted(map(_outcome, waiting)) == ["channel.total", "written"]
        at = {number: total + 1 for number, total in at.items()}
    assert _count(books[0], Charge) == 15 * CHANNELS


# A file has one writer.
@pytest.mark.parametrize("open_books", ["postgresql"], indirect=True)
def test_journals_write_beside_each_other_and_beside_nothing_else(open_books: Opener) -> None:
    one, other = open_books("node"), open_books("node")
    with one.write_plain(is_shared=True), other.write_plain(is_shared=True):
        pass
    held: Future[None] = Future()
    with one.write_plain(is_shared=True) as unit:
        unit.settle()
        journal = VoucherJournal(other)
        held = journal.write(_charge(0, 0, 0))
        assert _outcome(held) == "channel.total"  # there is no such channel; it did not have to wait to know
        with other.read() as session:
            waits = "SELECT pg_try_advisory_xact_lock(1297437509)"
            assert session.connection().exec_driver_sql(waits).scalar() is False
        journal.close()
