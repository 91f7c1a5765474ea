"""``museclock-node statement verify``: checks a three-way statement again, without asking anybody."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal


def _declare(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    verify = actions.add_parser("verify", help="check signatures, proofs, lines, differences and shared months")
    verify.add_argument("file", type=Path, metavar="FILE")


def _run(given: Namespace, terminal: Terminal) -> int:
    # Signatures and the chain's codecs take a tenth of a second that other commands do without.
    from services.statements.file import MAX_BYTES, StatementError, verify

    try:
        with given.file.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        found = verify(data.decode())
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{given.file} cannot be read: {exc}.") from exc
    except StatementError as exc:
        terminal.say(f"The statement does not hold: {exc}.")
        return 1
    terminal.say(f"The statement holds: {len(found.lines)} settlements, by chain, node and desk.")
    for one in found.differences:
        terminal.say(f"{one.cause.replace('_', ' ')}: {one.kind} of ${one.amount.dollars}, {one.book}, {one.ref}")
    if not found.differences:
        terminal.say("The three books agree to the unit.")
    return 0


COMMAND = Command("statement", "check a signed three-way statement, offline", _declare, _run)
