"""The main job through the real window, as a command of its own, with the demo's film and with another one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipfshttpclient
import pytest
from PySide6.QtGui import QImage

from studio.tour.report import STEPS
from tests.fixtures.films import make_scenic_film
from tests.fixtures.no_network import no_network

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True, slots=True)
class Tour:
    """How a tour ended: its status, what it printed, its report and its folder."""

    status: int
    output: str
    report: dict[str, Any]
    folder: Path


class Going:
    """A tour on its way, in a folder of its own."""

    def __init__(
        self, root: Path, folder: Path, *options: str, within: tuple[str, ...] = (), daemon: str | None = None
    ) -> None:
        """Begin. daemon: the address of an IPFS daemon, which is noted where a running Kubo notes its own."""
        folder.mkdir()
        self._folder, self._report = folder, folder / "tour.json"
        command = [*within, sys.executable, "-m", "studio", "demo", "--tour", "--json", str(self._report), *options]
        environment = {**os.environ, "IPFS_PATH": str(folder)}
        if daemon is not None:
            (folder / "api").write_text(daemon)
        with (folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def end(self) -> Tour:
        status = self.process.wait(540)
        report = json.loads(self._report.read_text()) if self._report.exists() else {}
        return Tour(status, (self._folder / "output").read_text(errors="replace"), report, self._folder)


@pytest.fixture(scope="module")
def tours(root: Path, js_ipfs: str) -> Iterator[dict[str, Tour]]:
    """Take three tours at once: most of a tour is films that play in real time."""
    folder = Path(tempfile.mkdtemp(prefix="mc-"))
    film, text = folder / "scenic.mp4", folder / "film.mp4"
    make_scenic_film(film, seconds=47)
    text.write_text("This is no film.")
    going = {
        "own": Going(root, folder / "1", "--shots", str(folder / "1" / "shots"), within=no_network()),
        "given": Going(root, folder / "2", "--media", str(film), daemon=js_ipfs),
        "bad": Going(root, folder / "3", "--media", str(text)),
    }
    try:
        yield {name: tour.end() for name, tour in going.items()}
    finally:
        for tour in going.values():
            tour.process.kill()
            tour.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _left_by(tour: Tour) -> list[str]:
    """Name what a tour began and did not end: it bears the tour's folder in its environment."""
    mark, found = f"IPFS_PATH={tour.folder}\0".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


def test_the_tour_holds_with_its_own_film(tours: dict[str, Tour]) -> None:
    tour = tours["own"]
    assert tour.status == 0, tour.output
    assert tour.report["ok"] is True
    assert [step["name"] for step in tour.report["steps"]] == list(STEPS)
    assert all(step["ok"] and step["detail"] for step in tour.report["steps"])
    assert [line.split()[1] for line in tour.output.splitlines() if line.startswith("ok  ")] == list(STEPS)
    for name in STEPS:
        picture = QImage(str(tour.folder / "shots" / f"{name}.png"))
        assert picture.width() >= 1000, name
    assert not _left_by(tour)


def test_the_tour_holds_with_another_film(tours: dict[str, Tour]) -> None:
    tour = tours["given"]
    assert tour.status == 0, tour.output
    assert tour.report["media"].endswith("scenic.mp4")


def test_the_tour_holds_with_a_running_ipfs_daemon(tours: dict[str, Tour], js_ipfs: str) -> None:
    steps = {step["name"]: step for step in tours["given"].report["steps"]}
    assert "copied to daemon" in steps["publish"]["detail"]
    with closing(ipfshttpclient.Client(js_ipfs)) as daemon:
        pinned = daemon.pin.ls(type="recursive")["Keys"]
    # A film of 47 s: its parts and its header.
    assert len(pinned) >= 5


def test_a_bad_film_fails_the_tour_with_a_reason(tours: dict[str, Tour]) -> None:
    tour = tours["bad"]
    assert tour.status == 1
    upload = next(step for step in tour.report["steps"] if step["name"] == "upload")
    assert not upload["ok"]
    assert "not a video that can be" in upload["detail"]
    assert [step["name"] for step in tour.report["steps"]] == list(STEPS)


def test_the_tour_needs_no_network(tours: dict[str, Tour]) -> None:
    within = no_network()
    if not within:
        pytest.skip("this system lets nobody make a network namespace")
    routes = subprocess.run(
        [*within, "cat", "/proc/net/route", "/proc/net/ipv6_route"], capture_output=True, text=True, check=True
    ).stdout
    assert not [
        line for line in routes.splitlines() if line.strip() and not line.endswith("lo") and line[:5] != "Iface"
    ]
    tour = tours["own"]
    assert tour.status == 0, tour.output
