"""The doctor: each thing that can be wrong with a node is found, said with what to do, and nothing is changed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.chain.demo.chain import DemoChain
from services.chain.demo.http import JsonRpcServer
from services.chain.hashing import address_of
from services.db.engine import open_database
from services.db.ledger import Line, post
from services.host.doctor.examine import examine
from services.host.doctor.finding import Finding
from services.host.node_settings import NodeSettings
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.units.address import Address
from services.units.money import Money
from services.units.time import unix_seconds
from tests.fixtures.chain import CREATOR, VIEWER, HandClock
from tests.fixtures.node_caller import at_the_door
from tests.fixtures.world import PRICE, running_world

# web3 7 imports a part of websockets that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")
OPERATED = NodeSettings(operators=frozenset({VIEWER.address}))


def look(
    profile: Path,
    clock: HandClock,
    settings: NodeSettings = OPERATED,
    *,
    is_demo: bool = True,
    creator: Address | None = None,
) -> dict[str, Finding]:
    found = examine(profile, settings, clock, is_demo=is_demo, settings_file=None, creator=creator)
    return {finding.code: finding for finding in found}


def acts(found: dict[str, Finding]) -> set[str]:
    for finding in found.values():
        assert finding.sentence.endswith((".", ":")), finding
        assert finding.level == "good" or finding.advice, finding
    return {code for code, finding in found.items() if finding.level == "act"}


def execute(profile: Path, statement: str, **values: int) -> None:
    """Change a database as nothing of ours does, but in order."""
    database = open_database(profile / "node" / "node.db")
    with database.write() as session:
        session.execute(text(statement), values)
    database.close()


def test_a_healthy_node_needs_nobody(world_profile: Path, hand_clock: HandClock) -> None:
    found = look(world_profile, hand_clock)
    assert acts(found) == set()
    assert {"place.writable", "ledger.whole", "transactions.none_open", "chain.answers", "gas.enough"} <= set(found)


def test_what_is_missing_in_a_new_place_is_said(tmp_path: Path, hand_clock: HandClock) -> None:
    (tmp_path / "settings.toml").write_text('[chain]\nrpc_urls = ["http://127.0.0.1:1"]\n')
    found = look(tmp_path, hand_clock, NodeSettings(), is_demo=False)
    assert acts(found) == {"operator.none", "chain.unreachable"}
    assert not (tmp_path / "node").exists()
    assert acts(look(tmp_path / "none", hand_clock)) == set()


@pytest.mark.parametrize(
    ("more", "told"),
    [({}, {"address.proxies"}), ({"proxies": ("10.0.0.2/32",)}, set()), ({"limits": False}, set())],
)
def test_a_server_in_front_that_nobody_names(
    world_profile: Path, hand_clock: HandClock, more: dict[str, Any], told: set[str]
) -> None:
    """Its address would be the only one that the limits see."""
    settings = replace(OPERATED, public_url="https://node.example", **more)
    assert acts(look(world_profile, hand_clock, settings)) == told


def test_settings_that_are_dangerous(world_profile: Path, hand_clock: HandClock) -> None:
    (world_profile / "node" / "node.key").chmod(0o644)
    settings = NodeSettings(
        listen=(("0.0.0.0", 80),),  # noqa: S104  the mistake itself
        database=f"sqlite://museclock:museclock@/{world_profile / 'node' / 'node.db'}",
        public_url="http://node.example",
    )
    found = look(world_profile, hand_clock, settings)
    assert {"keys.open", "password.usual", "address.plain"} <= acts(found)
    assert "address.unnamed" in acts(look(world_profile, hand_clock, NodeSettings(listen=settings.listen)))
    assert "museclock:museclock" not in " ".join(finding.sentence + finding.advice for finding in found.values())


def test_a_store_that_cannot_be_written(world_profile: Path, hand_clock: HandClock) -> None:
    blocks = world_profile / "blocks"
    blocks.rename(world_profile / "blocks-before")
    blocks.symlink_to("/proc")
    assert "place.unwritable" in acts(look(world_profile, hand_clock))


@pytest.mark.parametrize(
    ("statement", "code", "level"),
    [
        ("UPDATE alembic_version SET version_num = 'node_9999'", "database.newer", "act"),
        ("UPDATE alembic_version SET version_num = 'node_0003'", "database.behind", "note"),
        ("UPDATE ledger_line SET amount = amount + 1 WHERE seq = 1", "ledger.damaged", "act"),
        ("INSERT INTO kyc_case VALUES ('0x1', 'pending', '', 0)", "kyc.pending", "act"),
        (
            "INSERT INTO chain_transaction VALUES ('i', 's', 1, '0xaa', x'00', 'open', NULL, 1)",
            "transactions.stuck",
            "act",
        ),
    ],
)
async def test_books_that_need_somebody(
    sold: Path, hand_clock: HandClock, statement: str, code: str, level: str
) -> None:
    execute(sold, statement)
    assert look(sold, hand_clock)[code].level == level


async def test_a_file_that_was_changed_while_it_was_closed(sold: Path, hand_clock: HandClock) -> None:
    with sqlite3.connect(sold / "node" / "node.db") as connection:
        connection.execute("UPDATE chain_position SET block = 0")
    connection.close()
    assert look(sold, hand_clock)["ledger.damaged"].level == "act"


async def test_a_transaction_just_sent_is_in_flight_and_no_matter(sold: Path, hand_clock: HandClock) -> None:
    now = unix_seconds(hand_clock.now()) * 1_000_000
    execute(sold, "INSERT INTO chain_transaction VALUES ('i', 's', 1, '0xaa', x'00', 'open', NULL, :now)", now=now)
    found = look(sold, hand_clock)
    assert found["transactions.open"].level == "note"
    assert "ahead of the chain" in found["transactions.open"].sentence
    assert "0xaa" in found["transactions.open"].sentence


@pytest.fixture
async def sold(world_profile: Path, hand_clock: HandClock) -> Path:
    """A profile in which a creator sold something and did not withdraw it."""
    async with running_world(world_profile, hand_clock) as running:
        film = await running.publish()
        running.chain.fund(VIEWER.address, usdc=Money(1_000_000), gas_wei=10**18)
        async with at_the_door(running.world, VIEWER) as (viewer,):
            assert (await viewer.buy(film.content)).status_code == 200
    return world_profile


async def test_what_a_creator_can_withdraw_is_explained(sold: Path, hand_clock: HandClock) -> None:
    with sqlite3.connect(sold / "node" / "node.db") as connection:
        (creator,) = connection.execute("SELECT creator FROM item").fetchone()
    connection.close()
    found = look(sold, hand_clock, creator=creator)
    assert found["withdrawal.ready"].sentence == f"{creator} can withdraw $0.009."
    assert "not verified (not_started)" in found["kyc.missing"].sentence
    nothing = look(sold, hand_clock, creator=CREATOR.address)
    assert "NothingToWithdraw" in nothing["withdrawal.nothing"].advice


async def test_books_and_chain_that_differ(sold: Path, hand_clock: HandClock) -> None:
    """The node's own books are whole, but the chain has another sum."""
    with sqlite3.connect(sold / "node" / "node.db") as connection:
        (creator,) = connection.execute("SELECT creator FROM item").fetchone()
    connection.close()
    chain = DemoChain.open(sold / "chain" / "journal.db", hand_clock)
    head = chain.head.number
    chain.close()
    execute(sold, "UPDATE chain_position SET block = :head", head=head)
    assert "books.differ" not in look(sold, hand_clock, creator=creator)
    database = open_database(sold / "node" / "node.db")
    with database.write() as session:
        lines = (Line("outside", -PRICE), Line(f"creator:{creator}", PRICE))
        assert post(session, kind="mistake", ref="1", at=hand_clock.now(), lines=lines)
    database.close()
    found = look(sold, hand_clock)
    assert "ledger.whole" in found
    assert f"say $0.019 for {creator}, the Escrow says $0.009" in found["books.differ"].sentence
    assert found["books.differ"].level == "act"


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("id = 5", "chain.wrong"),
        (f'escrow = "{"0x" + "11" * 20}"', "chain.not_deployed"),
        ("id = 'x'", "settings.chain"),
    ],
)
def test_a_chain_that_is_not_the_one(world_profile: Path, hand_clock: HandClock, setting: str, code: str) -> None:
    chain = DemoChain.open(world_profile / "chain" / "journal.db", hand_clock)
    try:
        with JsonRpcServer(chain.rpc) as server:
            lines = {"id": f"id = {chain.chain_id}", "escrow": f'escrow = "{chain.escrow}"'}
            lines[setting.split(maxsplit=1)[0]] = setting
            rest = (f'token = "{chain.token}"', f'rpc_urls = ["{server.url}"]')
            (world_profile / "settings.toml").write_text("\n".join(("[chain]", *lines.values(), *rest)))
            assert acts(look(world_profile, hand_clock, is_demo=False)) == {code}
            # The same demo chain, asked past the process that holds it.
            assert look(world_profile, hand_clock)["chain.held"].level == "note"
    finally:
        chain.close()


