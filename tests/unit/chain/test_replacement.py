"""A stuck transaction is replaced by the same call with the same nonce for more, and one of them takes effect."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.chain.book import BookedTransaction, MemoryTransactionBook, TransactionState
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import Fees
from services.chain.relayer import OwnKeyRelayer, next_attempt
from services.chain.replacement import PATIENCE, STUCK_AFTER
from services.chain.transaction import Transaction, sign_transaction
from services.units.money import Money
from tests.fixtures.chain import RELAYER, STRANGER
from tests.fixtures.fake_payment import PRICE, payment
from tests.fixtures.mempool import GWEI, PoolScene, stick


class Crash(BaseException):
    """The process is gone at this point."""


@pytest.fixture
def scene() -> PoolScene:
    return PoolScene()


def test_what_the_chain_takes_is_never_replaced(scene: PoolScene) -> None:
    relayer = scene.relayer()
    tx = relayer.submit(*payment())
    scene.pool.price_wei *= 10
    scene.later(PATIENCE)
    assert relayer.resume() == []
    assert relayer.wait(tx, 1).tx == tx
    assert len(scene.offers()) == 1


def test_a_stuck_one_is_replaced_by_the_same_for_more(scene: PoolScene) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    first = scene.booked().signed
    assert relayer.resume() == [payment()[0]], "it is too early to tell"
    scene.later(STUCK_AFTER - timedelta(seconds=1))
    assert relayer.resume() == [payment()[0]]
    assert len(scene.offers()) == 1
    scene.later(timedelta(seconds=1))
    assert relayer.resume() == []

    old, new = scene.offers()
    assert (new.nonce, new.to, new.value, new.data, new.gas, new.sender, new.chain_id) == (
        old.nonce, old.to, old.value, old.data, old.gas, old.sender, old.chain_id
    )  # fmt: skip
    assert new.max_fee_per_gas == 100 * GWEI
    assert new.max_priority_fee_per_gas > old.max_priority_fee_per_gas
    booked = scene.booked()
    assert (booked.state, booked.ended) == (TransactionState.CONFIRMED, new.hash)
    assert scene.paid() == PRICE
    assert scene.chain.nonce(RELAYER.address) == 1
    # Whoever holds the first hash learns the end all the same.
    assert relayer.wait(first.hash, 1).tx == new.hash
    assert relayer.submit(*payment()) == new.hash


def test_waiting_alone_gets_it_unstuck(scene: PoolScene) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    receipt = relayer.wait(scene.booked().signed.hash, 60)
    assert receipt.tx == scene.offers()[1].hash
    assert scene.paid() == PRICE


def test_one_that_is_waited_for_too_long_is_replaced_at_any_price(scene: PoolScene) -> None:
    relayer = scene.relayer()
    scene.pool.is_mining = False
    relayer.submit(*payment())
    scene.later(PATIENCE - timedelta(seconds=1))
    relayer.resume()
    assert len(scene.offers()) == 1
    scene.later(timedelta(seconds=1))
    relayer.resume()
    old, new = scene.offers()
    assert (old.max_fee_per_gas, new.max_fee_per_gas) == (40 * GWEI, 45 * GWEI)
    relayer.resume()
    assert len(scene.offers()) == 2, "the new one has its own time"
    scene.pool.is_mining = True
    assert relayer.resume() == []
    assert scene.paid() == PRICE


def test_the_first_of_two_may_still_win(scene: PoolScene) -> None:
    relayer = scene.relayer()
    stick(scene, relayer, price_gwei=41)
    scene.pool.is_mining = False
    scene.later()
    assert relayer.resume() == [payment()[0]]
    old, new = scene.offers()
    # A block was under way that holds the one that is being replaced.
    scene.pool.drop()
    scene.chain.broadcast(old.encoded)
    receipt = relayer.wait(new.hash, 1)
    assert receipt.tx == old.hash
    assert scene.booked().ended == old.hash
    found = relayer.outcome(payment()[0])
    assert found is not None
    assert (found.hash, found.state, found.kind) == (old.hash, TransactionState.CONFIRMED, "own_key")
    assert relayer.submit(*payment()) == old.hash
    assert scene.paid() == PRICE


def test_no_offer_passes_the_cap(scene: PoolScene) -> None:
    relayer = scene.relayer(most_fee_per_gas=90 * GWEI)
    stick(scene, relayer, price_gwei=46)
    scene.later()
    assert relayer.resume() == [payment()[0]]
    assert len(scene.offers()) == 1
    with pytest.raises(ChainRefused):
        relayer.submit(*payment(1))
    assert scene.book.find(payment(1)[0]) is None, "nothing is signed at such a price"
    scene.pool.price_wei = 45 * GWEI
    assert relayer.resume() == []
    assert scene.offers()[1].max_fee_per_gas == 90 * GWEI


def test_offers_grow_only_up_to_the_cap(scene: PoolScene) -> None:
    relayer = scene.relayer(most_fee_per_gas=60 * GWEI)
    scene.pool.is_mining = False
    relayer.submit(*payment())
    for _ in range(20):
        scene.later(PATIENCE)
        relayer.resume()
    offers = scene.offers()
    assert [one.max_fee_per_gas for one in offers] == [40 * GWEI, 45 * GWEI, 50_625_000_000, 56_953_125_000]
    scene.pool.is_mining = True
    assert relayer.resume() == []
    assert scene.paid() == PRICE


def test_one_that_was_dropped_is_sent_again_as_it_is(scene: PoolScene) -> None:
    relayer = scene.relayer()
    scene.pool.is_mining = False
    tx = relayer.submit(*payment())
    scene.pool.drop()
    scene.pool.is_mining = True
    assert relayer.wait(tx, 10).tx == tx
    assert {one.hash for one in scene.pool.seen} == {tx}
    assert scene.paid() == PRICE


def test_only_the_one_that_is_next_is_replaced(scene: PoolScene) -> None:
    relayer = scene.relayer()
    scene.pool.is_mining = False
    for chunk in range(4):
        relayer.submit(*payment(chunk))
    scene.later(PATIENCE)
    relayer.resume()
    assert [len(scene.offers(chunk)) for chunk in range(4)] == [2, 1, 1, 1]
    scene.pool.is_mining = True
    assert relayer.resume() == []
    assert scene.paid() == PRICE + PRICE + PRICE + PRICE
    assert scene.chain.nonce(RELAYER.address) == 4


def test_what_waits_behind_a_lost_one_comes_after_it(scene: PoolScene) -> None:
    """A nonce gap on the chain that the book can close: killed between signing and sending."""
    relayer = scene.relayer()
    broadcast, scene.pool.broadcast = scene.pool.broadcast, _crash  # type: ignore[method-assign]
    with pytest.raises(Crash):
        relayer.submit(*payment(0))
    scene.pool.broadcast = broadcast  # type: ignore[method-assign]
    restarted = scene.relayer()
    tx = restarted.submit(*payment(1))
    assert scene.chain.receipt(tx) is None
    assert restarted.wait(tx, 10).is_ok
    assert scene.paid() == PRICE + PRICE
    assert [len(scene.offers(chunk)) for chunk in range(2)] == [1, 1]


def test_a_nonce_that_nobody_has_is_used_up(scene: PoolScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that counted too far when the nonce was drawn, or a book from before: nothing would ever be taken."""
    relayer = scene.relayer()
    with monkeypatch.context() as patch:
        patch.setattr(scene.pool, "nonce", lambda _: 2, raising=False)
        tx = relayer.submit(*payment(0))
    relayer.submit(*payment(1))
    assert [one.signed.nonce for one in scene.book.list_open(RELAYER.address)] == [2, 3]
    assert len(relayer.resume()) == 2, "the node may only be late"
    scene.later(PATIENCE)
    relayer.resume()
    assert scene.chain.nonce(RELAYER.address) == 1, "one at a look, sent at once"
    assert relayer.wait(tx, PATIENCE.total_seconds() + 20).is_ok
    assert relayer.resume() == []
    assert scene.chain.nonce(RELAYER.address) == 4
    assert scene.paid() == PRICE + PRICE
    fillers = [one for one in scene.pool.seen if one.nonce < 2]
    assert {(one.to, one.value, one.data) for one in fillers} == {(RELAYER.address, 0, b"")}
    assert {one.nonce for one in fillers} == {0, 1}


