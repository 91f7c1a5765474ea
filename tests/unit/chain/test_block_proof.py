"""Tries and block proofs against a block recorded from anvil: every transaction's logs, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.chain.block_proof import block_proof
from services.chain.gateway import Paid
from services.chain.hashing import keccak256
from services.chain.trie import Trie, value_at
from services.chain.web3_gateway import Web3Gateway
from services.statements.proof import ProofError, proven_events
from services.units.address import Address, Bytes32

VECTOR: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors/blocks/anvil-prague.json").read_text())
BLOCK, RECEIPTS = VECTOR["block"], VECTOR["receipts"]
ESCROW = Address(VECTOR["escrow"])
CHAIN = int(VECTOR["chain_id"])


class Recorded:
    """A provider that knows one block. without: the method that it does not have."""

    def __init__(self, without: str = "") -> None:
        self.without = without
        self.answers: dict[str, Any] = {
            "eth_chainId": lambda *_: hex(CHAIN),
            "eth_getBlockByHash": lambda *_: BLOCK,
            "eth_getBlockReceipts": lambda *_: RECEIPTS,
            "eth_getTransactionReceipt": lambda tx: next((r for r in RECEIPTS if r["transactionHash"] == tx), None),
        }

    def make_request(self, method: Any, params: Any) -> Any:
        if method not in self.answers or method == self.without:
            return {"error": {"code": -32601, "message": "the method does not exist"}}
        return {"result": self.answers[method](*params)}


def proofs(provider: Recorded) -> dict[str, dict[str, Any]]:
    gateway = Web3Gateway(provider, chain_id=CHAIN, token=Address(VECTOR["token"]), escrow=ESCROW)
    found = {one["hash"]: gateway.proof(Bytes32(one["hash"])) for one in BLOCK["transactions"]}
    assert gateway.proof(Bytes32("0x" + "00" * 32)) is None
    return {tx: proof for tx, proof in found.items() if proof is not None}


@pytest.mark.parametrize("without", ["", "eth_getBlockReceipts"])
def test_every_event_of_a_block_is_proved_offline_by_transaction_and_log(without: str) -> None:
    made = json.loads(json.dumps(proofs(Recorded(without))))
    assert {one["type"] for one in BLOCK["transactions"]} >= {"0x0", "0x1", "0x2", "0x4"}
    assert len(made) == len(BLOCK["transactions"])
    ended_well = {one["transactionHash"] for one in RECEIPTS if one["status"] == "0x1"}
    events = [
        event
        for tx, proof in made.items()
        if tx in ended_well
        for event in proven_events(tx, proof, chain_id=CHAIN, escrow=ESCROW)
    ]
    logs = {
        (log["transactionHash"], int(log["logIndex"], 16))
        for one in RECEIPTS
        for log in one["logs"]
        if log["address"] == ESCROW
    }
    assert {(event.tx, event.log_index) for event in events} <= logs
    assert any(isinstance(event, Paid) for event in events)
    assert {event.block_number for event in events} == {int(BLOCK["number"], 16)}
    assert {event.timestamp for event in events} == {int(BLOCK["timestamp"], 16)}


def paid() -> tuple[str, dict[str, Any]]:
    made = proofs(Recorded())
    tx = next(one["transactionHash"] for one in RECEIPTS if any(log["address"] == ESCROW for log in one["logs"]))
    return tx, made[tx]


@pytest.mark.parametrize(
    "part", ["header", "block", "place", "transaction", "receipt", "number", "timestamp", "first_log"]
)
def test_a_proof_that_was_changed_does_not_hold(part: str) -> None:
    tx, proof = paid()
    kept = proof[part]
    changed: list[Any] = [None]
    match kept:
        case str():
            changed += [kept[:-2] + f"{int(kept[-2:], 16) ^ 1:02x}", kept[:40], "0x"]
        case list():
            last = kept[-1][:-2] + f"{int(kept[-1][-2:], 16) ^ 1:02x}"
            changed += [[*kept[:-1], last], kept[:-1], []]
        case _:
            changed += [-1] if part == "first_log" else [kept + 1, -1]
    for value in changed:
        with pytest.raises(ProofError):
            proven_events(tx, {**proof, part: value}, chain_id=CHAIN, escrow=ESCROW)


def test_a_proof_of_another_transaction_or_chain_does_not_hold() -> None:
    tx, proof = paid()
    other = next(one["hash"] for one in BLOCK["transactions"] if one["hash"] != tx)
    for told, chain in ((other, CHAIN), (tx, CHAIN + 1)):
        with pytest.raises(ProofError, match="another transaction"):
            proven_events(told, proof, chain_id=chain, escrow=ESCROW)
    failed = {one["transactionHash"] for one in RECEIPTS if one["status"] != "0x1"}
    for name, found in proofs(Recorded()).items():
        if name in failed:
            with pytest.raises(ProofError, match="did not succeed"):
                proven_events(name, found, chain_id=CHAIN, escrow=ESCROW)


def test_a_block_that_does_not_come_to_its_hash_proves_nothing() -> None:
    tx = BLOCK["transactions"][0]["hash"]
    assert block_proof(BLOCK, RECEIPTS[:-1], tx) is None
    assert block_proof({**BLOCK, "gasUsed": "0x1"}, RECEIPTS, tx) is None
    assert block_proof(BLOCK, [{**RECEIPTS[0], "cumulativeGasUsed": "0x1"}, *RECEIPTS[1:]], tx) is None
    with pytest.raises(ValueError, match="type 5"):
        block_proof({**BLOCK, "transactions": [{"hash": tx, "type": "0x5"}]}, RECEIPTS[:1], tx)


@pytest.mark.parametrize("count", [1, 2, 17, 127, 128, 129, 300])
def test_each_value_of_a_trie_is_found_by_its_path_and_no_other(count: int) -> None:
    values = [keccak256(str(place).encode()) * (1 + place % 4) for place in range(count)]
    trie = Trie(values)
    for place, value in enumerate(values):
        path = trie.path(place)
        assert value_at(trie.root, place, path) == value
        with pytest.raises(ValueError, match="path"):
            value_at(trie.root, count, path)
        with pytest.raises(ValueError, match="path"):
            value_at(keccak256(trie.root), place, path)


def test_the_empty_trie_and_tiny_values_are_as_the_yellow_paper_has_them() -> None:
    assert Trie([]).root.hex() == "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    # Nodes of fewer than 32 bytes lie inside the one above them.
    trie = Trie([bytes((value,)) for value in range(1, 40)])
    assert [value_at(trie.root, place, trie.path(place)) for place in range(39)] == [bytes((v,)) for v in range(1, 40)]
