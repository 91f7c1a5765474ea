"""``museclock-node doctor``: says in sentences what is wrong with a node, and what to do."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from services.node_cli.command import Command, CommandError
from services.node_cli.serve import config_file, data_folder, declare_place, settings_of
from services.node_cli.terminal import Terminal
from services.units.address import address
from services.units.time import SystemClock

_SIGNS = {"good": "ok  ", "note": "note", "act": "ACT "}


def _declare(parser: argparse.ArgumentParser) -> None:
    declare_place(parser)
    parser.add_argument("--creator", metavar="ADDRESS", help="explain what this creator can withdraw")
    parser.add_argument("--json", action="store_true", help="for programs")


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    from services.host.doctor.examine import examine

    try:
        creator = None if options.creator is None else address(options.creator)
    except ValueError:
        raise CommandError("--creator takes an address, as 0x and 40 digits.") from None
    try:
        findings = list(
            examine(
                data_folder(options), settings_of(options), SystemClock(),
                is_demo=options.demo, settings_file=config_file(options), creator=creator,
            )
        )  # fmt: skip
    except ValueError as exc:
        raise CommandError("The database's URL cannot be read.") from exc
    to_do = sum(finding.level == "act" for finding in findings)
    if options.json:
        terminal.say(
            json.dumps({"healthy": not to_do, "findings": [asdict(finding) for finding in findings]}, indent=2)
        )
        return min(to_do, 1)
    for finding in findings:
        terminal.say(f"{_SIGNS[finding.level]}  {finding.sentence}")
        if finding.advice:
            terminal.say(f"      {finding.advice}")
    terminal.say("Nothing needs you." if not to_do else f"{to_do} of these need you.")
    return min(to_do, 1)


COMMAND = Command("doctor", "Say what is wrong with a node, and what to do.", _declare, _run)
