"""What ``museclock-node deploy`` is told, and the plan that follows from it."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from services.chain.deploy import EscrowPlan
from services.chain.http_lines import served_chain
from services.chain.message import checksum
from services.chain.networks import NETWORKS
from services.node_cli.command import CommandError
from services.units.address import Address, Bytes32, address, bytes32, raw

# As long as a distribution of the pool stays public before it can be carried out: two days.
_DELAY_S = 172_800
_NO_SALT = bytes32(bytes(32))


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rpc", action="append", default=[], metavar="URL", help="address of the chain; may be repeated"
    )
    parser.add_argument("--chain", type=int, metavar="ID", help="refuse every other chain; Arc: 5042002, 5042")
    parser.add_argument("--token", type=_address, metavar="ADDR", help="USDC, where the chain is not one of Arc's")
    parser.add_argument("--platform", type=_address, metavar="ADDR", help="who gets the platform's tenth; for ever")
    parser.add_argument("--owner", type=_address, metavar="ADDR", help="who may stop sales and distribute the pool")
    parser.add_argument("--delay", type=int, default=_DELAY_S, metavar="S", help="how long a distribution is public")
    parser.add_argument("--salt", type=_salt, default=_NO_SALT, metavar="HEX", help="for a second Escrow")
    parser.add_argument(
        "--channels", type=Path, metavar="SOURCES", help="folder with x402's contracts: puts them there"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what it would do and cost, and send nothing")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="who pays: a keystore, or a bare key, mode 0600")
    parser.add_argument("--out", type=Path, default=_package_records(), metavar="DIR", help="where the record goes")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="where it is written down what was sent")
    parser.add_argument("--since-block", type=int, metavar="N", help="where the Escrow began, if no node remembers")


def chain_of(options: argparse.Namespace) -> tuple[int, list[str]]:
    """Say which chain is meant, and its addresses. Raises CommandError, ChainUnreachable."""
    if options.rpc:
        return options.chain or served_chain(options.rpc), options.rpc
    if options.chain in NETWORKS:
        return options.chain, list(NETWORKS[options.chain].rpc_urls)
    raise CommandError("Say --rpc URL, or --chain with one of Arc's.")


def plan_of(options: argparse.Namespace, chain_id: int) -> EscrowPlan | None:
    """Give the Escrow that is to be; None when none was asked for. Raises CommandError."""
    if options.platform is None and options.owner is None:
        return None
    if options.platform is None or options.owner is None:
        raise CommandError("An Escrow needs both --platform and --owner.")
    token = options.token or (NETWORKS[chain_id].token if chain_id in NETWORKS else None)
    if token is None:
        raise CommandError(f"Say --token: where USDC is on chain {chain_id}.")
    return EscrowPlan(
        chain_id=chain_id,
        token=token,
        platform=options.platform,
        owner=options.owner,
        distribution_delay_s=options.delay,
        salt=options.salt,
    )


def _package_records() -> Path:
    return Path(str(files("contracts"))) / "deployments"


def _address(text: str) -> Address:
    """Read an address; one with letters of both cases must have its checksum right (EIP-55)."""
    try:
        found = address(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text} is no address") from exc
    if text[2:] not in (text[2:].lower(), text[2:].upper()) and text != checksum(found):
        raise argparse.ArgumentTypeError(f"{text} has a wrong checksum: look for a slip")
    if not any(raw(found)):
        raise argparse.ArgumentTypeError("the zero address belongs to nobody")
    return found


def _salt(text: str) -> Bytes32:
    try:
        return bytes32(bytes.fromhex(text.removeprefix("0x").rjust(64, "0")))
    except ValueError as exc:
        raise argparse.ArgumentTypeError("a salt has up to 64 hexadecimal digits") from exc
