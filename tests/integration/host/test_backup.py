"""The drill: sell, back up, sell more, lose the node, restore, catch up with the chain: the sums are the same."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.db import sealed
from services.db.audit import verify
from services.db.engine import open_database
from services.db.keybox import KeyBox, key_file
from services.db.ledger import Line, post
from services.db.migrate import migrate
from services.host.backup.make import make_backup
from services.host.backup.record import Record
from services.host.backup.restore import restore_backup
from services.host.node_open import NodeSetup, at_work
from services.host.node_world import Served, demo_node
from services.node.named.wallets import NamedWallets
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.postgres import Postgres
from tests.fixtures.world import PRICE, SealedFilm, noise_manifest, publication, sealed_film

PASSPHRASE = "the drill of november"


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing expensive is not what is tried here."""
    monkeypatch.setattr(sealed, "COST", 1 << 10)


@asynccontextmanager
async def running_node(
    profile: Path, clock: HandClock, database: str | None = None
) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    """Open a demo node at work, with a client for people by name."""
    async with demo_node(profile, clock, NodeSetup(database=database)) as served, at_work(served.node):
        transport = httpx.ASGITransport(served.app)
        async with httpx.AsyncClient(transport=transport, base_url=served.node.uri) as http:
            yield served, http


async def publish(served: Served, profile: Path, http: httpx.AsyncClient) -> SealedFilm:
    node, film = served.node, sealed_film(served.node.blocks)
    wallet = NamedWallets(KeyBox(key_file(profile / "node" / "node.key")), lambda _account: None).of("maker")
    manifest = noise_manifest(film, wallet.address, node.chain)
    body = publication(manifest, film, wallet.key).model_dump(mode="json")
    made = await http.put(f"/content/{film.content}/manifest", json=body, headers={"Authorization": "Bearer maker"})
    assert made.status_code == 201, made.text
    return film


async def buy(http: httpx.AsyncClient, film: SealedFilm, chunk: int) -> None:
    answer = await http.post(f"/content/{film.content}/pay", params={"user_id": "fan"}, json={"first_chunk": chunk})
    assert answer.status_code == 200, answer.text


async def sums(http: httpx.AsyncClient) -> dict[str, str]:
    """Give what both sides see, by the ledger."""
    maker, fan = {"creator_id": "maker"}, {"user_id": "fan"}
    found = (await http.get("/creators/sums", params=maker)).json()
    spent = (await http.get("/users/me/spending", params=fan)).json()
    tiers = (await http.get("/subscriptions/fan")).json()
    return {
        **{name: found[name] for name in ("earned", "withdrawn", "available")},
        "paid": spent["paid"],
        "until": str([one["paid_until"] for one in tiers]),
    }


async def sell_and_back_up(
    profile: Path, backup: Path, clock: HandClock, database: str | None = None
) -> dict[str, str]:
    """Sell, back up while the node runs, sell more; gives the sums at the end."""
    async with running_node(profile, clock, database) as (served, http):
        film = await publish(served, profile, http)
        await buy(http, film, 1)
        body = {"creator_id": "maker", "name": "Bronze", "price": 2.99}
        tier = (await http.post("/tiers/", json=body)).json()["id"]
        made = make_backup(profile, served.node.database, backup, clock, passphrase=PASSPHRASE)
        assert (made.engine, made.blocks) == ("sqlite" if database is None else "postgresql", len(film.film.chunks) + 1)
        await buy(http, film, 2)
        joined = await http.post("/subscribe/", json={"user_id": "fan", "creator_id": "maker", "tier_id": tier})
        assert joined.status_code == 200, joined.text
        await http.post("/kyc/verify/maker")
        assert (await http.post("/payout/maker")).json()["amount"] != "0"
        await buy(http, film, 3)
        return await sums(http)


def lose(profile: Path) -> None:
    """Everything of the node is gone; the chain is not the node's."""
    shutil.rmtree(profile / "node")
    shutil.rmtree(profile / "blocks")


async def test_the_drill(profile: Path, tmp_path: Path, hand_clock: HandClock) -> None:
    before = await sell_and_back_up(profile, tmp_path / "backup", hand_clock)
    lose(profile)
    restore_backup(tmp_path / "backup", profile, database_url=None, passphrase=PASSPHRASE)
    await assert_as_before(profile, hand_clock, before)


async def test_the_drill_on_postgresql(
    profile: Path, tmp_path: Path, hand_clock: HandClock, postgres: Postgres
) -> None:
    before = await sell_and_back_up(profile, tmp_path / "backup", hand_clock, postgres.empty())
    lose(profile)
    url = postgres.empty()
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        restore_backup(tmp_path / "backup", profile, database_url=None, passphrase=PASSPHRASE)
    restore_backup(tmp_path / "backup", profile, database_url=url, passphrase=PASSPHRASE)
    await assert_as_before(profile, hand_clock, before, url)
    shutil.rmtree(profile / "node")
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        restore_backup(tmp_path / "backup", profile, database_url=url, passphrase=PASSPHRASE)
    # Nothing is in the way of the next try, with the right database.
    assert not (profile / "node").exists()


