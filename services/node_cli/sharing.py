"""``museclock-node allocate`` and ``evaluate-sharing``: a pooled month shared out, and how good the rule is."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.units.money import Money


def _declare_allocate(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="fees.csv, owners.csv, watching.csv")
    parser.add_argument("--check", action="store_true", help="compute again, and compare with allocation.json there")


def _allocate(given: Namespace, terminal: Terminal) -> int:
    # Imported when needed: numpy takes a tenth of a second that other commands do without.
    from services.sharing.allocation import allocate
    from services.sharing.inputs import read_inputs, write_allocation

    try:
        inputs = read_inputs(given.folder)
        result = allocate(inputs.month, inputs.model, workers=2)
        if given.check:
            return _compare(given.folder, result.digest, terminal)
        path = write_allocation(given.folder, inputs, result)
    except (OSError, ValueError, OverflowError) as exc:
        raise CommandError(f"The month in {given.folder} cannot be shared out: {exc}.") from exc
    earned, fees = Money(int(result.earned.sum())), Money(int(inputs.month.fees.sum()))
    terminal.say(
        f"${earned.dollars} of ${fees.dollars} go to {(result.earned > 0).sum()} creators, by {inputs.model.name}."
    )
    terminal.say(f"Withheld ${Money(int(result.withheld.sum())).dollars}, kept ${Money(result.held).dollars}.")
    terminal.say(f"Written to {path}. Its digest:")
    terminal.say(result.digest)
    return 0


def _compare(folder: Path, digest: str, terminal: Terminal) -> int:
    published = json.loads((folder / "allocation.json").read_text()).get("sha256")
    if published == digest:
        terminal.say("allocation.json is what these inputs give.")
        return 0
    terminal.say(f"allocation.json says {published}, these inputs give {digest}: they do not belong together.")
    return 1


def _declare_evaluate(parser: ArgumentParser) -> None:
    parser.add_argument("--subscribers", type=int, default=100_000, metavar="N", help="a world's size (100,000)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write sharing.md and sharing.svg there")


def _evaluate(given: Namespace, terminal: Terminal) -> int:
    from services.sharing.evaluation.table import as_markdown, as_plot, evaluate
    from services.sharing.evaluation.worlds import Size

    if not 1_000 <= given.subscribers <= 1_000_000:
        raise CommandError("A world has 1,000 to 1,000,000 subscribers.")
    found = evaluate(Size(given.subscribers, given.subscribers // 10))
    for line in as_markdown(found).splitlines():
        terminal.say(line)
    terminal.say(f"Bots take {found.fraud:.2f} of their fees ({found.fraud_pro_rata:.1f} in one pot by seconds).")
    smoothed = found.smoothed
    terminal.say(f"Smoothing: variation {smoothed.cv_change:+.0%}, {smoothed.reserve_months:.2f} months held.")
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "sharing.md").write_text(as_markdown(found))
        (given.out / "sharing.svg").write_text(as_plot(found))
    return 0


ALLOCATE = Command("allocate", "share out a month of a pooled pass", _declare_allocate, _allocate)
EVALUATE = Command(
    "evaluate-sharing", "compare ways of sharing in worlds whose truth is known", _declare_evaluate, _evaluate
)
