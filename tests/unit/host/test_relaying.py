"""Which relayer a node opens, and from where its secrets come."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.chain.circle.relayer import CircleRelayer
from services.chain.networks import ARC_MAINNET_ID, ARC_TESTNET_ID
from services.chain.relayer import OwnKeyRelayer
from services.db.engine import Database, open_database
from services.host.relaying import API_KEY, ENTITY_SECRET, SECRETS_FILE, open_relayer
from services.host.settings import RelayerSettings, relayer_settings
from services.wire.problems import ProblemError
from tests.fixtures import circle_server
from tests.fixtures.chain import HandClock
from tests.fixtures.chain_fake import FakeGateway

WALLET = "0x" + "Ab" * 20
CIRCLE = f'[relayer]\nkind = "circle"\nwallet = "{WALLET}"\n'


class ArcGateway(FakeGateway):
    """A chain that Circle serves."""

    chain_id = ARC_TESTNET_ID


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (API_KEY, ENTITY_SECRET):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "node" / "node.db")
    yield opened
    opened.close()


def write(profile: Path, text: str) -> Path:
    (profile / "settings.toml").write_text(text)
    return profile


def secrets_file(profile: Path, *, mode: int = 0o600, **changes: Any) -> Path:
    given = {"api_key": circle_server.API_KEY, "entity_secret": circle_server.ENTITY_SECRET, **changes}
    path = profile / "node" / SECRETS_FILE
    path.write_text("".join(f'{name} = "{value}"\n' for name, value in given.items()))
    path.chmod(mode)
    return path


def opened(profile: Path, database: Database) -> Any:
    return open_relayer(profile / "node", ArcGateway(HandClock()), database, HandClock())


def test_without_a_word_it_is_a_key_of_its_own(tmp_path: Path, database: Database) -> None:
    first, again = opened(tmp_path, database), opened(write(tmp_path, '[relayer]\nkind = "own_key"\n'), database)
    assert isinstance(first, OwnKeyRelayer)
    assert first.sender == again.sender
    assert relayer_settings(tmp_path, 1) == RelayerSettings()


@pytest.mark.parametrize(("chain_id", "name"), [(ARC_TESTNET_ID, "ARC-TESTNET"), (ARC_MAINNET_ID, "ARC")])
def test_circle_s_wallet_is_told_by_address_and_chain(tmp_path: Path, chain_id: int, name: str) -> None:
    found = relayer_settings(write(tmp_path, CIRCLE), chain_id)
    assert (found.kind, found.wallet, found.blockchain) == ("circle", WALLET.lower(), name)
    assert found.url == "https://api.circle.com"


@pytest.mark.parametrize(
    "text",
    [
        "relayer = 5",
        '[relayer]\nkind = "other"\n',
        '[relayer]\nkind = "circle"\n',
        '[relayer]\nkind = "circle"\nwallet = "0x1"\n',
        CIRCLE + 'url = "http://circle.example"\n',
        "[relayer",
    ],
)
def test_nonsense_is_one_problem(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        relayer_settings(write(tmp_path, text), ARC_TESTNET_ID)


def test_circle_does_not_serve_other_chains(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        relayer_settings(write(tmp_path, CIRCLE), 7_427_010)


def test_secrets_come_from_a_file_of_the_owner_s(tmp_path: Path, database: Database) -> None:
    secrets_file(write(tmp_path, CIRCLE))
    relayer = opened(tmp_path, database)
    assert isinstance(relayer, CircleRelayer)
    assert relayer.sender == WALLET.lower()
    relayer.close()
    assert not (tmp_path / "node" / "relayer.key").exists()


def test_secrets_come_from_the_environment_first(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_file(write(tmp_path, CIRCLE), api_key="wrong")
    monkeypatch.setenv(API_KEY, circle_server.API_KEY)
    with pytest.raises(ProblemError):
        opened(tmp_path, database)
    monkeypatch.setenv(ENTITY_SECRET, circle_server.ENTITY_SECRET)
    opened(tmp_path, database).close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_not_taken(tmp_path: Path, database: Database, mode: int) -> None:
    secrets_file(write(tmp_path, CIRCLE), mode=mode)
    with pytest.raises(ProblemError) as refused:
        opened(tmp_path, database)
    assert "others" in refused.value.params["field"]


@pytest.mark.parametrize("how", ["no file", "no toml", "short secret", "no key"])
def test_missing_or_wrong_secrets_are_one_problem_that_shows_none(
    tmp_path: Path, database: Database, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(tmp_path, CIRCLE)
    if how != "no file":
        changes: dict[str, Any] = {"short secret": {"entity_secret": "5e5e5e"}, "no key": {"api_key": ""}}.get(how, {})
        path = secrets_file(tmp_path, **changes)
        if how == "no toml":
            path.write_text(f"api_key = {circle_server.API_KEY}")
    with pytest.raises(ProblemError) as refused:
        opened(tmp_path, database)
    assert refused.value.code == "request.invalid"
    said = str(refused.value.params) + caplog.text + repr(refused.value.__cause__)
    assert all(part not in said for part in ("9a51", "5e5e"))
