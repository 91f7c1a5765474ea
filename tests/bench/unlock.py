"""From the request for a locked chunk to its plaintext: paid on the demo chain, durable, by the service process."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from services.client import Client
from services.media.clip import make_timecode_clip
from services.units.ids import ContentId
from services.wire.uploads import UploadOut
from tests.fixtures.service import start_service

FILMS = 20
WARM_UP = 1
PRICE = "0.01"


def figures() -> dict[str, dict[str, Any]]:
    """Publish some films, buy each of their parts one by one, and time each purchase up to the decrypted bytes."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        make_timecode_clip(clip)
        service = start_service(Path(folder) / "p")
        try:
            taken = asyncio.run(_measure(service.client(), clip))
        finally:
            service.close()
    note = f"request to decrypted chunk, durable, one payment a chunk on the demo chain; n={len(taken)}"
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {
        "unlock_p50_ms": _figure(cuts[49], note),
        "unlock_p99_ms": _figure(cuts[98], note),
        "unlock_max_ms": _figure(max(taken), note),
    }


def _figure(value: float, note: str) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": "ms", "goal": None, "note": note}


async def _measure(client: Client, clip: Path) -> list[float]:
    taken: list[float] = []
    async with client:
        for number in range(FILMS):
            content_id = await publish(client, clip, f"Film {number}")
            spent = await _buy_all(client, content_id)
            if number >= WARM_UP:
                taken += spent
    return taken


async def publish(client: Client, clip: Path, title: str) -> ContentId:
    """Upload, describe and publish a film on the creator's desk; give its id."""
    uploads = client.desk("creator").uploads
    made = await uploads.start(str(clip))
    await _until(client, made.id, "ready")
    await uploads.save_draft(made.id, title=title, description="", price_text=PRICE, preview_chunks=1)
    await uploads.publish(made.id)
    published = await _until(client, made.id, "published")
    assert published.content_id is not None
    return ContentId(published.content_id)  # type: ignore[arg-type]  # the wire says text


async def _until(client: Client, upload_id: str, state: str) -> UploadOut:
    while True:
        upload = await client.desk("creator").uploads.get(upload_id)
        if upload.state == state:
            return upload
        assert upload.problem is None, upload.problem
        await asyncio.sleep(0.02)


async def _buy_all(client: Client, content_id: ContentId) -> list[float]:
    playback = client.desk("viewer").playback
    film = await playback.open(content_id)
    taken = []
    for chunk in film.chunks:
        if chunk.access == "locked":
            start = time.perf_counter()
            bought = await playback.buy(content_id, first_chunk=chunk.index)
            plain = await playback.chunk(content_id, chunk.index)
            taken.append((time.perf_counter() - start) * 1000)
            assert bought.state == "keyed"
            assert plain
    return taken
