"""Notices: each thing that happened is noted once, and told by the person's rules."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from services.desk.notices.book import note
from services.desk.notices.watch import look
from services.desk.publishing import record
from services.desk.tables import Upload, Withdrawal
from services.units.ids import withdrawal_intent
from services.units.money import Money
from services.wire.notices import NOTICE_KINDS, RulesIn
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld


async def test_what_happened_is_noted_once_and_told_once(
    running: RunningWorld, hand_clock: HandClock, tmp_path: Path
) -> None:
    desk, notices = running.desk("creator"), running.creator.notices
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    await running.settled()
    await look(desk)
    assert (await notices.list()).rows == ()  # all of that is from before the first look
    hand_clock.advance(timedelta(minutes=1))
    await running.viewer.playback.buy(film.content, first_chunk=2)
    await running.viewer.playback.buy(film.content, first_chunk=3)
    await running.settled()
    clip = tmp_path / "clip.mkv"
    clip.write_bytes(b"film")
    upload = await asyncio.to_thread(record.add, desk, clip)
    with desk.database.write() as session:
        session.get_one(Upload, upload.id).state = "failed"
    await look(desk)
    await look(desk)
    found = await notices.list()
    assert sorted(row.kind for row in found.rows) == ["sale", "upload_failed"]
    assert found.unread == 2
    sale = next(row for row in found.rows if row.kind == "sale")
    assert sale.params == {"amount": "18000", "count": "2", "title": "A film of noise"}
    assert {row.kind for row in await notices.take()} == {"sale", "upload_failed"}
    assert await notices.take() == ()
    await notices.read()
    assert (await notices.list()).unread == 0


async def test_a_payout_that_failed_is_told(running: RunningWorld) -> None:
    desk, notices = running.desk("creator"), running.creator.notices
    await look(desk)
    with desk.database.write() as session:
        session.add(
            Withdrawal(
                id=withdrawal_intent(creator=desk.keyring.owner(), ordinal=1), ordinal=1, amount=Money(5),
                state="failed", transaction=None, fee=None, error="not_signed", at=desk.clock.now(),
            )
        )  # fmt: skip
    await look(desk)
    await look(desk)
    assert [(row.kind, row.params) for row in (await notices.list()).rows] == [("payout_failed", {"amount": "5"})]


async def test_rules_hold_back_and_let_go(running: RunningWorld, hand_clock: HandClock) -> None:
    desk, notices = running.desk("creator"), running.creator.notices
    assert (await notices.rules()).off == ()
    await notices.set_rules(RulesIn(off=("sale",), digest="hourly"))
    assert note(desk, "sale", "1-2", amount=5)
    assert note(desk, "member_joined", "m1", tier="Front row")
    assert not note(desk, "member_joined", "m1", tier="Front row")
    assert [row.kind for row in await notices.take()] == ["member_joined"]
    assert note(desk, "member_joined", "m2", tier="Front row")
    assert await notices.take() == ()
    hand_clock.advance(timedelta(hours=1))
    assert [row.id for row in await notices.take()] == ["member_joined:m2"]
    local = desk.clock.now().astimezone()
    minute = local.hour * 60 + local.minute
    quiet = RulesIn(quiet_from=(minute - 1) % 1440, quiet_to=(minute + 2) % 1440)
    await notices.set_rules(quiet)
    assert note(desk, "payout_done", "w1", amount=5)
    assert await notices.take() == ()
    hand_clock.advance(timedelta(minutes=3))
    assert [row.kind for row in await notices.take()] == ["payout_done"]
    assert (await notices.rules()).model_dump() == quiet.model_dump()
    assert set(NOTICE_KINDS) > {row.kind for row in (await notices.list()).rows}
