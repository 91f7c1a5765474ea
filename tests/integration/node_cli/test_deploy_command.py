"""``museclock-node deploy`` from beginning to end, on a chain with Arc's id over HTTP."""

from __future__ import annotations

import subprocess
import sys
import threading
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
from services.units.address import Address, address
from services.units.money import ZERO, Money, gas_to_money
from tests.fixtures.chain import STRANGER
from tests.fixtures.deployable_chain import PAYER, MakeChain
from tests.fixtures.operator import Operator, Person, refused
from tests.integration.chain.worlds import load_web3

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _web3() -> None:
    load_web3()


@pytest.fixture
def operator(deployable: MakeChain, tmp_path: Path) -> Operator:
    return Operator(deployable(), tmp_path)


def escrow_of(operator: Operator) -> Address:
    return address(str(operator.record["escrow"]))


def test_a_dry_run_needs_no_key_and_leaves_nothing(operator: Operator) -> None:
    head = operator.site.chain.head.number
    assert operator.run("--dry-run") == 0
    assert "is not there yet" in operator.person.text
    assert "Altogether $0.1" in operator.person.said[-1]
    assert "40,000,000,000 wei" in operator.person.text
    assert operator.site.chain.head.number == head
    assert not operator.out.exists()
    assert not operator.site.line.sent


