"""``museclock-node sharing learn``: weights from who renewed, compared with those in use, written only if adopted."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from services.node.passes.renewals import Period
    from services.sharing.allocation import Month
    from services.sharing.engagement import Whole
    from services.sharing.learning import Learned
    from services.sharing.model import SharingModel
    from services.units.address import Address

_WORLD = (1_000, 100_000)


def _declare(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    learn = actions.add_parser("learn", help="learn weights from renewals; adopted only when nothing worsens")
    place = learn.add_mutually_exclusive_group(required=True)
    place.add_argument("--database", metavar="URL", help="postgresql://…")
    place.add_argument("--profile", type=Path, metavar="DIR", help="a profile or a node's data folder")
    learn.add_argument("--model", type=Path, metavar="FILE", help="the model in use, where it is not museshare-1")
    learn.add_argument("--out", type=Path, metavar="FILE", required=True, help="where an adopted model is written")
    learn.add_argument(
        "--subscribers", type=int, default=_WORLD[1], metavar="N", help="a simulated world's size (100,000)"
    )


def _run(given: Namespace, terminal: Terminal) -> int:
    # numpy and SQLAlchemy take half a second that other commands do without.
    from services.sharing.evaluation.worlds import KINDS, Size, make_world
    from services.sharing.learning import learn
    from services.sharing.model import load_model, parse_model

    if not _WORLD[0] <= given.subscribers <= _WORLD[1]:
        raise CommandError(f"A world has {_WORLD[0]:,} to {_WORLD[1]:,} subscribers.")
    try:
        current = load_model() if given.model is None else parse_model(given.model.read_text())
        month, renewed = _observed(given)
        size = Size(given.subscribers, given.subscribers // 10)
        found = learn(current, month, renewed, [make_world(name, size) for name in KINDS])
    except (OSError, ValueError) as exc:
        raise CommandError(f"Nothing can be learned: {exc}.") from exc
    return _say(current, found, given.out, terminal)


def _observed(given: Namespace) -> tuple[Month, Whole]:
    """Read the paid periods of a node's books, as subscribers of one month, and which of them were renewed."""
    from services.db.engine import open_database
    from services.node.passes.renewals import periods_of, usual_lengths

    with closing(open_database(given.database or _books(given.profile))) as database:
        if database.harm is not None:
            raise ProblemError("ledger.damaged", line=database.harm)
        with database.read() as session:
            periods = periods_of(session)
            lengths = usual_lengths(session, periods)
    return _as_month(periods, lengths)


def _books(profile: Path) -> Path:
    found = [path for name in ("node.db", "node/node.db") if (path := profile / name).exists()]
    if not found:
        raise CommandError(f"There are no books of a node in {profile}.")
    return found[0]


def _as_month(periods: list[Period], lengths: dict[Address, int]) -> tuple[Month, Whole]:
    import numpy as np

    from services.sharing.allocation import Month
    from services.sharing.model import TRUST_STEPS

    owners = {owner: place for place, owner in enumerate(sorted(lengths))}
    rows = [(at, owners[owner], *seen) for at, one in enumerate(periods) for owner, seen in one.watched.items()]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    whole = np.ones(len(periods), dtype=np.int64)
    month = Month(
        fees=whole, trust=whole * TRUST_STEPS, lengths=np.array([lengths[owner] for owner in owners], dtype=np.int64),
        subscriber=table[:, 0], owner=table[:, 1], seconds=table[:, 2], days=table[:, 3],
    )  # fmt: skip
    return month, np.array([one.has_renewed for one in periods], dtype=np.int64)


def _say(current: SharingModel, found: Learned, out: Path, terminal: Terminal) -> int:
    verdict, weights = found.verdict, found.weights
    terminal.say(f"{found.renewals} paid periods, {found.held_out} of them held out.")
    terminal.say(
        f"Time {weights.time:.3f}, days {weights.days:.3f}: days have {weights.days_part:.2f} of the weight, clamped."
    )
    pairs = (
        ("mean error over all worlds", verdict.mean),
        ("worst error over all worlds", verdict.worst),
        ("loss on held-out renewals", verdict.loss),
    )
    for name, (old, new) in pairs:
        said = "worse" if new > old else "better" if new < old else "the same"
        terminal.say(f"{name}: {old:.5f} by {current.name}, {new:.5f} by {found.model.name}: {said}")
    if not verdict.is_adopted:
        terminal.say(f"Not adopted: {current.name} stays. Nothing was written.")
        return 1
    try:
        out.write_text(found.model.text)
    except OSError as exc:
        raise CommandError(f"{out} cannot be written: {exc}.") from exc
    terminal.say(f"Adopted: {found.model.name}, days_weight {found.model.days_weight}, is in {out}.")
    terminal.say(f"Its SHA-256 is {found.model.digest}.")
    return 0


COMMAND = Command("sharing", "learn the weights of the pass' sharing from renewals", _declare, _run)
