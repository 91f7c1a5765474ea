"""A desk's back-up: one sealed file, tried without changing anything, begun from elsewhere; and a deletion."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from eth_account import Account

from services.client import Client
from services.db import sealed
from services.db.keybox import key_file
from services.desk.context import Desk
from services.desk.notices.watch import look
from services.desk.publishing import record
from services.desk.tables import Upload, Withdrawal
from services.desk.wallet.backup import open_backup, secrets_here
from services.host.app import host_app
from services.host.exchange import Change, Exchange
from services.host.own import ME
from services.host.own_profile import profile_routes, put_back, remove
from services.units.ids import IntentId
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import TOKEN, RunningWorld, running_world

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "COST", 1 << 10)
    thorough = Account.encrypt
    monkeypatch.setattr(Account, "encrypt", lambda key, passphrase: thorough(key, passphrase, iterations=1 << 10))


@asynccontextmanager
async def own(profile: Path, clock: HandClock) -> AsyncIterator[RunningWorld]:
    """A person's own world."""
    async with running_world(profile, clock, people=(ME,)) as opened:
        yield opened


async def needs(running: RunningWorld) -> dict[str, dict[str, str]]:
    """What waits for the person, but for uploads."""
    found = (await running.client.desk("main").earnings.overview()).needs
    return {need.code: need.params for need in found if "upload" not in need.code and need.code != "no_items"}


def draft(running: RunningWorld, folder: Path, title: str) -> None:
    film = folder / f"{title}.mkv"
    film.write_bytes(b"film")
    record.add(running.desk("main"), film)


async def test_it_is_tried_goes_out_of_date_and_comes_back_elsewhere(tmp_path: Path, hand_clock: HandClock) -> None:
    file = tmp_path / "mine.museclock"
    async with own(tmp_path / "here", hand_clock) as running:
        wallet = running.client.desk("main").wallet
        assert (await wallet.backup()).is_due is False
        with pytest.raises(ProblemError, match=r"wallet\.missing"):
            await wallet.make_backup(str(file), PASSPHRASE)
        address = (await wallet.create(PASSPHRASE)).address
        draft(running, tmp_path, "Harbour at dawn")
        assert (await wallet.backup()).is_due
        assert await needs(running) == {"backup_due": {"newer": "1"}}
        with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
            await wallet.make_backup(str(file), "another passphrase")
        assert not file.exists()
        made = await wallet.make_backup(str(file), PASSPHRASE)
        assert (made.is_due, made.newer, made.path, made.tried_at) == (False, 0, str(file), None)
        assert file.stat().st_mode & 0o077 == 0
        assert await needs(running) == {}
        key, secrets = running.desk("main").keyring.key(), secrets_here(running.desk("main"))
        text = file.read_text()
        for secret in (key, key_file(tmp_path / "here" / "desks" / "main" / "device.key"), *secrets.values()):
            assert secret.hex() not in text
        with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
            await wallet.try_backup(str(file), "another passphrase")
        tried = await wallet.try_backup(str(file), PASSPHRASE)
        assert tried.holds
        assert (tried.address, tried.films, tried.missing, tried.wrong, tried.others) == (address, 1, 0, 0, 0)
        assert (await wallet.backup()).tried_at is not None
        await look(running.desk("main"))
        hand_clock.advance(timedelta(hours=1))
        draft(running, tmp_path, "Night trains")
        later = await wallet.backup()
        assert (later.is_due, later.newer) == (True, 1)
        assert (await needs(running))["backup_due"]["newer"] == "1"
        for _ in range(2):
            await look(running.desk("main"))
        assert [row.kind for row in (await running.client.desk("main").notices.list()).rows] == ["backup_due"]
        assert not (await wallet.try_backup(str(file), PASSPHRASE)).holds
    elsewhere = tmp_path / "there"
    async with own(elsewhere, hand_clock):
        pass
    put_back(elsewhere / "desks" / "main", open_backup(file, PASSPHRASE), PASSPHRASE)
    async with own(elsewhere, hand_clock) as running:
        main = running.client.desk("main")
        assert (await main.wallet.state()).address == address
        await main.wallet.unlock(PASSPHRASE)
        assert secrets_here(running.desk("main")) == secrets
        assert [upload.draft.title for upload in await main.uploads.list()] == ["Harbour at dawn"]
        running.verify_books()


