"""What a profile says about its chain; all of it has defaults."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from services.units.address import Address, address
from services.wire.problems import ProblemError

ARC_TESTNET_ID = 5042002
# docs.arc.network "Connect to Arc" and "Contract addresses", seen 2026-11.
ARC_TESTNET_RPC = "https://rpc.testnet.arc.network"
ARC_USDC = address("0x3600000000000000000000000000000000000000")
NOT_DEPLOYED = address("0x" + "00" * 20)


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Which chain this profile pays on. ``escrow`` is NOT_DEPLOYED where ours is not on that chain yet."""

    chain_id: int
    rpc_url: str
    token: Address
    escrow: Address


def chain_settings(profile: Path) -> ChainSettings:
    """Read ``settings.toml`` of a profile, if there is one. Raises ProblemError: request.invalid."""
    try:
        given: Any = tomllib.loads((profile / "settings.toml").read_text()).get("chain", {})
    except FileNotFoundError:
        given = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ProblemError("request.invalid", field="settings.toml") from exc
    try:
        chain_id = int(given.get("id", ARC_TESTNET_ID))
        return ChainSettings(
            chain_id=chain_id,
            rpc_url=str(given.get("rpc_url", ARC_TESTNET_RPC)),
            token=address(given.get("token", ARC_USDC)),
            escrow=address(given.get("escrow", _deployed(chain_id))),
        )
    except (AttributeError, TypeError, ValueError) as exc:
        # An AttributeError: ``chain`` is no table.
        raise ProblemError("request.invalid", field="settings.toml [chain]") from exc


def _deployed(chain_id: int) -> Address:
    record = files("contracts") / "deployments" / f"{chain_id}.json"
    if not record.is_file():
        return NOT_DEPLOYED
    return address(json.loads(record.read_text())["Escrow"])
