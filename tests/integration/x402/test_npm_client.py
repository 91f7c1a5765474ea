"""The published npm client buys from our node: ``exact``, and channels from deposit to refund."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from services.units.money import Money
from tests.fixtures.chain import VIEWER, Person, person
from tests.fixtures.js_engine import locked_node
from tests.fixtures.world import PRICE, SealedFilm
from tests.fixtures.world_served import ServedNode

MONEY = Money(5_000_000)
SCRIPT = Path(__file__).with_name("pay.mjs")
_TIMEOUT_S = 60.0


async def run(
    served: ServedNode,
    root: Path,
    film: SealedFilm,
    *steps: dict[str, Any],
    schemes: tuple[str, ...] = ("batch-settlement", "exact"),
    session: Person | None = None,
) -> list[dict[str, Any]]:
    """Let a new process with an empty memory do the steps."""
    packages = root / ".venv" / "npm" / "package.json"
    assert packages.with_name("node_modules").is_dir(), "run `make clients`: it installs the npm client"
    order = {
        "packages": str(packages),
        "url": served.pay_url(film.content),
        "rpc": served.rpc,
        "network": served.network,
        "asset": served.running.chain.token,
        "limit": "1000000",
        "key": "0x" + VIEWER.key.hex(),
        "session": session and "0x" + session.key.hex(),
        "schemes": schemes,
        "steps": steps,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(locked_node(), str(SCRIPT), stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(json.dumps(order).encode()), _TIMEOUT_S)
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.splitlines()]


def keys(done: dict[str, Any]) -> dict[int, str]:
    assert done["status"] == 200, done
    return {key["index"]: key["key"] for key in done["body"]["keys"]}


async def collected(served: ServedNode) -> tuple[Money, Money]:
    """Bring the creator's money home; gives what the creator and the platform have then."""
    await served.running.desk("creator").node.send_proven("POST", "/creators/collect")
    owner = served.running.desk("creator").keyring.owner()
    return served.node.chain.creator_balance(owner), served.node.chain.platform_balance()


@pytest.fixture
async def film(served: ServedNode) -> SealedFilm:
    """A film of eleven paid chunks, and a viewer who has money."""
    served.give(VIEWER.address, MONEY)
    return await served.running.publish(chunks=12)


async def test_exact_is_one_transfer(served: ServedNode, root: Path, film: SealedFilm) -> None:
    head = served.running.chain.head.number
    (done,) = await run(served, root, film, {"buy": 1}, schemes=("exact",))
    assert keys(done) == {1: film.keys[1]}
    assert (done["settled"]["success"], done["settled"]["payer"]) == (True, VIEWER.address)
    assert len(served.log.seen) == 2
    assert len(served.transactions(head)) == 1
    assert await collected(served) == (Money(9_000), Money(1_000))


async def test_a_channel_from_deposit_to_refund(served: ServedNode, root: Path, film: SealedFilm) -> None:
    head = served.running.chain.head.number
    session = person("session of the npm client")
    *bought, back = await run(served, root, film, {"buy": 1}, {"buy": 2}, {"buy": 3}, {"refund": None}, session=session)
    for chunk, done in enumerate(bought, start=1):
        assert keys(done) == {chunk: film.keys[chunk]}
        assert done["settled"]["extra"]["chargedAmount"] == str(PRICE.micros)
    assert bought[0]["settled"]["amount"] == "110000"
    assert bought[1]["settled"]["transaction"] == ""
    assert (back["settled"]["success"], back["settled"]["amount"]) == (True, "80000")
    # Two requests a chunk and two for the refund; a deposit, and a claim with the refund.
    assert len(served.log.seen) == 8
    assert len(served.transactions(head)) == 2
    assert served.node.chain.token_balance(VIEWER.address) == MONEY - Money(30_000)
    assert await collected(served) == (Money(27_000), Money(3_000))


async def test_a_client_without_memory_goes_on(served: ServedNode, root: Path, film: SealedFilm) -> None:
    await run(served, root, film, {"buy": 1}, {"buy": 2})
    served.log.seen.clear()
    third, fourth, back = await run(served, root, film, {"buy": 3}, {"buy": 4}, {"refund": "20000"})
    assert keys(third) == {3: film.keys[3]}
    assert keys(fourth) == {4: film.keys[4]}
    assert back["settled"]["amount"] == "20000"
    # One request more than usual: the first total came from the chain, the second from what the client had signed.
    assert len(served.log.seen) == 3 + 2 + 2
    assert served.node.chain.token_balance(VIEWER.address) == MONEY - Money(90_000)
    assert await collected(served) == (Money(36_000), Money(4_000))
