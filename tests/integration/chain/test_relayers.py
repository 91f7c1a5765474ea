"""What every Relayer promises: one suite, on a demo chain, for a key of our own and for a wallet at Circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.chain.authorization import PaymentTerms, sign_authorization
from services.chain.book import TransactionState
from services.chain.calls import Call, pay_call, withdraw_creator_call
from services.chain.circle.client import CircleClient
from services.chain.circle.relayer import CircleRelayer
from services.chain.circle.secret import CircleSecrets
from services.chain.demo import DemoChain
from services.chain.errors import ChainReverted, ChainUnreachable, OutcomeUnknown
from services.chain.gateway import ChainGateway, Paid
from services.chain.relayer import OwnKeyRelayer, Relayer
from services.db.engine import Database, open_database
from services.db.migrate import migrate
from services.db.transactions import SqlTransactionBook
from services.node.circle_orders import SqlCircleOrders
from services.units.address import Address, bytes32
from services.units.ids import IntentId, purchase_intent
from services.units.money import Money
from tests.fixtures.chain import CONTENT, CREATOR, FOREVER, RELAYER, STRANGER, VIEWER, HandClock
from tests.fixtures.circle_server import API_KEY, BLOCKCHAIN, ENTITY_SECRET, URL, WALLET, CircleLine, CircleServer
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.integration.chain.worlds import gateway_to

PRICE = Money(1_500)


@dataclass
class Bench:
    """A relayer of one kind that can be started anew on its database."""

    kind: str
    chain: UnsteadyChain
    clock: HandClock
    database: Database
    sender: Address
    start: Callable[[], Relayer] = field(init=False)
    server: CircleServer | None = None

    def pause(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def seconds(self) -> float:
        return self.clock.now().timestamp()

    def payment(self, chunk: int = 0) -> tuple[IntentId, Call]:
        terms = PaymentTerms(
            chain_id=self.gateway.chain_id,
            token=self.gateway.token,
            escrow=self.gateway.escrow,
            payer=VIEWER.address,
            creator=CREATOR.address,
            content_id=CONTENT,
            first_chunk=chunk,
            chunk_count=1,
            amount=PRICE,
            valid_after=0,
            valid_before=FOREVER,
        )
        intent = purchase_intent(payer=VIEWER.address, content=CONTENT, first_chunk=chunk, chunk_count=1)
        return intent, pay_call(sign_authorization(terms, VIEWER.key))

    @property
    def gateway(self) -> ChainGateway:
        return self.chain  # type: ignore[return-value]

    def payments(self) -> list[Paid]:
        events = self.gateway.escrow_events(0, self.gateway.head().number)
        return [event for event in events if isinstance(event, Paid)]

    def nonce(self) -> int:
        return self.gateway.nonce(self.sender)


@pytest.fixture(params=["own_key", "circle"])
def bench(
    request: pytest.FixtureRequest, demo_chain: DemoChain, hand_clock: HandClock, tmp_path: Path
) -> Iterator[Bench]:
    with ExitStack() as stack:
        database = open_database(tmp_path / "node.db")
        stack.callback(database.close)
        migrate(database, "node")
        chain = UnsteadyChain(gateway_to(demo_chain, demo_chain.rpc))
        sender = RELAYER.address if request.param == "own_key" else WALLET.address
        made = Bench(request.param, chain, hand_clock, database, sender)
        if request.param == "own_key":
            made.start = lambda: OwnKeyRelayer(
                made.gateway,
                RELAYER.key,
                SqlTransactionBook(database),
                clock=hand_clock,
                pause=made.pause,
                monotonic=made.seconds,
            )
        else:
            demo_chain.fund(WALLET.address, usdc=Money(0), gas_wei=10**19)
            made.server = server = CircleServer(gateway_to(demo_chain, demo_chain.rpc))
            http = stack.enter_context(httpx.Client(transport=CircleLine(server)))
            made.start = lambda: CircleRelayer(
                made.gateway,
                CircleClient(
                    CircleSecrets(API_KEY, ENTITY_SECRET),
                    wallet=WALLET.address,
                    blockchain=BLOCKCHAIN,
                    http=http,
                    base_url=URL,
                ),
                SqlCircleOrders(database),
                clock=hand_clock,
                pause=made.pause,
                monotonic=made.seconds,
            )
        yield made


def test_it_pays_once_and_says_how_it_went(bench: Bench) -> None:
    relayer = bench.start()
    intent, call = bench.payment()
    assert relayer.sender == bench.sender
    assert relayer.outcome(intent) is None
    assert relayer.find(intent) is None
    receipt = relayer.wait(relayer.submit(intent, call), 30)
    assert receipt.is_ok
    (paid,) = bench.payments()
    assert paid.tx == receipt.tx
    found = relayer.outcome(intent)
    assert found is not None
    assert (found.intent, found.kind, found.state, found.hash, found.error) == (
        intent, bench.kind, TransactionState.CONFIRMED, receipt.tx, ""
    )  # fmt: skip
    for name in (intent, receipt.tx, found.reference or intent):
        assert relayer.find(name) == found
    assert relayer.resume() == []


def test_the_same_intent_again_moves_nothing(bench: Bench) -> None:
    relayer = bench.start()
    intent, call = bench.payment()
    ticket = relayer.submit(intent, call)
    first = relayer.wait(ticket, 30)
    assert relayer.submit(intent, call) == ticket
    assert relayer.submit(intent, bench.payment(1)[1]) == ticket
    assert bench.start().wait(ticket, 30) == first
    assert relayer.wait(first.tx, 30) == first
    assert len(bench.payments()) == bench.nonce() == 1


def test_the_same_intent_at_once_is_one_transaction(bench: Bench) -> None:
    relayers = [bench.start() for _ in range(4)]
    intent, call = bench.payment()

    def pay(number: int) -> str:
        relayer = relayers[number % 4]
        return relayer.wait(relayer.submit(intent, call), 600).tx

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(pay, range(16)))) == 1
    assert len(bench.payments()) == bench.nonce() == 1


def test_many_intents_each_happen(bench: Bench) -> None:
    relayer = bench.start()
    tickets = [relayer.submit(*bench.payment(chunk)) for chunk in range(5)]
    assert len({relayer.wait(ticket, 60).tx for ticket in tickets}) == 5
    assert sorted(paid.first_chunk for paid in bench.payments()) == [0, 1, 2, 3, 4]


def test_what_would_revert_is_never_begun(bench: Bench) -> None:
    relayer = bench.start()
    intent = IntentId("ab" * 32)
    with pytest.raises(ChainReverted) as refused:
        relayer.submit(intent, withdraw_creator_call(bench.gateway.escrow))
    assert refused.value.error_name == "NothingToWithdraw"
    assert relayer.find(intent) is None
    assert bench.nonce() == 0


def test_an_unreachable_chain_begins_nothing(bench: Bench) -> None:
    bench.chain.is_down = True
    with pytest.raises(ChainUnreachable):
        bench.start().submit(*bench.payment())
    bench.chain.is_down = False
    assert bench.start().find(bench.payment()[0]) is None


def test_a_chain_that_goes_down_leaves_it_unknown_until_it_is_looked_up(bench: Bench) -> None:
    relayer = bench.start()
    intent, call = bench.payment()
    bench.chain.lose_answers = True
    ticket = relayer.submit(intent, call)
    with pytest.raises(OutcomeUnknown):
        relayer.wait(ticket, 20)
    assert relayer.resume() == [intent]
    found = relayer.outcome(intent)
    assert found is not None
    assert found.state is TransactionState.OPEN
    bench.chain.lose_answers = False
    restarted = bench.start()
    assert restarted.resume() == []
    assert restarted.wait(ticket, 1).is_ok
    assert len(bench.payments()) == bench.nonce() == 1


def test_a_restart_follows_what_was_begun(bench: Bench) -> None:
    ticket = bench.start().submit(*bench.payment())
    restarted = bench.start()
    assert restarted.wait(ticket, 30).is_ok
    assert restarted.submit(*bench.payment()) == ticket
    assert len(bench.payments()) == bench.nonce() == 1


def test_a_revert_is_an_end(bench: Bench) -> None:
    relayer = bench.start()
    intent, call = bench.payment()
    if bench.server is not None:
        bench.server.stands_still = True
    bench.chain.held = bench.sender
    ticket = relayer.submit(intent, call)
    others = OwnKeyRelayer(bench.gateway, CREATOR.key, SqlTransactionBook(bench.database), clock=bench.clock)
    assert others.wait(others.submit(IntentId("cd" * 32), call), 5).is_ok
    bench.chain.held = None
    if bench.server is not None:
        bench.server.stands_still = False
    try:
        assert not relayer.wait(ticket, 30).is_ok
    except ChainReverted:
        assert bench.kind == "circle", "who estimates first sends nothing"
    found = relayer.outcome(intent)
    assert found is not None
    assert found.state in (TransactionState.REVERTED, TransactionState.REFUSED)
    assert "authorization is used" in found.error
    assert relayer.resume() == []
    assert len(bench.payments()) == 1


def test_a_ticket_of_nobody_s_is_unknown(bench: Bench) -> None:
    with pytest.raises(OutcomeUnknown):
        bench.start().wait(bytes32(b"\x09" * 32), 0.5)
    assert bench.start().find(STRANGER.address) is None
