"""Builds a world into an empty folder: the chain, the node, the films and the past."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from services.chain.demo.chain import DemoChain
from services.chain.demo.genesis import PLATFORM_KEY
from services.chain.hashing import address_of
from services.chain.web3_gateway import Web3Gateway
from services.desk.app import close_desk
from services.desk.chain_view import follow
from services.desk.context import Desk, Role
from services.desk.wallet.keyring import Keyring
from services.host.channels import ChannelsWatch
from services.host.demo_world.cast import Cast, key_of, make_cast
from services.host.demo_world.history import History
from services.host.demo_world.more import add_films, add_payments
from services.host.demo_world.neighbours import Neighbour
from services.host.demo_world.ordering import Ordered, ordered
from services.host.demo_world.own_names import OwnNames
from services.host.demo_world.sizes import SEED, Size
from services.host.demo_world.sums import sums
from services.host.demo_world.told_time import ToldTime
from services.host.node_open import NODE_URI, NodeSetup, opened_node
from services.host.world import Person, desk_of, keyring_of
from services.http.inside import InsideClient
from services.ipfs.store import DiskBlockStore
from services.node.app import node_app
from services.node.context import Node
from services.node.figures.rollup import catch_up
from services.node.sales.booking import sync
from services.units.money import ZERO

_RELAYER_GAS_WEI = 1_000 * 10**18
_FILMS_SHARE = 0.5
"""Of a large world's entering, in time."""
_AUTHORS, _WATCHERS = ("creator", "creator2"), ("viewer", "viewer2")
Tell = Callable[[str, float], None]
"""Hears the stage and how far it is, from 0 to 1."""


async def build(folder: Path, size: Size, tell: Tell, *, seed: str = SEED, films: Path | None = None) -> dict[str, str]:
    """Make a world of a size in an empty folder; gives its sums. The normal one takes up to a minute.

    films: where drawn films are kept for another time.
    """
    cast = make_cast(seed, size)
    async with ordered(folder, cast, size, films) as drawn:
        return await live(folder, cast, size, drawn, tell)


async def live(folder: Path, cast: Cast, size: Size, drawn: Ordered, tell: Tell) -> dict[str, str]:
    """Make the world whose films were ordered; gives its sums."""
    clock = ToldTime(size.begin)
    if size.more_films or size.more_payments:
        # Named first, so that whoever shows how far it is knows of it.
        tell("more", 0.0)
    tell("chain", 0.0)
    chain = DemoChain.open(folder / "chain" / "journal.db", clock)
    keys = {one.address: one.key for one in cast.creators} | {one.address: one.key for one in cast.viewers}
    try:
        gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
        blocks = DiskBlockStore(folder / "blocks")
        setup = NodeSetup(names=OwnNames(keys), treasury=PLATFORM_KEY)
        opened = opened_node(folder / "node", chain=gateway, blocks=blocks, clock=clock, setup=setup)
        async with opened as node:
            for who in (node.relayer, node.treasurer):
                chain.fund(who.sender, usdc=ZERO, gas_wei=_RELAYER_GAS_WEI)
            ChannelsWatch(gateway, tell=node.channels.switch).look()
            tell("chain", 1.0)
            async with _opened_desks(folder, cast, node) as desks:
                await History(
                    node=node,
                    chain=chain,
                    clock=clock,
                    cast=cast,
                    size=size,
                    ordered=drawn,
                    operator=address_of(operator_key(cast.seed)),
                    neighbours=_neighbours(desks, cast, size),
                    desks={
                        creator.address: desks[name] for name, creator in zip(_AUTHORS, cast.creators, strict=False)
                    },
                    tell=lambda part: tell("history", part),
                ).make()
                if size.more_films or size.more_payments:
                    _make_larger(node, chain, cast, size, tell)
                _catch_up(node, desks.values(), lambda part: tell("books", part))
            found = sums(node, [*keys])
            tell("books", 1.0)
        shutil.rmtree(folder / "films", ignore_errors=True)
    finally:
        chain.close()
    return found


def _make_larger(node: Node, chain: DemoChain, cast: Cast, size: Size, tell: Tell) -> None:
    sync(node)
    add_films(node, cast, size, lambda part: tell("more", part * _FILMS_SHARE))
    add_payments(node, chain, cast, size, lambda part: tell("more", _FILMS_SHARE + part * (1 - _FILMS_SHARE)))


def _catch_up(node: Node, desks: Iterable[Desk], tell: Callable[[float], None]) -> None:
    """Do what whoever opens the world for the first time would have to wait for."""
    tell(0.0)
    sync(node)
    catch_up(node.database, tell)
    for desk in desks:
        follow(desk)


@asynccontextmanager
async def _opened_desks(folder: Path, cast: Cast, node: Node) -> AsyncIterator[dict[str, Desk]]:
    """Open the desks of all who can sit at the window, by their names."""
    found: dict[str, Desk] = {}
    async with InsideClient(node_app(node), base_url=NODE_URI) as http:
        try:
            for person in _people(cast):
                ring = keyring_of(folder, person)
                found[person.id] = desk_of(folder, person, ring, node.chain, node.blocks, node.clock, http)
            yield found
        finally:
            for desk in found.values():
                await close_desk(desk)
                desk.database.close()


def _people(cast: Cast) -> list[Person]:
    names = dict(zip(_AUTHORS, (creator.channel.name for creator in cast.creators), strict=False))
    return [
        Person(desk_id, names.get(desk_id, desk_id), _role_of(desk_id), _with_key(key))
        for desk_id, key in desk_keys(cast).items()
    ]


def _role_of(desk_id: str) -> Role:
    return "creator" if desk_id in _AUTHORS else "viewer" if desk_id in _WATCHERS else "operator"


def _neighbours(desks: Mapping[str, Desk], cast: Cast, size: Size) -> list[Neighbour]:
    """Give the viewers who have a desk; each joins a channel in its time."""
    return [
        Neighbour(desks[name], number, seed=cast.seed, joins=(size.days // 6 * (1 + number), number))
        for number, name in enumerate(_WATCHERS)
    ]


def _with_key(key: bytes) -> Callable[[Keyring], None]:
    return lambda ring: ring.create_self_opening(key)


def desk_keys(cast: Cast) -> dict[str, bytes]:
    """Give the wallets' keys of those who have a desk in every world, by the desk's name."""
    return {
        **{name: creator.key for name, creator in zip(_AUTHORS, cast.creators, strict=False)},
        **{name: viewer.key for name, viewer in zip(_WATCHERS, cast.viewers, strict=False)},
        "operator": operator_key(cast.seed),
    }


def operator_key(seed: str) -> bytes:
    """Give the key of who runs the world's node."""
    return key_of(seed, "operator")
