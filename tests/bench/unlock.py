"""From the request for a locked chunk to its plaintext, by the service process; and how many vouchers a node takes."""

from __future__ import annotations

import asyncio
import os
import secrets
import statistics
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from services.chain.channels import Voucher, is_signed_by, sign_voucher
from services.chain.hashing import address_of
from services.client import Client
from services.db.engine import Database, open_database
from services.db.migrate import migrate
from services.http.loops import new_event_loop
from services.media.clip import make_timecode_clip
from services.node.channels.journal import NewCharge, VoucherJournal
from services.node.tables import Channel, Charge, Item
from services.units.address import Address, Bytes32, bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.uploads import UploadOut
from tests.fixtures.service import start_service

FILMS, FILM_S = 11, 200
WARM_UP = 1
PRICE = "0.01"
PAUSE_S = 0.03
"""Between two purchases: the one before is then on disk, as it is when parts are watched one after the other."""
CHAIN_ID = 7427010
VIEWERS, VOUCHERS, BATCH = 1_000, 60, 3_000


def figures() -> dict[str, dict[str, Any]]:
    """Time purchases up to the decrypted bytes, and count vouchers."""
    return {**_unlocks(), **_vouchers()}


def _unlocks() -> dict[str, dict[str, Any]]:
    """Publish some films, buy each of their parts one by one, and time each purchase up to the decrypted bytes."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        make_timecode_clip(clip, FILM_S)
        service = start_service(Path(folder) / "p")
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as window:
                taken, deposits = window.run(_measure(service.client(), clip))
        finally:
            service.close()
    note = (
        "window's request to decrypted chunk over the private socket, by voucher, both commits durable, each "
        f"{PAUSE_S * 1000:.0f} ms after the one before; n={len(taken)}"
    )
    first = f"the same where a deposit goes along: a transaction on the demo chain, once a film; n={len(deposits)}"
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {
        "unlock_p50_ms": _figure(cuts[49], note, goal=5),
        "unlock_p99_ms": _figure(cuts[98], note, goal=16.7),
        "unlock_max_ms": _figure(max(taken), note),
        "unlock_with_deposit_p50_ms": _figure(statistics.median(deposits), first),
    }


def _figure(value: float, note: str, goal: float | None = None) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": "ms", "goal": goal, "note": note}


async def _measure(client: Client, clip: Path) -> tuple[list[float], list[float]]:
    """Give what each purchase by voucher took, and each that had to open or fill the channel first."""
    taken: list[float] = []
    deposits: list[float] = []
    async with client:
        for number in range(FILMS):
            content_id = await publish(client, clip, f"Film {number}")
            spent = await _buy_all(client, content_id)
            if number >= WARM_UP:
                # The first purchase of a film brings the money for the rest of it.
                deposits.append(spent[0])
                taken += spent[1:]
    return taken, deposits


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
    assert film.payment.deposit > ZERO
    taken = []
    for chunk in film.chunks:
        if chunk.access == "locked":
            start = time.perf_counter()
            bought = await playback.buy(content_id, first_chunk=chunk.index)
            plain = await playback.chunk(content_id, chunk.index)
            taken.append((time.perf_counter() - start) * 1000)
            assert bought.state == "keyed"
            assert plain
            await asyncio.sleep(PAUSE_S)
    return taken


def _vouchers() -> dict[str, dict[str, Any]]:
    """Check vouchers of many channels in a process a core, as a node's workers do, and write them to one database."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        path = Path(folder) / "node.db"
        database = open_database(path)
        migrate(database, "node")
        viewers = [secrets.token_bytes(32) for _ in range(VIEWERS)]
        ids = _channels(database, viewers)
        workers = os.cpu_count() or 1
        shares = [list(zip(ids, viewers, strict=True))[number::workers] for number in range(workers)]
        spawn = get_context("spawn")
        with spawn.Manager() as manager:
            barrier = manager.Barrier(workers)
            with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
                jobs = [pool.submit(take_vouchers, path, ContentId(ids[0]), share, barrier) for share in shares]
                spans = [job.result() for job in jobs]
        taken = max(end for _, end in spans) - min(start for start, _ in spans)
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(Charge)) == VIEWERS * VOUCHERS
        database.close()
    note = f"signature and total checked, durable, many to a commit; n={VIEWERS * VOUCHERS}, {workers} worker processes"
    value = round(VIEWERS * VOUCHERS / taken)
    return {"vouchers_per_s": {"value": value, "unit": "1/s", "goal": 15_000, "note": note}}


def take_vouchers(
    path: Path, content: ContentId, share: list[tuple[Bytes32, bytes]], barrier: threading.Barrier
) -> tuple[float, float]:
    """Be one worker: sign beforehand, then check and write batch by batch; gives when it began and ended."""
    signed = [
        (address_of(key), sign_voucher(CHAIN_ID, channel, Money(number + 1), key))
        for number in range(VOUCHERS)
        for channel, key in share
    ]
    database = open_database(path)
    journal = VoucherJournal(database)
    barrier.wait()
    start = time.monotonic()
    for at in range(0, len(signed), BATCH):
        charges = []
        for viewer, voucher in signed[at : at + BATCH]:
            assert is_signed_by(CHAIN_ID, voucher, viewer)
            charges.append(_charge(voucher, viewer, content))
        # Whoever pays waits for the answer: while one worker writes, the other checks.
        journal.write(*charges).result()
    end = time.monotonic()
    journal.close()
    database.close()
    return start, end


def _channels(database: Database, viewers: list[bytes]) -> list[Bytes32]:
    """Put a film and a channel for each viewer into a node's database."""
    ids = [bytes32(secrets.token_bytes(32)) for _ in viewers]
    now, creator = datetime.now(UTC), address_of(secrets.token_bytes(32))
    with database.write() as session:
        session.add(
            Item(
                content_id=ids[0], creator=creator, creator_name="", title="", description="", duration_ms=1, width=1,
                height=1, price_per_ten_seconds=Money(1), chunk_count=VOUCHERS, free_chunks=0, poster=None, signed="",
                published_at=now,
            )
        )  # fmt: skip
        for channel, key in zip(ids, viewers, strict=True):
            viewer = address_of(key)
            session.add(
                Channel(
                    id=channel, payer=viewer, payer_authorizer=viewer, creator=creator, receiver=creator,
                    receiver_authorizer=creator, token=creator, withdraw_delay=900, salt=channel,
                    balance=Money(VOUCHERS), claimed=ZERO, charged=ZERO, signature=None, refund_nonce=0,
                    withdraw_requested_at=0, used_at=now, unclaimed_since=None,
                )
            )  # fmt: skip
    return ids


def _charge(voucher: Voucher, viewer: Address, content: ContentId) -> NewCharge:
    after = voucher.max_claimable
    return NewCharge(
        channel_id=voucher.channel_id,
        before=after - Money(1),
        after=after,
        signature=voucher.signature,
        payer=viewer,
        creator=viewer,
        content_id=content,
        first_chunk=after.micros - 1,
        chunk_count=1,
        at=datetime.now(UTC),
    )
