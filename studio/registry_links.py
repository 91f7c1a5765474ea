"""Hands museclock:// links to this app, for one person on Windows, by one key of the registry.

By Microsoft's "Registering an Application to a URI Scheme". The key lies under HKEY_CURRENT_USER: nobody else's links
change, and no rights of an administrator are needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import PurePath

KEY: Final = r"Software\Classes\museclock"
_COMMAND: Final = rf"{KEY}\shell\open\command"
_ICON: Final = rf"{KEY}\DefaultIcon"
_PLAIN: Final = ""


def install(program: PurePath) -> str:
    """Write the key; gives its name. Writing it again changes nothing. Raises OSError."""
    for key, name, value in entries(program):
        _write(key, name, value)
    return rf"HKEY_CURRENT_USER\{KEY}"


def remove() -> None:
    """Take the key away, with what lies under it. Raises OSError."""
    _delete(KEY)


def entries(program: PurePath) -> tuple[tuple[str, str, str], ...]:
    """Give what is written, as key, name and value; the empty name is a key's own value.

    The link takes the place of %1. What quotes in it would end is one argument again in studio.__main__.
    """
    return (
        (KEY, _PLAIN, "URL:Museclock"),
        (KEY, "URL Protocol", ""),
        (_ICON, _PLAIN, f'"{program}",0'),
        (_COMMAND, _PLAIN, f'"{program}" --open "%1"'),
    )


def _registry() -> Any:
    """Give Python's own module, which other systems don't have."""
    return importlib.import_module("winreg")


def _write(key: str, name: str, value: str) -> None:
    registry = _registry()
    with registry.CreateKeyEx(registry.HKEY_CURRENT_USER, key, 0, registry.KEY_WRITE) as handle:
        registry.SetValueEx(handle, name, 0, registry.REG_SZ, value)


def _delete(key: str) -> None:
    """Delete what lies under a key first: Windows deletes no key that has others in it."""
    registry = _registry()
    try:
        with registry.OpenKey(registry.HKEY_CURRENT_USER, key) as handle:
            inside = [registry.EnumKey(handle, at) for at in range(registry.QueryInfoKey(handle)[0])]
    except FileNotFoundError:
        return
    for name in inside:
        _delete(rf"{key}\{name}")
    registry.DeleteKey(registry.HKEY_CURRENT_USER, key)