async def test_a_changed_file_is_refused_and_so_is_a_secret_that_differs(tmp_path: Path, hand_clock: HandClock) -> None:
    file = tmp_path / "mine.museclock"
    async with own(tmp_path / "here", hand_clock) as running:
        wallet, desk = running.client.desk("main").wallet, running.desk("main")
        await wallet.create(PASSPHRASE)
        draft(running, tmp_path, "Harbour at dawn")
        await wallet.make_backup(str(file), PASSPHRASE)
        body = json.loads(file.read_text())
        for changed in ({"address": "0x" + "11" * 20}, {"chain_id": 1}, {"made_at": "2030-01-01T00:00:00Z"}):
            file.write_text(json.dumps(body | changed))
            with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
                await wallet.try_backup(str(file), PASSPHRASE)
        for broken in ("", "[]", json.dumps({**body, "salt": "?"}), json.dumps({"museclock_backup": 2})):
            file.write_text(broken)
            with pytest.raises(ProblemError, match=r"backup\.damaged"):
                await wallet.try_backup(str(file), PASSPHRASE)
        with pytest.raises(ProblemError, match=r"file\.not_read"):
            await wallet.try_backup(str(tmp_path / "nothing"), PASSPHRASE)
        file.write_text(json.dumps(body))
        with desk.database.write() as session:
            row = session.query(Upload).one()
            row.wrapped_secret = desk.keyring.content_box().wrap(bytes(32), owner=record._owner(row.id))
        tried = await wallet.try_backup(str(file), PASSPHRASE)
        assert (tried.holds, tried.wrong, tried.films) == (False, 1, 0)


async def test_a_profile_begins_from_a_file_and_goes_only_when_nothing_is_on_its_way(
    tmp_path: Path, hand_clock: HandClock
) -> None:
    file, changes = tmp_path / "mine.museclock", list[Change]()

    async def exchange(change: Change) -> None:
        changes.append(change)

    profile = tmp_path / "here"
    async with own(profile, hand_clock) as running, _whole(running, exchange) as client:
        wallet, desk = running.client.desk("main").wallet, running.desk("main")
        await wallet.create(PASSPHRASE)
        draft(running, tmp_path, "Harbour at dawn")
        await wallet.make_backup(str(file), PASSPHRASE)
        with pytest.raises(ProblemError, match=r"wallet\.exists"):
            await client.profile.restore(str(file), PASSPHRASE)
        lost = await client.profile.losses()
        assert (lost.secrets, lost.drafts, lost.films, lost.in_flight.micros) == (1, 1, 0, 0)
        assert lost.backup.made_at is not None
        with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
            await client.profile.delete("another passphrase")
        _send_something(desk)
        with pytest.raises(ProblemError, match=r"profile\.in_flight"):
            await client.profile.delete(PASSPHRASE)
        assert changes == []
        await client.profile.delete(PASSPHRASE, in_flight=True)
        places = await client.profile.places()
        assert {part.name for part in places.parts} >= {"books", "keys"}
        assert places.path == str(profile)
    changes.pop()()
    assert not (profile / "desks").exists()
    async with own(profile, hand_clock) as running, _whole(running, exchange) as client:
        assert (await running.client.desk("main").wallet.state()).wallet == "missing"
        restored = await client.profile.restore(str(file), PASSPHRASE)
        assert restored.films == 1
    changes.pop()()
    async with own(profile, hand_clock) as running:
        assert (await running.client.desk("main").wallet.state()).address == restored.address
    remove(profile)
    assert not (profile / "desks").exists()


@asynccontextmanager
async def _whole(running: RunningWorld, exchange: Exchange) -> AsyncIterator[Client]:
    world = replace(running.world, extra=(profile_routes(running.world, exchange),))
    transport = httpx.ASGITransport(host_app(world, TOKEN))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as http:
        yield Client(http)


def _send_something(desk: Desk) -> None:
    with desk.database.write() as session:
        session.add(
            Withdrawal(
                id=IntentId("0x" + "ab" * 32), ordinal=1, amount=Money(5), state="unknown", transaction=None, fee=None,
                error=None, at=desk.clock.now(),
            )
        )  # fmt: skip
