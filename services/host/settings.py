"""What a profile says about its chain in ``settings.toml``; all of it has defaults, which are Arc's testnet."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from services.chain.networks import ARC_MAINNET_ID, ARC_TESTNET_ID, NETWORKS
from services.units.address import Address, address
from services.wire.problems import ProblemError

NOT_DEPLOYED = address("0x" + "00" * 20)
# What a person types into settings.toml before a profile may pay with real money.
CONFIRMATION = "I want to pay with real money"
# Circle's names of chains (developers.circle.com, seen 2026-11); others it does not serve.
CIRCLE_CHAINS = {ARC_TESTNET_ID: "ARC-TESTNET", ARC_MAINNET_ID: "ARC"}
CIRCLE_URL = "https://api.circle.com"


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

    Raises ProblemError: request.invalid, chain.unconfirmed.
    """
    given = _table(profile, "chain")
    try:
        found = _read(given)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        # An AttributeError: ``chain`` is no table.
        raise ProblemError("request.invalid", field="settings.toml [chain]") from exc
    network = NETWORKS.get(found.chain_id)
    if network and network.moves_real_money and given.get("confirm") != CONFIRMATION:
        raise ProblemError("chain.unconfirmed", network=network.name, sentence=CONFIRMATION)
    return found


def relayer_settings(profile: Path, chain_id: int) -> RelayerSettings:
    """Read whom a profile's node sends by, there or in a settings file itself. Raises ProblemError: request.invalid."""
    given = _table(profile, "relayer")
    try:
        return _read_relayer(given, chain_id)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise ProblemError("request.invalid", field="settings.toml [relayer]") from exc


def _read_relayer(given: Any, chain_id: int) -> RelayerSettings:
    kind = given.get("kind", "own_key")
    if kind == "own_key":
        return RelayerSettings()
    if kind != "circle":
        raise ValueError("no such relayer")
    url = str(given.get("url", CIRCLE_URL))
    _check_url(url)
    return RelayerSettings("circle", address(given["wallet"]), CIRCLE_CHAINS[chain_id], url)


def _table(profile: Path, name: str) -> Any:
    try:
        file = profile if profile.is_file() else profile / "settings.toml"
        return tomllib.loads(file.read_text()).get(name, {})
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ProblemError("request.invalid", field="settings.toml") from exc


def _read(given: Any) -> ChainSettings:
    """Raises ValueError and its kin for what is no setting, KeyError for a chain that needs more of them."""
    chain_id = int(given.get("id", ARC_TESTNET_ID))
    network, record = NETWORKS.get(chain_id), _deployed(chain_id)
    escrow = address(given.get("escrow", record["escrow"]))
    is_ours = escrow == record["escrow"]
    return ChainSettings(
        chain_id=chain_id,
        rpc_urls=_urls(given) or (network.rpc_urls if network else given["rpc_urls"]),
        token=address(given.get("token") or (network.token if network else given["token"])),
        escrow=escrow,
        since_block=_block(given.get("since_block", record["block"] if is_ours else 0)),
        explorer=_explorer(given.get("explorer", network.explorer if network else "")),
    )


def _explorer(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("explorer takes an address")
    if value:
        _check_url(value)
    return value.rstrip("/")


def _urls(given: Any) -> tuple[str, ...]:
    found = given.get("rpc_urls", [given["rpc_url"]] if "rpc_url" in given else [])
    if not isinstance(found, list) or not all(isinstance(url, str) for url in found):
        raise TypeError("rpc_urls takes a list of addresses")
    for url in found:
        _check_url(url)
    return tuple(dict.fromkeys(found))


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    # Whoever can change the answers on the way can hide payments; on this computer nobody is on the way.
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise ValueError("a chain is reached by https")


def _block(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a block")
    return value


def _deployed(chain_id: int) -> dict[str, Any]:
    """Give what ``museclock-node deploy`` recorded for a chain."""
    record = files("contracts") / "deployments" / f"{chain_id}.json"
    if not record.is_file():
        return {"escrow": NOT_DEPLOYED, "block": 0}
    found: dict[str, Any] = json.loads(record.read_text())
    return {"escrow": address(found["escrow"]), "block": _block(found["block"])}
