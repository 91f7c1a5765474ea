"""A film cut, sealed and stored from the terminal, and an exported purchase made a film again with no service."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import is_complete, read_file
from services.media.film import Ingested
from services.media.seal import chunk_key
from services.media.signature import sign_manifest
from services.media.takeaway import Part, Takeaway, write_takeaway
from services.node_cli.__main__ import main
from services.node_cli.sentences import sentence
from services.units.cid import Cid
from services.wire.problems import KINDS, ProblemError
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.media import CREATOR_KEY, SECRET, StoredFilm, content_of, manifest_of, repeat_film


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_the_same_file_in_the_same_folder_has_the_same_names(
    tmp_path: Path, silent_clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["ingest", str(silent_clip), "--out", str(out), "--json"]) == 0
    lines = [json.loads(line) for line in said(capsys)]
    film = lines[-1]["done"]
    assert {line.get("stage") for line in lines[:-1]} >= {"cut", "seal", "store"}
    assert film == json.loads((out / "film.json").read_text())
    store = DiskBlockStore(out / "blocks")
    files = [film["init"], *(chunk["cid"] for chunk in film["chunks"])]
    assert all(is_complete(store, Cid.parse(file)) for file in files)
    assert main(["ingest", str(silent_clip), "--out", str(out)]) == 0
    assert json.loads((out / "film.json").read_text()) == film
    assert (out / "secret.json").stat().st_mode & 0o077 == 0
    (out / "secret.json").write_text("{}")
    assert main(["ingest", str(silent_clip), "--out", str(out)]) == 1
    assert main(["ingest", str(tmp_path / "none.mp4"), "--out", str(tmp_path / "other")]) == 1


@pytest.mark.parametrize(
    ("name", "said_of_it"),
    [
        ("none.mp4", "There is no file named none.mp4."),
        ("folder", "folder is no video that can be read whole"),
        ("empty.mp4", "empty.mp4 is empty."),
        ("words.mp4", "words.mp4 is no video that can be read whole"),
        ("short.mp4", "The film is too short to be cut"),
        ("days.mp4", "The film is longer than the 12 hours that one may have."),
    ],
)
def test_what_is_no_film_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said_of_it: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "words.mp4").write_text("no film")
    if name == "short.mp4":
        make_kind(tmp_path / name, Kind(seconds=1, rate=30, skipped=lambda number: number > 20, sounds=()))
    if name == "days.mp4":
        day = make_kind(tmp_path / "second.mp4", Kind(seconds=1, rate=2, sounds=()))
        repeat_film(day, tmp_path / name, 3, seconds=6 * 3_600 + 1)
    assert main(["ingest", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert said_of_it in told
    assert "Traceback" not in told
    # A secret that opens nothing is not left behind; a folder that was there before is.
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    assert main(["ingest", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_a_film_was_begun_with_is_kept(
    tmp_path: Path, silent_clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, film = tmp_path / "out", tmp_path / "film.mp4"
    film.write_bytes(silent_clip.read_bytes())
    assert main(["ingest", str(film), "--out", str(out)]) == 0
    kept = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    film.unlink()
    assert main(["ingest", str(film), "--out", str(out)]) == 1
    assert "There is no file" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == kept


@pytest.mark.parametrize("code", [code for code in KINDS if code.startswith("media.")])
def test_every_problem_of_a_film_has_a_sentence(code: str) -> None:
    params = {"name": "a", "kind": "video", "codec": "b", "limit": "time", "reason": "c", "hours": "12", "most": "1"}
    told = sentence(ProblemError(code, **params, duration_ms=1, limit_ms=2, width=3, height=4))
    # A picture's and captions' are met in the window only.
    assert told.startswith("Problem") == (code in ("media.picture", "media.captions"))


@pytest.fixture
def exported(tmp_path: Path, stored_clip: StoredFilm) -> Path:
    """The clip without its second part, as a desk writes it."""
    path, film = tmp_path / "clock.museclock", stored_clip.film
    signed = sign_manifest(manifest_of(film), CREATOR_KEY).to_bytes().decode()
    parts = (_part(film, stored_clip, index) for index in (0, 2))
    with path.open("xb") as file:
        init = read_file(stored_clip.store, film.init_cid, 10**6)
        assert write_takeaway(file, signed=signed, init=init, parts=parts, receipts=[{"intent": "x"}]) == 2
    return path


def _part(film: Ingested, stored: StoredFilm, index: int) -> Part:
    chunk = film.chunks[index]
    sealed = read_file(stored.store, chunk.cid, chunk.length)
    return Part(index, chunk_key(SECRET, content_of(1), 0, index), sealed)


def test_an_export_is_a_film_again(
    exported: Path, tmp_path: Path, stored_clip: StoredFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "clock.mp4"
    assert main(["play-export", str(exported), "--out", str(out)]) == 0
    assert "2 of 3 parts" in said(capsys)[-1]
    film = out.read_bytes()
    assert film.startswith(read_file(stored_clip.store, stored_clip.film.init_cid, 10**6))
    assert film.count(b"moof") > 2
    assert main(["play-export", str(exported), "--out", str(out)]) == 1
    assert main(["play-export", str(tmp_path / "none"), "--out", str(tmp_path / "x.mp4")]) == 1


Change = Callable[[dict[str, bytes]], None]


def _other_key(members: dict[str, bytes]) -> None:
    members["keys.json"] = json.dumps({"0": "11" * 32}).encode()


def _other_part(members: dict[str, bytes]) -> None:
    members["parts/00000.sealed"] = members["parts/00002.sealed"]


def _other_init(members: dict[str, bytes]) -> None:
    members["init.mp4"] += b"\0"


def _other_film(members: dict[str, bytes]) -> None:
    members["film.json"] = members["film.json"].replace(b"A clock", b"B clock")


def _no_part(members: dict[str, bytes]) -> None:
    del members["parts/00002.sealed"]


def _odd_keys(members: dict[str, bytes]) -> None:
    members["keys.json"] = b'{"7": "00"}'


def _no_keys(members: dict[str, bytes]) -> None:
    members["keys.json"] = b"[" * 5_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_other_key, "content.wrong_key"),
        (_other_part, "content.damaged"),
        (_other_init, "content.damaged"),
        (_other_film, "manifest.signature"),
        (_no_part, "archive.damaged"),
        (_odd_keys, "archive.damaged"),
        (_no_keys, "archive.damaged"),
    ],
)
def test_what_was_changed_does_not_play(exported: Path, change: Change, code: str) -> None:
    with zipfile.ZipFile(exported) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(exported, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(ProblemError) as caught, Takeaway(exported) as bought:
        for _ in bought.plain():
            pass
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked(exported: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    with zipfile.ZipFile(exported) as archive, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(name, bytes(10**7) if name == "init.mp4" else archive.read(name))
    with pytest.raises(ProblemError, match=r"archive\.damaged"):
        Takeaway(bomb)
    with pytest.raises(ProblemError, match=r"archive\.damaged"):
        Takeaway(_written(tmp_path / "noise", b"PK\x03\x04 no archive"))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
