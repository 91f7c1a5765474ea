"""museclock:// links on Windows and macOS: what is written there for them, and that it can be taken back.

Neither system is here: the registry is a dictionary behind Python's own calls, and the applet's compiler writes what
the real one writes; what the modules say to them is what is checked.
"""

from __future__ import annotations

import plistlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from studio import applet_links, registry_links
from studio.__main__ import main, one_link
from studio.kit.links import read_link

PROGRAM = PureWindowsPath(r"C:\Users\A B\Muse\Scripts\museclock.exe")
CLASSES = r"Software\Classes"


class Registry:
    """The calls of ``winreg`` that are used, on a dictionary: key → name → value."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, str]] = {rf"{CLASSES}\mailto": {"": "URL:MailTo"}}
        self.module = SimpleNamespace(
            HKEY_CURRENT_USER="HKCU",
            KEY_WRITE=0x20006,
            REG_SZ=1,
            CreateKeyEx=self.create,
            OpenKey=self.open,
            SetValueEx=self.set,
            QueryInfoKey=lambda key: (len(self.inside(key)), 0, 0),
            EnumKey=lambda key, at: self.inside(key)[at],
            DeleteKey=self.delete,
        )

    def inside(self, key: str) -> list[str]:
        """Names of the keys directly under one."""
        return sorted({rest.split("\\")[0] for one in self.keys if (rest := one.removeprefix(f"{key}\\")) != one})

    @contextmanager
    def create(self, root: str, key: str, _reserved: int, _access: int) -> Iterator[str]:
        assert root == "HKCU"
        self.keys.setdefault(key, {})
        yield key

    @contextmanager
    def open(self, _root: str, key: str) -> Iterator[str]:
        if key not in self.keys and not self.inside(key):
            raise FileNotFoundError(key)
        yield key

    def set(self, key: str, name: str, _reserved: int, kind: int, value: str) -> None:
        assert kind == 1
        self.keys[key][name] = value

    def delete(self, _root: str, key: str) -> None:
        assert not self.inside(key), "Windows refuses that"
        self.keys.pop(key, None)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made.module)
    monkeypatch.setattr(sys, "platform", "win32")
    return made


def test_windows_starts_this_program_with_the_link_as_one_argument(registry: Registry) -> None:
    before = dict(registry.keys)
    assert registry_links.install(PROGRAM) == r"HKEY_CURRENT_USER\Software\Classes\museclock"
    ours = rf"{CLASSES}\museclock"
    assert registry.keys[ours] == {"": "URL:Museclock", "URL Protocol": ""}
    assert registry.keys[rf"{ours}\shell\open\command"] == {"": f'"{PROGRAM}" --open "%1"'}
    assert registry.keys[rf"{ours}\DefaultIcon"] == {"": f'"{PROGRAM}",0'}
    written = {key: dict(values) for key, values in registry.keys.items()}
    registry_links.install(PROGRAM)
    assert registry.keys == written
    registry_links.remove()
    assert registry.keys == before
    registry_links.remove()


def test_windows_by_command(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install-links"]) == 0
    assert capsys.readouterr().out == "written: HKEY_CURRENT_USER\\Software\\Classes\\museclock\n"
    assert rf"{CLASSES}\museclock\shell\open\command" in registry.keys
    assert main(["install-links", "--remove"]) == 0
    assert list(registry.keys) == [rf"{CLASSES}\mailto"]


def test_a_quote_in_a_link_on_windows_makes_no_option_of_ours() -> None:
    given = one_link(["--open", "museclock://open/wallet", "--profile", "evil"])
    assert given == ["--open", "museclock://open/wallet --profile evil"]
    assert read_link(given[1]) is None
    assert one_link(["demo", "--size", "small"]) == ["demo", "--size", "small"]


def test_a_registry_that_refuses_is_said(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_values: object) -> None:
        raise PermissionError("access denied")

    monkeypatch.setattr(registry.module, "CreateKeyEx", refuse)
    assert main(["install-links"]) == 1
    assert "could not be written: access denied" in capsys.readouterr().err


class Compiler:
    """Stands for the three programs of macOS that are run, and remembers with what."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []

    def __call__(self, command: Sequence[str]) -> None:
        self.ran.append(tuple(command))
        if command[0] == "osacompile":
            contents = Path(command[2]) / "Contents"
            (contents / "Resources" / "Scripts").mkdir(parents=True)
            (contents / "Resources" / "Scripts" / "main.scpt").write_text(command[4])
            (contents / "Info.plist").write_bytes(plistlib.dumps({"CFBundleExecutable": "applet"}))


def test_macos_gets_an_applet_that_declares_the_scheme(tmp_path: Path) -> None:
    run, environ = Compiler(), {"HOME": str(tmp_path)}
    bundle = applet_links.install(Path("/opt/Muse clock/museclock"), environ, run)
    assert bundle == tmp_path / "Applications" / "Museclock Links.app"
    said = plistlib.loads((bundle / "Contents" / "Info.plist").read_bytes())
    assert said["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["museclock"]
    assert said["CFBundleExecutable"] == "applet"
    # It is sealed after its list was changed, and told to the system last.
    assert [Path(command[0]).name for command in run.ran] == ["osacompile", "codesign", "lsregister"]
    assert all(str(bundle) in command for command in run.ran)
    applet_links.install(Path("/opt/Muse clock/museclock"), environ, run)
    applet_links.remove(environ)
    assert not bundle.exists()
    applet_links.remove(environ)


def test_the_applet_hands_the_link_to_the_shell_as_one_argument() -> None:
    said = applet_links.script(Path('/opt/a"b\\c/museclock'))
    assert said.splitlines()[0] == "on open location said"
    assert '"/opt/a\\"b\\\\c/museclock"' in said
    assert "quoted form of said" in said


def test_a_system_without_the_compiler_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="osacompile"):
        applet_links.install(tmp_path / "museclock", {"HOME": str(tmp_path), "PATH": ""})
