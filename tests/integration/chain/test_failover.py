"""Two addresses of one chain: down, slow, lying, another chain, standing still; and never a second effect."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.chain.calls import Call, pay_call, transfer_call
from services.chain.demo import DemoChain
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, WrongChain
from services.chain.failover import FailoverProvider
from services.chain.gateway import Paid
from services.chain.transaction import SignedTransaction, sign_transaction
from services.chain.web3_gateway import Web3Gateway
from services.units.money import Money
from tests.fixtures.chain import RELAYER, STRANGER, VIEWER, HandClock
from tests.fixtures.chain_lines import FaultyLine, HandTime
from tests.integration.chain.worlds import World, gateway_to


class Lines:
    """A gateway by two addresses of one demo chain."""

    def __init__(self, chain: DemoChain, clock: HandClock) -> None:
        self.chain, self.clock, self.time = chain, clock, HandTime()
        self.first, self.second = FaultyLine(chain.rpc), FaultyLine(chain.rpc)
        self.provider = FailoverProvider(
            [self.first, self.second],
            chain_id=chain.chain_id,
            monotonic=self.time.monotonic,
            pause=self.time.pause,
        )
        self.gateway = gateway_to(chain, self.provider)

    def signed(self, micros: int = 1) -> SignedTransaction:
        """Sign a transfer of gas money; each number makes another transaction."""
        return sign_transaction(
            Call(STRANGER.address, b"", micros),
            key=RELAYER.key,
            nonce=self.chain.account(RELAYER.address).nonce,
            gas=21_000,
            fees=self.gateway.fees(),
            chain_id=self.chain.chain_id,
        )

    def mine(self, blocks: int = 1) -> None:
        """Add blocks that both addresses have."""
        for _ in range(blocks):
            self.chain.fund(STRANGER.address, usdc=Money(1), gas_wei=0)


@pytest.fixture
def lines(demo_chain: DemoChain, hand_clock: HandClock) -> Lines:
    return Lines(demo_chain, hand_clock)


def broken(name: str, line: FaultyLine) -> None:
    """Break an address in one of the ways in which it gives no usable answer."""
    busy = {
        "limit": {"code": -32005, "message": "daily request count exceeded"},
        "internal": {"code": -32603, "message": "internal error"},
        "words": {"code": -32000, "message": "Too Many Requests, slow down"},
    }
    if name == "down":
        line.is_down = True
    elif name == "cut":
        line.loses_answers = True
    elif name in busy:
        for method in ("eth_call", "eth_getBalance", "eth_chainId", "eth_blockNumber", "eth_getBlockByNumber"):
            line.errors[method] = busy[name]
    else:
        nonsense: dict[str, Callable[..., object]] = {"null": lambda *_: None, "text": lambda *_: "0xzz"}
        line.answers |= dict.fromkeys(("eth_chainId", "eth_blockNumber", "eth_getBlockByNumber"), nonsense[name])


WAYS = ("down", "cut", "limit", "internal", "words", "null", "text")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_late", [False, True], ids=["from the start", "after some use"])
def test_the_next_address_answers(lines: Lines, way: str, *, is_late: bool) -> None:
    if is_late:
        lines.gateway.head()
    broken(way, lines.first)
    assert lines.gateway.head().number == lines.chain.head.number
    assert lines.gateway.token_balance(VIEWER.address) == Money(10_000_000)
    assert lines.gateway.gas_balance(RELAYER.address) > 0


@pytest.mark.parametrize("way", WAYS)
def test_without_any_address_the_chain_is_unreachable(lines: Lines, way: str) -> None:
    broken(way, lines.first)
    broken(way, lines.second)
    with pytest.raises(ChainUnreachable):
        lines.gateway.head()
    lines.first.recover()
    assert lines.gateway.head().number == lines.chain.head.number


def test_the_first_address_is_preferred_again_after_its_rest(lines: Lines) -> None:
    lines.first.is_down = True
    lines.gateway.gas_balance(RELAYER.address)
    lines.first.recover()
    lines.first.asked.clear()
    lines.gateway.gas_balance(RELAYER.address)
    assert not lines.first.asked
    lines.time.now += 11
    lines.gateway.gas_balance(RELAYER.address)
    assert lines.first.asked == {"eth_chainId": 1, "eth_blockNumber": 1, "eth_getBalance": 1}


def test_a_refusal_of_the_contract_is_an_answer(lines: Lines) -> None:
    with pytest.raises(ChainReverted):
        lines.gateway.simulate(transfer_call(lines.chain.token, STRANGER.address, Money(1)), RELAYER.address)
    assert not lines.second.asked["eth_estimateGas"]


# -- another chain -----------------------------------------------------------------------------------------------------


def test_an_address_of_another_chain_is_never_asked_for_more(lines: Lines) -> None:
    lines.first.answers["eth_chainId"] = lambda: hex(5042)
    assert lines.gateway.token_balance(VIEWER.address) == Money(10_000_000)
    signed = lines.signed()
    assert lines.gateway.broadcast(signed.raw) == signed.hash
    assert set(lines.first.asked) == {"eth_chainId"}
    assert not lines.first.sent


def test_an_address_that_changes_its_chain_after_a_failure_is_refused(lines: Lines) -> None:
    lines.gateway.head()
    lines.first.is_down = lines.second.is_down = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.head()
    lines.first.recover()
    lines.second.recover()
    lines.first.answers["eth_chainId"] = lambda: hex(1)
    lines.first.asked.clear()
    lines.gateway.gas_balance(RELAYER.address)
    lines.time.now += 60
    lines.gateway.gas_balance(RELAYER.address)
    assert set(lines.first.asked) <= {"eth_chainId"}


def test_only_other_chains_is_the_wrong_chain(lines: Lines) -> None:
    for line in (lines.first, lines.second):
        line.answers["eth_chainId"] = lambda: hex(5042)
    with pytest.raises(WrongChain) as wrong:
        lines.gateway.head()
    assert wrong.value.params == {"expected": str(lines.chain.chain_id), "found": "5042"}
    with pytest.raises(WrongChain):
        lines.gateway.broadcast(b"\x02")
    assert not lines.first.sent + lines.second.sent


@pytest.mark.parametrize("down", ["first", "second"])
def test_one_down_and_one_of_another_chain_is_unreachable(lines: Lines, down: str) -> None:
    for line in (lines.first, lines.second):
        line.answers["eth_chainId"] = lambda: hex(5042)
    getattr(lines, down).is_down = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.head()


# -- behind ------------------------------------------------------------------------------------------------------------


def test_a_head_older_than_the_newest_seen_is_not_believed(lines: Lines) -> None:
    newest = lines.gateway.head()
    lines.first.stand_still(newest.number - 1)
    assert lines.gateway.head() == newest
    assert lines.first.asked["eth_getBlockByNumber"] == 2
    assert lines.time.paused == 0


def test_an_address_that_stands_still_is_found_out_by_the_other(lines: Lines) -> None:
    old = lines.gateway.head().number
    lines.first.stand_still(old)
    lines.mine(3)
    assert lines.gateway.head().number == old
    lines.time.now += 16
    assert lines.gateway.head().number == old + 3


def test_state_of_an_address_that_is_behind_is_not_believed(lines: Lines) -> None:
    """What was paid must not look unpaid, because the answer comes from before the payment."""
    lines.gateway.head()
    lines.time.now += 16
    old = lines.gateway.head().number
    assert lines.second.asked["eth_blockNumber"] >= 2, "the second is checked and known to be up to date"
    lines.second.stand_still(old)
    lines.second.answers["eth_getBalance"] = lambda *_: hex(7)
    lines.mine()
    assert lines.gateway.head().number == old + 1
    lines.first.is_down = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.gas_balance(RELAYER.address)
    lines.second.recover()
    assert lines.gateway.gas_balance(RELAYER.address) != 7


def test_a_receipt_is_news_of_the_chain_too(lines: Lines) -> None:
    old = lines.gateway.head().number
    signed = lines.signed()
    receipt = lines.gateway.receipt(lines.gateway.broadcast(signed.raw))
    assert receipt is not None
    lines.second.stand_still(old)
    lines.first.is_down = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.nonce(RELAYER.address)


def test_logs_come_from_an_address_that_has_the_blocks(demo_chain: DemoChain, lines: Lines) -> None:
    world = World(lines.gateway, lines.clock)
    before = lines.gateway.head().number
    world.run(pay_call(world.signed()))
    head = lines.gateway.head().number
    lines.first.stand_still(before)
    lines.second.is_down = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.escrow_events(0, head)
    lines.second.recover()
    assert [type(event) for event in lines.gateway.escrow_events(0, head)] == [Paid]


def test_old_logs_cost_no_question_about_the_head(lines: Lines) -> None:
    lines.mine(70)
    lines.gateway.head()
    lines.first.asked.clear()
    lines.gateway.escrow_events(0, 5)
    assert lines.first.asked == {"eth_getLogs": 1}


def test_an_address_that_is_a_moment_behind_is_waited_for(lines: Lines) -> None:
    newest = lines.gateway.head().number
    lines.second.is_down = True
    lines.first.stand_still(newest - 1)
    lines.time.on_pause = lines.first.recover
    assert lines.gateway.head().number == newest
    assert lines.time.paused == 0.5


def test_waiting_for_one_does_not_ask_a_dead_one_again(lines: Lines) -> None:
    newest = lines.gateway.head().number
    lines.first.stand_still(newest - 1)
    lines.second.loses_answers = True
    with pytest.raises(ChainUnreachable):
        lines.gateway.head()
    assert lines.second.asked["eth_chainId"] == 1


def test_blocks_that_nobody_has_yet_are_not_an_empty_list(lines: Lines) -> None:
    head = lines.gateway.head().number
    with pytest.raises(ChainUnreachable):
        lines.gateway.escrow_events(0, head + 1)


def test_a_block_that_is_missing_is_asked_for_elsewhere(lines: Lines) -> None:
    head = lines.gateway.head().number
    lines.first.answers["eth_getBlockByNumber"] = lambda *_: None
    assert lines.provider.make_request("eth_getBlockByNumber", [hex(head), False])["result"]["number"] == hex(head)


def test_waiting_for_it_ends(lines: Lines) -> None:
    newest = lines.gateway.head().number
    for line in (lines.first, lines.second):
        line.stand_still(newest - 1)
    with pytest.raises(ChainUnreachable):
        lines.gateway.head()
    assert 1 <= lines.time.paused <= 5


def test_a_head_that_cannot_be_is_not_believed(lines: Lines) -> None:
    newest = lines.gateway.head().number
    lines.time.now += 16
    lines.second.answers["eth_blockNumber"] = lambda: hex(2**60)
    assert lines.gateway.head().number == newest
    assert lines.gateway.gas_balance(RELAYER.address) > 0


def test_two_threads_asking_at_once_do_not_call_each_other_behind(lines: Lines) -> None:
    """An answer is compared with what was known when it was asked for, not with what came in meanwhile."""
    lines.second.is_down = True
    lines.gateway.head()
    asked, moved = threading.Event(), threading.Event()
    slow = lines.first.behind.make_request

    def held(number: str, is_full: bool) -> object:
        found = slow("eth_getBlockByNumber", [number, is_full])["result"]
        if not asked.is_set():
            asked.set()
            moved.wait(5)
        return found

    lines.first.answers["eth_getBlockByNumber"] = held
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(lines.gateway.head().number))
    thread.start()
    assert asked.wait(5)
    lines.mine()
    newer = lines.gateway.head().number
    moved.set()
    thread.join()
    assert (found, lines.time.paused) == ([newer - 1], 0)


# -- transactions ------------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_asked_for_with_the_same_bytes_only(lines: Lines) -> None:
    signed = lines.signed(5)
    lines.gateway.head()
    before = lines.chain.account(STRANGER.address).balance
    lines.first.errors["eth_sendRawTransaction"] = {"code": -32603, "message": "internal error"}
    assert lines.gateway.broadcast(signed.raw) == signed.hash
    assert set(lines.first.sent + lines.second.sent) == {"0x" + signed.raw.hex()}
    assert lines.chain.account(STRANGER.address).balance == before + 5


def test_a_refusal_after_a_lost_answer_is_no_refusal(lines: Lines) -> None:
    """The first may have taken it: only "unknown" is true, and the chain is asked."""
    signed = lines.signed()
    lines.gateway.head()
    lines.first.loses_answers = True
    lines.second.errors["eth_sendRawTransaction"] = {"code": -32000, "message": "insufficient funds"}
    with pytest.raises(ChainUnreachable):
        lines.gateway.broadcast(signed.raw)
    assert lines.first.sent == ["0x" + signed.raw.hex()]
    lines.first.recover()
    assert lines.gateway.receipt(signed.hash) is not None


def test_a_refusal_without_doubt_is_a_refusal(lines: Lines) -> None:
    signed = lines.signed()
    lines.first.is_down = True
    lines.gateway.gas_balance(RELAYER.address)
    lines.second.errors["eth_sendRawTransaction"] = {"code": -32000, "message": "insufficient funds"}
    with pytest.raises(ChainRefused):
        lines.gateway.broadcast(signed.raw)


def test_sent_twice_by_two_addresses_is_one_transaction(lines: Lines) -> None:
    signed = lines.signed(5)
    before = lines.chain.account(STRANGER.address).balance
    lines.first.loses_answers = True
    # The second has it already: "already known" after doubt leaves the doubt to the one who asks the chain.
    with pytest.raises(ChainUnreachable):
        lines.gateway.broadcast(signed.raw)
    assert lines.gateway.broadcast(signed.raw) == signed.hash
    assert lines.chain.account(STRANGER.address).balance == before + 5
    assert lines.gateway.receipt(signed.hash) is not None


def test_a_quiet_chain_is_not_behind(lines: Lines) -> None:
    first = lines.gateway.head()
    lines.clock.advance(timedelta(seconds=1))
    assert lines.gateway.head() == first


def test_a_provider_needs_addresses() -> None:
    with pytest.raises(ValueError, match="at least one"):
        FailoverProvider([], chain_id=1)


def test_the_gateway_s_own_comparison_stays(demo_chain: DemoChain) -> None:
    provider = FailoverProvider([FaultyLine(demo_chain.rpc)], chain_id=demo_chain.chain_id)
    gateway = Web3Gateway(provider, chain_id=1, token=demo_chain.token, escrow=demo_chain.escrow)
    with pytest.raises(WrongChain):
        gateway.head()
