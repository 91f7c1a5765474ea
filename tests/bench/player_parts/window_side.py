"""From the click on buy to the moving picture, and a catalogue of a hundred thousand items in the window: a real
service process, a real bridge, the real pages.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtWidgets import QApplication

from player.core.playback import State
from player.core.timeline import Access
from player.pages.discover.page import DiscoverPage
from player.pages.watch.page import WatchPage
from player.pages.watch.view_model import WatchViewModel
from player.vlc.engine import Engine
from services.db.engine import open_database
from services.media.clip import make_timecode_clip
from services.node.context import Node
from studio.kit.bridge import Bridge
from studio.kit.context import PageContext
from studio.kit.events import EventHub
from studio.kit.theme import Theme
from tests.bench.node_parts import search
from tests.bench.player_parts.loop import turn, turn_for
from tests.bench.unlock import publish
from tests.fixtures.service import RunningService, start_service

FILM_S, WARM_UP, KEYS, PAGES = 200, 2, 12, 5
_PATIENCE_MS = 60_000
# A person reads the card before the click. libVLC stops meanwhile, in a run that has just begun at its next picture.
_LOOK_MS = 300


def figures(application: QApplication) -> dict[str, dict[str, Any]]:
    """Measure both sides."""
    return {"unlock_to_picture_p95_ms": _clicks(application), **_catalogue(application)}


@contextmanager
def _context(application: QApplication, service: RunningService) -> Iterator[PageContext]:
    bridge = Bridge()
    bridge.start()
    bridge.open(service.client)
    yield PageContext(
        bridge=bridge,
        desk_id="viewer",
        events=EventHub(bridge, "viewer"),
        theme=Theme(application, "dark"),
        navigate=lambda _route, _params=None, /: None,
        notify=lambda _words: None,
        handle=lambda _problem, _again: None,
        demo=True,
    )
    bridge.close()


def _clicks(application: QApplication) -> dict[str, Any]:
    """Buy part after part at the paywall of a film on the real page; each ends when the picture has moved."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        make_timecode_clip(clip, FILM_S)
        service = start_service(Path(folder) / "p")
        try:
            content = asyncio.run(_published(service, clip))
            with _context(application, service) as context:
                taken = _buy_at_the_wall(context, content)
        finally:
            service.close()
    first, moving = zip(*taken, strict=True)
    cuts = statistics.quantiles(moving, n=20, method="inclusive")
    note = f"click on buy to the new run's second picture, on the real page; p50 {statistics.median(moving):.0f} ms, "
    note += f"to its first {statistics.median(first):.0f} ms, n={len(taken)}, the deposit's purchases not counted"
    return {"value": round(cuts[18], 1), "unit": "ms", "goal": 100, "note": note}


async def _published(service: RunningService, clip: Path) -> str:
    client = service.client()
    async with client:
        return str(await publish(client, clip, "Film"))


def _buy_at_the_wall(context: PageContext, content: str) -> list[tuple[float, float]]:
    page = WatchPage(context)
    page.resize(1280, 800)
    page.show()
    page.open({"content_id": content})
    turn(lambda: page.model.state.timeline is not None, _PATIENCE_MS)
    model, taken = page.model, []
    timeline = model.state.timeline
    assert timeline is not None
    for chunk in (one for one in timeline.chunks if one.access is Access.LOCKED):
        if model.projector.playback.state is State.EMPTY:
            model.play()
            turn(lambda: model.state.playback.state is State.PLAYING, _PATIENCE_MS)
        model.seek(chunk.start_ms)
        turn(lambda: model.state.playback.state is State.PAYWALLED, _PATIENCE_MS)
        turn_for(_LOOK_MS)
        stood, began = _pictures(model), time.perf_counter()
        model.buy()
        turn(lambda stood=stood: _pictures(model) > stood, _PATIENCE_MS)  # type: ignore[misc]
        first = (time.perf_counter() - began) * 1000
        # The timecode changes with every picture, and each begins with the one after the wall's.
        turn(lambda stood=stood: _pictures(model) > stood + 1, _PATIENCE_MS)  # type: ignore[misc]
        taken.append((first, (time.perf_counter() - began) * 1000))
        turn(lambda: model.state.playback.state is State.PLAYING, _PATIENCE_MS)
    model.close()
    page.peek.close()
    page.deleteLater()
    # The first ones bring the deposit to the chain.
    return taken[WARM_UP:]


def _pictures(model: WatchViewModel) -> int:
    """Count the pictures that looked otherwise than the one before."""
    engine = model.projector._engine
    return engine._frames.changes if isinstance(engine, Engine) else 0


def _catalogue(application: QApplication) -> dict[str, dict[str, Any]]:
    """Paint Discover for the first time, and narrow it key by key, over a node with very many items."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        profile = Path(folder) / "p"
        start_service(profile).close()
        _fill(profile)
        service = start_service(profile)
        try:
            with _context(application, service) as context:
                turn_for(1_000)
                words = search._vocabulary()[40 : 40 + PAGES]
                paints, keys = zip(*(_one_page(context, word) for word in words), strict=True)
        finally:
            service.close()
    narrowed = sorted(value for part in keys for value in part)
    note = f"{search.ITEMS:,} items at the node; page made to its cards painted, median of {len(paints)}"
    other = f"a key in the search field to the narrowed list painted; p50 {statistics.median(narrowed):.0f} ms, p95 of "
    other += f"{len(narrowed)} keys"
    return {
        "discover_first_paint_ms": _ms(statistics.median(paints), note),
        "discover_filter_ms": _ms(narrowed[len(narrowed) * 95 // 100 - 1], other),
    }


def _fill(profile: Path) -> None:
    database = open_database(next(profile.rglob("node.db")))
    search._fill(cast("Node", SimpleNamespace(database=database)), search._vocabulary())
    database.close()


def _one_page(context: PageContext, word: str) -> tuple[float, list[float]]:
    began = time.perf_counter()
    page = DiscoverPage(context)
    page.resize(1064, 800)
    page.show()
    turn(lambda: bool(page.model.state.items), _PATIENCE_MS)
    page.grab()
    first = (time.perf_counter() - began) * 1000
    turn_for(200)
    keys = []
    for end in range(1, min(len(word), KEYS) + 1):
        before = page.model.state.items
        began = time.perf_counter()
        page.model.search(word[:end])
        turn(lambda before=before: page.model.state.items is not before and not page.model.state.busy, _PATIENCE_MS)  # type: ignore[misc]
        page.grab()
        keys.append((time.perf_counter() - began) * 1000)
    page.deleteLater()
    return first, keys


def _ms(value: float, note: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": "ms", "goal": 100, "note": f"{note}; load {os.getloadavg()[0]:.0f}"}
