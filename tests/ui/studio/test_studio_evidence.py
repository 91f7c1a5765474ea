"""Evidence in two clicks: one file, with all that is needed to find a fault, and no secret."""

from __future__ import annotations

import json
import secrets
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.evidence import EvidenceKeeper
from studio.kit import service_process
from studio.kit.crash_dialog import CrashDialog
from studio.kit.keeping import evidence_action
from studio.kit.problems import Problem
from studio.kit.service_state import Phase
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import Button

# A service that is up, and whose socket nobody answers.
DEAF = """
import json, os, sys
sys.stdin.readline()
print(json.dumps({"ready": True, "socket": "/nowhere/s", "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""
KEY, SESSION, PASSPHRASE = secrets.token_hex(32), secrets.token_urlsafe(32) + "7", "a quiet harbour at dawn"


@pytest.fixture
def studio(qtbot: QtBot, qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """The application with a service that is up and does not answer; its logs hold what they never should."""
    monkeypatch.setattr(service_process, "command", lambda _profile, demo, **_: [sys.executable, "-I", "-c", DEAF])
    made = Studio(qapp, profile=profile, demo=True)
    made.start()
    qtbot.addWidget(made.window)
    qtbot.waitUntil(lambda: made.process is not None and made.process.state.phase is Phase.READY, timeout=20_000)
    lines = [
        {"event": "signed", "key": KEY, "address": "0x" + "c1" * 20},
        {"event": f"Authorization: Bearer {SESSION}"},
        {"event": "opened", "passphrase": PASSPHRASE},
        {"event": f"hello {made.process.state.endpoint.token}"},  # type: ignore[union-attr]
    ]
    log = profile / "logs" / "service.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    yield made
    made.close()


def read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_saved_file_tells_all_and_no_secret(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    assert studio.world is not None
    tiers = studio.window.findChild(Button, "nav.tiers")
    assert tiers is not None
    QTest.mouseClick(tiers, Qt.MouseButton.LeftButton)
    keeper = EvidenceKeeper(studio._setup, studio.world, studio.window, studio.bridge, tmp_path)
    with qtbot.waitSignal(keeper.kept, timeout=20_000) as kept:
        keeper.save()
    parts = read(Path(kept.args[0]))
    assert {"evidence.json", "window.png", "logs/service.log"} <= set(parts)
    told = json.loads(parts["evidence.json"])
    assert {"museclock", "qt", "python", "system"} <= set(told["versions"])
    assert told["service"]["problem"] == "service.unreachable"
    assert [step for step in told["steps"] if "tiers" in step][-2:] == ["click nav.tiers", "page tiers"]
    assert (told["states"]["page"], told["states"]["desk"]) == ("page.tiers", "creator")
    picture = QImage.fromData(parts["window.png"])
    assert (picture.width(), picture.height()) == (studio.window.width(), studio.window.height())
    assert studio.process is not None
    endpoint = studio.process.state.endpoint
    assert endpoint is not None
    whole = b"\n".join(parts.values())
    for secret in (endpoint.token, KEY, SESSION, PASSPHRASE):
        assert secret.encode() not in whole
    assert b"0x" + b"c1" * 20 in parts["logs/service.log"]


def test_it_is_two_clicks_away_from_everywhere(qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[str] = []
    monkeypatch.setattr(EvidenceKeeper, "save", lambda keeper: saved.append(keeper.metaObject().className()))
    help_menu = studio.window.findChild(QMenu, "help.menu")
    assert help_menu is not None
    action = next(action for action in help_menu.actions() if action is evidence_action())
    action.trigger()
    assert len(saved) == 1
    page = studio.window.page
    assert page is not None
    banner = page.findChild(ProblemBanner)
    assert banner is not None
    banner.show_problem(Problem("chain.unreachable"))
    QTest.mouseClick(banner.keep, Qt.MouseButton.LeftButton)
    assert len(saved) == 2
    dialog = CrashDialog("1a2b", studio.window)
    qtbot.addWidget(dialog)
    dialog.open()
    button = dialog.findChild(Button, "crash.evidence")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(saved) == 3
    dialog.close()


def test_a_service_that_is_gone_keeps_nobody_from_it(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    assert studio.world is not None
    studio.world.process.stop()
    keeper = EvidenceKeeper(studio._setup, studio.world, studio.window, studio.bridge, tmp_path)
    with qtbot.waitSignal(keeper.kept) as kept:
        keeper.save()
    assert "off" in json.loads(read(Path(kept.args[0]))["evidence.json"])["service"]["problem"]


def test_it_lies_where_downloads_lie_or_in_the_profile(
    qtbot: QtBot, studio: Studio, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert studio.world is not None
    downloads = tmp_path / "Downloads"
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(downloads))
    studio.world.process.stop()
    for place in (profile / "evidence", downloads):
        keeper = EvidenceKeeper(studio._setup, studio.world, studio.window, studio.bridge)
        with qtbot.waitSignal(keeper.kept) as kept:
            keeper.save()
        assert Path(kept.args[0]).parent == place
        downloads.mkdir(exist_ok=True)
