"""The node's database: its schema, its ledger, and what waits for a person in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from services.db.audit import verify
from services.db.books import ChainTransaction
from services.db.engine import Database
from services.db.migrate import standing
from services.host.doctor.finding import Finding, Patient, act, good, note
from services.node.kyc.tables import KycCase
from services.wire.problems import ProblemError

_LATE = timedelta(minutes=10)
_SHOWN = 3


def look_at_books(patient: Patient) -> Iterator[Finding]:
    """Look at the database; the ledger is read from its first line to its last."""
    if patient.database is None:
        return
    try:
        yield from _schema(patient, patient.database)
    except (ProblemError, DBAPIError) as exc:
        if isinstance(exc, ProblemError) and exc.code == "ledger.damaged":
            yield _damaged(exc)
        else:
            yield act(
                "database.unreachable", "The database does not answer.",
                "Look whether it runs, and at the URL in the settings.",
            )  # fmt: skip


def _schema(patient: Patient, database: Database) -> Iterator[Finding]:
    found = standing(database, "node")
    if found == "new":
        yield note("database.new", "The database is empty.", "The first museclock-node serve fills it.")
        return
    if found == "newer":
        yield act(
            "database.newer", "The database was written by a newer Museclock.",
            "Install that version; this one changes nothing in it.",
        )  # fmt: skip
        return
    if database.harm is not None:
        yield _damaged(database.harm)
        return
    yield from _ledger(database)
    if found == "behind":
        yield note(
            "database.behind", "The database has an older schema.",
            "The next museclock-node serve brings it up to date; make a back-up before.",
        )  # fmt: skip
        return
    yield from _open_transactions(patient, database)
    yield from _cases(database)


def _ledger(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        try:
            found = verify(session)
        except ProblemError as problem:
            yield _damaged(problem)
            return
    yield good("ledger.whole", f"The ledger holds from its first line to its last ({found.lines} lines).")


def _damaged(problem: ProblemError) -> Finding:
    return act(
        "ledger.damaged", f"The ledger does not hold from line {problem.params.get('line', '?')} on.",
        "Stop the node, write out the lines that hold (museclock-node ledger export), and restore the last back-up: "
        "what happened on the chain since is caught up from there.",
    )  # fmt: skip


def _open_transactions(patient: Patient, database: Database) -> Iterator[Finding]:
    wanted = select(ChainTransaction).where(ChainTransaction.state == "open").order_by(ChainTransaction.nonce)
    with database.read() as session:
        rows = list(session.scalars(wanted))
    if not rows:
        yield good("transactions.none_open", "Every transaction that was sent has an end.")
        return
    named = ", ".join(row.hash for row in rows[:_SHOWN]) + (" …" if len(rows) > _SHOWN else "")
    sentence = (
        f"{len(rows)} transactions are sent and not confirmed yet, so totals are ahead of the chain by what they move: "
        f"{named}."
    )
    now = patient.clock.now()
    if any(row.signed_at is not None and now - row.signed_at > _LATE for row in rows):
        yield act(
            "transactions.stuck", sentence,
            "The oldest waits for more than ten minutes. Look whether the relayer has gas and the chain answers; the "
            "node replaces it by itself then. Each stands at GET /wallets/transactions/ID.",
        )  # fmt: skip
    else:
        yield note("transactions.open", sentence, "They end by themselves; look again in a minute.")


def _cases(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(KycCase).where(KycCase.state == "pending")) or 0
    if count:
        yield act(
            "kyc.pending", f"{count} creators wait for a decision about their verification, and for their money.",
            "An operator decides: GET /kyc/cases, POST /kyc/cases/ADDRESS/decision.",
        )  # fmt: skip
