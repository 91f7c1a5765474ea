"""When a transaction is to be replaced, and what the replacement offers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.replacement import PATIENCE, STUCK_AFTER, is_due, raised, replacement
from services.chain.transaction import SignedTransaction, read_transaction, sign_transaction
from tests.fixtures.chain import RELAYER, STRANGER, HandClock


@pytest.mark.parametrize(
    ("offered", "asked", "expected"),
    [
        ((40, 0), (10, 0), (45, 1)),
        ((40, 0), (60, 3), (60, 3)),
        ((41, 8), (1, 1), (47, 9)),
        ((1, 1), (0, 0), (2, 2)),
        ((10**12, 10**9), (0, 0), (1_125 * 10**9, 1_125 * 10**6)),
    ],
)
def test_a_replacement_offers_an_eighth_more_or_what_is_asked(
    offered: tuple[int, int], asked: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert raised(Fees(*offered), Fees(*asked)) == Fees(*expected)


def test_it_is_due_by_age_and_price() -> None:
    now = HandClock().now()
    same, more, tip = Fees(40, 0), Fees(41, 0), Fees(40, 1)
    second = timedelta(seconds=1)
    assert not is_due(same, more, since=now - STUCK_AFTER + second, now=now)
    assert not is_due(same, same, since=now - PATIENCE + second, now=now)
    for asked in (more, tip):
        assert is_due(same, asked, since=now - STUCK_AFTER, now=now)
    assert is_due(same, same, since=now - PATIENCE, now=now)
    assert is_due(same, same, since=None, now=now)
    assert is_due(same, same, since=now + timedelta(days=1), now=now), "the clock was set back"


def test_the_cap_holds_for_both_fees() -> None:
    signed = sign_transaction(
        Call(STRANGER.address, b"\x01", 7), key=RELAYER.key, nonce=3, gas=21_000, fees=Fees(40, 5), chain_id=1
    )

    def offered(asked: Fees, most: int) -> SignedTransaction | None:
        return replacement(signed, RELAYER.key, asked, most_fee_per_gas=most)

    found = offered(Fees(45, 0), 45)
    assert found is not None
    new = read_transaction(found.raw)
    assert (new.to, new.data, new.value, new.nonce, new.gas) == (STRANGER.address, b"\x01", 7, 3, 21_000)
    assert offered(Fees(46, 0), 45) is None
    assert offered(Fees(0, 46), 45) is None