def test_it_deploys_records_and_is_found_again(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert operator.send() == 0
    (sent,) = operator.site.transactions()
    assert (operator.record["chain_id"], operator.record["block"]) == (5042002, operator.site.block_of(sent.hash))
    operator.site.gateway(escrow_of(operator)).check()
    monkeypatch.setattr(settings, "files", lambda _: operator.folder)
    (operator.folder / "deployments").symlink_to(operator.out)
    found = settings.chain_settings(operator.folder)
    assert (found.escrow, found.since_block) == (escrow_of(operator), operator.record["block"])
    assert (operator.out / "5042002.json").stat().st_mode & 0o777 == 0o644
    assert operator.journal.stat().st_mode & 0o077 == 0


def test_the_second_time_it_only_looks(operator: Operator) -> None:
    assert operator.send() == 0
    before = operator.record
    assert operator.send() == 0
    assert operator.run() == 0, "without a key, too"
    assert operator.run("--dry-run") == 0
    assert operator.record == before
    assert len(operator.site.transactions()) == 1
    assert "is there, and its code is right" in operator.person.said[-1]


def test_a_lost_record_is_made_again_from_the_journal(operator: Operator) -> None:
    assert operator.send() == 0
    before = operator.record
    operator.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (operator.out / "5042002.json").unlink()
    assert operator.run() == 0
    assert operator.record == before


def test_with_record_and_journal_lost_the_operator_says_the_block(
    operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert operator.send() == 0
    operator.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (operator.out / "5042002.json").unlink()
    operator.journal.unlink()
    assert operator.run() == 1
    assert "--since-block N" in capsys.readouterr().err
    assert operator.run("--since-block", "2") == 0
    assert operator.record["block"] == 2


def test_an_archive_knows_the_block(operator: Operator) -> None:
    assert operator.send() == 0
    began, code = int(operator.record["block"]), operator.site.chain.account(escrow_of(operator)).code
    operator.site.chain.fund(STRANGER.address, usdc=ZERO, gas_wei=1)
    (operator.out / "5042002.json").unlink()
    operator.journal.unlink()
    behind = operator.site.line.behind.make_request

    def archive(owner: str, at: str) -> object:
        if at == "latest":
            return behind("eth_getCode", [owner, at])["result"]
        return "0x" + (code.hex() if int(at, 16) >= began else "")

    operator.site.line.answers["eth_getCode"] = archive
    assert operator.run() == 0
    assert operator.record["block"] == began


# -- killed ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [False, True], ids=["before it arrived", "after it arrived"])
def test_killed_while_sending_it_goes_on_with_the_same_bytes(operator: Operator, *, arrives: bool) -> None:
    reached, done = threading.Event(), threading.Event()
    behind = operator.site.line.behind.make_request

    def hold(encoded: str) -> object:
        if arrives:
            behind("eth_sendRawTransaction", [encoded])
        reached.set()
        done.wait(20)
        raise ConnectionError("the other end is gone")

    operator.site.line.answers["eth_sendRawTransaction"] = hold
    command = [sys.executable, "-m", "services.node_cli", *operator.arguments("--key-file", str(operator.key_file))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert reached.wait(60)
    finally:
        process.kill()
        process.wait()
        done.set()
    assert not operator.out.exists()
    operator.site.line.recover()
    assert operator.send() == 0
    (mined,) = operator.site.transactions()
    assert set(operator.site.line.sent) == {"0x" + mined.encoded.hex()}
    assert operator.record["block"] == operator.site.block_of(mined.hash)


def test_sent_and_not_confirmed_is_said_and_looked_up(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.node_cli.deploy._WAIT_S", 0.3)
    held: list[str] = []

    def hold(encoded: str) -> str:
        held.append(encoded)
        return "0x" + keccak256(bytes.fromhex(encoded[2:])).hex()

    operator.site.line.answers["eth_sendRawTransaction"] = hold
    assert operator.send() == 1
    assert "sent, but not confirmed yet. Run the same command again" in capsys.readouterr().err
    operator.site.line.recover()
    assert operator.send() == 0
    assert {"0x" + sent.encoded.hex() for sent in operator.site.transactions()} == set(held)


def test_two_at_once_are_one(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []

    def again(encoded: str) -> object:
        codes.append(operator.send())
        return operator.site.line.behind.make_request("eth_sendRawTransaction", [encoded])["result"]

    operator.site.line.answers["eth_sendRawTransaction"] = again
    assert operator.send() == 0
    assert codes == [1]
    assert "Another museclock-node" in capsys.readouterr().err
    assert len(operator.site.transactions()) == 1


# -- refused -----------------------------------------------------------------------------------------------------------


def test_without_the_factory(deployable: MakeChain, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operator = Operator(deployable(has_factory=False), tmp_path)
    refused(
        operator, capsys, "There is no CREATE2 factory at 0x4e59b44847b379578588920ca78fbf26c0b4956c on chain 5042002"
    )


def test_on_another_chain(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    refused(operator, capsys, "expected 5042, found 5042002", "--chain", "5042")


def test_with_another_token(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    behind = operator.site.line.behind.make_request

    def other(request: dict[str, str], at: str) -> object:
        if request.get("to") == operator.site.chain.token:
            return "0x" + "77" * 32
        return behind("eth_call", [request, at])["result"]

    operator.site.line.answers["eth_call"] = other
    refused(operator, capsys, "expected USDC 2, found 7777")
    operator.site.line.recover()
    refused(operator, capsys, "There is no contract at " + STRANGER.address, "--token", STRANGER.address)


def test_when_other_code_is_there(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    behind = operator.site.line.behind.make_request

    def squatted(owner: str, at: str) -> object:
        found = behind("eth_getCode", [owner, at])["result"]
        return "0x60" if found == "0x" else found

    operator.site.line.answers["eth_getCode"] = squatted
    refused(operator, capsys, "there is other code than that of the Escrow")


def test_without_money(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    operator.site.line.answers["eth_getBalance"] = lambda *_: hex(10**16)
    refused(operator, capsys, f"{checksum(PAYER.address)} has $0.010000, and this may cost $0.1")


def test_without_a_key(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    assert operator.run() == 1
    assert "Say --key-file" in capsys.readouterr().err
    assert not operator.site.line.sent


def test_over_the_record_of_another_escrow(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    assert operator.send() == 0
    before = operator.record
    assert operator.send("--salt", "02") == 1
    assert "names another Escrow" in capsys.readouterr().err
    assert operator.record == before
    assert len(operator.site.transactions()) == 1
    assert operator.send("--salt", "0x02", "--out", str(operator.folder / "second")) == 0
    assert len(operator.site.transactions()) == 2


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
def test_what_cannot_be_read(
    operator: Operator, capsys: pytest.CaptureFixture[str], change: list[str], text: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        operator.send(*change)
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
def real(deployable: MakeChain, tmp_path: Path) -> Operator:
    return Operator(deployable(5042), tmp_path)


@pytest.mark.parametrize("typed", ["", "y", "yes", "spend", "spend up to $1.00 on Arc mainnet"])
def test_real_money_is_not_spent_without_the_sentence(
    real: Operator, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    real.person.types = lambda _: typed
    refused(real, capsys, "That was not the sentence. Nothing was sent.")


def test_real_money_is_spent_with_the_sentence_that_was_shown(real: Operator) -> None:
    real.person.types = lambda said: said.rpartition("type: ")[2]
    assert real.send("--chain", "5042") == 0
    assert any("spend up to $0.1" in line and "on Arc mainnet" in line for line in real.person.said)
    assert real.record["chain_id"] == 5042


def test_never_more_is_offered_than_was_shown(real: Operator) -> None:
    """The price rises while the person types."""

    def type_slowly(said: str) -> str:
        real.site.line.answers["eth_gasPrice"] = lambda: hex(10**12)
        return said.rpartition("type: ")[2]

    real.person.types = type_slowly
    assert real.send() == 0
    (sent,) = real.site.transactions()
    shown = next(line for line in real.person.said if "To go on, type" in line)
    most = Money.parse(shown.partition("up to ")[2].partition(" on ")[0])
    assert Money(0) < gas_to_money(sent.gas * sent.max_fee_per_gas) <= most


def test_looking_at_real_money_asks_nothing(real: Operator) -> None:
    def never(_said: str) -> str:
        raise AssertionError("asked")

    real.person.types = never
    assert real.run("--dry-run") == 0


# -- two addresses -----------------------------------------------------------------------------------------------------


def test_the_second_address_takes_over(operator: Operator) -> None:
    line, url = operator.site.another_line()
    operator.site.line.errors["eth_sendRawTransaction"] = {"code": -32603, "message": "internal error"}
    assert operator.send("--rpc", url) == 0
    (mined,) = operator.site.transactions()
    assert set(operator.site.line.sent + line.sent) == {"0x" + mined.encoded.hex()}


def test_what_others_sent_before_is_not_in_the_way(operator: Operator) -> None:
    """The payer's key may be in use elsewhere: its transactions count."""
    other = sign_transaction(
        Call(STRANGER.address, b"", 1),
        key=PAYER.key,
        nonce=0,
        gas=21_000,
        fees=Fees(40 * 10**9, 0),
        chain_id=operator.site.chain.chain_id,
    )
    operator.site.chain.send(other.raw)
    assert operator.send() == 0
    assert [one.nonce for one in operator.site.transactions()] == [0, 1]
