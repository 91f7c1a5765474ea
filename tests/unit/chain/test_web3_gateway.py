"""The gateway does not believe a node: wrong chain, no answer, nonsense, other people's hashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.chain.abi import address_word, uint_word
from services.chain.authorization import domain_separator
from services.chain.calls import Call
from services.chain.demo.genesis import TOKEN
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import Fees
from services.chain.hashing import keccak256
from services.chain.transaction import sign_transaction
from services.chain.web3_gateway import LOG_SPAN_BLOCKS, Web3Gateway
from services.units.address import bytes32
from services.units.money import Money
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER
from tests.fixtures.chain_fake import ESCROW

Answer = dict[str, Any]
SIGNED = sign_transaction(
    Call(STRANGER.address), key=RELAYER.key, nonce=0, gas=21_000, fees=Fees(1, 0), chain_id=5042002
)


class Node:
    """Answers as a test says and remembers what it was asked."""

    def __init__(self, **answers: object) -> None:
        self.answers: dict[str, object] = {"eth_chainId": hex(5042002)} | answers
        self.asked: list[tuple[str, list[Any]]] = []

    def make_request(self, method: str, params: list[Any]) -> Answer:
        self.asked.append((method, params))
        found = self.answers[method]
        if isinstance(found, Exception):
            raise found
        if callable(found):
            found = found(*params)
        return found if isinstance(found, dict) and "error" in found else {"jsonrpc": "2.0", "id": 1, "result": found}

    def count(self, method: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == method)


def gateway(node: Node) -> Web3Gateway:
    return Web3Gateway(node, chain_id=5042002, token=TOKEN, escrow=ESCROW)


def word(value: int) -> str:
    return f"0x{value:064x}"


def test_the_chain_is_compared_once_before_anything() -> None:
    node = Node(eth_call=word(5))
    found = gateway(node)
    assert [found.token_balance(STRANGER.address) for _ in range(3)] == [Money(5)] * 3
    assert node.count("eth_chainId") == 1
    assert node.asked[0][0] == "eth_chainId"


def test_another_chain_is_not_asked_anything() -> None:
    node = Node(eth_chainId=hex(5042))
    with pytest.raises(WrongChain) as wrong:
        gateway(node).broadcast(SIGNED.raw)
    assert wrong.value.params == {"expected": "5042002", "found": "5042"}
    assert [method for method, _ in node.asked] == ["eth_chainId"]


def test_after_a_broken_line_the_chain_is_compared_again() -> None:
    node = Node(eth_call=ConnectionError("gone"))
    found = gateway(node)
    with pytest.raises(ChainUnreachable):
        found.platform_balance()
    node.answers |= {"eth_call": word(1), "eth_chainId": hex(1)}
    with pytest.raises(WrongChain):
        found.platform_balance()


@pytest.mark.parametrize(
    "broken",
    [
        ConnectionError("refused"),
        TimeoutError("30 s"),
        ValueError("no JSON"),
        None,
        "zz",
        "0xzz",
        17,
        {"error": {"code": -32005, "message": "429 too many requests"}},
        {"error": "nonsense"},
    ],
)
def test_no_usable_answer_is_unreachable(broken: object) -> None:
    node = Node(eth_call=broken, eth_getBalance=broken, eth_getTransactionReceipt=broken or "0x")
    found = gateway(node)
    for ask in (
        lambda: found.creator_balance(CREATOR.address),
        lambda: found.gas_balance(CREATOR.address),
        lambda: found.receipt(SIGNED.hash),
    ):
        with pytest.raises(ChainUnreachable, match=r"chain\.unreachable"):
            ask()


def test_an_answer_without_result_is_unreachable() -> None:
    class Silent(Node):
        def make_request(self, method: str, params: list[Any]) -> Answer:
            return {} if method != "eth_chainId" else super().make_request(method, params)

    with pytest.raises(ChainUnreachable):
        gateway(Silent()).head()


def test_a_contract_that_is_not_there_is_said_so() -> None:
    with pytest.raises(NotDeployed):
        gateway(Node(eth_call="0x")).creator_gross(CREATOR.address)
    with pytest.raises(NotDeployed):
        gateway(Node(eth_getCode="0x")).check()


def test_check_compares_domain_and_token() -> None:
    domain = "0x" + domain_separator(5042002, TOKEN).hex()
    other = "0x" + domain_separator(5042, TOKEN).hex()
    token, stranger = word(int(TOKEN, 16)), word(int(STRANGER.address, 16))

    def answers(first: str, second: str) -> Callable[..., str]:
        return lambda request, _: first if request["to"] == TOKEN else second

    gateway(Node(eth_getCode="0x01", eth_call=answers(domain, token))).check()
    for wrong in (answers(other, token), answers(domain, stranger)):
        with pytest.raises(WrongChain):
            gateway(Node(eth_getCode="0x01", eth_call=wrong)).check()


@pytest.mark.parametrize(
    ("name", "version"), [("USD Coin", "2"), ("USDC", "1"), ("usdc", "2"), ("USDC", "2 "), ("", "")]
)
def test_a_token_with_another_name_or_version_is_refused(name: str, version: str) -> None:
    type_hash = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    parts = keccak256(name.encode()) + keccak256(version.encode()) + uint_word(5042002) + address_word(TOKEN)
    node = Node(eth_getCode="0x01", eth_call="0x" + keccak256(type_hash + parts).hex())
    with pytest.raises(WrongChain) as wrong:
        gateway(node).check()
    assert wrong.value.params["expected"] == "USDC 2"
    with pytest.raises(WrongChain):
        gateway(node).check_token()


def test_a_token_that_is_not_there_is_said_so() -> None:
    node = Node(eth_getCode=lambda owner, _: "0x" if owner == TOKEN else "0x01")
    with pytest.raises(NotDeployed) as missing:
        gateway(node).check()
    assert missing.value.params == {"address": TOKEN}


def test_an_impossible_balance_is_not_believed() -> None:
    with pytest.raises(ChainUnreachable):
        gateway(Node(eth_call=word(2**255))).token_balance(STRANGER.address)


def test_another_hash_for_our_bytes_is_not_believed() -> None:
    with pytest.raises(ChainUnreachable):
        gateway(Node(eth_sendRawTransaction=word(1))).broadcast(SIGNED.raw)


def test_another_receipt_than_the_one_asked_for_is_not_believed() -> None:
    receipt = {"transactionHash": word(1), "blockNumber": "0x1", "gasUsed": "0x1", "status": "0x1", "logs": []}
    with pytest.raises(ChainUnreachable):
        gateway(Node(eth_getTransactionReceipt=receipt)).receipt(SIGNED.hash)


@pytest.mark.parametrize("message", ["already known", "nonce too low: next nonce 1, tx nonce 0"])
def test_a_second_copy_that_is_known_counts_as_sent(message: str) -> None:
    refusal = {"error": {"code": -32000, "message": message}}
    node = Node(eth_sendRawTransaction=refusal, eth_getTransactionByHash={"hash": SIGNED.hash})
    assert gateway(node).broadcast(SIGNED.raw) == SIGNED.hash
    node.answers["eth_getTransactionByHash"] = None
    with pytest.raises(ChainRefused) as refused:
        gateway(node).broadcast(SIGNED.raw)
    assert refused.value.params["reason"] == message


def test_a_refusal_and_then_silence_is_unreachable() -> None:
    refusal = {"error": {"code": -32000, "message": "already known"}}
    node = Node(eth_sendRawTransaction=refusal, eth_getTransactionByHash=TimeoutError())
    with pytest.raises(ChainUnreachable):
        gateway(node).broadcast(SIGNED.raw)


@pytest.mark.parametrize(
    ("error", "name", "arguments"),
    [
        ({"code": 3, "message": "execution reverted", "data": "0xd0d04f60"}, "NothingToWithdraw", ()),
        ({"code": -32000, "message": "execution reverted", "data": {"data": "0xd0d04f60"}}, "NothingToWithdraw", ()),
        ({"code": 3, "message": "execution reverted"}, "", ()),
        ({"code": 3, "message": "execution reverted", "data": "0x08c379a0ff"}, "", ()),
        ({"code": 3, "message": "execution reverted", "data": "0x4e487b71" + word(17)[2:]}, "Panic", (17,)),
    ],
)
def test_reverts_are_named_however_the_node_puts_them(error: Answer, name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(ChainReverted) as reverted:
        gateway(Node(eth_estimateGas={"error": error})).simulate(Call(ESCROW), CREATOR.address)
    assert (reverted.value.error_name, reverted.value.arguments) == (name, arguments)


def test_logs_are_asked_for_in_spans_that_public_nodes_take() -> None:
    node = Node(eth_getLogs=[])
    assert gateway(node).escrow_events(5, 5 + 2 * LOG_SPAN_BLOCKS) == []
    spans = [(int(query["fromBlock"], 16), int(query["toBlock"], 16)) for _, (query,) in node.asked[1:]]
    assert spans == [
        (5, 4 + LOG_SPAN_BLOCKS),
        (5 + LOG_SPAN_BLOCKS, 4 + 2 * LOG_SPAN_BLOCKS),
        (5 + 2 * LOG_SPAN_BLOCKS, 5 + 2 * LOG_SPAN_BLOCKS),
    ]


def paid_log(**changes: object) -> Answer:
    from services.chain.events import PAID

    log = {
        "address": ESCROW,
        "topics": [PAID, word(1), word(2), word(3)],
        "data": "0x" + "".join(word(value)[2:] for value in (4, 1, 100, 90, 10, 5)),
        "blockNumber": "0x7",
        "transactionHash": word(9),
        "logIndex": "0x0",
    }
    return log | changes


def test_a_log_without_time_asks_its_block_once() -> None:
    node = Node(eth_getLogs=[paid_log(), paid_log(logIndex="0x1")])
    node.answers["eth_getBlockByNumber"] = lambda number, _: {"number": number, "timestamp": "0x64"}
    events = gateway(node).escrow_events(7, 7)
    assert [event.timestamp for event in events] == [100, 100]
    assert node.count("eth_getBlockByNumber") == 1


def test_other_contracts_logs_are_passed_over() -> None:
    node = Node(eth_getLogs=[paid_log(address=TOKEN, blockTimestamp="0x1"), paid_log(blockTimestamp="0x1")])
    assert len(gateway(node).escrow_events(7, 7)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"data": "0x00"}, {"data": "0x"}, {"topics": [paid_log()["topics"][0]]}, {"topics": ["0x12"]}, {"address": "zz"}],
)
def test_a_malformed_log_is_not_believed(changes: Answer) -> None:
    node = Node(eth_getLogs=[paid_log(blockTimestamp="0x1", **changes)])
    with pytest.raises(ChainUnreachable):
        gateway(node).escrow_events(7, 7)


def test_a_revert_on_the_chain_is_named_by_running_it_again() -> None:
    receipt = {
        "transactionHash": SIGNED.hash,
        "blockNumber": "0x7",
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x1",
        "status": "0x0",
        "logs": [],
    }
    revert = {"error": {"code": 3, "message": "execution reverted", "data": "0xd0d04f60"}}
    sent = {"from": RELAYER.address, "to": ESCROW, "value": "0x0", "input": "0x", "nonce": "0x0"}
    node = Node(eth_getTransactionReceipt=receipt, eth_getTransactionByHash=sent, eth_call=revert)
    node.answers["eth_getBlockByNumber"] = {"number": "0x7", "timestamp": "0x64"}
    found = gateway(node).receipt(SIGNED.hash)
    assert found is not None
    assert (found.is_ok, found.error_name, found.fee_wei) == (False, "NothingToWithdraw", 21_000)
    assert ("eth_call", [{name: sent[name] for name in ("from", "to", "value", "input")}, "0x6"]) in node.asked
    for silent in (TimeoutError(), "0x"):
        node.answers["eth_call"] = silent
        again = gateway(node).receipt(SIGNED.hash)
        assert again is not None
        assert (again.error_name, again.reason) == ("", "")


@pytest.mark.parametrize("price", [1, 7, 20 * 10**9, 10**12])
def test_fees_are_what_the_node_says_now_with_room(price: int) -> None:
    node = Node(eth_gasPrice=hex(price))
    found = gateway(node)
    assert found.fees() == Fees(2 * price, 0)
    node.answers["eth_gasPrice"] = hex(3 * price)
    assert found.fees() == Fees(6 * price, 0)


def test_fees_are_not_guessed_when_the_node_does_not_say() -> None:
    with pytest.raises(ChainUnreachable):
        gateway(Node(eth_gasPrice=None)).fees()


def test_hashes_are_compared_whatever_their_case() -> None:
    node = Node(eth_sendRawTransaction="0x" + SIGNED.hash[2:].upper())
    assert gateway(node).broadcast(SIGNED.raw) == bytes32(SIGNED.hash)