def test_a_nonce_that_somebody_else_used_stays_unknown(scene: PoolScene) -> None:
    relayer = scene.relayer()
    scene.pool.is_mining = False
    tx = relayer.submit(*payment())
    scene.pool.drop()
    stranger = sign_transaction(
        Call(STRANGER.address), key=RELAYER.key, nonce=0, gas=21_000, fees=Fees(40 * GWEI, 0), chain_id=7427010
    )
    scene.chain.broadcast(stranger.raw)
    scene.pool.is_mining = True
    with pytest.raises(OutcomeUnknown):
        relayer.wait(tx, 600)
    assert len(scene.offers()) == 1, "a replacement could never be taken"
    assert scene.paid() == Money(0)
    scene.pool.is_mining = False
    relayer.submit(*payment(1))
    scene.later(PATIENCE)
    relayer.resume()
    assert len(scene.offers(1)) == 2, "what comes after it is helped all the same"


@pytest.mark.parametrize("point", ["replace", "broadcast"])
def test_killed_around_a_replacement_it_ends_in_one_payment(scene: PoolScene, point: str) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    scene.later()
    target, name = (scene.book, "replace") if point == "replace" else (scene.pool, "broadcast")
    original: Callable[..., object] = getattr(target, name)
    if point == "broadcast":
        # The first bytes may pass; the replacement is signed, on disk, and never leaves.
        first = scene.booked().signed.raw
        setattr(target, name, lambda encoded: original(encoded) if encoded == first else _crash())
    else:
        setattr(target, name, lambda *_, **__: _crash())
    with pytest.raises(Crash):
        relayer.resume()
    assert len(scene.offers()) == (2 if point == "broadcast" else 1)
    setattr(target, name, original)
    restarted = scene.relayer()
    assert restarted.resume() == []
    assert len(scene.offers()) == 2
    assert scene.paid() == PRICE


