"""What a profile says about its chain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.chain.networks import ARC_MAINNET_ID, ARC_TESTNET_ID, ARC_USDC, NETWORKS
from services.host import settings
from services.host.settings import CONFIRMATION, NOT_DEPLOYED, chain_settings
from services.units.address import address
from services.wire.problems import ProblemError

ESCROW = "0x" + "Ab" * 20


def write(profile: Path, text: str) -> Path:
    (profile / "settings.toml").write_text(text)
    return profile


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A contracts package with a record of the testnet's deployment."""
    folder = tmp_path / "package" / "deployments"
    folder.mkdir(parents=True)
    record = {"escrow": "0x" + "c1" * 20, "block": 1_234}
    (folder / f"{ARC_TESTNET_ID}.json").write_text(json.dumps(record))
    monkeypatch.setattr(settings, "files", lambda _: folder.parent)
    return folder


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contracts package without any record."""
    monkeypatch.setattr(settings, "files", lambda _: tmp_path / "nothing")


@pytest.mark.usefixtures("bare")
def test_without_a_file_it_is_arc_s_testnet(tmp_path: Path) -> None:
    found = chain_settings(tmp_path)
    assert (found.chain_id, found.token, found.escrow, found.since_block) == (5042002, ARC_USDC, NOT_DEPLOYED, 0)


@pytest.mark.parametrize("chain_id", [ARC_TESTNET_ID, ARC_MAINNET_ID])
def test_each_of_arc_s_chains_has_two_addresses_of_its_own(tmp_path: Path, chain_id: int) -> None:
    found = chain_settings(write(tmp_path, f'[chain]\nid = {chain_id}\nconfirm = "{CONFIRMATION}"\n'))
    assert found.rpc_urls == NETWORKS[chain_id].rpc_urls
    assert len({url.split("/")[2] for url in found.rpc_urls}) == 2
    assert all(url.startswith("https://") for url in found.rpc_urls)
    assert not set(NETWORKS[ARC_TESTNET_ID].rpc_urls) & set(NETWORKS[ARC_MAINNET_ID].rpc_urls)


@pytest.mark.usefixtures("bare")
def test_a_file_says_otherwise(tmp_path: Path) -> None:
    text = f"""[chain]
id = 7
rpc_urls = ["https://one.example", "http://127.0.0.1:1", "https://one.example"]
token = "{ESCROW}"
escrow = "{ESCROW}"
since_block = 99
"""
    found = chain_settings(write(tmp_path, text))
    assert (found.chain_id, found.escrow, found.token) == (7, ESCROW.lower(), ESCROW.lower())
    assert found.rpc_urls == ("https://one.example", "http://127.0.0.1:1")
    assert found.since_block == 99


def test_one_address_may_stand_alone(tmp_path: Path) -> None:
    found = chain_settings(write(tmp_path, '[chain]\nrpc_url = "http://127.0.0.1:1"\n'))
    assert found.rpc_urls == ("http://127.0.0.1:1",)


def test_what_was_deployed_is_read_with_its_block(tmp_path: Path, package: Path) -> None:
    found = chain_settings(tmp_path)
    assert (found.escrow, found.since_block) == (address("0x" + "c1" * 20), 1_234)


def test_the_block_of_ours_is_not_another_s(tmp_path: Path, package: Path) -> None:
    """An Escrow of one's own may be older than ours: nothing of it is passed over."""
    found = chain_settings(write(tmp_path, f'[chain]\nescrow = "{ESCROW}"\n'))
    assert (found.escrow, found.since_block) == (ESCROW.lower(), 0)


@pytest.mark.parametrize(
    "line",
    ["", 'confirm = ""', "confirm = true", f'confirm = "{CONFIRMATION.lower()}"', f'confirm = "{CONFIRMATION}."'],
)
def test_real_money_needs_the_very_sentence(tmp_path: Path, line: str) -> None:
    with pytest.raises(ProblemError) as refused:
        chain_settings(write(tmp_path, f"[chain]\nid = 5042\n{line}\n"))
    assert refused.value.code == "chain.unconfirmed"
    assert refused.value.params == {"network": "Arc mainnet", "sentence": CONFIRMATION}
    assert chain_settings(write(tmp_path, f'[chain]\nid = 5042\nconfirm = "{CONFIRMATION}"\n')).chain_id == 5042


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[chain", ""),
        ("chain = 5", " [chain]"),
        ('[chain]\nid = "x"', " [chain] id"),
        ('[chain]\nescrow = "0x1"', " [chain] escrow"),
        ("[chain]\ntoken = 5", " [chain] token"),
        ("[chain]\nid = 7", " [chain] rpc_urls"),
        ('[chain]\nid = 7\nrpc_url = "https://one.example"', " [chain] token"),
        (f'[chain]\nid = 7\ntoken = "{ESCROW}"', " [chain] rpc_urls"),
        ('[chain]\nrpc_urls = "https://one.example"', " [chain] rpc_urls"),
        ("[chain]\nrpc_urls = [1]", " [chain] rpc_urls"),
        ('[chain]\nrpc_urls = ["http://one.example"]', " [chain] rpc_urls"),
        ('[chain]\nrpc_urls = ["https://one.example", "ftp://two.example"]', " [chain] rpc_urls"),
        ('[chain]\nrpc_url = "http://127.0.0.1.example"', " [chain] rpc_url"),
        ("[chain]\nsince_block = -1", " [chain] since_block"),
        ('[chain]\nsince_block = "1"', " [chain] since_block"),
        ("[chain]\nsince_block = true", " [chain] since_block"),
        # A slip: the chain would be reached by other addresses than was meant.
        ('[chain]\nrpc = ["https://one.example"]', " [chain] rpc"),
    ],
)
def test_nonsense_is_one_problem_that_names_the_setting(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid") as refused:
        chain_settings(write(tmp_path, text))
    assert refused.value.params == {"field": f"settings.toml{field}"}


def test_bytes_that_are_no_text_are_the_same_problem(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff")
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        chain_settings(tmp_path)


@pytest.mark.usefixtures("bare")
def test_an_explorer_comes_with_the_chain_and_can_be_named(tmp_path: Path) -> None:
    assert chain_settings(tmp_path).explorer == NETWORKS[ARC_TESTNET_ID].explorer
    named = chain_settings(write(tmp_path, '[chain]\nexplorer = "https://look.example/"\n'))
    assert named.explorer == "https://look.example"
    assert chain_settings(write(tmp_path, '[chain]\nexplorer = ""\n')).explorer == ""
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        chain_settings(write(tmp_path, '[chain]\nexplorer = "javascript:1"\n'))
