"""The demo world: a chain of its own, people with demo money, and a clip to try."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from anyio import to_thread

from services.chain.demo.chain import DemoChain
from services.chain.demo.genesis import PLATFORM_KEY
from services.chain.gateway import ChainGateway
from services.chain.web3_gateway import Web3Gateway
from services.desk.wallet.keyring import Keyring
from services.host.demo_control.control import DemoControl
from services.host.demo_control.kept_clock import KeptClock
from services.host.demo_control.routes import demo_routes
from services.host.demo_control.snapshots import leftovers, sweep
from services.host.demo_control.townspeople import Townspeople
from services.host.demo_world.opening import Tell, furnish, origin
from services.host.demo_world.sizes import SIZES
from services.host.exchange import Exchange
from services.host.world import Person, World, open_world
from services.media.worker import make_clip
from services.units.money import Money
from services.units.time import Clock
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)

SAMPLE = "A minute on the clock.mp4"
VIEWER_MONEY = Money(25_000_000)
GAS_WEI = 10**18
RELAYER_GAS_WEI = 1_000 * 10**18


def _self_opening(keyring: Keyring) -> None:
    if keyring.status == "missing":
        keyring.create_self_opening()


PEOPLE = (
    Person(id="creator", name="Slow Lantern", role="creator", prepare=_self_opening),
    Person(id="viewer", name="Viewer", role="viewer", prepare=_self_opening),
)
PERSONAS = (
    *PEOPLE,
    Person(id="creator2", name="Tidewater Notebook", role="creator", prepare=_self_opening, can_wait=True),
    Person(id="viewer2", name="Second viewer", role="viewer", prepare=_self_opening, can_wait=True),
    Person(id="newcomer", name="Newcomer", role="newcomer", prepare=_self_opening, can_wait=True),
    Person(id="operator", name="Operator", role="operator", prepare=_self_opening, can_wait=True),
)
"""Who can sit at the window of a demo. The newcomer comes with an empty wallet, and the operator runs the node."""


def _unheard(_stage: str, _part: float) -> None:
    """Nobody waits for news."""


@asynccontextmanager
async def demo_world(
    profile: Path,
    clock: Clock,
    exchange: Exchange | None = None,
    *,
    size: str | None = None,
    tell: Tell = _unheard,
) -> AsyncIterator[World]:
    """Open the demo world of a profile, making it at first use. Its own clock follows the given one.

    exchange: lets its own requests have it changed on disk; without it there are no snapshots. size: of a new world,
    None for what the profile was made with, else an empty one. tell: hears how far the making is.
    Raises ProblemError: service.busy_profile, service.world_failed, chain.damaged, and as open_world.
    """
    await furnish(profile, clock, size, tell)
    kept = KeptClock(profile, clock)
    chain = await to_thread.run_sync(DemoChain.open, profile / "chain" / "journal.db", kept)
    try:
        gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
        sample = profile / "samples" / SAMPLE
        opened = open_world(
            profile, chain=gateway, clock=kept, people=PERSONAS, is_demo=True, samples=(sample,), treasury=PLATFORM_KEY
        )
        async with opened as world:
            await to_thread.run_sync(_fund, chain, gateway, world)
            made_of = await to_thread.run_sync(origin, profile)
            control = DemoControl(world, chain, kept, profile, exchange, _town(made_of))
            left = await to_thread.run_sync(leftovers, profile)
            tasks = [asyncio.create_task(_make(sample)), asyncio.create_task(to_thread.run_sync(sweep, left))]
            try:
                yield replace(world, extra=(demo_routes(control),), origin=made_of)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
    finally:
        chain.close()


def _town(made_of: Mapping[str, str]) -> Townspeople | None:
    size = SIZES.get(made_of.get("size", ""))
    return None if size is None else Townspeople(made_of["seed"], size)


def _fund(chain: DemoChain, gateway: ChainGateway, world: World) -> None:
    """Give everybody their first demo money; who has gas money had it already."""
    people = [(who.sender, Money(0), RELAYER_GAS_WEI) for who in (world.node.relayer, world.node.treasurer)]
    for desk in (desk for desk in world.desks if desk.role != "newcomer"):
        people.append((desk.keyring.owner(), VIEWER_MONEY if desk.role == "viewer" else Money(0), GAS_WEI))
    for owner, usdc, gas_wei in people:
        if not gateway.gas_balance(owner):
            chain.fund(owner, usdc=usdc, gas_wei=gas_wei)


async def _make(sample: Path) -> None:
    """Make the clip at first use; a half-made one is made again."""
    if await to_thread.run_sync(sample.exists):
        return
    await to_thread.run_sync(partial(sample.parent.mkdir, parents=True, exist_ok=True, mode=0o700))
    draft = sample.with_suffix(".part.mp4")
    try:
        await make_clip(draft)
        await to_thread.run_sync(draft.replace, sample)
    except ProblemError as problem:
        # The demo works with any film; this one is only at hand.
        _log.warning("sample clip not made", extra={"code": problem.code})
