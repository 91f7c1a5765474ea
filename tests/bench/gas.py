"""Gas of each contract call, first and steady, as the demo chain charges it (Prague, optimiser at 200 runs).

Films are paid by channels as a player does: a new channel for each film with its refund, or one channel kept open.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TypedDict

from services.chain.abi import dynamic_bytes, selector, uint_word
from services.chain.calls import Call, pay_call, withdraw_creator_call, withdraw_platform_call
from services.chain.channel_calls import claim_call, deposit_call, multicall_call, refund_call, settle_call
from services.chain.demo.genesis import new_genesis
from services.chain.hashing import sign_digest
from services.chain.till import collect_call, till_address
from services.units.address import Address, bytes32
from services.units.money import Money
from tests.contracts.tokens import TRANSFER_TYPE, authorization_words, typed_digest
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, STRANGER, VIEWER, Person, Stage, new_stage, person
from tests.fixtures.chain_channels import ChannelHouse

# One transaction a chunk in the seed system, measured on Arc's own token code (one authorization, split, steady).
_SEED_CHUNK = 105_055
CHUNKS, FILMS = 180, 10
FILM, DEPOSIT = CHUNKS * 1_500, 300_000
_USDC_PER_GAS = 20e9 / 1e18  # at Arc's floor of 20 gwei


class Figure(TypedDict):
    """One measured value with what it should be."""

    value: float
    unit: str
    goal: int | None
    note: str


def figures() -> dict[str, Figure]:
    """Measure each call on a fresh chain."""
    stage = new_stage()
    stage.mint(VIEWER.address, 10_000_000)
    first_pay = _pay(stage, 0)
    steady_pay = [_pay(stage, chunk) for chunk in range(1, 6)][-1]
    ranged = _pay(stage, 100, count=30)
    rest = _pay(stage, 200, count=180)
    other_viewer = _first_by_another_viewer(stage)
    first_withdraw = _used(stage, withdraw_creator_call(stage.escrow), CREATOR)
    _pay(stage, 300)
    withdraw = _used(stage, withdraw_creator_call(stage.escrow), CREATOR)
    first_platform = _used(stage, withdraw_platform_call(stage.escrow), STRANGER)
    _pay(stage, 301)
    platform = _used(stage, withdraw_platform_call(stage.escrow), STRANGER)
    return {
        "gas_pay_chunk_first": _figure(first_pay, None, "every storage slot is new"),
        "gas_pay_chunk": _figure(
            steady_pay,
            _SEED_CHUNK,
            f"{_cents(steady_pay)} a chunk; the seed's own way took {_SEED_CHUNK} with Arc's token",
        ),
        "gas_pay_chunk_new_viewer": _figure(other_viewer, None, "a creator's account and the till exist"),
        "gas_pay_range": _figure(ranged, _SEED_CHUNK, f"30 chunks, five minutes: {ranged / 30:.0f} a chunk"),
        "gas_pay_range_chunk": _figure(rest / 180, None, f"180 chunks, half an hour: {_cents(rest)} in all"),
        "gas_withdraw_first": _figure(first_withdraw, None, "the creator had no USDC before"),
        "gas_withdraw": _figure(withdraw, None, _cents(withdraw)),
        "gas_withdraw_platform_first": _figure(first_platform, None, "the platform had no USDC before"),
        "gas_withdraw_platform": _figure(platform, None, _cents(platform)),
        "gas_deploy_escrow": _figure(_deploy(stage), None, "once"),
        **_till_figures(),
        **_channel_figures(),
    }


def _till_figures() -> dict[str, Figure]:
    """An x402 `exact` payment, which is a transfer into a till, and the till's collection."""
    stage = new_stage()
    stage.mint(VIEWER.address, 10_000_000)
    till = till_address(stage.escrow, CREATOR.address)
    first_exact = _used(stage, _exact(stage, till, 0), RELAYER)
    exact = _used(stage, _exact(stage, till, 1), RELAYER)
    first_collect = _used(stage, collect_call(stage.escrow, CREATOR.address), RELAYER)
    _used(stage, _exact(stage, till, 2), RELAYER)
    collect = _used(stage, collect_call(stage.escrow, CREATOR.address), RELAYER)
    return {
        "gas_exact_first": _figure(first_exact, None, "into an empty till"),
        "gas_exact": _figure(exact, None, f"one chunk by x402's exact, into a till: {_cents(exact)}"),
        "gas_collect_first": _figure(first_collect, None, "makes the till"),
        "gas_collect": _figure(collect, None, f"any number of payments at once: {_cents(collect)}"),
    }


