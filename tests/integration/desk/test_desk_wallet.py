"""The wallet: made once, opened with its passphrase only, and never out of patience with a strange file."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.db.keybox import KeyBox
from services.desk.wallet.keyring import Keyring
from services.host.own import ME
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld, running_world

PASSPHRASE = "correct horse battery"


@pytest.fixture
async def own(profile: Path, hand_clock: HandClock) -> AsyncIterator[RunningWorld]:
    """A person's own world, before there is a wallet."""
    async with running_world(profile, hand_clock, people=(ME,)) as opened:
        yield opened


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The file of a wallet under PASSPHRASE."""
    path = tmp_path_factory.mktemp("w") / "wallet.json"
    Keyring(path, KeyBox(bytes(32))).create(PASSPHRASE)
    made: dict[str, Any] = json.loads(path.read_text())
    return made


async def test_a_wallet_from_nothing_to_locked(own: RunningWorld) -> None:
    wallet = own.client.desk("main").wallet
    before = await wallet.state()
    assert (before.wallet, before.address, before.available, before.spent) == ("missing", None, None, ZERO)
    with pytest.raises(ProblemError, match=r"wallet\.missing"):
        await wallet.unlock(PASSPHRASE)
    for weak in ("", "short", "x" * 9):
        with pytest.raises(ProblemError, match=r"wallet\.weak_passphrase"):
            await wallet.create(weak)
    made = await wallet.create(PASSPHRASE)
    assert (made.wallet, made.available) == ("open", ZERO)
    with pytest.raises(ProblemError, match=r"wallet\.exists"):
        await wallet.create(PASSPHRASE)
    assert (await wallet.lock()).wallet == "locked"
    for wrong in (None, PASSPHRASE + " "):
        with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
            await wallet.set_budgets(day=Money(30_000_000), passphrase=wrong)
    assert (await wallet.set_budgets(day=Money(30_000_000), passphrase=PASSPHRASE)).day.limit == Money(30_000_000)
    assert (await wallet.state()).wallet == "locked"
    with pytest.raises(ProblemError, match=r"wallet\.locked"):
        await own.client.desk("main").tiers.create(name="T", price=ZERO)
    with pytest.raises(ProblemError, match=r"wallet\.wrong_passphrase"):
        await wallet.unlock(PASSPHRASE + " ")
    assert (await wallet.unlock(PASSPHRASE)).address == made.address
    path = own.desk("main").folder / "wallet.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own.desk("main").keyring.key().hex() not in path.read_text()


async def test_without_a_wallet_nothing_fails_but_what_needs_one(own: RunningWorld) -> None:
    desk = own.client.desk("main")
    assert await desk.catalogue.browse() == ()
    assert await desk.tiers.mine() == ()
    assert (await desk.earnings.items(), await desk.catalogue.library()) == ((), ())
    assert (await desk.payouts.state()).available == ZERO
    rows = (await desk.wallet.reconciliation()).rows
    assert [row.desk for row in rows] == [ZERO] * 4
    for asked in (desk.payouts.precheck(), desk.payouts.withdraw(), desk.earnings.overview()):
        with pytest.raises(ProblemError, match=r"wallet\.missing"):
            await asked
    with pytest.raises(ProblemError, match=r"wallet\.missing"):
        await desk.uploads.start(__file__)


Harm = Callable[[dict[str, Any]], object]

HARMS: dict[str, Harm] = {
    "no keystore": lambda stored: stored.pop("keystore"),
    "crypto": lambda stored: stored["keystore"].pop("crypto"),
    "crypto list": lambda stored: stored["keystore"].update(crypto=[]),
    "kdf": lambda stored: stored["keystore"]["crypto"].update(kdf="argon3"),
    "no params": lambda stored: stored["keystore"]["crypto"].pop("kdfparams"),
    "n": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(n=2**40),
    "n text": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(n="262144"),
    "n zero": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(n=0),
    "n float": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(n=1e300),
    "r": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(r=2**20),
    "p": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(p=2**20),
    "dklen": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(dklen=2**40),
    "rounds": lambda stored: stored["keystore"]["crypto"].update(
        kdf="pbkdf2", kdfparams={"c": 2**40, "dklen": 32, "prf": "hmac-sha256", "salt": "00"}
    ),
    "salt": lambda stored: stored["keystore"]["crypto"]["kdfparams"].update(salt="zz"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_strange_file_is_refused_at_once(tmp_path: Path, keystore: dict[str, Any], harm: str) -> None:
    stored = json.loads(json.dumps(keystore))
    HARMS[harm](stored)
    path = tmp_path / "wallet.json"
    path.write_text(json.dumps(stored))
    keyring = Keyring(path, KeyBox(bytes(32)))
    before = time.process_time()
    with pytest.raises(ProblemError, match=r"wallet\.(damaged|wrong_passphrase)"):
        keyring.unlock(PASSPHRASE)
    assert time.process_time() - before < 5
    assert keyring.status == "locked"


def test_another_wallet_s_key_under_this_address_is_refused(tmp_path: Path, keystore: dict[str, Any]) -> None:
    path = tmp_path / "wallet.json"
    path.write_text(json.dumps({**keystore, "address": "0x" + "11" * 20}))
    with pytest.raises(ProblemError, match=r"wallet\.damaged"):
        Keyring(path, KeyBox(bytes(32))).unlock(PASSPHRASE)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"address": 5}', b'{"address": "0x00"}', b'{"form": "device"}', b"x" * 10_000,
     b'{"address": "0x' + b"11" * 20 + b'", "form": "device", "wrapped": "00"}'],
)  # fmt: skip
def test_a_damaged_file_is_said_when_it_is_opened(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "wallet.json"
    path.write_bytes(data)
    with pytest.raises(ProblemError, match=r"wallet\.damaged"):
        Keyring(path, KeyBox(bytes(32)))
    assert path.read_bytes() == data


def test_a_wallet_of_this_device_opens_with_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    made = Keyring(path, KeyBox(bytes(32)))
    made.create_self_opening()
    again = Keyring(path, KeyBox(bytes(32)))
    assert (again.status, again.address, again.key()) == ("open", made.address, made.key())
    again.lock()
    with pytest.raises(ProblemError, match=r"wallet\.locked"):
        again.key()
    with pytest.raises(ProblemError, match=r"wallet\.damaged"):
        Keyring(path, KeyBox(b"\x01" * 32))
    with pytest.raises(ProblemError, match=r"wallet\.exists"):
        made.create_self_opening()
