"""A person's own world: one desk, a node on this computer, and the chain that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread

from services.chain.gateway import ChainGateway
from services.chain.web3_gateway import Web3Gateway
from services.desk.wallet.keyring import Keyring
from services.host.settings import ChainSettings, chain_settings
from services.host.world import Person, World, open_world
from services.units.time import Clock


def _nothing(_keyring: Keyring) -> None:
    """The person makes the wallet, with a passphrase."""


ME = Person(id="main", name="My channel", role="both", prepare=_nothing)


@asynccontextmanager
async def own_world(profile: Path, clock: Clock) -> AsyncIterator[World]:
    """Open a profile. A chain out of reach is no reason not to start. Raises ProblemError: as open_world."""
    chain = await to_thread.run_sync(_gateway, chain_settings(profile))
    async with open_world(profile, chain=chain, clock=clock, people=(ME,)) as world:
        yield world


def _gateway(settings: ChainSettings) -> ChainGateway:
    # A second's import that only a chain over HTTP needs.
    from web3 import HTTPProvider

    provider = HTTPProvider(settings.rpc_url, request_kwargs={"timeout": 10})
    return Web3Gateway(provider, chain_id=settings.chain_id, token=settings.token, escrow=settings.escrow)
