"""A node as its process puts it together: opened from a folder, and at work until the block ends."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anyio import to_thread
from sqlalchemy.exc import DBAPIError

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import ChainGateway
from services.chain.hashing import address_of
from services.chain.relayer import OwnKeyRelayer, Relayer
from services.db.audit import count_lines, verify, verify_end
from services.db.engine import Database, open_database
from services.db.export import export_ledger
from services.db.keybox import KeyBox, key_file
from services.db.migrate import Kind, migrate
from services.db.transactions import SqlTransactionBook
from services.host.channels import ChannelsWatch
from services.host.leading import Leadership
from services.host.relaying import open_relayer
from services.host.verifying import open_provider
from services.ipfs.store import BlockStore
from services.node.channels.journal import VoucherJournal
from services.node.channels.watch import watch as watch_channels
from services.node.context import Authorizer, ChannelSwitch, Node
from services.node.passes.watch import watch as watch_pass
from services.node.sales.booking import sync
from services.node.sales.shelf import Shelf
from services.node.seeds.names import SIGNED_IN_ONLY, Names
from services.sharing.model import SharingModel, parse_model
from services.units.address import Address
from services.units.time import Clock
from services.wire.problems import ProblemError

# A chain that is out of reach at the start may come back at any time.
_LOOK_AGAIN_S = 15.0
NODE_DOMAIN = "museclock.local"
NODE_URI = "http://museclock.local"
TREASURY_FILE = "treasury.key"
SHARING_FILE = "sharing-model.json"
"""The key of the Escrow's owner, where it is not the relayer's: it offers the pass and announces distributions."""
EXPORT_FOLDER = "ledger-export"
"""Beside damaged books: what of them holds, as CSV and JSON."""
WHOLE, END = 200_000, 20_000
"""Books of so many lines are checked whole at every start, which takes a second or two; of longer ones so many last."""
# What SQLite says when the file is well, but not ours to write or to open.
_NOT_OURS = ("readonly", "unable to open")
_log = logging.getLogger(__name__)
ChainState = Literal["ok", "unreachable", "not_deployed", "wrong_chain"]


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """What its operator says about a node. The defaults are those of a node that one desktop keeps for itself.

    domain and uri: what sign-in messages must carry. database: a URL, None for SQLite in the node's folder.
    settings_file: which relayer, None for the profile's own settings. is_verified: the database was opened and verified
    by the process that started this one. treasury: the key of the Escrow's owner, else what the folder holds.
    """

    domain: str = NODE_DOMAIN
    uri: str = NODE_URI
    database: str | None = None
    settings_file: Path | None = None
    operators: frozenset[Address] = frozenset()
    sanctions: frozenset[Address] = frozenset()
    is_verified: bool = False
    treasury: bytes | None = None
    names: Names = SIGNED_IN_ONLY


LOCAL = NodeSetup()


@asynccontextmanager
async def opened_node(
    folder: Path, *, chain: ChainGateway, blocks: BlockStore, clock: Clock, setup: NodeSetup = LOCAL
) -> AsyncIterator[Node]:
    """Open the node in a folder; it is closed with the block, the chain stays the caller's.

    Raises ProblemError: profile.newer, wallet.damaged, request.invalid, disk.full.
    """
    node = await to_thread.run_sync(_open, folder, chain, blocks, clock, setup)
    try:
        yield node
    finally:
        node.vouchers.close()
        node.treasurer.close()
        node.relayer.close()
        node.database.close()


@asynccontextmanager
async def at_work(node: Node, *, may_lead: bool = True) -> AsyncIterator[ChannelsWatch]:
    """Do beside the requests what a node does: offer channels, catch up with the chain, claim what was sold.

    All of it in the background: a chain that is slow to answer keeps nobody waiting. may_lead: do also what one process
    does for all of them.
    """
    channels = ChannelsWatch(node.chain, tell=node.channels.switch)
    tasks = [asyncio.create_task(_look_until_known(channels))]
    if may_lead:
        tasks.append(asyncio.create_task(_lead(node)))
    try:
        yield channels
    finally:
        for task in reversed(tasks):
            await _end(task)


def chain_state(chain: ChainGateway) -> ChainState:
    """Check a chain now. Blocking."""
    try:
        chain.check()
    except NotDeployed:
        return "not_deployed"
    except WrongChain:
        return "wrong_chain"
    except ChainUnreachable:
        return "unreachable"
    return "ok"


def node_keys(folder: Path) -> KeyBox:
    """Open the key of a node's folder, making it at first use. Raises ProblemError: wallet.damaged."""
    return KeyBox(key_file(folder / "node.key"))


