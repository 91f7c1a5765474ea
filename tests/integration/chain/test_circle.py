"""A relayer at Circle under failures: one intent, one execution, whatever is lost, refused, stuck or denied."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from services.chain.book import MemoryTransactionBook, TransactionState
from services.chain.calls import Call
from services.chain.circle.client import CircleClient
from services.chain.circle.orders import MemoryCircleOrders, key_of
from services.chain.circle.relayer import CircleRelayer
from services.chain.circle.secret import CircleSecrets
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.relayer import OwnKeyRelayer
from services.units.money import Money
from tests.fixtures.chain import CREATOR, STRANGER, VIEWER, HandClock
from tests.fixtures.chain_fake import FakeGateway, FaultyGateway, unreachable
from tests.fixtures.circle_server import API_KEY, BLOCKCHAIN, ENTITY_SECRET, URL, WALLET, CircleLine, CircleServer
from tests.fixtures.fake_payment import PRICE, payment


class Crash(BaseException):
    """The process is gone at this point."""


class Scene:
    """A chain, Circle, orders that survive, and a relayer that may be started anew."""

    def __init__(self, http: httpx.Client, server: CircleServer, clock: HandClock, chain: FakeGateway) -> None:
        self.http, self.server, self.clock, self.chain = http, server, clock, chain
        self.line = FaultyGateway(chain)
        self.orders = MemoryCircleOrders()
        self.pauses: list[float] = []

    def relayer(self) -> CircleRelayer:
        return CircleRelayer(
            self.line,  # type: ignore[arg-type]
            CircleClient(
                CircleSecrets(API_KEY, ENTITY_SECRET),
                wallet=WALLET.address,
                blockchain=BLOCKCHAIN,
                http=self.http,
                base_url=URL,
            ),
            self.orders,
            clock=self.clock,
            pause=self.pause,
            monotonic=lambda: self.clock.now().timestamp(),
        )

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def asked(self) -> list[str]:
        return [body["idempotencyKey"] for body in self.server.requests("/contractExecution")]

    def paid(self) -> Money:
        return self.chain.creator_gross(CREATOR.address)


INTENT = payment()[0]


@pytest.fixture
def scene(hand_clock: HandClock) -> Iterator[Scene]:
    chain = FakeGateway(hand_clock)
    chain.fund(VIEWER.address, usdc=Money(1_000_000), gas_wei=0)
    chain.fund(WALLET.address, usdc=Money(0), gas_wei=10**19)
    server = CircleServer(chain)
    with httpx.Client(transport=CircleLine(server)) as http:
        made = Scene(http, server, hand_clock, chain)
        yield made
    keys = made.asked()
    assert len(made.server.orders) <= len(set(keys)), "more orders than intents"
    assert made.server.executions == made.chain.nonce(WALLET.address)


def ready(scene: Scene, *faults: int | str) -> CircleRelayer:
    """Start a relayer that knows Circle's key, before the line gets bad."""
    relayer = scene.relayer()
    relayer._client.public_key()
    scene.server.faults = list(faults)
    return relayer


@pytest.mark.parametrize("fault", ["lost", "down", "garbage", 429, 500, 503])
@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_a_lost_answer_is_asked_for_again_with_the_same_key(scene: Scene, fault: int | str, times: int) -> None:
    relayer = ready(scene, *[fault] * times)
    ticket = relayer.submit(*payment())
    assert relayer.wait(ticket, 600).is_ok
    assert scene.server.executions == 1
    assert set(scene.asked()) == {str(key_of(INTENT, "execute"))}
    assert scene.paid() == PRICE


def test_now_and_then_nothing_works_and_all_is_paid_once(scene: Scene) -> None:
    faults: Iterator[int | str] = itertools.cycle(["fine", 429, "fine", "lost", "fine", "fine", 500, "down", "garbage"])
    relayer = ready(scene, *itertools.islice(faults, 400))
    tickets = []
    for chunk in range(12):
        tickets.append(relayer.submit(*payment(chunk)))
        relayer.submit(*payment(chunk))
    for ticket in tickets:
        assert relayer.wait(ticket, 600).is_ok
    assert scene.server.executions == 12
    assert len(scene.server.orders) == 12


