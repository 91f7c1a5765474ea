"""Builds a world into an empty folder: the chain, the node, the films and the past."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from services.chain.demo.chain import DemoChain
from services.chain.hashing import address_of
from services.chain.web3_gateway import Web3Gateway
from services.desk.app import close_desk
from services.desk.wallet.keyring import Keyring
from services.host.channels import ChannelsWatch
from services.host.demo_world.cast import Cast, key_of, make_cast
from services.host.demo_world.history import History
from services.host.demo_world.more import add_films, add_payments
from services.host.demo_world.neighbours import Neighbour
from services.host.demo_world.own_names import OwnNames
from services.host.demo_world.shooting import open_studio
from services.host.demo_world.sizes import SEED, Size
from services.host.demo_world.sums import sums
from services.host.demo_world.told_time import ToldTime
from services.host.node_open import EXPORT_FOLDER, NODE_URI, NodeSetup, open_checked, opened_node
from services.host.world import Person, desk_of, keyring_of
from services.http.inside import InsideClient
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.node.context import Node
from services.node.sales.booking import sync
from services.units.money import ZERO

_RELAYER_GAS_WEI = 1_000 * 10**18
_FILMS_SHARE = 0.3
Tell = Callable[[str, float], None]
"""Hears the stage and how far it is, from 0 to 1."""


async def build(folder: Path, size: Size, tell: Tell, *, seed: str = SEED, films: Path | None = None) -> dict[str, str]:
    """Make a world of a size in an empty folder; gives its sums. The normal one takes up to a minute.

    films: where drawn films are kept for another time.
    """
    clock = ToldTime(size.begin)
    tell("chain", 0.0)
    chain = DemoChain.open(folder / "chain" / "journal.db", clock)
    cast = make_cast(seed, size)
    keys = {one.address: one.key for one in cast.creators} | {one.address: one.key for one in cast.viewers}
    try:
        gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
        drawn = films or folder / "films"
        drawn.mkdir(parents=True, mode=0o700, exist_ok=True)
        blocks = DiskBlockStore(folder / "blocks")
        setup = NodeSetup(names=OwnNames(keys))
        opened = opened_node(folder / "node", chain=gateway, blocks=blocks, clock=clock, setup=setup)
        async with opened as node, open_studio(drawn, folder / "blocks", small_by=size.small_by) as studio:
            chain.fund(node.relayer.sender, usdc=ZERO, gas_wei=_RELAYER_GAS_WEI)
            ChannelsWatch(gateway, tell=node.channels.switch).look()
            tell("chain", 1.0)
            async with _neighbours(folder, cast, node, size) as neighbours:
                await History(
                    node=node,
                    chain=chain,
                    clock=clock,
                    cast=cast,
                    size=size,
                    studio=studio,
                    operator=address_of(operator_key(seed)),
                    neighbours=neighbours,
                    tell=lambda part: tell("history", part),
                ).make()
            sync(node)
            if size.more_films or size.more_payments:
                add_films(node, cast, size, lambda part: tell("more", part * _FILMS_SHARE))
                add_payments(
                    node, chain, cast, size, lambda part: tell("more", _FILMS_SHARE + part * (1 - _FILMS_SHARE))
                )
            found = sums(node, [*keys])
        _furnish_desks(folder, cast)
        shutil.rmtree(folder / "films", ignore_errors=True)
    finally:
        chain.close()
    return found


@asynccontextmanager
async def _neighbours(folder: Path, cast: Cast, node: Node, size: Size) -> AsyncIterator[list[Neighbour]]:
    """Open the desks of the viewers who can sit at the window; each joins a channel in its time."""
    found: list[Neighbour] = []
    async with InsideClient(node_app(node), base_url=NODE_URI) as http:
        try:
            for number, desk_id in enumerate(("viewer", "viewer2")):
                person = Person(desk_id, desk_id, "viewer", _with_key(cast.viewers[number].key))
                ring = keyring_of(folder, person)
                desk = desk_of(folder, person, ring, node.chain, node.blocks, node.clock, http)
                joins = (size.days // 6 * (1 + number), number)
                found.append(Neighbour(desk, number, seed=cast.seed, joins=joins))
            yield found
        finally:
            for one in found:
                await close_desk(one.desk)
                one.desk.database.close()


def _furnish_desks(folder: Path, cast: Cast) -> None:
    """Give the others who can sit at the window their wallets and empty books."""
    for desk_id, key in desk_keys(cast).items():
        place = folder / "desks" / desk_id
        if not (place / "desk.db").exists():
            keyring_of(folder, Person(desk_id, desk_id, "creator", _with_key(key)))
            open_checked(place / "desk.db", "desk", export_to=place / EXPORT_FOLDER).close()


def _with_key(key: bytes) -> Callable[[Keyring], None]:
    return lambda ring: ring.create_self_opening(key)


def desk_keys(cast: Cast) -> dict[str, bytes]:
    """Give the wallets' keys of those who have a desk in every world, by the desk's name."""
    return {
        "creator": cast.creators[0].key,
        "creator2": cast.creators[1].key,
        "viewer": cast.viewers[0].key,
        "viewer2": cast.viewers[1].key,
        "operator": operator_key(cast.seed),
    }


def operator_key(seed: str) -> bytes:
    """Give the key of who runs the world's node."""
    return key_of(seed, "operator")
