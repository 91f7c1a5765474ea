"""Opens a node's parts as far as they can be had without changing them, and has each looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from services.chain.demo.chain import DemoChain
from services.chain.gateway import ChainGateway
from services.chain.hashing import address_of
from services.chain.web3_gateway import Web3Gateway
from services.db.engine import Database, open_database
from services.host.doctor.books import look_at_books
from services.host.doctor.chain import look_at_chain
from services.host.doctor.finding import Finding, Patient, act, note
from services.host.doctor.place import look_at_place
from services.host.node_settings import NodeSettings
from services.host.own import chain_of
from services.host.settings import chain_settings
from services.units.address import Address
from services.units.time import Clock
from services.wire.problems import ProblemError


def examine(
    profile: Path,
    settings: NodeSettings,
    clock: Clock,
    *,
    is_demo: bool,
    settings_file: Path | None,
    creator: Address | None,
) -> Iterator[Finding]:
    """Look a node over. Blocking; the node may be running meanwhile."""
    with ExitStack() as stack:
        database = _database(profile, settings)
        if database is not None:
            stack.callback(database.close)
        chain: ChainGateway | None = None
        try:
            if is_demo:
                chain = _demo_chain(profile, clock, stack)
            else:
                chain = stack.enter_context(chain_of(chain_settings(settings_file or profile)))
        except ProblemError as problem:
            yield _no_chain(problem)
        patient = Patient(profile, settings, clock, chain, database, _relayer(profile), creator, is_demo)
        yield from look_at_place(patient)
        yield from look_at_books(patient)
        yield from look_at_chain(patient)


def _database(profile: Path, settings: NodeSettings) -> Database | None:
    if settings.database is not None:
        return open_database(settings.database)
    path = profile / "node" / "node.db"
    # Opening would make it.
    return open_database(path) if path.exists() else None


def _demo_chain(profile: Path, clock: Clock, stack: ExitStack) -> ChainGateway | None:
    path = profile / "chain" / "journal.db"
    if not path.exists():
        return None
    chain = DemoChain.open(path, clock)
    stack.callback(chain.close)
    return Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)


def _no_chain(problem: ProblemError) -> Finding:
    if problem.code == "service.busy_profile":
        return note(
            "chain.held", "The demo chain is held by a running node, so it was not asked.",
            "Stop the node to have the chain looked at, too.",
        )  # fmt: skip
    if problem.code == "chain.damaged":
        return act(
            "chain.damaged", f"The demo chain's journal cannot be read ({problem.params.get('reason', '')}).",
            "Restore the last back-up, or begin a new demo in another folder.",
        )  # fmt: skip
    if problem.code == "chain.unconfirmed":
        return act(
            "chain.unconfirmed", f"The settings name {problem.params['network']}, where payments are real money.",
            f'Write confirm = "{problem.params["sentence"]}" under [chain], or choose the testnet.',
        )  # fmt: skip
    return act(
        "settings.chain", f"The settings of the chain cannot be read ({problem.params.get('field', problem.code)}).",
        "Correct the table [chain] of the settings.",
    )  # fmt: skip


def _relayer(profile: Path) -> Address | None:
    """Tell who sends transactions, where that is a key in the folder."""
    try:
        return address_of((profile / "node" / "relayer.key").read_bytes())
    except (OSError, ValueError):
        return None
