"""``museclock-node verify-evidence``: checks a proof that a creator sold what cannot be opened."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.media.evidence import MAX_EVIDENCE_BYTES, read_evidence, verify_evidence
from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


def _verify(given: Namespace, terminal: Terminal) -> int:
    try:
        with given.file.open("rb") as file:
            data = file.read(MAX_EVIDENCE_BYTES + 1)
    except OSError as exc:
        raise CommandError(f"{given.file} cannot be read: {exc.strerror}.") from exc
    evidence = read_evidence(data)
    manifest = verify_evidence(evidence)
    terminal.say(f"The evidence holds. {manifest.creator} signed the film {manifest.content_id} and promised, for its")
    terminal.say(f"part {evidence.index + 1}, a file and a key. Both are here, and the key does not open the file.")
    return 0


COMMAND = Command("verify-evidence", "check a proof that a part of a film cannot be opened", _declare, _verify)
