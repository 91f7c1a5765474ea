"""libVLC takes the window down: it comes back where the film was, and nothing is paid twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.nets.leaks import lives

pytestmark = pytest.mark.timeout(600)


def test_a_crash_while_playing_brings_the_film_back_where_it_was(root: Path, profile: Path, demo_film: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(root / "tests" / "e2e" / "crash_window.py"), str(profile), str(demo_film)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr.count("ended by SIGSEGV and starts again") == 1, run.stderr
    died, back, later = (json.loads(line) for line in run.stdout.splitlines())
    # Back at the key picture before, or at what follows it at once.
    assert died["position_ms"] - 4_000 <= back["position_ms"] <= died["position_ms"] + 1_000
    assert died["paid"] == back["paid"][-len(died["paid"]) :]
    parts = [first for first, _, _ in later["paid"]]
    assert len(parts) == len(set(parts)) > len(died["paid"])
    assert len({amount for _, _, amount in later["paid"]}) <= 2


PROGRAM = """
import os, signal, sys
from studio.guardian import guarded
def window(film, guardian):
    print("life", film, flush=True)
    {act}
    return 7
sys.exit(guarded(window))
"""


def _guarded(root: Path, act: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", PROGRAM.format(act=act)]
    return subprocess.run(program, cwd=root, capture_output=True, text=True, check=False, timeout=100)


def test_a_window_that_ends_well_ends_its_guardian_with_its_code(root: Path) -> None:
    run = _guarded(root, "pass")
    assert (run.returncode, run.stdout, run.stderr) == (7, "life None\n", "")


NOTE = "from studio.kit.comeback import Comeback, keep; keep(Comeback('viewer', '0x1', 5, True)); "


@pytest.mark.parametrize(("name", "lives"), [("SIGSEGV", 3), ("SIGABRT", 3), ("SIGKILL", 1), ("SIGTERM", 1)])
def test_a_crash_is_outlived_twice_a_minute_and_an_end_that_was_wanted_never(root: Path, name: str, lives: int) -> None:
    run = _guarded(root, f"{NOTE}os.kill(os.getpid(), signal.{name})")
    note = "life Comeback(desk_id='viewer', content_id='0x1', position_ms=5, plays={})"
    assert run.stdout.splitlines() == ["life None", note.format(True), note.format(False)][:lives]
    assert run.returncode == 128 + getattr(signal, name)


def test_without_a_film_a_crash_is_the_end(root: Path) -> None:
    assert _guarded(root, "os.abort()").stdout.count("life") == 1


def test_what_ends_the_guardian_ends_the_window(root: Path) -> None:
    act = "print(os.getpid(), flush=True); signal.pause()"
    program = [sys.executable, "-c", PROGRAM.format(act=act)]
    with subprocess.Popen(program, cwd=root, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        run.stdout.readline()
        window = int(run.stdout.readline())
        run.send_signal(signal.SIGTERM)
        assert run.wait(60) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(window, 0)


def test_a_guardian_that_is_killed_takes_a_real_window_along(root: Path, profile: Path) -> None:
    script = "from studio.__main__ import main; import sys; main(['--profile', sys.argv[1]])"
    run = subprocess.Popen([sys.executable, "-c", script, str(profile)], cwd=root)
    try:
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        window = _first(lambda: children.read_text().split())
        # Its first paint is past when it has asked who the person is: then it listens for the guardian's end.
        _first(lambda: "qt" in Path(f"/proc/{window}/maps").read_text().lower())
    finally:
        run.kill()
        run.wait()
    _first(lambda: not lives(int(window)) and ["gone"])


def _first(look: object, patience_s: float = 120.0) -> str:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := look():  # type: ignore[operator]
            return str(found[0]) if isinstance(found, list) else ""
        time.sleep(0.02)
    raise AssertionError("it did not happen")
