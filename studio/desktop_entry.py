"""Hands museclock:// links to this app, for one person on one Linux desktop, by three small files.

By freedesktop's Desktop Entry, Icon Theme and MIME Applications specifications. The entry that lies in ``resources``
names a program on the path; the one that is written here names the program that wrote it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOURCES = Path(__file__).parents[1] / "resources"
_ENTRY = "museclock.desktop"
_SCHEME = "x-scheme-handler/museclock"
_DEFAULTS = "[Default Applications]"


def install(program: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Write entry, icon and default; gives where the entry lies. Writing it again changes nothing. Raises OSError."""
    entry, icon, defaults = _places(environ)
    said = (RESOURCES / _ENTRY).read_text(encoding="utf-8")
    command = f"Exec={_quoted(str(program))} --open %u"
    _write(icon, (RESOURCES / "icons" / "app.svg").read_text(encoding="utf-8"))
    _write(entry, said.replace("Exec=museclock --open %u", command))
    _write(defaults, with_default(_read(defaults)))
    return entry


def remove(environ: Mapping[str, str] = os.environ) -> None:
    """Take away what ``install`` wrote; what others wrote stays. Raises OSError."""
    entry, icon, defaults = _places(environ)
    entry.unlink(missing_ok=True)
    icon.unlink(missing_ok=True)
    if (said := _read(defaults)) != (rest := without_default(said)):
        _write(defaults, rest)


def with_default(said: str) -> str:
    """Give a list of default programs in which links are ours."""
    lines = without_default(said).splitlines()
    if _DEFAULTS not in lines:
        lines += ([""] if lines else []) + [_DEFAULTS]
    lines.insert(lines.index(_DEFAULTS) + 1, f"{_SCHEME}={_ENTRY}")
    return "\n".join(lines) + "\n"


def without_default(said: str) -> str:
    """Give a list of default programs in which links are nobody's."""
    return "".join(line for line in said.splitlines(keepends=True) if not line.startswith(f"{_SCHEME}="))


def _places(environ: Mapping[str, str]) -> tuple[Path, Path, Path]:
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / "museclock.svg"
    return data / "applications" / _ENTRY, icon, config / "mimeapps.list"


def _quoted(program: str) -> str:
    """Quote a program as the key Exec wants it: for its own rules, and once more for those of any text there."""
    for sign in '\\"`$':
        program = program.replace(sign, f"\\{sign}")
    return '"' + program.replace("\\", "\\\\").replace("%", "%%") + '"'


def _read(place: Path) -> str:
    return place.read_text(encoding="utf-8") if place.exists() else ""


def _write(place: Path, said: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.new")
    fresh.write_text(said, encoding="utf-8")
    fresh.replace(place)
