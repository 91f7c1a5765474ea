"""The look before the first byte: what a file holds, and what preparing and selling it will take."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from anyio import to_thread

from services.desk.context import Desk
from services.desk.payouts.withdrawal import estimated_fee
from services.desk.storage.record import read_price
from services.media.keyframes import even_cuts
from services.media.outlook import Outlook
from services.media.worker import look
from services.units.money import CHUNK_UNIT_MS, ZERO, Money, chunk_price, gas_to_money, platform_fee
from services.wire.problems import ProblemError
from services.wire.uploads import CaptionsOut, ChapterOut, CostOut, LookOut, SoundOut

_MINUTE = 60_000 // CHUNK_UNIT_MS
# Measured on the contracts: a part of a channel that is opened, claimed and closed over 180 of them.
_GAS_A_PART = 1_400
# Blocks are files of their own, with names and a journal beside them.
_DISK_ROOM_PER_MILLE = 1_010
_GB = 10**9


async def look_at(desk: Desk, path: Path, price_text: str) -> LookOut:
    """Look at a file; nothing is kept of it.

    Raises ProblemError: upload.file_missing, media.empty, media.unreadable, media.no_video, media.codec, media.limits,
    media.too_long, media.too_large, media.worker_failed.
    """
    if not path.is_absolute():
        raise ProblemError("upload.file_missing", file=path.name)
    outlook = await look(path)
    return await to_thread.run_sync(partial(_told, desk, path, outlook, price_text))


def _told(desk: Desk, path: Path, outlook: Outlook, price_text: str) -> LookOut:
    facts = outlook.facts
    return LookOut(
        file_name=path.name,
        size_bytes=facts.size_bytes,
        container=facts.container,
        duration_ms=facts.duration_ms,
        width=facts.width,
        height=facts.height,
        fps_text=facts.fps_text,
        video_codec=facts.video_codec,
        sounds=tuple(SoundOut(codec=s.codec, language=s.language, channels=s.channels) for s in facts.sounds),
        captions=tuple(CaptionsOut(codec=t.codec, language=t.language, is_kept=t.is_kept) for t in facts.texts),
        chapters=tuple(ChapterOut(start_ms=c.start_ms, title=c.title) for c in facts.chapters),
        coding="unknown" if outlook.is_copied is None else "copied" if outlook.is_copied else "coded",
        encoder=outlook.encoder,
        is_hardware=outlook.is_hardware,
        part_count=len(even_cuts(facts.duration_ms)),
        work_ms=outlook.work_ms,
        disk_bytes=outlook.sealed_bytes * _DISK_ROOM_PER_MILLE // 1000,
        free_bytes=shutil.disk_usage(desk.folder).free,
        cost=_cost(desk, facts.duration_ms, outlook.sealed_bytes, price_text),
    )


def _cost(desk: Desk, duration_ms: int, size_bytes: int, price_text: str) -> CostOut | None:
    try:
        price = Money.parse(price_text)
    except ValueError:
        return None
    return cost_at(desk, duration_ms, size_bytes, price)


def cost_at(desk: Desk, duration_ms: int, size_bytes: int, price: Money) -> CostOut | None:
    """Say what selling costs at a price; nothing without one, or while the chain cannot be asked. Blocking."""
    try:
        settlement = gas_to_money(estimated_fee(desk, _GAS_A_PART * len(even_cuts(duration_ms))))
        withdrawal = gas_to_money(estimated_fee(desk))
    except ProblemError:
        return None
    fees = {"settlement": settlement, "withdrawal": withdrawal, "storage": storage_cost(size_bytes, read_price(desk))}
    return cost_of(price, duration_ms, **fees) if price > ZERO else None


def storage_cost(size_bytes: int, price_per_gb: Money) -> Money:
    """Give a month's cost of a film; what is less than a millionth of a dollar counts as one, against the creator."""
    return Money(-(-price_per_gb.micros * size_bytes // _GB))


def cost_of(price: Money, duration_ms: int, *, settlement: Money, withdrawal: Money, storage: Money = ZERO) -> CostOut:
    """Work out what a price leaves. settlement, withdrawal: the network's fees for one viewer and for the creator.

    storage: of a month.
    """
    whole = chunk_price(price, start_ms=0, end_ms=duration_ms)
    per_minute = price * _MINUTE
    share = per_minute - platform_fee(ZERO, per_minute)
    return CostOut(
        price_per_ten_seconds=price,
        storage=storage,
        whole=whole,
        settlement=settlement,
        settlement_per_mille=settlement.micros * 1000 // whole.micros if whole > ZERO else 1000,
        break_even_minutes=-(-(storage + withdrawal).micros // share.micros),
    )