def test_no_gas_and_a_clock_that_is_wrong(world_profile: Path, hand_clock: HandClock) -> None:
    (world_profile / "node" / "relayer.key").write_bytes(b"\x05" * 32)
    found = look(world_profile, hand_clock)
    assert acts(found) == {"gas.none"}
    assert address_of(b"\x05" * 32) in found["gas.none"].sentence
    hand_clock.advance(timedelta(hours=-1))
    assert "3600 seconds apart" in look(world_profile, hand_clock)["clock.skew"].sentence


def test_the_command_s_status_says_whether_somebody_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    terminal = Terminal(say=said.append, ask=lambda _question: "", ask_secret=lambda _question: "")
    assert main(["doctor", "--demo", "--data", str(tmp_path / "new")], terminal) == 0
    assert said[-1] == "Nothing needs you."
    (tmp_path / "settings.toml").write_text('[chain]\nrpc_urls = ["http://127.0.0.1:1"]\n')
    said.clear()
    assert main(["doctor", "--json", "--data", str(tmp_path)], terminal) == 1
    answer = json.loads("\n".join(said))
    assert not answer["healthy"]
    assert {"operator.none", "chain.unreachable"} <= {finding["code"] for finding in answer["findings"]}
    assert main(["doctor", "--creator", "me"], terminal) == 1
    assert "--creator takes an address" in capsys.readouterr().err
