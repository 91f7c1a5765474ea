"""``museclock-node play-export``: turns an exported purchase into a film that any player opens, with no service."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from services.ipfs.durable import disk_problems
from services.media.takeaway import Takeaway
from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="an exported purchase")
    parser.add_argument("--out", type=Path, required=True, metavar="MP4", help="the film to write")


def _play(given: Namespace, terminal: Terminal) -> int:
    if given.out.exists():
        raise CommandError(f"{given.out} exists. Choose another name, nothing is overwritten.")
    unfinished = given.out.with_name(given.out.name + ".part")
    try:
        with disk_problems(), Takeaway(given.file) as bought, unfinished.open("xb") as film:
            for part in bought.plain():
                film.write(part)
            manifest, count = bought.manifest, len(bought.indices)
        unfinished.rename(given.out)
    except OSError as exc:
        raise CommandError(f"{exc.filename or given.file} cannot be used: {exc.strerror}.") from exc
    finally:
        unfinished.unlink(missing_ok=True)
    terminal.say(f"“{manifest.title}” by {manifest.creator}, signed by its creator:")
    terminal.say(f"{count} of {len(manifest.chunks)} parts are in {given.out}.")
    return 0


COMMAND = Command("play-export", "write an exported purchase as a film", _declare, _play)
