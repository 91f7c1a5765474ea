"""museclock:// links reach this app on a Linux desktop, and what others wrote there stays as it was."""

from __future__ import annotations

import configparser
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from studio.__main__ import main
from studio.desktop_entry import install, remove, with_default, without_default

OTHERS = "[Added Associations]\nvideo/mp4=player.desktop;\n\n[Default Applications]\nvideo/mp4=player.desktop\n"
OURS = "x-scheme-handler/museclock=museclock.desktop\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's own folder, with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def command_of(entry: Path) -> str:
    found = configparser.RawConfigParser()
    found.optionxform = str  # type: ignore[assignment,method-assign]  # names of the format have capitals
    found.read(entry)
    return found["Desktop Entry"]["Exec"]


def test_the_entry_names_the_program_that_wrote_it_and_writing_it_again_changes_nothing(home: Path) -> None:
    defaults = home / ".config" / "mimeapps.list"
    defaults.parent.mkdir()
    defaults.write_text(OTHERS)
    entry = install(Path("/opt/Muse clock/bin/museclock"))
    assert entry == home / ".local" / "share" / "applications" / "museclock.desktop"
    assert command_of(entry) == '"/opt/Muse clock/bin/museclock" --open %u'
    assert "MimeType=x-scheme-handler/museclock;\n" in entry.read_text()
    assert (home / ".local/share/icons/hicolor/scalable/apps/museclock.svg").read_text().startswith("<svg")
    assert defaults.read_text() == OTHERS.replace("[Default Applications]\n", "[Default Applications]\n" + OURS)
    files = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    install(Path("/opt/Muse clock/bin/museclock"))
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == files
    remove()
    assert [file for file in home.rglob("*") if file.is_file()] == [defaults]
    assert defaults.read_text() == OTHERS


def test_signs_that_mean_something_in_an_entry_are_written_so_that_they_do_not(home: Path) -> None:
    entry = install(Path('/opt/a"$`\\100%/museclock'))
    # As the specification has it: a backslash before the four signs, each backslash twice, and a per cent sign twice.
    assert 'Exec="/opt/a\\\\"\\\\$\\\\`\\\\\\\\100%%/museclock" --open %u\n' in entry.read_text()


@pytest.mark.parametrize("said", ["", "[Default Applications]\n", OTHERS, OTHERS + OURS, "[Added Associations]\nx=y\n"])
def test_a_list_of_defaults_names_us_once_and_in_its_section(said: str) -> None:
    found = configparser.RawConfigParser()
    found.read_string(with_default(said))
    assert found["Default Applications"]["x-scheme-handler/museclock"] == "museclock.desktop"
    assert with_default(said).count(OURS) == 1
    assert OURS not in without_default(said)


def test_by_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "studio", "install-links"], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == f"written: {home}/.local/share/applications/museclock.desktop\n"
    program = shlex.split(command_of(home / ".local" / "share" / "applications" / "museclock.desktop"))[0]
    assert os.access(program, os.X_OK)
    assert main(["install-links", "--remove"]) == 0
    assert not any(file.is_file() for file in home.rglob("*.desktop"))
    blocked = home / ".config"
    assert blocked.is_dir()
    (home / ".local" / "share" / "applications").rmdir()
    (home / ".local" / "share" / "applications").write_text("no folder")
    assert main(["install-links"]) == 1
    assert "could not be written" in capsys.readouterr().err
