"""The worker process: takes one request on its standard input, answers in JSON lines, and ends.

Started by services.media.worker as ``python -m services.media.jobs``; the only process that decodes strangers' files.
It limits itself before it loads a decoder, and ends when its parent is gone.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from services.ipfs.durable import disk_problems
from services.media.allowance import begin_small
from services.media.confine import confine
from services.media.landlock import fence
from services.wire.problems import ProblemError

Request = dict[str, str]
Message = dict[str, object]
_sending = threading.Lock()
_finishing = threading.Lock()
# A disk that hangs must not keep the process alive.
_FINISHING_S = 5.0
# Small enough for one line of news.
_FRAME_SIDE = 400


def main() -> int:
    """Serve the one request of this process."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    request: Request = json.loads(sys.stdin.readline())
    source = Path(request["source"])
    begin_small(source.stat().st_size if source.is_file() else 0)
    try:
        with disk_problems():
            given = _folders_of(request)
        confine()
        fence([source], given)
        # What is refused is refused to threads that are started from here on.
        threading.Thread(target=_end_with_parent, daemon=True).start()
        _send({"done": _JOBS[request["job"]](request)})
    except ProblemError as exc:
        _send({"problem": {"code": exc.code, "params": exc.params}})
    except MemoryError:
        _send({"problem": {"code": "media.limits", "params": {"limit": "memory"}}})
    return 0


def _folders_of(request: Request) -> list[Path]:
    """Make the folders that this job writes to."""
    given = [Path(request[name]) for name in ("store_root", "resume_dir") if name in request]
    for folder in given:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [*given, Path(request["source"]).parent] if request["job"] == "clip" else given


def _ingest(request: Request) -> Message:
    from services.ipfs.store import DiskBlockStore
    from services.media.ingest import Ingest, Outlet
    from services.media.journal import IngestJournal
    from services.units.ids import content_id

    outlet = Outlet(
        on_stage=lambda stage, done, total: _send({"progress": {"stage": stage, "done": done, "total": total}}),
        on_facts=lambda facts: _send({"facts": facts.to_json()}),
        on_chunk=lambda chunk: _send({"chunk": chunk.to_json()}),
    )
    summary = Ingest(
        source=Path(request["source"]),
        secret=bytes.fromhex(request["secret"]),
        content_id=content_id(request["content_id"]),
        store=DiskBlockStore(Path(request["store_root"])),
        journal=IngestJournal(Path(request["resume_dir"])),
        outlet=outlet,
        finishing=_finishing,
    ).run()
    return {
        "init_cid": str(summary.init_cid),
        "poster_cid": None if summary.poster_cid is None else str(summary.poster_cid),
        "duration_ms": summary.duration_ms,
        "codecs": summary.codecs,
        "captions": [caption.to_json() for caption in summary.captions],
    }


def _probe(request: Request) -> Message:
    from services.media.probe import probe

    return probe(Path(request["source"])).to_json()


def _look(request: Request) -> Message:
    from services.media.look import look

    return look(Path(request["source"])).to_json()


def _picture(request: Request) -> Message:
    """Keep the picture that a person chose: of a film's moment, or a file's."""
    from services.ipfs.store import DiskBlockStore
    from services.ipfs.unixfs import add_file
    from services.media.poster import picture_at, picture_of

    source, at_ms = Path(request["source"]), request.get("at_ms")
    data = picture_of(source) if at_ms is None else picture_at(source, int(at_ms))
    return {"cid": str(add_file(DiskBlockStore(Path(request["store_root"])), data))}


def _captions(request: Request) -> Message:
    from services.ipfs.store import DiskBlockStore
    from services.ipfs.unixfs import add_file
    from services.media.captions import captions_of

    data = captions_of(Path(request["source"]))
    return {"cid": str(add_file(DiskBlockStore(Path(request["store_root"])), data))}


def _frame(request: Request) -> Message:
    from services.media.poster import picture_at

    data = picture_at(Path(request["source"]), int(request["at_ms"]), _FRAME_SIDE)
    return {"jpeg": base64.b64encode(data).decode()}


def _clip(request: Request) -> Message:
    from services.media.clip import make_timecode_clip

    make_timecode_clip(Path(request["source"]), int(request["seconds"]))
    return {}


_JOBS: dict[str, Callable[[Request], Message]] = {
    "ingest": _ingest,
    "probe": _probe,
    "look": _look,
    "picture": _picture,
    "captions": _captions,
    "frame": _frame,
    "clip": _clip,
}


def _send(message: Message) -> None:
    """Write one line; whole, from any thread."""
    with _sending:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open as long as it wants an answer.

    Reads the descriptor itself: a thread inside sys.stdin's lock would hang the interpreter's own end.
    """
    while os.read(0, 4096):
        continue
    _finishing.acquire(timeout=_FINISHING_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
