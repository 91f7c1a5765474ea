"""The demo chain's JSON-RPC as web3 and strangers use it."""

from __future__ import annotations

import http.client
import itertools
import json
from typing import Any

import pytest

from services.chain.calls import pay_call
from services.chain.demo import DemoChain
from services.chain.demo import http as demo_http
from services.chain.demo.genesis import read_artifact
from services.chain.demo.http import JsonRpcServer
from tests.fixtures.chain import CREATOR, RELAYER, VIEWER, HandClock
from tests.integration.chain.worlds import World, gateway_to, load_web3


@pytest.fixture
def world(demo_chain: DemoChain, hand_clock: HandClock) -> World:
    return World(gateway_to(demo_chain, demo_chain.rpc), hand_clock)


def answer(chain: DemoChain, method: str, *params: object) -> Any:
    return chain.rpc.make_request(method, list(params))["result"]


def test_web3_reads_blocks_receipts_and_contracts(demo_chain: DemoChain, world: World) -> None:
    receipt = world.run(pay_call(world.signed()))
    load_web3()
    from web3 import Web3

    web3 = Web3(demo_chain.provider)
    assert web3.is_connected()
    assert web3.eth.chain_id == demo_chain.chain_id
    assert web3.eth.get_block("latest", full_transactions=True)["number"] == receipt.block_number
    assert web3.eth.get_transaction(receipt.tx)["from"].lower() == RELAYER.address  # type: ignore[arg-type]
    escrow = web3.eth.contract(web3.to_checksum_address(demo_chain.escrow), abi=read_artifact("Escrow")["abi"])
    assert escrow.functions.creatorBalances(web3.to_checksum_address(CREATOR.address)).call() == 1_350
    (log,) = escrow.events.Paid().get_logs(from_block=0)
    assert log["args"]["payer"].lower() == VIEWER.address
    assert log["args"]["creatorShare"] == 1_350
    assert web3.eth.fee_history(4, "latest", [50])["baseFeePerGas"][0] == 20 * 10**9
    assert web3.eth.get_transaction_count(web3.to_checksum_address(RELAYER.address)) == 1


def test_pending_things_are_hidden(demo_chain: DemoChain) -> None:
    assert answer(demo_chain, "eth_getBlockByNumber", "pending", False) is None


def test_blocks_are_chained(demo_chain: DemoChain) -> None:
    head = demo_chain.head.number
    blocks = [answer(demo_chain, "eth_getBlockByNumber", hex(number), False) for number in range(head + 1)]
    for parent, child in itertools.pairwise(blocks):
        assert child["parentHash"] == parent["hash"]
        assert answer(demo_chain, "eth_getBlockByHash", child["hash"], False) == child
    assert answer(demo_chain, "eth_getBlockByNumber", hex(head + 1), False) is None


def test_logs_are_filtered(demo_chain: DemoChain, world: World) -> None:
    receipt = world.run(pay_call(world.signed()))
    # Block 1 is the Escrow's creation, which has a log of its own.
    span: dict[str, Any] = {"fromBlock": "0x2", "toBlock": "latest"}
    every = answer(demo_chain, "eth_getLogs", span)
    ours = answer(demo_chain, "eth_getLogs", span | {"address": [demo_chain.escrow]})
    assert len(every) > len(ours) == 1
    topics = ours[0]["topics"]
    for wanted, count in (([topics[0]], 1), ([None, topics[1]], 1), ([[topics[0], topics[1]]], 1), ([topics[1]], 0)):
        found = answer(demo_chain, "eth_getLogs", span | {"address": demo_chain.escrow, "topics": wanted})
        assert len(found) == count
    assert answer(demo_chain, "eth_getLogs", {"blockHash": ours[0]["blockHash"], "address": demo_chain.escrow}) == ours
    assert int(ours[0]["blockTimestamp"], 16) == receipt.timestamp
    assert answer(demo_chain, "eth_getLogs", {"blockHash": "0x" + "11" * 32}) == []


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_mine", [], -32601),
        ("eth_getBalance", ["0x12"], -32602),
        ("eth_getBalance", [], -32602),
        ("eth_getBlockByNumber", ["latest", False, 1, 2], -32602),
        ("eth_getBlockByNumber", ["soon", False], -32602),
        ("eth_call", [{"to": "0x3600000000000000000000000000000000000000", "input": "zz"}, "latest"], -32602),
        ("eth_call", [{"to": "0x3600000000000000000000000000000000000000", "input": "0xffffffff"}, "latest"], 3),
        ("eth_sendRawTransaction", ["0x"], -32000),
        ("eth_sendRawTransaction", ["0x0z"], -32602),
    ],
)
def test_bad_requests_are_answered_with_a_code(
    demo_chain: DemoChain, method: str, params: list[object], code: int
) -> None:
    assert demo_chain.rpc.make_request(method, params)["error"]["code"] == code


def post(server: JsonRpcServer, body: bytes, **headers: str) -> tuple[int, Any]:
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/json"} | headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_http_takes_single_requests_and_batches(demo_chain: DemoChain) -> None:
    request = {"jsonrpc": "2.0", "id": 7, "method": "eth_chainId", "params": []}
    expected = {"jsonrpc": "2.0", "id": 7, "result": hex(demo_chain.chain_id)}
    with JsonRpcServer(demo_chain.rpc) as server:
        assert post(server, json.dumps(request).encode()) == (200, expected)
        assert post(server, json.dumps([request, request]).encode()) == (200, [expected, expected])
        assert post(server, b"[1]")[1][0]["error"]["code"] == -32600


def test_http_refuses_what_it_should(demo_chain: DemoChain) -> None:
    with JsonRpcServer(demo_chain.rpc) as server:
        assert post(server, b"{}", Host="evil.example")[0] == 403
        assert post(server, b"{")[0] == 400
        assert post(server, b"")[0] == 413


def test_closing_does_not_wait_for_kept_connections(demo_chain: DemoChain, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a limit of its own, a connection that nobody cuts is waited for without an end.
    monkeypatch.setattr(demo_http._Request, "timeout", None)
    server = JsonRpcServer(demo_chain.rpc)
    kept = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=30)
    kept.request("POST", "/", json.dumps({"id": 1, "method": "eth_chainId", "params": []}))
    assert json.load(kept.getresponse())["result"] == hex(demo_chain.chain_id)
    server.close()
    kept.close()
