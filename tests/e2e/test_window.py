"""The real window over the real service process: there before the service, alive after it, whole without libVLC."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from services.client import Client
from services.wire.desk import Health
from studio.app import Studio
from studio.kit.service_process import ServiceProcess
from studio.kit.service_state import Phase
from studio.single import ring
from studio.tour.hand import Hand

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def hand(studio: Studio, qtbot: QtBot) -> Hand:
    studio.start()
    qtbot.waitExposed(studio.window)
    return Hand(studio.window, studio.bridge)


def _process(studio: Studio, hand: Hand) -> ServiceProcess:
    return hand.wait("the service process", lambda: studio.process)


def _await(hand: Hand, process: ServiceProcess, phase: Phase) -> None:
    hand.wait(f"the service to be {phase.value}", lambda: process.state.phase is phase, 60)


async def _health(client: Client) -> Health:
    return await client.health()


def test_the_window_can_be_used_before_the_service_is_there(studio: Studio, hand: Hand) -> None:
    process = _process(studio, hand)
    for route in ("tiers", "payouts", "upload"):
        hand.click(f"nav.{route}")
        assert studio.window.page is not None
    assert process.state.phase is not Phase.READY
    _await(hand, process, Phase.READY)
    hand.find("upload.drop")


def test_a_killed_service_comes_back_under_a_living_window(studio: Studio, hand: Hand) -> None:
    process = _process(studio, hand)
    hand.click("nav.tiers")
    _await(hand, process, Phase.READY)
    first = process.state.endpoint
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    hand.wait("the window to notice", lambda: process.state.phase is not Phase.READY)
    hand.click("nav.upload")
    hand.find("upload.drop")
    _await(hand, process, Phase.READY)
    second = process.state.endpoint
    assert second is not None
    assert second.pid != first.pid
    assert hand.fact(_health).status == "ok"
    hand.click("nav.tiers")
    hand.find("tiers.new")


def test_closing_the_window_ends_the_service(studio: Studio, hand: Hand) -> None:
    process = _process(studio, hand)
    _await(hand, process, Phase.READY)
    endpoint = process.state.endpoint
    assert endpoint is not None
    studio.window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(endpoint.pid, 0)


def test_without_libvlc_a_sentence_says_what_to_install(root: Path, profile: Path, demo_film: Path) -> None:
    script = root / "tests" / "e2e" / "play_without_vlc.py"
    run = subprocess.run(
        [sys.executable, str(script), str(profile), str(demo_film)],
        cwd=root,
        env={**os.environ, "PYTHON_VLC_LIB_PATH": str(profile / "libvlc.so.5")},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "VLC" in run.stdout
    assert "the window lives" in run.stdout


def test_two_starts_at_once_make_one_window(root: Path, profile: Path) -> None:
    command = [sys.executable, "-m", "studio", "--profile", str(profile), "--open", "museclock://open/library"]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        ends = [os.pidfd_open(one.pid) for one in both]
        select.select(ends, [], [])
        for end in ends:
            os.close(end)
        (second,) = [one for one in both if one.poll() is not None]
        (first,) = [one for one in both if one is not second]
        assert second.returncode == 0, second.communicate()[1]
        # What is left is a window that can be asked, and only it: a third start finds it.
        assert ring(profile, "museclock://open/wallet")
        assert first.poll() is None
    finally:
        for one in both:
            if one.poll() is None:
                one.terminate()
            one.communicate()


@pytest.mark.parametrize(
    ("how", "code", "told"), [("well", 0, ""), ("stuck", 0, ""), ("failing", 1, "RuntimeError: a bug")]
)
def test_the_process_ends_at_once_and_leaves_nothing_to_the_interpreter(
    root: Path, profile: Path, how: str, code: int, told: str
) -> None:
    script = root / "tests" / "e2e" / "close_window.py"
    run = subprocess.run(
        [sys.executable, str(script), str(profile), how],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert (run.returncode, run.stdout) == (code, "" if told else "used\n"), run.stderr
    assert run.stderr.strip().endswith(told)
    assert bool(run.stderr) == bool(told), run.stderr
