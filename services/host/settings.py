"""What a profile says about its chain in ``settings.toml``; all of it has defaults, which are Arc's testnet."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from services.chain.networks import ARC_MAINNET_ID, ARC_TESTNET_ID, NETWORKS, Network
from services.units.address import Address, address
from services.wire.problems import ProblemError

_T = TypeVar("_T")
NOT_DEPLOYED = address("0x" + "00" * 20)
# What a person types into settings.toml before a profile may pay with real money.
CONFIRMATION = "I want to pay with real money"
# Circle's names of chains (developers.circle.com, seen 2026-11); others it does not serve.
CIRCLE_CHAINS = {ARC_TESTNET_ID: "ARC-TESTNET", ARC_MAINNET_ID: "ARC"}
CIRCLE_URL = "https://api.circle.com"
_NAMES = {
    "chain": {"id", "rpc_urls", "rpc_url", "token", "escrow", "since_block", "explorer", "confirm"},
    "relayer": {"kind", "wallet", "url"},
}
"""What is read; anything else is a slip, and what was meant by it would not hold."""


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Which chain this profile pays on, by which addresses.

    ``escrow`` is NOT_DEPLOYED where ours is not on that chain yet; since_block: it was deployed there or later.
    explorer: where people look transactions up, empty for a chain without one.
    """

    chain_id: int
    rpc_urls: tuple[str, ...]
    token: Address
    escrow: Address
    since_block: int
    explorer: str = ""


@dataclass(frozen=True, slots=True)
class RelayerSettings:
    """Who sends the node's transactions: a key of its own, or a wallet that Circle keeps (the rest is then set).

    blockchain: Circle's name of the chain.
    """

    kind: Literal["own_key", "circle"] = "own_key"
    wallet: Address | None = None
    blockchain: str = ""
    url: str = CIRCLE_URL


def chain_settings(profile: Path) -> ChainSettings:
    """Read ``settings.toml`` of a profile, if there is one, or a settings file itself.

    Raises ProblemError: request.invalid with the name of what cannot be meant, chain.unconfirmed.
    """
    given = _table(profile, "chain")
    found = _read(given)
    network = NETWORKS.get(found.chain_id)
    if network and network.moves_real_money and given.said.get("confirm") != CONFIRMATION:
        raise ProblemError("chain.unconfirmed", network=network.name, sentence=CONFIRMATION)
    return found


def relayer_settings(profile: Path, chain_id: int) -> RelayerSettings:
    """Read whom a profile's node sends by, there or in a settings file itself. Raises ProblemError: request.invalid."""
    given = _table(profile, "relayer")
    if given.read("kind", _kind) == "own_key":
        return RelayerSettings()
    wallet, url = given.read("wallet", address), given.read("url", _checked_url)
    # Circle does not serve every chain.
    return RelayerSettings(
        "circle", wallet, given.read("kind", lambda _kind: CIRCLE_CHAINS[chain_id]), url or CIRCLE_URL
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a settings file; where: as people are told."""

    where: str
    said: Mapping[str, Any]

    def read(self, name: str, reader: Callable[[Any], _T]) -> _T:
        """Read one setting; the reader gets None for what is not said, and may refuse that.

        Raises ProblemError: request.invalid, with the setting's name.
        """
        try:
            return reader(self.said.get(name))
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            raise ProblemError("request.invalid", field=f"{self.where} {name}") from exc


def _table(profile: Path, name: str) -> _Table:
    file = profile if profile.is_file() else profile / "settings.toml"
    try:
        said = tomllib.loads(file.read_text()).get(name, {})
    except FileNotFoundError:
        said = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ProblemError("request.invalid", field=file.name) from exc
    where = f"{file.name} [{name}]"
    if not isinstance(said, dict):
        raise ProblemError("request.invalid", field=where)
    for unknown in said.keys() - _NAMES[name]:
        raise ProblemError("request.invalid", field=f"{where} {unknown}")
    return _Table(where, said)


def _read(given: _Table) -> ChainSettings:
    chain_id = given.read("id", lambda said: ARC_TESTNET_ID if said is None else int(said))
    network, record = NETWORKS.get(chain_id), _deployed(chain_id)
    escrow = given.read("escrow", lambda said: record["escrow"] if said is None else address(said))
    is_ours = escrow == record["escrow"]
    named = given.read("rpc_urls", _urls) or given.read("rpc_url", lambda said: _urls(None if said is None else [said]))
    return ChainSettings(
        chain_id=chain_id,
        rpc_urls=named or given.read("rpc_urls", lambda _said: _of(network).rpc_urls),
        token=given.read("token", lambda said: address(said) if said is not None else _of(network).token),
        escrow=escrow,
        since_block=given.read("since_block", lambda said: _block(said, record["block"] if is_ours else 0)),
        explorer=given.read("explorer", lambda said: _explorer(said, network.explorer if network else "")),
    )


def _of(network: Network | None) -> Network:
    if network is None:
        raise ValueError("a chain of one's own needs it")
    return network


def _kind(said: object) -> str:
    if said not in (None, "own_key", "circle"):
        raise ValueError("no such relayer")
    return str(said or "own_key")


def _explorer(said: object, usual: str) -> str:
    if said is None:
        return usual
    if not isinstance(said, str):
        raise TypeError("explorer takes an address")
    if said:
        _checked_url(said)
    return said.rstrip("/")


def _urls(said: object) -> tuple[str, ...]:
    if said is None:
        return ()
    if not isinstance(said, list) or not all(isinstance(url, str) for url in said):
        raise TypeError("rpc_urls takes a list of addresses")
    for url in said:
        _checked_url(url)
    return tuple(dict.fromkeys(said))


def _checked_url(url: str | None) -> str:
    if url is None:
        return ""
    parts = urlsplit(url)
    # Whoever can change the answers on the way can hide payments; on this computer nobody is on the way.
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise ValueError("a chain is reached by https")
    return url


def _block(said: object, usual: int) -> int:
    if said is None:
        return usual
    if type(said) is not int or said < 0:
        raise ValueError("not a block")
    return said


def _deployed(chain_id: int) -> dict[str, Any]:
    """Give what ``museclock-node deploy`` recorded for a chain."""
    record = files("contracts") / "deployments" / f"{chain_id}.json"
    if not record.is_file():
        return {"escrow": NOT_DEPLOYED, "block": 0}
    found: dict[str, Any] = json.loads(record.read_text())
    return {"escrow": address(found["escrow"]), "block": _block(found["block"], 0)}
