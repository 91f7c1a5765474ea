"""What a profile says about its chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.host.settings import ARC_TESTNET_ID, NOT_DEPLOYED, chain_settings
from services.wire.problems import ProblemError


def test_without_a_file_it_is_arc_s_testnet(tmp_path: Path) -> None:
    found = chain_settings(tmp_path)
    assert (found.chain_id, found.rpc_url.startswith("https://"), found.escrow) == (ARC_TESTNET_ID, True, NOT_DEPLOYED)


def test_a_file_says_otherwise(tmp_path: Path) -> None:
    escrow = "0x" + "Ab" * 20
    text = f'[chain]\nid = 7\nrpc_url = "http://127.0.0.1:1"\nescrow = "{escrow}"\n'
    (tmp_path / "settings.toml").write_text(text)
    found = chain_settings(tmp_path)
    assert (found.chain_id, found.rpc_url, found.escrow) == (7, "http://127.0.0.1:1", escrow.lower())


@pytest.mark.parametrize(
    "data", [b"[chain", b"\xff", b'[chain]\nid = "x"', b'[chain]\nescrow = "0x1"', b"[chain]\ntoken = 5", b"chain = 5"]
)
def test_nonsense_is_one_problem(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(data)
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        chain_settings(tmp_path)
