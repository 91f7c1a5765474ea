"""``museclock-node deploy``: puts the contracts on a chain, each at its known address and each once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from platformdirs import user_state_path

from services.chain.book import TransactionBook
from services.chain.creation import Creation, DeploymentError, dry_run, find_block, is_placed, place, placed_in_block
from services.chain.demo.lock import FileLock
from services.chain.deploy import EscrowPlan, recorded, verify
from services.chain.errors import ChainUnreachable
from services.chain.gateway import Fees
from services.chain.hashing import address_of
from services.chain.http_lines import open_lines
from services.chain.message import checksum
from services.chain.networks import NETWORKS
from services.chain.relayer import OwnKeyRelayer
from services.chain.rpc import RpcClient
from services.chain.web3_gateway import Web3Gateway
from services.db.engine import open_database
from services.db.migrate import migrate
from services.db.transactions import SqlTransactionBook
from services.node_cli.channels import channel_creations
from services.node_cli.command import Command, CommandError
from services.node_cli.deploy_arguments import chain_of, declare, plan_of
from services.node_cli.key_file import read_key
from services.node_cli.terminal import Terminal
from services.units.address import address
from services.units.money import gas_to_money

_WAIT_S = 120.0
_NOBODY = address("0x" + 40 * "0")


class _Quoted(Web3Gateway):
    """Offers what was shown to the person, whatever the chain asks meanwhile."""

    @cached_property
    def _quote(self) -> Fees:
        return super().fees()

    def fees(self) -> Fees:
        return self._quote


@dataclass(frozen=True, slots=True)
class _Site:
    """The chain that is deployed to, the journal of what was sent there, and the person."""

    gateway: Web3Gateway
    rpc: RpcClient
    book: TransactionBook
    terminal: Terminal


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    chain_id, urls = chain_of(options)
    plan = plan_of(options, chain_id)
    creations = [plan.creation] if plan else []
    if options.channels:
        creations += channel_creations(options.channels, chain_id)
    if not creations:
        raise CommandError("Say --platform and --owner for the Escrow, --channels for the channels, or both.")
    with open_lines(urls, chain_id=chain_id) as provider, _journal(options.journal, chain_id) as book:
        token, escrow = (plan.token, plan.escrow) if plan else (_NOBODY, _NOBODY)
        gateway = _Quoted(provider, chain_id=chain_id, token=token, escrow=escrow)
        site = _Site(gateway, RpcClient(provider), book, terminal)
        terminal.say(f"Chain {chain_id}" + (f", {NETWORKS[chain_id].name}" if chain_id in NETWORKS else ""))
        if plan:
            _check_plan(site, plan, options.out)
        missing = [creation for creation in creations if not _is_there(site, creation)]
        if missing:
            cost = _say_cost(site, missing)
            if not options.dry_run:
                _place(site, missing, cost, options.key_file)
        if plan and not options.dry_run:
            _record(site, plan, options)
    return 0


COMMAND = Command("deploy", "Put the Escrow, or x402's channels, on a chain at their known addresses.", declare, _run)


def _check_plan(site: _Site, plan: EscrowPlan, out: Path) -> None:
    site.gateway.check_token()
    known = recorded(out, plan.chain_id)
    if known and known[0] != plan.escrow:
        raise CommandError(
            f"{out / str(plan.chain_id)}.json names another Escrow, {checksum(known[0])}; this plan gives "
            f"{checksum(plan.escrow)}. Choose another --out to have both. Nothing was sent."
        )


def _is_there(site: _Site, creation: Creation) -> bool:
    found = is_placed(site.gateway, creation)
    state = "is there, and its code is right" if found else "is not there yet"
    site.terminal.say(f"{checksum(creation.address)}  {creation.name} {state}")
    return found


def _say_cost(site: _Site, missing: list[Creation]) -> int:
    """Say what each would cost, and all of them; gives that in wei."""
    total = 0
    for creation in missing:
        told = dry_run(site.gateway, creation, _NOBODY)
        total += told.gas * told.wei_per_gas
        site.terminal.say(
            f"{creation.name}: {told.gas:,} gas at up to {told.wei_per_gas:,} wei, ${told.cost.dollars} at most"
        )
    site.terminal.say(f"Altogether ${gas_to_money(total).dollars} at most.")
    return total


def _place(site: _Site, missing: list[Creation], cost_wei: int, key_file: Path | None) -> None:
    if key_file is None:
        raise CommandError("Say --key-file to send this, or --dry-run to leave it at that.")
    key = read_key(key_file, site.terminal)
    payer, cost = address_of(key), gas_to_money(cost_wei)
    balance = site.gateway.gas_balance(payer)
    if balance < cost_wei:
        owned = gas_to_money(balance).dollars
        raise CommandError(f"{checksum(payer)} has ${owned}, and this may cost ${cost.dollars}. Nothing was sent.")
    network = NETWORKS.get(site.gateway.chain_id)
    if network and network.moves_real_money:
        _confirm(site.terminal, f"spend up to ${cost.dollars} on {network.name}")
    most = site.gateway.fees().max_fee_per_gas
    relayer = OwnKeyRelayer(site.gateway, key, site.book, most_fee_per_gas=most)
    relayer.resume()
    for creation in missing:
        receipt = place(site.gateway, relayer, site.book, creation, timeout_s=_WAIT_S)
        if not is_placed(site.gateway, creation):
            raise DeploymentError(f"Transaction {receipt.tx} is done, and {creation.name} is not there.")
        paid = gas_to_money(receipt.fee_wei).dollars
        site.terminal.say(f"{checksum(creation.address)}  {creation.name} was put there by {receipt.tx} for ${paid}")


def _confirm(terminal: Terminal, sentence: str) -> None:
    terminal.say(f"This is real money. To go on, type: {sentence}")
    if terminal.ask("> ").strip() != sentence:
        raise CommandError("That was not the sentence. Nothing was sent.")


def _record(site: _Site, plan: EscrowPlan, options: argparse.Namespace) -> None:
    path = verify(site.gateway, plan, block=_block(site, plan, options)).save(options.out)
    site.terminal.say(f"Recorded in {path}")


def _block(site: _Site, plan: EscrowPlan, options: argparse.Namespace) -> int:
    known = recorded(options.out, plan.chain_id)
    if options.since_block is not None:
        return int(options.since_block)
    if known:
        return known[1]
    ours = placed_in_block(site.gateway, site.book, plan.creation)
    if ours is not None:
        return ours
    try:
        return find_block(site.rpc, plan.escrow, site.gateway.head().number)
    except ChainUnreachable as exc:
        raise CommandError("No node remembers in which block the Escrow began: say --since-block N.") from exc


@contextmanager
def _journal(path: Path | None, chain_id: int) -> Iterator[TransactionBook]:
    """Open the journal of what was sent to a chain, for this process alone: a node's database, of which one table."""
    own = path or user_state_path("museclock") / "deploy" / f"{chain_id}.db"
    own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(own.with_name(own.name + ".lock"))
    try:
        database = open_database(own)
        try:
            migrate(database, "node")
            yield SqlTransactionBook(database)
        finally:
            database.close()
    finally:
        lock.release()
