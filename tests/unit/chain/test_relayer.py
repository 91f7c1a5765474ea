"""The relayer under failures: one intent, one transaction, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from services.chain.book import MemoryTransactionBook, TransactionState
from services.chain.calls import withdraw_creator_call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import ReceiptStatus
from services.chain.hashing import keccak256
from services.chain.relayer import OwnKeyRelayer
from services.units.address import bytes32
from services.units.ids import IntentId
from services.units.money import Money
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, HandClock
from tests.fixtures.chain_fake import ESCROW, FakeGateway, FaultyGateway, unreachable
from tests.fixtures.fake_payment import payment


class Crash(BaseException):
    """The process is gone at this point."""


def crash() -> None:
    raise Crash


class Scene:
    """A chain, a line to it that can fail, a book that survives, and a relayer that may be started anew."""

    def __init__(self) -> None:
        self.chain = FakeGateway(HandClock())
        self.chain.fund(VIEWER.address, usdc=Money(1_000_000), gas_wei=0)
        self.chain.fund(RELAYER.address, usdc=Money(0), gas_wei=10**19)
        self.line = FaultyGateway(self.chain)
        self.book = MemoryTransactionBook()
        self.paused_s: list[float] = []
        self.now = 0.0

    def relayer(self) -> OwnKeyRelayer:
        """Start a relayer on the same book, as a restarted process does."""
        self.line.before_send = self.line.after_send = self.line.before_receipt = lambda: None
        return OwnKeyRelayer(
            self.line,  # type: ignore[arg-type]
            RELAYER.key,
            self.book,
            pause=self.pause,
            monotonic=lambda: self.now,
        )

    def pause(self, seconds: float) -> None:
        self.paused_s.append(seconds)
        self.now += seconds

    def paid(self) -> Money:
        return self.chain.creator_gross(CREATOR.address)


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    assert len(set(made.line.sent)) == len({keccak256(encoded) for encoded in made.line.sent})


def test_it_pays_once(scene: Scene) -> None:
    relayer = scene.relayer()
    tx = relayer.submit(*payment())
    assert relayer.wait(tx, 1).is_ok
    assert scene.paid() == Money(1_500)
    assert relayer.sender == RELAYER.address
    booked = scene.book.find(payment()[0])
    assert booked is not None
    assert booked.state is TransactionState.CONFIRMED


def test_the_same_intent_again_sends_nothing_new(scene: Scene) -> None:
    relayer = scene.relayer()
    intent, call = payment()
    tx = relayer.submit(intent, call)
    relayer.wait(tx, 1)
    assert relayer.submit(intent, call) == tx
    assert relayer.submit(intent, payment(1)[1]) == tx
    assert set(scene.line.sent) == {scene.line.sent[0]}
    assert scene.paid() == Money(1_500)


def test_the_same_intent_at_once_is_one_transaction(scene: Scene) -> None:
    intent, call = payment()
    relayers = [scene.relayer() for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        hashes = list(pool.map(lambda index: relayers[index % 4].submit(intent, call), range(64)))
    assert len(set(hashes)) == 1
    assert len(set(scene.line.sent)) == 1
    assert scene.chain.nonce(RELAYER.address) == 1


def test_one_that_another_door_brought_meanwhile_is_no_failure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    intent, call = payment()
    other = scene.relayer()
    simulate = scene.chain.simulate

    def late(*arguments: Any) -> int:
        monkeypatch.setattr(scene.chain, "simulate", simulate)
        other.wait(other.submit(intent, call), 1)
        return simulate(*arguments)

    monkeypatch.setattr(scene.chain, "simulate", late)
    relayer = scene.relayer()
    assert relayer.wait(relayer.submit(intent, call), 1).is_ok
    assert scene.chain.nonce(RELAYER.address) == 1


def test_a_call_that_would_revert_is_never_signed(scene: Scene) -> None:
    relayer = scene.relayer()
    intent = IntentId("withdrawal")
    with pytest.raises(ChainReverted) as refused:
        relayer.submit(intent, withdraw_creator_call(ESCROW))
    assert refused.value.error_name == "NothingToWithdraw"
    assert scene.book.find(intent) is None
    assert scene.line.sent == []


@pytest.mark.parametrize("point", ["before_send", "after_send"])
def test_a_crash_after_booking_ends_in_one_payment(scene: Scene, point: str) -> None:
    relayer = scene.relayer()
    setattr(scene.line, point, crash)
    with pytest.raises(Crash):
        relayer.submit(*payment())
    (booked,) = scene.book.list_open(RELAYER.address)

    restarted = scene.relayer()
    assert restarted.resume() == []
    assert restarted.submit(*payment()) == booked.signed.hash
    assert restarted.wait(booked.signed.hash, 1).is_ok
    assert set(scene.line.sent) == {booked.signed.raw}
    assert scene.paid() == Money(1_500)


def test_a_crash_before_booking_leaves_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    relayer = scene.relayer()
    with monkeypatch.context() as patch:
        patch.setattr(scene.book, "add", lambda *_, **__: crash())
        with pytest.raises(Crash):
            relayer.submit(*payment())
    assert scene.line.sent == []
    assert scene.relayer().resume() == []
    assert scene.paid() == Money(0)


@pytest.mark.parametrize("point", ["before_send", "after_send"])
def test_a_lost_answer_is_looked_up_and_not_paid_again(scene: Scene, point: str) -> None:
    relayer = scene.relayer()
    setattr(scene.line, point, unreachable)
    tx = relayer.submit(*payment())  # no answer: that is not a failure of the payment
    setattr(scene.line, point, lambda: None)
    assert relayer.resume() == []
    assert relayer.wait(tx, 1).is_ok
    assert scene.chain.nonce(RELAYER.address) == 1


def test_unknown_stays_unknown_until_it_is_looked_up(scene: Scene) -> None:
    relayer = scene.relayer()
    scene.line.before_send = scene.line.before_receipt = unreachable
    tx = relayer.submit(*payment())
    with pytest.raises(OutcomeUnknown) as unknown:
        relayer.wait(tx, 3)
    assert unknown.value.tx == tx
    assert unknown.value.code == "transaction.unknown"
    assert scene.now >= 3
    booked = scene.book.list_open(RELAYER.address)
    assert [one.signed.hash for one in booked] == [tx]
    assert relayer.resume() == [one.intent for one in booked]  # still down: still open
    assert relayer.submit(*payment()) == tx

    scene.line.before_send = scene.line.before_receipt = lambda: None
    assert relayer.resume() == []
    assert relayer.wait(tx, 1).is_ok
    assert scene.paid() == Money(1_500)


def test_waiting_sends_the_same_bytes_again(scene: Scene) -> None:
    relayer = scene.relayer()
    failures = [unreachable, unreachable]
    scene.line.before_send = lambda: failures.pop()() if failures else None
    tx = relayer.submit(*payment())
    assert relayer.wait(tx, 30).is_ok
    assert scene.now >= 10
    assert len(scene.line.sent) == 1


def test_an_unreachable_chain_signs_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.chain, "simulate", lambda *_: unreachable())
    with pytest.raises(ChainUnreachable):
        scene.relayer().submit(*payment())
    assert scene.book.list_open(RELAYER.address) == []


def test_a_refusal_keeps_the_bytes_for_later(scene: Scene) -> None:
    poor = OwnKeyRelayer(scene.line, STRANGER.key, scene.book)  # type: ignore[arg-type]
    with pytest.raises(ChainRefused):
        poor.submit(*payment())
    (booked,) = scene.book.list_open(STRANGER.address)
    assert poor.resume() == [booked.intent]
    scene.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**19)
    assert poor.submit(*payment()) == booked.signed.hash
    assert poor.wait(booked.signed.hash, 1).is_ok


def test_a_revert_on_the_chain_is_an_end(scene: Scene) -> None:
    intent, call = payment()
    relayer = scene.relayer()
    scene.line.before_send = unreachable
    tx = relayer.submit(intent, call)
    # Meanwhile somebody else brings the same authorization.
    scene.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**19)
    OwnKeyRelayer(scene.chain, STRANGER.key, MemoryTransactionBook()).submit(intent, call)
    scene.line.before_send = lambda: None
    relayer.resume()
    receipt = relayer.wait(tx, 1)
    assert receipt.status is ReceiptStatus.REVERTED
    booked = scene.book.find(intent)
    assert booked is not None
    assert booked.state is TransactionState.REVERTED
    assert scene.paid() == Money(1_500)


def test_intents_take_one_nonce_each(scene: Scene) -> None:
    relayer = scene.relayer()
    scene.line.before_send = unreachable
    hashes = [relayer.submit(*payment(chunk)) for chunk in range(5)]
    assert [one.signed.nonce for one in scene.book.list_open(RELAYER.address)] == [0, 1, 2, 3, 4]
    scene.line.before_send = lambda: None
    assert relayer.resume() == []
    assert all(relayer.wait(tx, 1).is_ok for tx in hashes)
    assert scene.paid() == Money(7_500)


def test_a_book_from_a_backup_draws_no_used_nonce(scene: Scene) -> None:
    relayer = scene.relayer()
    for chunk in range(3):
        relayer.wait(relayer.submit(*payment(chunk)), 1)
    scene.book = MemoryTransactionBook()
    restored = scene.relayer()
    assert restored.wait(restored.submit(*payment(3)), 1).is_ok
    assert scene.paid() == Money(6_000)


def test_gas_and_fees_leave_room(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.chain.transaction import read_transaction

    monkeypatch.setattr(scene.chain, "simulate", lambda *_: 98_000)
    scene.relayer().submit(*payment())
    transaction = read_transaction(scene.line.sent[0])
    assert transaction.gas >= 98_000 + 22_100
    assert transaction.max_fee_per_gas >= 40 * 10**9
    assert replace(transaction, gas=0).hash == bytes32(keccak256(scene.line.sent[0]))


def test_waiting_for_what_was_never_booked_is_unknown(scene: Scene) -> None:
    with pytest.raises(OutcomeUnknown):
        scene.relayer().wait(bytes32(b"\x09" * 32), 0.5)
