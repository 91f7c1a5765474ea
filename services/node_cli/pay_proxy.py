"""``museclock-node pay-proxy``: pays listed nodes for any HTTP client on this computer, within a budget."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from platformdirs import user_state_path

from services.chain.message import checksum
from services.host.settings import NOT_DEPLOYED, chain_settings
from services.node_cli.command import Command, CommandError
from services.node_cli.key_file import read_key
from services.node_cli.terminal import Terminal
from services.proxy.budget import standing
from services.proxy.nodes import ListedNode, list_nodes, read_listen
from services.proxy.payments import unclear_count
from services.proxy.purse import Limits, Purse
from services.proxy.refunds import refund_all
from services.proxy.serve import ADDRESS_FILE, open_chain, open_purse, serve
from services.proxy.transfers import look_up_all
from services.proxy.upstream import Upstream
from services.units.money import ZERO, Money
from services.units.time import SystemClock

T = TypeVar("T")


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--node", action="append", required=True, metavar="URL", help="who may be paid; repeatable")
    parser.add_argument("--budget", type=_money, required=True, metavar="$X", help="in all, counted over the profile")
    parser.add_argument("--per-request", type=_money, metavar="$Y", help="at most for one request; without it, all")
    parser.add_argument(
        "--key-file", "--keystore", type=Path, required=True, metavar="FILE",
        help="who pays: a keystore, or a bare key, mode 0600",
    )  # fmt: skip
    parser.add_argument(
        "--listen", type=_sentenced(read_listen), default=("127.0.0.1", 0), metavar="ADDR:PORT",
        help="on this computer only; without it, a port that is free",
    )  # fmt: skip
    parser.add_argument(
        "--profile", type=Path, default=user_state_path("museclock") / "pay-proxy", metavar="DIR",
        help="its books, and settings.toml with its chain",
    )  # fmt: skip
    parser.add_argument("--method", choices=("channel", "exact"), default="channel", help="by deposit, or each alone")
    parser.add_argument("--refund", action="store_true", help="get back what lies in channels, and end")


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    try:
        nodes = list_nodes(options.node)
    except ValueError as exc:
        raise CommandError(f"{exc}.") from exc
    settings = chain_settings(options.profile)
    if settings.escrow == NOT_DEPLOYED:
        raise CommandError(f"No Escrow is known on chain {settings.chain_id}: settings.toml has to name one.")
    key = read_key(options.key_file, terminal)
    limits = Limits(options.budget, options.per_request or options.budget, options.method == "channel")
    with (
        open_chain(settings) as chain,
        open_purse(options.profile, key=key, limits=limits, chain=chain, clock=SystemClock()) as purse,
    ):
        look_up_all(purse)
        if options.refund:
            return asyncio.run(_refund(purse, nodes, terminal))
        _introduce(purse, nodes, terminal)
        try:
            asyncio.run(serve(purse, nodes, options.listen, options.profile, _teller(nodes, options.profile, terminal)))
        except OSError as exc:
            host, port = options.listen
            raise CommandError(f"{host}:{port} cannot be listened on: {exc.strerror}.") from exc
        _say_standing(purse, terminal)
    return 0


COMMAND = Command("pay-proxy", "Pay for what programs on this computer ask of listed nodes.", _declare, _run)


def _introduce(purse: Purse, nodes: dict[str, ListedNode], terminal: Terminal) -> None:
    terminal.say(f"{checksum(purse.account)} pays on chain {purse.chain.chain_id}")
    for node in dict.fromkeys(nodes.values()):
        terminal.say(f"Pays {node.origin}")
    limits = purse.limits
    terminal.say(f"Budget ${limits.budget.dollars}, at most ${limits.per_request.dollars} for one request")
    _say_standing(purse, terminal)


def _say_standing(purse: Purse, terminal: Terminal) -> None:
    with purse.database.read() as session:
        found = standing(session)
    said = f"Spent ${found.spent.dollars}"
    if found.locked:
        said += f"; ${found.locked.dollars} lies in channels (--refund brings it back)"
    terminal.say(said)
    count, worth = unclear_count(purse)
    if count:
        said = f"{count} payment(s), ${worth.dollars}, have no answer yet"
        terminal.say(f"{said}: the same requests bring them up again")


def _teller(nodes: dict[str, ListedNode], profile: Path, terminal: Terminal) -> Callable[[str], None]:
    def ready(address: str) -> None:
        for node in dict.fromkeys(nodes.values()):
            terminal.say(f"{address}/{node.authority}/  instead of  {node.origin}/")
        terminal.say(f"Whoever knows this address can spend the budget; it also stands in {profile / ADDRESS_FILE}")

    return ready


async def _refund(purse: Purse, nodes: dict[str, ListedNode], terminal: Terminal) -> int:
    upstream = Upstream()
    try:
        found = await refund_all(purse, upstream, frozenset(node.origin for node in nodes.values()))
    finally:
        await upstream.close()
    for one in found:
        said = f"{one.node}: ${one.returned.dollars} came back"
        terminal.say(said if not one.left else f"{said}, ${one.left.dollars} is still there: {one.why}")
    if not found:
        terminal.say("There is no channel to these nodes.")
    return 0 if all(one.left == ZERO for one in found) else 1


def _money(text: str) -> Money:
    found = _sentenced(Money.parse)(text)
    if found == ZERO:
        raise argparse.ArgumentTypeError("an amount of nothing pays for nothing")
    return found


def _sentenced(read: Callable[[str], T]) -> Callable[[str], T]:
    """Make a reader's ValueError the sentence that argparse shows."""

    def reading(text: str) -> T:
        try:
            return read(text)
        except ValueError as exc:
            raise argparse.ArgumentTypeError(str(exc)) from exc

    return reading
