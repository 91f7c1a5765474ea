"""``museclock-node ingest``: cuts, seals and stores a film without publishing it; again, it goes on where it was."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from services.ipfs.durable import disk_problems, replace_durably
from services.media.film import Ingested, Progress
from services.node_cli.command import Command, CommandError
from services.node_cli.terminal import Terminal
from services.units.ids import ContentId, content_id, new_content_id
from services.wire.problems import ProblemError

_KEYS, _SUMMARY, _NOTES, _BLOCKS = "secret.json", "film.json", "notes", "blocks"


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for blocks, keys and summary")
    parser.add_argument("--json", action="store_true", dest="as_json", help="say it as lines of JSON")


def _ingest(given: Namespace, terminal: Terminal) -> int:
    # Imported when needed: it brings what most commands do without.
    from services.media.worker import ingest

    source, out = given.file.absolute(), given.out.absolute()
    with _nothing_left_of_nothing(out):
        try:
            with disk_problems():
                out.mkdir(mode=0o700, parents=True, exist_ok=True)
                secret, content = _secret_of(out)
        except OSError as exc:
            raise CommandError(f"{given.out} cannot be used: {exc.strerror}.") from exc
        tell = _Teller(terminal, as_json=given.as_json)
        places = {"store_root": out / _BLOCKS, "resume_dir": out / _NOTES}
        film = asyncio.run(ingest(source, secret=secret, content_id=content, on_progress=tell, **places))
    summary = _summary(film, content)
    with disk_problems():
        replace_durably(out / _SUMMARY, json.dumps(summary, indent=1).encode(), unfinished=out)
    if given.as_json:
        terminal.say(json.dumps({"done": summary}))
        return 0
    terminal.say(f"{len(film.chunks)} part(s), {film.duration_ms / 1000:.1f} s, {film.width} × {film.height}.")
    terminal.say(f"The blocks are in {out / _BLOCKS}, the summary in {out / _SUMMARY}.")
    terminal.say(f"Who has {out / _KEYS} can open every part: keep it to yourself.")
    return 0


@contextmanager
def _nothing_left_of_nothing(out: Path) -> Iterator[None]:
    """Take away what this run made when no part of a film came of it: a secret that opens nothing is only a worry."""
    made = [path for path in (out / _KEYS, out / _NOTES, out / _BLOCKS) if not path.exists()]
    is_ours = not out.exists()
    try:
        yield
    except ProblemError:
        if len(made) == 3 and not any(file.stat().st_size for file in (out / _NOTES).glob("*")):
            (out / _KEYS).unlink(missing_ok=True)
            for folder in (_NOTES, _BLOCKS):
                shutil.rmtree(out / folder, ignore_errors=True)
            if is_ours:
                with suppress(OSError):
                    out.rmdir()
        raise


def _secret_of(out: Path) -> tuple[bytes, ContentId]:
    """Give the secret and the film's id of this folder, made at the first time: the same file gives the same CIDs."""
    path = out / _KEYS
    if not path.exists():
        made = {"contentId": new_content_id(), "secret": secrets.token_hex(32)}
        replace_durably(path, json.dumps(made).encode(), unfinished=out)
    try:
        kept = json.loads(path.read_text())
        return bytes.fromhex(kept["secret"]), content_id(kept["contentId"])
    except (ValueError, KeyError, TypeError) as exc:
        raise CommandError(f"{path} is not what this command wrote.") from exc


def _summary(film: Ingested, content: ContentId) -> dict[str, Any]:
    return {
        "contentId": content,
        "durationMs": film.duration_ms,
        "width": film.width,
        "height": film.height,
        "codecs": film.codecs,
        "init": str(film.init_cid),
        "poster": None if film.poster_cid is None else str(film.poster_cid),
        "chunks": [chunk.to_json() for chunk in film.chunks],
    }


class _Teller:
    """Says how far each stage is: every line of JSON, or each tenth in words."""

    def __init__(self, terminal: Terminal, *, as_json: bool) -> None:
        self._terminal, self._as_json = terminal, as_json
        self._said: dict[str, int] = {}

    def __call__(self, news: Progress) -> None:
        tenth = news.done * 10 // max(news.total, 1)
        if self._said.get(news.stage) == tenth:
            return
        self._said[news.stage] = tenth
        if self._as_json:
            self._terminal.say(json.dumps({"stage": news.stage, "done": news.done, "total": news.total}))
        else:
            self._terminal.say(f"{news.stage}: {tenth * 10} %")


COMMAND = Command("ingest", "cut, seal and store a film in a folder", _declare, _ingest)