async def assert_as_before(
    profile: Path, clock: HandClock, before: dict[str, str], database: str | None = None
) -> None:
    """Check that sums, entitlements and keys are what they were when the node was lost."""
    async with running_node(profile, clock, database) as (_served, http):
        assert await sums(http) == before
        (film,) = (await http.get("/content")).json()
        owned = await http.get(f"/content/{film['content_id']}/keys", params={"user_id": "fan"})
        assert {0, 1, 2, 3} <= {one["index"] for one in owned.json()["keys"]}
        for chunk in (1, 2, 3):
            again = await http.post(
                f"/content/{film['content_id']}/pay", params={"user_id": "fan"}, json={"first_chunk": chunk}
            )
            assert again.json()["code"] == "content.owned"
        # It goes on selling: nonces, keys and quotes fit.
        more = await http.post(f"/content/{film['content_id']}/pay", params={"user_id": "fan"}, json={"first_chunk": 4})
        assert more.status_code == 200, more.text
    books = open_database(database or profile / "node" / "node.db")
    with books.read() as session:
        verify(session)
    books.close()


@pytest.fixture
def kept(profile: Path, tmp_path: Path, hand_clock: HandClock) -> tuple[Path, Record]:
    """A small back-up."""
    (profile / "node").mkdir(parents=True)
    key_file(profile / "node" / "node.key")
    database = open_database(profile / "node" / "node.db")
    migrate(database, "node")
    with database.write() as session:
        lines = (Line("a", -PRICE), Line("b", PRICE))
        post(session, kind="sale", ref="1", at=hand_clock.now(), lines=lines)
    folder = tmp_path / "backup"
    made = make_backup(profile, database, folder, hand_clock, passphrase=PASSPHRASE)
    database.close()
    return folder, made


def test_what_was_changed_or_is_not_whole_is_not_restored(kept: tuple[Path, Record], tmp_path: Path) -> None:
    folder, made = kept
    assert made.ledger_lines == 2
    to = tmp_path / "new"
    with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
        restore_backup(folder, to, database_url=None, passphrase="another one")
    for name in made.files:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
        with pytest.raises(ProblemError, match=r"backup\.damaged") as raised:
            restore_backup(folder, tmp_path / "other", database_url=None, passphrase=PASSPHRASE)
        assert raised.value.params == {"file": name}
        (folder / name).write_bytes(data)
    (folder / "backup.json").unlink()
    with pytest.raises(ProblemError, match=r"backup\.damaged"):
        restore_backup(folder, tmp_path / "other", database_url=None, passphrase=PASSPHRASE)


def test_a_node_is_never_written_over_nor_a_back_up(
    kept: tuple[Path, Record], profile: Path, hand_clock: HandClock
) -> None:
    folder, _made = kept
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        restore_backup(folder, profile, database_url=None, passphrase=PASSPHRASE)
    database = open_database(profile / "node" / "node.db")
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        make_backup(profile, database, folder, hand_clock, passphrase=PASSPHRASE)
    database.close()


def test_keys_are_sealed_or_plain_with_a_warning(
    kept: tuple[Path, Record], profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _made = kept
    key = (profile / "node" / "node.key").read_bytes()
    for file in folder.rglob("*"):
        assert not file.is_file() or (
            key not in file.read_bytes() and key.hex() not in file.read_text(errors="replace")
        )
    said: list[str] = []
    terminal = Terminal(say=said.append, ask=lambda _question: "", ask_secret=lambda _question: "short")
    here = ["--data", str(profile)]
    assert main(["backup", str(tmp_path / "weak"), *here], terminal) == 1
    assert "12 characters" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "plain"), *here, "--plain-keys"], terminal) == 0
    assert any("WARNING" in line for line in said)
    assert main(["restore", str(tmp_path / "plain"), "--data", str(tmp_path / "back")], terminal) == 0
    assert (tmp_path / "back" / "node" / "node.key").read_bytes() == key
    assert (tmp_path / "back" / "node" / "node.key").stat().st_mode & 0o077 == 0
    assert main(["restore", str(tmp_path / "plain"), *here], terminal) == 1
    assert main(["backup", str(tmp_path / "none"), "--data", str(tmp_path / "nobody")], terminal) == 1


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    quiet = Terminal(say=lambda _line: None, ask=lambda _question: "", ask_secret=lambda _question: PASSPHRASE)
    assert main([str(argument) for argument in arguments], quiet) == 1
    return capsys.readouterr().err.strip().removeprefix("museclock-node: ")


async def test_the_commands_say_what_is_in_their_way(
    profile: Path, hand_clock: HandClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    async with running_node(profile, hand_clock) as (served, _):
        make_backup(profile, served.node.database, kept, hand_clock, passphrase=PASSPHRASE)
    there = said(capsys, "backup", kept, "--data", profile)
    assert there == f"{kept} is there already. Name a folder that is not: nothing is overwritten."
    sold = said(capsys, "restore", kept, "--data", profile)
    assert sold == f"There is a node in {profile}; nothing was changed. Name another folder by --data."
    other = said(capsys, "restore", kept, "--data", tmp_path / "new", "--database", "postgresql://u@host/name")
    assert "one of SQLite into --data, without a database's URL" in other
    assert not (tmp_path / "new").exists()
    file = kept / "backup.json"
    assert (
        said(capsys, "backup", file / "again", "--data", profile)
        == f"{file / 'again'} cannot be used: Not a directory."
    )
