"""The service as a child: handshake, refusal, falling over, being started again, ending with its window."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.kit.service_process import ServiceProcess, command
from studio.kit.service_state import Backoff, Phase

READY = """
import json, os, sys
told = json.loads(sys.stdin.readline())
print(json.dumps({"ready": True, "socket": told["token"], "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""
REFUSES = """
import json, sys
print(json.dumps({"ready": False, "problem": {"code": "service.busy_profile", "params": {"pid": "7"}}}), flush=True)
"""
OTHER_VERSION = """
import json, os, sys
print(json.dumps({"ready": True, "socket": "s", "protocol": 99, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""
MUMBLES = "print('what?', flush=True); import sys; sys.stdin.read()"
FALLS_ONCE = """
import json, os, pathlib, sys
sys.stdin.readline()
seen = pathlib.Path(sys.argv[1])
if not seen.exists():
    seen.touch()
    sys.exit(3)
print(json.dumps({"ready": True, "socket": "s", "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""

Make = Callable[..., ServiceProcess]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Make]:
    """Make services from Python source; all are stopped at the end."""
    made: list[ServiceProcess] = []

    def start(source: str, *more: str, give_up_after: int = 3) -> ServiceProcess:
        backoff = Backoff(first_ms=1, last_ms=4, give_up_after=give_up_after)
        process = ServiceProcess([sys.executable, "-I", "-c", source, *more], tmp_path / "logs" / "out.log", backoff)
        made.append(process)
        process.start()
        return process

    yield start
    for process in made:
        process.stop()


def until(qtbot: QtBot, process: ServiceProcess, phase: Phase) -> None:
    qtbot.waitUntil(lambda: process.state.phase is phase, timeout=10_000)


def test_the_token_goes_in_by_stdin_and_the_socket_comes_back(qtbot: QtBot, make: Make) -> None:
    process = make(READY)
    assert process.state.phase is Phase.STARTING
    until(qtbot, process, Phase.READY)
    endpoint = process.state.endpoint
    assert endpoint is not None
    assert endpoint.socket == endpoint.token
    assert len(endpoint.token) == 64
    assert endpoint.token not in Path(f"/proc/{endpoint.pid}/cmdline").read_text()
    assert endpoint.token not in Path(f"/proc/{endpoint.pid}/environ").read_text()


def test_stopping_closes_the_input_and_waits_for_the_end(qtbot: QtBot, make: Make) -> None:
    process = make(READY)
    until(qtbot, process, Phase.READY)
    endpoint = process.state.endpoint
    assert endpoint is not None
    process.stop()
    assert process.state.phase is Phase.OFF
    assert not Path(f"/proc/{endpoint.pid}").exists()
    process.stop()


def test_a_refusal_is_told_and_not_tried_again(qtbot: QtBot, make: Make) -> None:
    process = make(REFUSES)
    until(qtbot, process, Phase.DOWN)
    assert process.state.problem is not None
    assert process.state.problem.code == "service.busy_profile"
    assert process.state.problem.params == {"pid": "7"}


def test_another_protocol_is_refused(qtbot: QtBot, make: Make) -> None:
    process = make(OTHER_VERSION)
    until(qtbot, process, Phase.DOWN)
    assert process.state.problem is not None
    assert process.state.problem.code == "service.version"


def test_a_service_that_falls_over_is_started_again(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    phases: list[Phase] = []
    process = make(FALLS_ONCE, str(tmp_path / "seen"))
    recorder = _Recorder(process, phases)
    process.changed.connect(recorder.note)
    until(qtbot, process, Phase.READY)
    assert phases == [Phase.WAITING, Phase.STARTING, Phase.READY]


def test_a_killed_service_comes_back_with_another_token(qtbot: QtBot, make: Make) -> None:
    process = make(READY)
    until(qtbot, process, Phase.READY)
    first = process.state.endpoint
    process.restart()
    qtbot.waitUntil(lambda: process.state.phase is Phase.READY and process.state.endpoint != first, timeout=10_000)
    assert first is not None
    assert process.state.endpoint is not None
    assert process.state.endpoint.token != first.token


@pytest.mark.parametrize("source", [MUMBLES, "raise SystemExit(1)"], ids=["no hello", "ends at once"])
def test_the_window_gives_up_after_some_tries_and_a_person_may_try_again(qtbot: QtBot, make: Make, source: str) -> None:
    process = make(source, give_up_after=2)
    until(qtbot, process, Phase.DOWN)
    assert process.state.problem is not None
    assert process.state.problem.code == "service.unreachable"
    process.start()
    assert process.state.phase is Phase.STARTING
    until(qtbot, process, Phase.DOWN)


def test_a_program_that_is_not_there_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    process = ServiceProcess([str(tmp_path / "none")], tmp_path / "log", Backoff(first_ms=1, give_up_after=1))
    process.start()
    until(qtbot, process, Phase.DOWN)
    process.stop()


def test_pauses_double_up_to_a_limit_and_start_short_again() -> None:
    backoff = Backoff(first_ms=250, last_ms=1_000, give_up_after=4)
    assert [backoff.next_ms() for _ in range(5)] == [250, 500, 1_000, 1_000, None]
    backoff.reset()
    assert backoff.next_ms() == 250


def test_the_command_line_names_the_profile_and_no_secret(tmp_path: Path) -> None:
    assert command(tmp_path, demo=True)[1:] == ["-m", "services", "--profile", str(tmp_path), "--demo"]
    assert "--demo" not in command(tmp_path, demo=False)
    assert "token" not in json.dumps(command(tmp_path, demo=True))


class _Recorder:
    """Notes each phase once."""

    def __init__(self, process: ServiceProcess, phases: list[Phase]) -> None:
        self._process, self._phases = process, phases

    def note(self) -> None:
        self._phases.append(self._process.state.phase)
