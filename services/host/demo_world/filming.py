"""A process that draws films and seals them: orders come in as JSON lines, sealed films go out in the same order.

Started by ``services.host.demo_world.shooting``. What it reads it has drawn itself, so it needs no limits.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from services.ipfs.store import BlockStore, DiskBlockStore
from services.ipfs.unixfs import add_file
from services.media.art.canvas import Canvas
from services.media.art.motion import Loop, make_loop, repeat
from services.media.art.palettes import PALETTES
from services.media.art.repertoire import SCENES
from services.media.art.scene import Scene
from services.media.film import MediaFacts, SealedChunk
from services.media.ingest import Ingest, Outlet
from services.media.journal import IngestJournal
from services.units.ids import content_id

_POSTER_SCALE = 1.5
_AVATAR, _BANNER = (320, 320), (1536, 384)
_QUALITY = 86
_NICE = 5
Order = dict[str, Any]


def main() -> int:
    """Do the orders until there are no more."""
    if hasattr(os, "nice"):
        # The history waits for its own next step only; these films have time.
        os.nice(_NICE)
    for text in sys.stdin:
        order = json.loads(text)
        sys.stdout.write(json.dumps(_JOBS[order["job"]](order)) + "\n")
        sys.stdout.flush()
    return 0


def _film(order: Order) -> dict[str, Any]:
    """Draw a film unless it is there, seal it under its secret, and draw its poster."""
    source = Path(order["source"])
    width, height = order["size"]
    scene = Scene(PALETTES[order["palette"]], order["variant"], width / height)
    if not source.exists():
        loop = source.with_name(f"{order['scene']}-{order['variant']}-{width}.loop")
        if not loop.exists():
            make_loop(loop, Loop(scene, SCENES[order["scene"]], width, height, f"{order['scene']} {order['variant']}"))
        repeat(loop, source, order["loops"])
    if "secret" not in order:
        return {}
    store = DiskBlockStore(Path(order["store"]))
    sealed = _seal(order, source, store)
    size = (round(width * _POSTER_SCALE), round(height * _POSTER_SCALE))
    sealed["summary"]["poster_cid"] = str(_picture(store, order, size, turn=order["moment"]))
    return sealed


def _seal(order: Order, source: Path, store: DiskBlockStore) -> dict[str, Any]:
    facts: list[MediaFacts] = []
    chunks: list[SealedChunk] = []
    notes = Path(order["notes"])
    outlet = Outlet(on_stage=lambda *_: None, on_facts=facts.append, on_chunk=chunks.append)
    summary = Ingest(
        source=source,
        secret=bytes.fromhex(order["secret"]),
        content_id=content_id(order["content_id"]),
        store=store,
        journal=IngestJournal(notes),
        outlet=outlet,
    ).run()
    return {
        "facts": facts[-1].to_json(),
        "summary": {
            "init_cid": str(summary.init_cid),
            "poster_cid": None,
            "duration_ms": summary.duration_ms,
            "codecs": summary.codecs,
            "captions": [],
        },
        "chunks": [chunk.to_json() for chunk in chunks],
    }


def _portrait(order: Order) -> dict[str, Any]:
    """Draw a channel's avatar and banner."""
    store = DiskBlockStore(Path(order["store"]))
    avatar, banner = ((wide // order["small_by"], high // order["small_by"]) for wide, high in (_AVATAR, _BANNER))
    return {
        "avatar": str(_picture(store, order, avatar, turn=0.2)),
        "banner": str(_picture(store, order, banner, turn=0.6)),
    }


def _picture(store: BlockStore, order: Order, size: tuple[int, int], *, turn: float) -> object:
    canvas = Canvas(*size)
    scene = Scene(PALETTES[order["palette"]], order["variant"], canvas.wide)
    SCENES[order["scene"]](scene, canvas)(canvas, turn)
    return add_file(store, _jpeg(canvas.finished()))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


_JOBS = {"film": _film, "portrait": _portrait}

if __name__ == "__main__":
    sys.exit(main())