def _exact(stage: Stage, till: Address, number: int) -> Call:
    words = authorization_words(VIEWER.address, till, 1_500, 0, FOREVER, bytes32(number.to_bytes(32, "big")))
    signature = sign_digest(typed_digest(stage, TRANSFER_TYPE + words), VIEWER.key)
    name = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"
    return Call(stage.token, selector(name) + words + uint_word(7 * 32) + dynamic_bytes(signature))


def _channel_figures() -> dict[str, Figure]:
    film, parts = _refunded_films()
    kept = _kept_channels()
    steps = ", ".join(f"{name} {gas:,}" for name, gas in parts.items())
    return {
        "gas_per_chunk_channel_refund": _figure(
            film / CHUNKS,
            1_500,
            f"{CHUNKS} chunks, new channel, refund, a tenth of a collection; {_cents(film)} ({steps})",
        ),
        "gas_per_chunk_kept_channel": _figure(
            kept / FILMS / CHUNKS,
            160,
            f"{CHUNKS} chunks, {FILMS} open channels in one claim: {_cents(kept / FILMS)} a film",
        ),
    }


def _refunded_films() -> tuple[float, dict[str, int]]:
    """Play ten films by ten viewers, a channel each, and collect once; gives the gas of a film and of its parts."""
    house = ChannelHouse(new_stage())
    gas: dict[str, int] = defaultdict(int)
    for viewer in map(person, (f"viewer {number}" for number in range(FILMS))):
        config = house.config(viewer)
        gas["deposit"] += _used(house.stage, deposit_call(house.deposit(config, viewer, DEPOSIT)), RELAYER)
        last = [
            claim_call([house.claim(config, viewer, FILM)]),
            settle_call(config.receiver, config.token),
            refund_call(config, Money(DEPOSIT - FILM)),
        ]
        gas["claim, settle, refund"] += _used(house.stage, multicall_call(last), house.node)
    gas["collect"] = _used(house.stage, collect_call(house.stage.escrow, CREATOR.address), RELAYER)
    return sum(gas.values()) / FILMS, {name: used // FILMS for name, used in gas.items()}


def _kept_channels() -> int:
    """Claim a second film on each of ten open channels, in one transaction."""
    house = ChannelHouse(new_stage())
    viewers = [person(f"viewer {number}") for number in range(FILMS)]
    for viewer in viewers:
        _used(house.stage, deposit_call(house.deposit(house.config(viewer), viewer, 3 * FILM)), RELAYER)
    used = 0
    for films in (1, 2):
        rows = [house.claim(house.config(viewer), viewer, films * FILM) for viewer in viewers]
        used = _used(house.stage, claim_call(rows), house.node)
    return used


def _pay(stage: Stage, chunk: int, *, count: int = 1, payer: Person = VIEWER) -> int:
    signed = stage.signed(payer, first_chunk=chunk, chunk_count=count, micros=1_500 * count)
    return _used(stage, pay_call(signed), RELAYER)


def _first_by_another_viewer(stage: Stage) -> int:
    stage.mint(STRANGER.address, 1_000_000)
    return _pay(stage, 0, payer=STRANGER)


def _deploy(stage: Stage) -> int:
    return stage.deploy(new_genesis().escrow_creation).gas_used


def _used(stage: Stage, call: Call, sender: Person) -> int:
    outcome = stage.send(call, sender.address)
    if not outcome.is_ok:
        raise RuntimeError("a call that is measured must succeed")
    return outcome.gas_used


def _figure(value: float, goal: int | None, note: str) -> Figure:
    return {"value": round(value), "unit": "gas", "goal": goal, "note": note}


def _cents(gas: float) -> str:
    return f"${gas * _USDC_PER_GAS:.5f} at 20 gwei"