@pytest.mark.parametrize("point", ["before the request", "after the request"])
def test_killed_around_the_request_it_is_asked_again_with_the_same_key(
    scene: Scene, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayer = ready(scene)
    execute = relayer._client.execute

    def killed(*arguments: object, **options: object) -> None:
        if point == "after the request":
            execute(*arguments, **options)  # type: ignore[arg-type]
        raise Crash

    monkeypatch.setattr(relayer._client, "execute", killed)
    with pytest.raises(Crash):
        relayer.submit(*payment())
    (order,) = scene.orders.list_open()
    assert (order.intent, order.circle_id) == (INTENT, None), "on disk before Circle heard of it"
    restarted = scene.relayer()
    assert restarted.resume() == [INTENT]
    assert restarted.wait(order.ticket, 60).is_ok
    assert scene.server.executions == 1
    assert scene.paid() == PRICE


def test_what_is_refused_at_once_is_forgotten_and_may_be_tried_again(scene: Scene) -> None:
    relayer = ready(scene, "full")
    with pytest.raises(ChainRefused) as refused:
        relayer.submit(*payment())
    assert "155264" in refused.value.params["reason"]
    assert relayer.find(INTENT) is None
    assert relayer.wait(relayer.submit(*payment()), 60).is_ok


def test_a_refusal_after_a_lost_yes_forgets_nothing(scene: Scene) -> None:
    relayer = ready(scene, "lost", "full", "full")
    ticket = relayer.submit(*payment())
    (order,) = scene.orders.list_open()
    assert order.ticket == ticket
    assert relayer.wait(ticket, 60).is_ok
    assert scene.server.executions == 1


def test_refused_to_a_restarted_process_it_stays_unknown(scene: Scene) -> None:
    """The first process may have got a yes that nobody heard."""
    relayer = ready(scene, "lost", "lost", "lost")
    ticket = relayer.submit(*payment())
    restarted = ready(scene, *["full"] * 50)
    with pytest.raises(OutcomeUnknown):
        restarted.wait(ticket, 20)
    assert restarted.submit(*payment()) == ticket
    scene.server.faults = []
    assert restarted.wait(ticket, 60).is_ok
    assert scene.server.executions == 1


def test_after_a_day_a_nameless_order_is_not_asked_for_again(scene: Scene) -> None:
    relayer = ready(scene, "down", "down", "down")
    ticket = relayer.submit(*payment())
    asked = len(scene.asked())
    scene.clock.advance(timedelta(hours=25))
    with pytest.raises(OutcomeUnknown):
        relayer.wait(ticket, 5)
    assert relayer.submit(*payment()) == ticket
    assert len(scene.asked()) == asked
    scene.clock.advance(timedelta(hours=-25))
    assert relayer.wait(ticket, 60).is_ok


def test_a_named_order_is_looked_at_however_old_it_is(scene: Scene) -> None:
    relayer = scene.relayer()
    ticket = relayer.submit(*payment())
    scene.clock.advance(timedelta(days=30))
    assert relayer.wait(ticket, 60).is_ok


def test_circle_out_of_reach_before_anything_leaves_nothing(scene: Scene) -> None:
    scene.server.faults = ["down"]
    relayer = scene.relayer()
    with pytest.raises(ChainUnreachable):
        relayer.submit(*payment())
    assert relayer.find(INTENT) is None
    assert scene.asked() == []


def test_polls_come_slower_and_slower(scene: Scene) -> None:
    relayer = scene.relayer()
    ticket = relayer.submit(*payment())
    scene.server.stands_still = True
    with pytest.raises(OutcomeUnknown) as unknown:
        relayer.wait(ticket, 60)
    assert unknown.value.tx == ticket
    assert scene.pauses[0] == 0.25
    assert scene.pauses == sorted(scene.pauses)
    assert scene.pauses[-1] == 5.0
    assert len(scene.pauses) < 25


@pytest.mark.parametrize("fate", ["DENIED", "FAILED", "CANCELLED"])
def test_what_ends_without_effect_is_an_end_and_is_not_tried_again(scene: Scene, fate: str) -> None:
    scene.server.fate = fate
    relayer = scene.relayer()
    ticket = relayer.submit(*payment())
    with pytest.raises(ChainReverted) as ended:
        relayer.wait(ticket, 60)
    assert ended.value.reason == ("CANCELLED" if fate == "CANCELLED" else "FAILED_POLICY")
    found = relayer.find(INTENT)
    assert found is not None
    assert (found.state, found.hash, found.error) == (TransactionState.REFUSED, None, ended.value.reason)
    scene.server.fate = ""
    assert relayer.submit(*payment()) == ticket
    with pytest.raises(ChainReverted):
        relayer.wait(ticket, 60)
    assert relayer.resume() == []
    assert scene.server.executions == 0
    assert len(scene.asked()) == 1


def test_a_stuck_one_is_accelerated_once(scene: Scene) -> None:
    scene.server.fate = "STUCK"
    relayer = scene.relayer()
    assert relayer.wait(relayer.submit(*payment()), 120).is_ok
    assert len(scene.server.requests("/accelerate")) == 1
    assert scene.server.executions == 1


def test_a_stuck_one_that_cannot_be_helped_is_unknown(scene: Scene) -> None:
    scene.server.fate, scene.server.acceleration_helps = "STUCK", False
    relayer = scene.relayer()
    ticket = relayer.submit(*payment())
    with pytest.raises(OutcomeUnknown):
        relayer.wait(ticket, 120)
    assert scene.relayer().resume() == [INTENT]
    assert len(scene.server.requests("/accelerate")) == 1
    found = relayer.outcome(INTENT)
    assert found is not None
    assert found.state is TransactionState.OPEN
    scene.server.acceleration_helps = True
    assert relayer.wait(ticket, 60).is_ok
    assert scene.server.executions == 1


@pytest.mark.parametrize("fault", ["lost", "down", 500])
def test_a_lost_acceleration_is_asked_for_again_with_the_same_key(scene: Scene, fault: int | str) -> None:
    scene.server.fate = "STUCK"
    relayer = ready(scene)
    ticket = relayer.submit(*payment())
    # Three looks and the question that gets no answer.
    scene.server.faults = ["fine", "fine", "fine", fault]
    assert relayer.wait(ticket, 120).is_ok
    keys = {body["idempotencyKey"] for body in scene.server.requests("/accelerate")}
    assert keys == {str(key_of(INTENT, "accelerate"))}
    assert scene.server.executions == 1


def test_done_at_circle_counts_when_the_chain_has_it(scene: Scene) -> None:
    relayer = scene.relayer()
    ticket = relayer.submit(*payment())
    scene.line.before_receipt = unreachable
    with pytest.raises(OutcomeUnknown) as unknown:
        relayer.wait(ticket, 30)
    order = scene.orders.find(ticket)
    assert order is not None
    assert (order.status, order.state) == ("COMPLETE", TransactionState.OPEN)
    assert unknown.value.tx == order.hash
    scene.line.before_receipt = lambda: None
    assert relayer.wait(ticket, 1).tx == order.hash


def test_a_revert_in_a_block_is_an_end_with_the_contract_s_reason(scene: Scene) -> None:
    relayer = scene.relayer()
    scene.server.estimates = False
    ticket = relayer.submit(*payment())
    scene.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**19)
    OwnKeyRelayer(scene.chain, STRANGER.key, MemoryTransactionBook()).submit(*payment())
    receipt = relayer.wait(ticket, 60)
    assert not receipt.is_ok
    found = relayer.find(receipt.tx)
    assert found is not None
    assert (found.state, found.error) == (
        TransactionState.REVERTED, "FiatTokenV2: authorization is used or canceled"
    )  # fmt: skip
    assert relayer.wait(ticket, 1) == receipt
    assert relayer.resume() == []
    assert scene.paid() == PRICE


def test_sent_is_not_done(scene: Scene) -> None:
    """Somebody may cancel it at Circle's console: until it is confirmed its hash proves nothing."""
    relayer = scene.relayer()
    relayer.submit(*payment())
    for has_hash in (False, False, True):
        assert relayer.resume() == [INTENT]
        (order,) = scene.orders.list_open()
        assert (order.hash is not None) is has_hash
    assert order.status == "SENT"
    assert relayer.resume() == []


def test_a_contract_is_not_created(scene: Scene) -> None:
    with pytest.raises(ChainRefused):
        scene.relayer().submit(INTENT, Call(None, b"\x60"))
    assert scene.orders.list_open() == []


def test_one_that_another_door_brought_meanwhile_is_no_failure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    other, relayer, simulate = scene.relayer(), scene.relayer(), scene.chain.simulate

    def late(call: Call, sender: object) -> int:
        monkeypatch.setattr(scene.chain, "simulate", simulate)
        other.wait(other.submit(*payment()), 60)
        return simulate(call, STRANGER.address)

    monkeypatch.setattr(scene.chain, "simulate", late)
    assert relayer.wait(relayer.submit(*payment()), 60).is_ok
    assert scene.server.executions == 1
