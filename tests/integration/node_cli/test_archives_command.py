"""Naming a file and carrying its blocks, from the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import LEAF_BYTES, add_file, read_file
from services.node_cli.__main__ import main
from services.units.cid import Cid
from tests.fixtures.storage_daemons import FakeKubo

DATA = bytes(range(256)) * 9_000


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("length", [0, 1, LEAF_BYTES, len(DATA)])
def test_the_name_of_a_file_is_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], length: int) -> None:
    file = tmp_path / "film.mp4"
    file.write_bytes(DATA[:length])
    assert main(["cid", str(file)]) == 0
    assert lines(capsys)[-1] == str(add_file(DiskBlockStore(tmp_path / "s"), DATA[:length]))


def test_blocks_go_out_and_come_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = add_file(DiskBlockStore(tmp_path / "a"), DATA)
    car = tmp_path / "film.car"
    assert main(["car", "export", str(root), str(car), "--store", str(tmp_path / "a")]) == 0
    assert main(["car", "import", str(car), "--store", str(tmp_path / "b")]) == 0
    assert lines(capsys)[-1] == str(root)
    assert read_file(DiskBlockStore(tmp_path / "b"), root, len(DATA)) == DATA


def test_blocks_go_into_a_daemon_and_out_of_it(tmp_path: Path, kubo: FakeKubo) -> None:
    root = add_file(DiskBlockStore(tmp_path / "a"), DATA)
    there, back = tmp_path / "there.car", tmp_path / "back.car"
    assert main(["car", "export", str(root), str(there), "--store", str(tmp_path / "a")]) == 0
    assert main(["car", "import", str(there), "--store", kubo.address]) == 0
    assert "pin/add" in kubo.requests
    assert main(["car", "export", str(root), str(back), "--store", kubo.address]) == 0
    assert back.read_bytes() == there.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cid", "none"], "none cannot be read: No such file or directory."),
        (["car", "export", "film", "out.car", "--store", "."], "not a CID"),
        (["car", "export", str(Cid.of(b"x")), "out.car", "--store", "nowhere"], "no store"),
        (["car", "export", str(Cid.of(b"x")), "taken.car", "--store", "."], "exists"),
        (["car", "export", str(Cid.of(b"x")), "out.car", "--store", "."], "archive cannot be complete"),
        (["car", "import", "none.car", "--store", "s"], "cannot be used"),
        (["car", "import", "taken.car", "--store", "s"], "damaged"),
        (["car", "import", "taken.car", "--store", "taken.car"], "taken.car cannot be used"),
        (["car", "import", "taken.car", "--store", "taken.car/s"], "taken.car/s cannot be used"),
        (["cid", "."], ". cannot be read: Is a directory."),
        (["car", "import", ".", "--store", "s"], ". cannot be used"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.car").write_bytes(b"something")
    assert main(arguments) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("out.car*"))
    assert (tmp_path / "taken.car").read_bytes() == b"something"