def _crash(*_: object, **__: object) -> Any:
    raise Crash


def test_many_at_once_replace_once(scene: PoolScene) -> None:
    relayer = scene.relayer()
    scene.pool.is_mining = False
    relayer.submit(*payment())
    scene.later(PATIENCE)
    relayers = [scene.relayer() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: relayers[number % 4].resume(), range(32)))
    assert len(scene.offers()) == 2


def test_bytes_that_are_not_in_the_book_are_never_sent(scene: PoolScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process replaces first, for other fees: ours must not leave."""
    relayer, other = scene.relayer(), scene.relayer()
    scene.pool.is_mining = False
    relayer.submit(*payment())
    scene.later(PATIENCE)
    replace = scene.book.replace

    def late(*arguments: Any, **options: Any) -> BookedTransaction:
        monkeypatch.setattr(scene.book, "replace", replace)
        scene.pool.price_wei = 70 * GWEI
        other.resume()
        return replace(*arguments, **options)

    monkeypatch.setattr(scene.book, "replace", late)
    relayer.resume()
    assert [one.max_fee_per_gas for one in scene.offers()] == [40 * GWEI, 140 * GWEI]
    assert {one.hash for one in scene.pool.seen} == scene.booked().hashes


def test_too_little_gas_money_for_more_leaves_the_first_one_in_the_running(scene: PoolScene) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    scene.later()
    first = scene.booked().signed
    admit = scene.pool._admit

    def poor(new: Transaction) -> None:
        if new.max_fee_per_gas > 40 * GWEI:
            raise ChainRefused("insufficient funds for gas * price + value")
        admit(new)

    scene.pool._admit = poor  # type: ignore[method-assign]
    relayer.resume()
    scene.pool.drop()
    relayer.resume()
    assert scene.pool.waiting == [first.hash], "what was dropped meanwhile is back"
    scene.pool.price_wei = 20 * GWEI
    assert relayer.wait(scene.offers()[-1].hash, 1).tx == first.hash


def test_a_chain_that_is_out_of_reach_replaces_nothing(scene: PoolScene, monkeypatch: pytest.MonkeyPatch) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    scene.later(PATIENCE)

    def down(*_: object) -> None:
        raise ChainUnreachable("down")

    for name in ("nonce", "fees"):
        with monkeypatch.context() as patch:
            patch.setattr(scene.pool, name, down, raising=False)
            assert relayer.resume() == [payment()[0]]
    assert len(scene.offers()) == 1


def test_reverts_of_a_replacement_are_an_end_with_its_reason(scene: PoolScene) -> None:
    relayer = scene.relayer()
    stick(scene, relayer)
    scene.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**19)
    OwnKeyRelayer(scene.chain, STRANGER.key, MemoryTransactionBook()).submit(*payment())
    scene.later()
    assert relayer.resume() == []
    found = relayer.outcome(payment()[0])
    assert found is not None
    assert (found.state, found.hash) == (TransactionState.REVERTED, scene.offers()[1].hash)
    assert found.error == "FiatTokenV2: authorization is used or canceled"
    assert scene.paid() == PRICE


def test_what_was_never_submitted_has_no_outcome(scene: PoolScene) -> None:
    relayer = scene.relayer()
    assert relayer.outcome(payment()[0]) is None
    assert relayer.find("0x" + "00" * 32) is None
    tx = relayer.submit(*payment())
    by_intent, by_hash = relayer.find(payment()[0]), relayer.find(tx)
    assert by_intent == by_hash is not None


def test_what_ended_without_effect_may_be_tried_under_a_new_id(scene: PoolScene) -> None:
    relayer = scene.relayer()
    intent, call = payment()
    assert next_attempt(relayer, intent) == intent
    scene.pool.is_mining = False
    tx = relayer.submit(intent, call)
    assert next_attempt(relayer, intent) == intent
    scene.book.mark(tx, TransactionState.CONFIRMED)
    assert next_attempt(relayer, intent) == intent
    seen = {intent}
    for _ in range(3):
        scene.book.mark(tx, TransactionState.REVERTED)
        again = next_attempt(relayer, intent)
        assert again not in seen
        assert next_attempt(relayer, intent) == again
        seen.add(again)
        tx = relayer.submit(again, call)
