"""``museclock-node deploy`` from beginning to end, on a chain with Arc's id over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.chain.calls import Call
from services.chain.demo.genesis import PLATFORM
from services.chain.gateway import Fees
from services.chain.hashing import keccak256
from services.chain.message import checksum
from services.chain.transaction import sign_transaction
from services.host import settings
from services.node_cli.__main__ import main
from services.node_cli.terminal import Terminal
from services.units.address import Address, address
from services.units.money import ZERO
from tests.fixtures.chain import STRANGER
from tests.fixtures.deployable_chain import PAYER, DeployableChain, MakeChain
from tests.integration.chain.worlds import load_web3

ROOT = Path(__file__).parents[3]


@dataclass
class Person:
    """Who sits at the terminal: what was said, and what will be typed."""

    said: list[str] = field(default_factory=list)
    types: Callable[[str], str] = lambda _said: ""

    @property
    def terminal(self) -> Terminal:
        return Terminal(self.said.append, lambda _: self.types(self.said[-1]), lambda _: self.types("passphrase"))

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@dataclass
class Desk:
    """One operator with a key file, a folder for records and a journal."""

    site: DeployableChain
    folder: Path
    person: Person = field(default_factory=Person)

    def __post_init__(self) -> None:
        self.key_file = self.folder / "payer.key"
        self.key_file.write_text(PAYER.key.hex() + "\n")
        self.key_file.chmod(0o600)
        self.out, self.journal = self.folder / "records", self.folder / "journal" / "sent.db"

    def arguments(self, *more: str) -> list[str]:
        places = ["--out", str(self.out), "--journal", str(self.journal)]
        parties = ["--platform", PLATFORM, "--owner", checksum(STRANGER.address)]
        return ["deploy", "--rpc", self.site.url, *places, *parties, *more]

    def run(self, *more: str) -> int:
        return main(self.arguments(*more), self.person.terminal)

    def send(self, *more: str) -> int:
        return self.run("--key-file", str(self.key_file), *more)

    @property
    def record(self) -> dict[str, str | int]:
        found: dict[str, str | int] = json.loads((self.out / f"{self.site.chain.chain_id}.json").read_text())
        return found


@pytest.fixture(autouse=True)
def _web3() -> None:
    load_web3()


@pytest.fixture
def desk(deployable: MakeChain, tmp_path: Path) -> Desk:
    return Desk(deployable(), tmp_path)


def escrow_of(desk: Desk) -> Address:
    return address(str(desk.record["escrow"]))


def test_a_dry_run_needs_no_key_and_leaves_nothing(desk: Desk) -> None:
    head = desk.site.chain.head.number
    assert desk.run("--dry-run") == 0
    assert "is not there yet" in desk.person.text
    assert "Altogether $0.1" in desk.person.said[-1]
    assert "40,000,000,000 wei" in desk.person.text
    assert desk.site.chain.head.number == head
    assert not desk.out.exists()
    assert not desk.site.line.sent


def test_it_deploys_records_and_is_found_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.send() == 0
    (sent,) = desk.site.transactions()
    assert (desk.record["chain_id"], desk.record["block"]) == (5042002, desk.site.block_of(sent.hash))
    desk.site.gateway(escrow_of(desk)).check()
    monkeypatch.setattr(settings, "files", lambda _: desk.folder)
    (desk.folder / "deployments").symlink_to(desk.out)
    found = settings.chain_settings(desk.folder)
    assert (found.escrow, found.since_block) == (escrow_of(desk), desk.record["block"])
    assert (desk.out / "5042002.json").stat().st_mode & 0o777 == 0o644
    assert desk.journal.stat().st_mode & 0o077 == 0


def test_the_second_time_it_only_looks(desk: Desk) -> None:
    assert desk.send() == 0
    before = desk.record
    assert desk.send() == 0
    assert desk.run() == 0, "without a key, too"
    assert desk.run("--dry-run") == 0
    assert desk.record == before
    assert len(desk.site.transactions()) == 1
    assert "is there, and its code is right" in desk.person.said[-1]


def test_a_lost_record_is_made_again_from_the_journal(desk: Desk) -> None:
    assert desk.send() == 0
    before = desk.record
    desk.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (desk.out / "5042002.json").unlink()
    assert desk.run() == 0
    assert desk.record == before


def test_with_record_and_journal_lost_the_operator_says_the_block(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.send() == 0
    desk.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (desk.out / "5042002.json").unlink()
    desk.journal.unlink()
    assert desk.run() == 1
    assert "--since-block N" in capsys.readouterr().err
    assert desk.run("--since-block", "2") == 0
    assert desk.record["block"] == 2


def test_an_archive_knows_the_block(desk: Desk) -> None:
    assert desk.send() == 0
    began, code = int(desk.record["block"]), desk.site.chain.account(escrow_of(desk)).code
    desk.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (desk.out / "5042002.json").unlink()
    desk.journal.unlink()
    behind = desk.site.line.behind.make_request

    def archive(owner: str, at: str) -> object:
        if at == "latest":
            return behind("eth_getCode", [owner, at])["result"]
        return "0x" + (code.hex() if int(at, 16) >= began else "")

    desk.site.line.answers["eth_getCode"] = archive
    assert desk.run() == 0
    assert desk.record["block"] == began


# -- killed ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [False, True], ids=["before it arrived", "after it arrived"])
def test_killed_while_sending_it_goes_on_with_the_same_bytes(desk: Desk, *, arrives: bool) -> None:
    reached, done = threading.Event(), threading.Event()
    behind = desk.site.line.behind.make_request

    def hold(encoded: str) -> object:
        if arrives:
            behind("eth_sendRawTransaction", [encoded])
        reached.set()
        done.wait(20)
        raise ConnectionError("the other end is gone")

    desk.site.line.answers["eth_sendRawTransaction"] = hold
    command = [sys.executable, "-m", "services.node_cli", *desk.arguments("--key-file", str(desk.key_file))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert reached.wait(60)
    finally:
        process.kill()
        process.wait()
        done.set()
    assert not desk.out.exists()
    desk.site.line.recover()
    assert desk.send() == 0
    (mined,) = desk.site.transactions()
    assert set(desk.site.line.sent) == {"0x" + mined.encoded.hex()}
    assert desk.record["block"] == desk.site.block_of(mined.hash)


def test_sent_and_not_confirmed_is_said_and_looked_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.node_cli.deploy._WAIT_S", 0.3)
    held: list[str] = []

    def hold(encoded: str) -> str:
        held.append(encoded)
        return "0x" + keccak256(bytes.fromhex(encoded[2:])).hex()

    desk.site.line.answers["eth_sendRawTransaction"] = hold
    assert desk.send() == 1
    assert "sent, but not confirmed yet. Run the same command again" in capsys.readouterr().err
    desk.site.line.recover()
    assert desk.send() == 0
    assert {"0x" + sent.encoded.hex() for sent in desk.site.transactions()} == set(held)


def test_two_at_once_are_one(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []

    def again(encoded: str) -> object:
        codes.append(desk.send())
        return desk.site.line.behind.make_request("eth_sendRawTransaction", [encoded])["result"]

    desk.site.line.answers["eth_sendRawTransaction"] = again
    assert desk.send() == 0
    assert codes == [1]
    assert "Another museclock-node" in capsys.readouterr().err
    assert len(desk.site.transactions()) == 1


# -- refused -----------------------------------------------------------------------------------------------------------


def refused(desk: Desk, capsys: pytest.CaptureFixture[str], text: str, *more: str) -> None:
    """Run it and see that it says why not, and that nothing was sent or recorded."""
    assert desk.send(*more) == 1
    assert text in capsys.readouterr().err
    assert not desk.site.line.sent
    assert not desk.out.exists()


def test_without_the_factory(deployable: MakeChain, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(deployable(has_factory=False), tmp_path)
    refused(desk, capsys, "There is no CREATE2 factory at 0x4e59b44847b379578588920ca78fbf26c0b4956c on chain 5042002")


def test_on_another_chain(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    refused(desk, capsys, "expected 5042, found 5042002", "--chain", "5042")


def test_with_another_token(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    behind = desk.site.line.behind.make_request

    def other(request: dict[str, str], at: str) -> object:
        if request.get("to") == desk.site.chain.token:
            return "0x" + "77" * 32
        return behind("eth_call", [request, at])["result"]

    desk.site.line.answers["eth_call"] = other
    refused(desk, capsys, "expected USDC 2, found 7777")
    desk.site.line.recover()
    refused(desk, capsys, "There is no contract at " + STRANGER.address, "--token", STRANGER.address)


def test_when_other_code_is_there(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    behind = desk.site.line.behind.make_request

    def squatted(owner: str, at: str) -> object:
        found = behind("eth_getCode", [owner, at])["result"]
        return "0x60" if found == "0x" else found

    desk.site.line.answers["eth_getCode"] = squatted
    refused(desk, capsys, "there is other code than that of the Escrow")


def test_without_money(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.site.line.answers["eth_getBalance"] = lambda *_: hex(10**16)
    refused(desk, capsys, f"{checksum(PAYER.address)} has $0.010000, and this may cost $0.1")


def test_without_a_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.run() == 1
    assert "Say --key-file" in capsys.readouterr().err
    assert not desk.site.line.sent


def test_over_the_record_of_another_escrow(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.send() == 0
    before = desk.record
    assert desk.send("--salt", "02") == 1
    assert "names another Escrow" in capsys.readouterr().err
    assert desk.record == before
    assert len(desk.site.transactions()) == 1
    assert desk.send("--salt", "0x02", "--out", str(desk.folder / "second")) == 0
    assert len(desk.site.transactions()) == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (["--platform", checksum(STRANGER.address).swapcase().replace("0X", "0x")], "wrong checksum"),
        (["--owner", "0x12"], "is no address"),
        (["--owner", "0x" + "0" * 40], "belongs to nobody"),
        (["--salt", "xyz"], "hexadecimal"),
        (["--salt", "0" * 65], "hexadecimal"),
    ],
)
def test_what_cannot_be_read(desk: Desk, capsys: pytest.CaptureFixture[str], change: list[str], text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        desk.send(*change)
    assert ended.value.code == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["deploy"], "Say --rpc URL"),
        (["deploy", "--chain", "7"], "Say --rpc URL"),
        (["deploy", "--chain", "5042002"], "Say --platform and --owner"),
        (["deploy", "--chain", "5042002", "--owner", PLATFORM], "needs both"),
        (
            ["deploy", "--rpc", "http://127.0.0.1:9", "--chain", "7", "--owner", PLATFORM, "--platform", PLATFORM],
            "Say --token",
        ),
        (["deploy", "--rpc", "http://127.0.0.1:9", "--owner", PLATFORM, "--platform", PLATFORM], "None of the chain's"),
    ],
)
def test_what_is_missing_is_asked_for(capsys: pytest.CaptureFixture[str], arguments: list[str], text: str) -> None:
    assert main(arguments, Person().terminal) == 1
    assert text in capsys.readouterr().err


def test_without_a_subcommand_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "deploy" in capsys.readouterr().out


# -- real money --------------------------------------------------------------------------------------------------------


@pytest.fixture
def real(deployable: MakeChain, tmp_path: Path) -> Desk:
    return Desk(deployable(5042), tmp_path)


@pytest.mark.parametrize("typed", ["", "y", "yes", "spend", "spend up to $1.00 on Arc mainnet"])
def test_real_money_is_not_spent_without_the_sentence(
    real: Desk, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    real.person.types = lambda _: typed
    refused(real, capsys, "That was not the sentence. Nothing was sent.")


def test_real_money_is_spent_with_the_sentence_that_was_shown(real: Desk) -> None:
    real.person.types = lambda said: said.rpartition("type: ")[2]
    assert real.send("--chain", "5042") == 0
    assert any("spend up to $0.1" in line and "on Arc mainnet" in line for line in real.person.said)
    assert real.record["chain_id"] == 5042


def test_looking_at_real_money_asks_nothing(real: Desk) -> None:
    def never(_said: str) -> str:
        raise AssertionError("asked")

    real.person.types = never
    assert real.run("--dry-run") == 0


# -- two addresses -----------------------------------------------------------------------------------------------------


def test_the_second_address_takes_over(desk: Desk) -> None:
    line, url = desk.site.another_line()
    desk.site.line.errors["eth_sendRawTransaction"] = {"code": -32603, "message": "internal error"}
    assert desk.send("--rpc", url) == 0
    (mined,) = desk.site.transactions()
    assert set(desk.site.line.sent + line.sent) == {"0x" + mined.encoded.hex()}


def test_what_others_sent_before_is_not_in_the_way(desk: Desk) -> None:
    """The payer's key may be in use elsewhere: its transactions count."""
    other = sign_transaction(
        Call(STRANGER.address, b"", 1),
        key=PAYER.key,
        nonce=0,
        gas=21_000,
        fees=Fees(40 * 10**9, 0),
        chain_id=desk.site.chain.chain_id,
    )
    desk.site.chain.send(other.raw)
    assert desk.send() == 0
    assert [one.nonce for one in desk.site.transactions()] == [0, 1]
