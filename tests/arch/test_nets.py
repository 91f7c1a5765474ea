"""The nets catch what they are for: each small bad test has to fail, and each good one to pass, when pytest runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest

# What a bad test does → what the failure has to say.
BAD: dict[str, tuple[str, str]] = {
    "connection": (
        """
        import socket
        def test():
            try:
                socket.create_connection(("192.0.2.1", 9), 1)
            except OSError:
                pass
        """,
        "leave this machine",
    ),
    "name_look_up": (
        """
        import socket
        def test():
            try:
                socket.getaddrinfo("example.invalid", 80)
            except OSError:
                pass
        """,
        "leave this machine",
    ),
    "log_line": ("import logging\ndef test(): logging.getLogger('x').warning('smoke')", "unexpected in the log"),
    "python_warning": ("import warnings\ndef test(): warnings.warn('old')", "UserWarning: old"),
    "qt_warning": ("from PySide6.QtCore import qWarning\ndef test(qapp): qWarning('bad parent')", "bad parent"),
    "thread": (
        """
        import threading
        def test():
            threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()
        """,
        "left threads",
    ),
    "process": (
        """
        import subprocess, sys
        kept = []
        def test():
            kept.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        """,
        "left processes",
    ),
    "widget": (
        "from PySide6.QtWidgets import QWidget\nkept = []\ndef test(qapp): kept.append(QWidget())",
        "left top-level widgets",
    ),
    "lost_error": (
        """
        class Bad:
            def __del__(self):
                raise KeyError("lost on the way")
        def test():
            Bad()
        """,
        "lost on the way",
    ),
    "error_in_a_slot": (
        """
        from PySide6.QtCore import QTimer
        def test(qtbot):
            QTimer.singleShot(0, lambda: 1 / 0)
            qtbot.wait(20)
        """,
        "ZeroDivisionError",
    ),
}
GOOD: dict[str, str] = {
    "announced_log_line": """
        import logging, pytest
        @pytest.mark.logs("smo")
        def test():
            logging.getLogger("x").error("smoke")
        """,
    "log_of_a_command": """
        import logging, sys
        def test_sets_it_up(capsys):
            logging.getLogger().addHandler(logging.StreamHandler())
            logging.getLogger().setLevel(logging.DEBUG)
        def test_finds_nothing_of_it():
            root = logging.getLogger()
            assert root.level == logging.WARNING
            assert all(type(handler) is not logging.StreamHandler for handler in root.handlers)
        """,
    "loopback": """
        import socket
        def test():
            with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
                pass
        """,
    "own_home": """
        import os
        def test(profile):
            assert not profile.exists()
            assert len(str(profile)) < 60
            assert os.environ["HOME"] == str(profile.parent)
        """,
    "closed_widget": "from PySide6.QtWidgets import QWidget\ndef test(qtbot): qtbot.addWidget(QWidget())",
    "ended_process": """
        import subprocess, sys
        def test():
            subprocess.run([sys.executable, "-c", ""], check=True)
        """,
}


@pytest.fixture(scope="module")
def outcomes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run all samples in a pytest of their own; give the failure's text for each, empty when it passed."""
    folder = tmp_path_factory.mktemp("nets")
    samples = {name: code for name, (code, _) in BAD.items()} | GOOD
    for name, code in samples.items():
        (folder / f"test_{name}.py").write_text(textwrap.dedent(code))
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += ["-p", "tests.conftest", "--rootdir", str(root), "-c", str(root / "pyproject.toml")]
    environment = {**os.environ, "LEAK_PATIENCE_S": "1"}
    command += [f"--junitxml={report}", str(folder)]
    subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    found: dict[str, str] = dict.fromkeys(samples, "")
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  our own report
        name = case.get("classname", "").rpartition(".")[2].removeprefix("test_")
        found[name] += "".join(element.get("message", "") + (element.text or "") for element in case)
    return found


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_test_fails(outcomes: dict[str, str], name: str) -> None:
    assert BAD[name][1] in outcomes[name]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_good_test_passes(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == ""
