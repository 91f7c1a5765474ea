"""What the seeds' pages ask of two services, asked of ``museclock-node serve --demo`` on two ports, as they write it.

The requests stand in seed_requests.json. keep: what later requests need of an answer; has: part of the answer;
without: what may stand nowhere in it; moved: by how much wallets on the chain changed, in micro-USDC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.units.money import Money
from tests.fixtures.world_node_process import NodeProcess

REQUESTS = json.loads((Path(__file__).parent / "seed_requests.json").read_text())
PRICE = Money(12_500)


@pytest.fixture
def http(demo_node_process: NodeProcess) -> Iterator[httpx.Client]:
    with demo_node_process.client() as client:
        yield client


def wallet(http: httpx.Client, name: str) -> int:
    """Give what a wallet holds on the chain, in micro-USDC."""
    answer = http.get("/wallets/usdc-balance", params={"user_id": name})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["balance_minor"])


def filled(value: Any, kept: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, found in kept.items():
        text = text.replace(f"<{name}>", found)
    return json.loads(text)


def assert_part(part: Any, whole: Any) -> None:
    """Check that what was expected is there; what else is said does not matter."""
    if isinstance(part, dict):
        for name, value in part.items():
            assert_part(value, whole[name])
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        assert len(part) == len(whole)
        for one, other in zip(part, whole, strict=True):
            assert_part(one, other)
    else:
        assert part == whole


@pytest.mark.parametrize("prefix", ["", "/api/v1"], ids=["bare", "under the prefix"])
def test_every_request_of_the_tiers_page_works_as_written(demo_node_process: NodeProcess, prefix: str) -> None:
    kept: dict[str, str] = {}
    where = dict(zip(("content", "membership"), demo_node_process.urls, strict=True))
    # Another pair of people under the prefix: the first two have what the page promises already.
    people = {"creator123": "creator123", "user456": "user456"}
    if prefix:
        people = {name: f"{name}b" for name in people}
    text = json.dumps(REQUESTS)
    for name, other in people.items():
        text = text.replace(name, other)
    with demo_node_process.client() as http:
        for wanted in json.loads(text):
            asked = filled(wanted, kept)
            before = {name: wallet(http, name) for name in asked.get("moved", {})}
            answer = http.request(asked["method"], where[asked["at"]] + prefix + asked["path"], json=asked.get("body"))
            assert answer.status_code == asked["status"], (asked["path"], answer.text)
            assert_part(asked.get("has", {}), answer.json())
            assert asked.get("without", "\0") not in answer.text
            kept.update({name: answer.json()[field] for name, field in asked.get("keep", {}).items()})
            for name, by in asked.get("moved", {}).items():
                assert wallet(http, name) - before[name] == by, asked["path"]


def test_prices_and_numbers_of_tiers_are_bounded(http: httpx.Client) -> None:
    body = {"creator_id": "bounded", "name": "T", "price": 2.99, "perks": []}
    assert http.post("/tiers/", json={**body, "price": 3.5}).status_code == 400
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: http.post("/tiers/", json=body).status_code, range(6)))
    assert sorted(answers) == [201, 201, 201, 400, 400, 400]


def test_chunks_are_paid_once_for_each_key_and_streamed_in_turn(
    demo_node_process: NodeProcess, http: httpx.Client
) -> None:
    film = demo_node_process.publish("filmer", chunks=4, price=PRICE)
    path, me = f"/content/{film.content}", {"user_id": "watcher"}
    locked = http.post(f"{path}/stream", params=me)
    assert (locked.status_code, locked.json()["code"]) == (402, "payment.required")
    assert "payment-required" in locked.headers
    assert "key" not in locked.text
    before = wallet(http, "watcher")
    first = [http.post(f"{path}/pay", params=me, headers={"Idempotency-Key": "one"}) for _ in range(3)]
    assert [answer.status_code for answer in first] == [200, 200, 200], first[-1].text
    assert [answer.json()["keys"][0]["index"] for answer in first] == [1, 1, 1]
    assert len({answer.json()["transaction"] for answer in first}) == 1
    assert before - wallet(http, "watcher") == PRICE.micros
    second = http.post(f"{path}/pay", params=me, headers={"Idempotency-Key": "two"}).json()
    assert second["keys"] == [{"index": 2, "key": film.keys[2]}]
    streamed = [http.post(f"{path}/stream", params=me, headers={"Idempotency-Key": key}) for key in "aab"]
    assert [answer.json()["keys"][0]["index"] for answer in streamed] == [1, 1, 2]
    # The third chunk that costs is not paid for.
    assert http.post(f"{path}/stream", params=me).status_code == 402
    assert before - wallet(http, "watcher") == 2 * PRICE.micros
    history = http.get("/users/me/history", params=me).json()
    assert_part([{"content_id": film.content, "chunks": 2, "total_amount_settled": str(2 * PRICE.micros)}], history)
    assert http.get("/users/me/spending", params=me).json()["paid"] == str(2 * PRICE.micros)
    own = {"creator_id": "filmer"}
    (item,) = http.get("/creators/content", params=own).json()
    assert (item["amount_gross"], item["amount_creator"]) == ("25000", "22500")
    assert http.get("/users/me", params=own).json()["is_creator"] is True
    totals = http.get("/creators/dashboard", params=own).json()
    assert (totals["total_amount_gross"], totals["total_amount_creator"]) == ("25000", "22500")
    assert (totals["withdrawable_balance"], totals["content_count"], totals["platform_fee_bps"]) == ("22500", 1, 1000)
    paid = http.get("/creators/settlements", params=own).json()
    assert {one["tx_hash"] for one in paid} == {first[0].json()["transaction"], second["transaction"]}
    # Nothing to withdraw is said before anything is sent; so is that nobody knows the creator yet.
    assert http.post("/creators/withdraw", params={"creator_id": "poor"}).status_code == 400
    assert http.post("/creators/withdraw", params=own).json()["code"] == "kyc.required"
    assert http.post("/kyc/verify/filmer").json()["state"] == "verified"
    had = wallet(http, "filmer")
    done = http.post("/creators/withdraw", params=own).json()
    assert (done["amount"], wallet(http, "filmer") - had) == ("22500", 22_500)
    state = http.get(f"/wallets/transactions/{done['tx_id']}", params=own).json()
    assert (state["state"], state["hash"]) == ("confirmed", done["tx_hash"])
    assert http.post("/creators/withdraw", params=own).json()["code"] == "withdrawal.nothing"


def test_who_repeats_a_subscription_by_name_pays_once(http: httpx.Client) -> None:
    tier = http.post("/tiers/", json={"creator_id": "repeated", "name": "Bronze", "price": 2.99, "perks": []}).json()
    body = {"user_id": "impatient", "creator_id": "repeated", "tier_id": tier["id"]}
    before = wallet(http, "impatient")
    first, again = (http.post("/subscribe/", json=body).json() for _ in range(2))
    assert again == first
    assert before - wallet(http, "impatient") == 2_990_000
    # Who cancelled and says it again means the next period.
    http.post(f"/subscriptions/{first['membership']['id']}/cancel", headers={"Authorization": "Bearer impatient"})
    more = http.post("/subscribe/", json=body).json()
    assert (more["membership"]["renewals"], more["membership"]["renews"]) == (1, True)
    assert before - wallet(http, "impatient") == 2 * 2_990_000


def test_the_chain_s_height_is_told_to_everybody(http: httpx.Client) -> None:
    assert http.get("/wallets/arc-block-height").json()["block_height"] > 0


def test_an_operator_rejects_and_takes_back(http: httpx.Client, demo_node_process: NodeProcess) -> None:
    assert http.get("/kyc/doubtful").json()["state"] == "not_started"
    assert http.post("/kyc/verify/doubtful").json()["state"] == "verified"
    case = f"/kyc/cases/{demo_node_process.wallet('doubtful').address}/decision"
    operator = {"Authorization": "Bearer operator"}
    back = http.post(case, json={"decision": "rejected", "reason": "A forged passport."}, headers=operator)
    assert [step["state"] for step in back.json()["steps"]] == ["pending", "verified", "rejected"]
    assert http.get("/kyc/doubtful").json()["reason"] == "A forged passport."
    refused = http.post(case, json={"decision": "verified"}, headers=operator)
    assert (refused.status_code, refused.json()["code"]) == (409, "kyc.state")
    assert (
        http.post(case, json={"decision": "verified"}, headers={"Authorization": "Bearer doubtful"}).status_code == 403
    )
    listed = http.get("/kyc/cases", params={"state": "rejected"}, headers=operator).json()
    assert [one["state"] for one in listed] == ["rejected"]


def test_who_signed_in_is_nobody_else(http: httpx.Client) -> None:
    """A token that is no name goes to the node untouched, and there nobody is known by it."""
    strange = {"Authorization": "Bearer 0000000000000000000000000000000000000000000"}
    assert http.get("/subscriptions/user456", headers=strange).status_code == 401
    assert http.post("/payout/creator123", headers=strange).status_code == 401
