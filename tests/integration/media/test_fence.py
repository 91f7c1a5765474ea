"""What the worker can reach: its film, its folders, its own code; no other file, no other machine, no program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.media import landlock

ROOT = Path(__file__).parents[3]
_TRIES = """
import json, os, socket, subprocess, sys, threading
from pathlib import Path
from services.media.confine import confine
from services.media.landlock import fence
film, folder, other = map(Path, sys.argv[1:])
confined, fenced = confine(), fence([film], [folder])
def write(path): path.write_text("x")
def move():
    (folder / "a").mkdir(); (folder / "b").mkdir(); write(folder / "a" / "1")
    os.replace(folder / "a" / "1", folder / "b" / "1"); (folder / "b" / "1").unlink()
def in_thread():
    said = []
    def look():
        try: said.append(bool(other.read_text()))
        except OSError: said.append(None)
    one = threading.Thread(target=look); one.start(); one.join()
    if said == [None]: raise PermissionError
def links():
    os.symlink(other, folder / "link"); (folder / "link").read_text()
tries = {
    "film": film.read_bytes, "own folder": lambda: write(folder / "note"), "move": move,
    "library": lambda: __import__("av"), "urandom": lambda: os.urandom(1),
    "other": other.read_text, "beside the film": (film.parent / "beside").read_text,
    "passwd": Path("/etc/passwd").read_text,
    "over the film": lambda: write(film), "new file": lambda: write(film.parent / "new"), "remove": other.unlink,
    "list": lambda: os.listdir(film.parent), "thread": in_thread, "link": links,
    "environment of others": lambda: Path("/proc/1/environ").read_bytes(),
    "socket": socket.socket, "program": lambda: subprocess.run(["true"]),
}
ends = {}
for name, do in tries.items():
    try: do(); ends[name] = True
    except OSError: ends[name] = False
print(json.dumps([confined, fenced, ends]))
"""
_ALLOWED = {"film", "own folder", "move", "library", "urandom"}


def tried(folder: Path) -> tuple[bool, bool, dict[str, bool]]:
    for name in ("films", "store", "others"):
        (folder / name).mkdir()
    film, other = folder / "films" / "film.mp4", folder / "others" / "secret"
    for path in (film, other, film.parent / "beside"):
        path.write_text("something")
    line = [sys.executable, "-c", _TRIES, str(film), str(folder / "store"), str(other)]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    confined, fenced, ends = json.loads(said.stdout)
    return confined, fenced, ends


@pytest.mark.skipif(not landlock.can_fence(), reason="this kernel has no Landlock that can rename")
def test_only_what_was_given_can_be_reached(tmp_path: Path) -> None:
    confined, fenced, ends = tried(tmp_path)
    assert confined
    assert fenced
    assert {name for name, came in ends.items() if came} == _ALLOWED
    assert (tmp_path / "others" / "secret").read_text() == "something"


def test_a_system_without_it_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 1 cannot rename between folders, and a kernel without it answers with an error."""
    for version, can in ((-1, False), (1, False), (2, True), (7, True)):
        monkeypatch.setattr(landlock, "_version", lambda version=version: version)
        assert landlock.can_fence() is can
    monkeypatch.setattr(landlock, "_version", lambda: -1)
    assert landlock.fence([], []) is False
