"""``museclock-node``: what a node's operator does from a terminal."""

from __future__ import annotations

import argparse
import os
import sys

from services.chain.creation import DeploymentError
from services.node_cli import (
    archives,
    backup,
    call,
    deploy,
    doctor,
    evidence,
    ingest,
    learning,
    ledger,
    pay_proxy,
    play_export,
    serve,
    sharing,
    statement,
)
from services.node_cli.command import CommandError
from services.node_cli.sentences import sentence
from services.node_cli.terminal import Terminal, console
from services.wire.problems import ProblemError

COMMANDS = (
    serve.COMMAND,
    doctor.COMMAND,
    call.COMMAND,
    backup.BACKUP,
    backup.RESTORE,
    ledger.COMMAND,
    deploy.COMMAND,
    pay_proxy.COMMAND,
    archives.CID,
    archives.CAR,
    ingest.COMMAND,
    play_export.COMMAND,
    evidence.COMMAND,
    sharing.ALLOCATE,
    sharing.EVALUATE,
    learning.COMMAND,
    statement.COMMAND,
)
# As a shell says that a program was interrupted (128 + SIGINT).
_INTERRUPTED = 130


def main(arguments: list[str] | None = None, terminal: Terminal | None = None) -> int:
    """Run one subcommand and give the exit status: 0 done, 1 not done, 2 not understood."""
    parser = argparse.ArgumentParser(prog="museclock-node", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = subparsers.add_parser(command.name, help=command.summary, description=command.summary)
        command.declare(own)
        own.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    os.umask(0o077)
    try:
        return int(options.run(options, terminal or console()))
    except (CommandError, DeploymentError) as problem:
        sys.stderr.write(f"museclock-node: {problem}\n")
    except ProblemError as problem:
        sys.stderr.write(f"museclock-node: {sentence(problem)}\n")
    except OSError as exc:
        # A file or folder that was named, or what lies in it. What has no name is no matter of the person's.
        if exc.filename is None:
            raise
        sys.stderr.write(f"museclock-node: {os.fsdecode(exc.filename)} cannot be used: {exc.strerror}.\n")
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main())
