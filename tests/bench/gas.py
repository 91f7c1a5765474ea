"""Gas of each contract call, first and steady, as the demo chain charges it (Prague, optimiser at 200 runs)."""

from __future__ import annotations

from typing import TypedDict

from services.chain.calls import Call, pay_call, withdraw_creator_call, withdraw_platform_call
from services.chain.demo.genesis import new_genesis
from tests.fixtures.chain import CREATOR, RELAYER, STRANGER, VIEWER, Person, Stage, new_stage

# One transaction a chunk in the seed system, measured on Arc's own token code (one authorization, split, steady).
_SEED_CHUNK = 105_055
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
    }


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
