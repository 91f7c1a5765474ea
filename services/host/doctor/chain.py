"""The chain as the node sees it: whether it answers, whether its time is ours, and whether anybody pays the gas."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import ChainGateway
from services.db import ledger
from services.db.books import LedgerBalance
from services.db.engine import Database
from services.db.migrate import standing
from services.host.doctor.finding import Finding, Patient, act, dollars, good, note
from services.node.health import LOW_GAS_WEI
from services.node.kyc.cases import standing_of
from services.node.tables import ChainPosition
from services.node.till import pending
from services.units.address import Address
from services.units.money import ZERO, Money, gas_to_money
from services.units.time import unix_seconds
from services.wire.problems import ProblemError

# A block a half second on Arc, at the latest a quarter of a minute on the demo chain.
_AHEAD_S, _BEHIND_S = 30, 120
_BLOCKS_BEHIND = 2_000
_CREATORS = 50


def look_at_chain(patient: Patient) -> Iterator[Finding]:
    """Look at the chain, and compare it with the books."""
    chain = patient.chain
    if chain is None:
        return
    try:
        chain.check()
        yield good("chain.answers", f"Chain {chain.chain_id} answers, and the Escrow is there.")
        yield from _time(patient, chain)
        yield from _gas(patient, chain)
        if patient.database is not None and standing(patient.database, "node") == "current":
            yield from _compare(patient, chain, patient.database)
    except WrongChain as exc:
        yield act(
            "chain.wrong", f"The RPC serves another chain or token than the settings name ({_told(exc)}).",
            "Correct id, token or rpc_urls under [chain]; nothing is sent until they fit.",
        )  # fmt: skip
    except NotDeployed as exc:
        yield act(
            "chain.not_deployed", f"There is no contract where the settings expect it ({_told(exc)}).",
            "Deploy with museclock-node deploy, or correct escrow under [chain].",
        )  # fmt: skip
    except ChainUnreachable as exc:
        yield act(
            "chain.unreachable", f"None of the chain's addresses gives a usable answer ({_told(exc)}).",
            "Look at the network and at rpc_urls under [chain]. What was bought plays on; selling by the chain waits.",
        )  # fmt: skip
    except ProblemError as exc:
        if exc.code not in ("ledger.damaged", "database.unreachable"):
            raise
        # Said where the database is looked at.


def _told(problem: ProblemError) -> str:
    return ", ".join(f"{name} {value}" for name, value in problem.params.items()) or problem.code


def _time(patient: Patient, chain: ChainGateway) -> Iterator[Finding]:
    apart = chain.head().timestamp - unix_seconds(patient.clock.now())
    if apart > _AHEAD_S or apart < -_BEHIND_S:
        yield act(
            "clock.skew", f"This computer's clock and the chain's latest block are {abs(apart)} seconds apart.",
            "Set the clock by NTP. If it is right, the RPC is behind: name another one.",
        )  # fmt: skip


def _gas(patient: Patient, chain: ChainGateway) -> Iterator[Finding]:
    if patient.relayer is None:
        return
    gas = chain.gas_balance(patient.relayer)
    sentence = f"The relayer {patient.relayer} has {dollars(gas_to_money(gas))} for gas"
    if not gas:
        yield act(
            "gas.none", f"{sentence}: nothing that has to be sent can be sent.",
            "Send gas money to that address. Claims, payouts and memberships wait for it.",
        )  # fmt: skip
    elif gas < LOW_GAS_WEI:
        yield act("gas.low", f"{sentence}, which will not last.", "Send gas money to that address.")
    else:
        yield good("gas.enough", f"{sentence}.")


def _compare(patient: Patient, chain: ChainGateway, database: Database) -> Iterator[Finding]:
    head = chain.head().number
    with database.read() as session:
        position = session.scalar(select(func.max(ChainPosition.block))) or chain.since_block - 1
    if head - position > _BLOCKS_BEHIND:
        yield note(
            "books.behind", f"The books know the chain up to block {position}; it is at {head}.",
            "The running node catches up by itself. If it runs and this stays, look at its log.",
        )  # fmt: skip
    creators = [patient.creator] if patient.creator is not None else _largest(database)
    for creator in creators:
        yield from _creator(patient, chain, database, creator, is_fresh=head == position)


def _largest(database: Database) -> list[Address]:
    prefix = "creator:"
    wanted = select(LedgerBalance.account).where(
        LedgerBalance.account.startswith(prefix, autoescape=True), LedgerBalance.amount > ZERO
    )
    with database.read() as session:
        rows = session.scalars(wanted.order_by(LedgerBalance.amount.desc()).limit(_CREATORS))
        return [Address(row.removeprefix(prefix)) for row in rows]


def _creator(
    patient: Patient, chain: ChainGateway, database: Database, creator: Address, *, is_fresh: bool
) -> Iterator[Finding]:
    with database.read() as session:
        booked = ledger.balance(session, f"creator:{creator}")
        waiting = ledger.balance(session, pending(creator))
        kyc = standing_of(session, creator, patient.clock.now()).state
    there = chain.creator_balance(creator)
    if booked != there and is_fresh:
        yield act(
            "books.differ", f"The books say {dollars(booked)} for {creator}, the Escrow says {dollars(there)}.",
            "Look again in a minute. If it stays, the node met a chain that was wound back, or a wrong since_block: "
            "write down both sums before anything else is done.",
        )  # fmt: skip
    if patient.creator is not None:
        yield from _withdrawal(chain, creator, there, waiting)
    if there and kyc != "verified":
        yield note(
            "kyc.missing", f"{creator} has {dollars(there)} in the Escrow and is not verified ({kyc}).",
            "The creator asks by POST /kyc/verify/ADDRESS, then an operator decides; payouts wait for that.",
        )  # fmt: skip


def _withdrawal(chain: ChainGateway, creator: Address, there: Money, waiting: Money) -> Iterator[Finding]:
    """Explain what a creator sees who withdraws now."""
    if there:
        yield good("withdrawal.ready", f"{creator} can withdraw {dollars(there)}.")
        if not chain.gas_balance(creator):
            yield note(
                "withdrawal.no_gas", f"{creator} has no gas, so a withdrawal of the wallet's own would fail.",
                "POST /creators/withdraw takes a signed order instead, and the node pays the gas.",
            )  # fmt: skip
    elif waiting:
        yield note(
            "withdrawal.waiting",
            f"There is nothing to withdraw for {creator} yet: {dollars(waiting)} are sold and not in the Escrow.",
            "The node claims some minutes after the last sale; POST /creators/collect does it at once.",
        )  # fmt: skip
    else:
        yield note(
            "withdrawal.nothing", f"There is nothing to withdraw for {creator}: nothing was sold since the last time.",
            "A withdrawal sent now would fail at the estimate of its gas, with NothingToWithdraw.",
        )  # fmt: skip
