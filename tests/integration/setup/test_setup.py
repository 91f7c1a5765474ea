"""Setting up ends at once when nothing is to do, and says in one line what it cannot do."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = ("bash", "dirname", "cat", "cksum", "pwd", "grep", "uname")


def _tools(folder: Path, *names: str) -> str:
    """Make a path on which only these programs are."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return str(folder)


def _fake(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def _copy(root: Path, target: Path) -> Path:
    """Copy what setup reads into a fresh tree without a .venv."""
    (target / "requirements").mkdir(parents=True)
    (target / "scripts").mkdir()
    shutil.copy(root / "requirements" / "dev.txt", target / "requirements")
    shutil.copy(root / "pyproject.toml", target)
    # Only the program path of the test decides what the system has.
    script = (root / "scripts" / "setup").read_text().replace('export PATH="$PATH:/usr/sbin:/sbin"', "")
    (target / "scripts" / "setup").write_text(script.replace("/usr/bin/python3", "/none"))
    (target / "scripts" / "setup").chmod(0o755)
    return target


def _setup(tree: Path, path: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", str(tree / "scripts" / "setup")],
        env={"PATH": path, "HOME": str(tree), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def _spent_s() -> float:
    """How much of the processor the children that ended have had; a busy machine's clock says nothing."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("script", ["setup", "setup-clients"])
def test_a_second_run_has_nothing_to_do(root: Path, script: str) -> None:
    subprocess.run([root / "scripts" / script], check=True, capture_output=True)
    before = _spent_s()
    run = subprocess.run([root / "scripts" / script], check=True, capture_output=True, text=True)
    assert run.stdout + run.stderr == ""
    assert _spent_s() - before < 2


def test_without_apt_one_line_names_the_packages(root: Path, tmp_path: Path) -> None:
    run = _setup(_copy(root, tmp_path / "tree"), _tools(tmp_path / "bin", *TOOLS, "id"))
    assert run.returncode == 1
    assert len(run.stderr.strip().splitlines()) == 1
    assert "libvlc5" in run.stderr
    assert "SKIP_SYSTEM=1" in run.stderr


def test_without_rights_one_line_gives_the_command(root: Path, tmp_path: Path) -> None:
    path = _tools(tmp_path / "bin", *TOOLS)
    _fake(tmp_path / "bin", "id", "echo 1000")
    _fake(tmp_path / "bin", "apt-get", "exit 9")
    run = _setup(_copy(root, tmp_path / "tree"), path)
    assert run.returncode == 1
    assert "apt-get install --no-install-recommends libvlc5" in run.stderr


@pytest.mark.parametrize("user", ["0", "1000"])
def test_apt_installs_what_is_missing_with_root_or_sudo(root: Path, tmp_path: Path, user: str) -> None:
    path = _tools(tmp_path / "bin", *TOOLS, "env")
    said = tmp_path / "said"
    _fake(tmp_path / "bin", "id", f"echo {user}")
    _fake(tmp_path / "bin", "apt-get", f'echo "apt $@" >> {said}')
    _fake(tmp_path / "bin", "sudo", f'echo sudo >> {said}; exec "$@"')
    _setup(_copy(root, tmp_path / "tree"), path)
    words = said.read_text()
    assert ("sudo" in words) == (user == "1000")
    assert " update" in words
    assert "install -y --no-install-recommends libvlc5" in words
    assert "python3-venv" in words


def test_an_old_python_is_not_taken(root: Path, tmp_path: Path) -> None:
    path = _tools(tmp_path / "bin", *TOOLS, "id")
    _fake(tmp_path / "bin", "python3", "exit 1")
    run = _setup(_copy(root, tmp_path / "tree"), path, SKIP_SYSTEM="1")
    assert run.returncode == 1
    assert "Python 3.11 or newer" in run.stderr
    assert not os.path.exists(tmp_path / "tree" / ".venv")