def open_checked(where: Path | str, kind: Kind, *, export_to: Path) -> Database:
    """Open a database by its path or URL, bring it to this version's schema and verify its ledger.

    The whole ledger, or the end of a long one that nothing speaks against: a file that is as it was closed, or a
    server's, which keeps its own pages. ``museclock-node ledger verify`` checks all of it at any length.

    One that is damaged is opened all the same, to be read only (see Database.harm); the lines that hold are written out
    to a folder. Raises ProblemError: profile.newer.
    """
    database = open_database(where)
    with _closing_on_error(database.close):
        harm = database.harm or _examine(database, kind)
        if harm is not None:
            database.freeze(harm)
            exported = export_ledger(database, export_to, kind)
            _log.error("the books are damaged", extra={"line": harm.params["line"], "exported": exported.lines})
    return database


def _examine(database: Database, kind: Kind) -> ProblemError | None:
    """Give what is wrong with a ledger, None when nothing is."""
    try:
        migrate(database, kind)
        with database.read() as session:
            if count_lines(session) > WHOLE and (database.is_as_closed or database.is_postgresql):
                verify_end(session, lines=END)
            else:
                verify(session)
    except ProblemError as problem:
        if problem.code != "ledger.damaged":
            raise
        return problem
    except (DBAPIError, sqlite3.Error) as exc:
        if database.path is None or any(words in str(exc) for words in _NOT_OURS):
            raise
        # Its tables cannot be made out any more.
        return ProblemError("ledger.damaged", line="file")
    return None


def _open(folder: Path, chain: ChainGateway, blocks: BlockStore, clock: Clock, setup: NodeSetup) -> Node:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    where = setup.database or folder / "node.db"
    if setup.is_verified:
        database = open_database(where)
    else:
        database = open_checked(where, "node", export_to=folder / EXPORT_FOLDER)
    with _closing_on_error(database.close):
        relayer = open_relayer(folder, chain, database, clock, settings_file=setup.settings_file)
        authorizer = key_file(folder / "authorizer.key")
        return Node(
            database=database,
            chain=chain,
            relayer=relayer,
            treasurer=_treasurer(folder, chain, database, clock, setup) or relayer,
            book=SqlTransactionBook(database),
            blocks=blocks,
            keys=node_keys(folder),
            authorizer=Authorizer(address_of(authorizer), authorizer),
            channels=ChannelSwitch(),
            vouchers=VoucherJournal(database),
            shelf=Shelf(),
            clock=clock,
            domain=setup.domain,
            uri=setup.uri,
            operators=setup.operators,
            sanctions=setup.sanctions,
            sharing=_sharing_model(folder),
            kyc=open_provider(folder),
            names=setup.names,
        )


def _sharing_model(folder: Path) -> SharingModel | None:
    """Read the constants that an operator put in place of the shipped ones; None without any.

    Raises ProblemError: request.invalid.
    """
    file = folder / SHARING_FILE
    try:
        return parse_model(file.read_text()) if file.exists() else None
    except ValueError as exc:
        raise ProblemError("request.invalid", field=f"{SHARING_FILE}: {exc}") from exc


def _treasurer(folder: Path, chain: ChainGateway, database: Database, clock: Clock, setup: NodeSetup) -> Relayer | None:
    """Open who speaks for the Escrow's owner: the setup's key, or that in the node's folder; None without one."""
    file = folder / TREASURY_FILE
    key = setup.treasury or (key_file(file) if file.exists() else None)
    return None if key is None else OwnKeyRelayer(chain, key, SqlTransactionBook(database), clock=clock)


@contextmanager
def _closing_on_error(close: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        close()
        raise


async def _look_until_known(channels: ChannelsWatch) -> None:
    while await to_thread.run_sync(channels.look) == "unknown":  # noqa: ASYNC110  a chain does not say that it is back
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _lead(node: Node) -> None:
    """Do what one process does for all, while it is this one's turn."""
    leadership = Leadership(node.database)
    try:
        while True:
            if await to_thread.run_sync(leadership.take):
                catching_up = asyncio.create_task(to_thread.run_sync(_catch_up, node))
                claiming = asyncio.create_task(watch_channels(node))
                sharing = asyncio.create_task(watch_pass(node))
                try:
                    while await to_thread.run_sync(leadership.is_held):  # noqa: ASYNC110  a lost line does not say so
                        await asyncio.sleep(_LOOK_AGAIN_S)
                finally:
                    await _end(claiming)
                    await _end(sharing)
                    # Signed bytes may be on their way: it is not cut short.
                    await asyncio.wait([catching_up])
            await asyncio.sleep(_LOOK_AGAIN_S)
    finally:
        leadership.release()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _catch_up(node: Node) -> None:
    """Send what was signed and not sent, and enter what the chain did meanwhile."""
    if node.database.harm is not None:
        return
    try:
        node.relayer.resume()
        sync(node)
    except (ChainUnreachable, NotDeployed, WrongChain):
        # Selling waits for the chain; what is owned plays without it.
        return
