"""A person's own world: one desk, a node on this computer, and the chain that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from services.chain.gateway import ChainGateway
from services.chain.http_lines import open_lines
from services.chain.web3_gateway import Web3Gateway
from services.desk.wallet.keyring import Keyring
from services.host.exchange import Exchange
from services.host.own_profile import profile_routes
from services.host.settings import ChainSettings, chain_settings
from services.host.world import Person, World, open_world
from services.units.time import Clock


def _nothing(_keyring: Keyring) -> None:
    """The person makes the wallet, with a passphrase."""


ME = Person(id="main", name="My channel", role="both", prepare=_nothing)


@asynccontextmanager
async def own_world(profile: Path, clock: Clock, exchange: Exchange | None = None) -> AsyncIterator[World]:
    """Open a profile. A chain out of reach is no reason not to start.

    exchange: lets its own requests have it begun from a back-up, or deleted; without it they cannot.

    Raises ProblemError: as open_world, and request.invalid and chain.unconfirmed for its settings.
    """
    settings = chain_settings(profile)
    with chain_of(settings) as chain:
        async with open_world(profile, chain=chain, clock=clock, people=(ME,)) as world:
            routes = () if exchange is None else (profile_routes(world, exchange),)
            yield replace(world, explorer=settings.explorer, extra=routes)


@contextmanager
def chain_of(settings: ChainSettings) -> Iterator[ChainGateway]:
    """Reach the chain of the settings by their addresses; nothing is sent before the first question."""
    with open_lines(settings.rpc_urls, chain_id=settings.chain_id) as provider:
        yield Web3Gateway(
            provider,
            chain_id=settings.chain_id,
            token=settings.token,
            escrow=settings.escrow,
            since_block=settings.since_block,
        )
