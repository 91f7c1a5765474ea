"""Imports as Python itself makes them, though Qt is loaded."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def leave_imports_alone() -> None:
    """Have PySide look into no module that is imported; to be called once PySide is. Idempotent.

    WORKAROUND(PySide 6.11, shibokensupport.feature, until it can be told that nobody uses ``__feature__``): after each
    import it reads the module's source, to see whether it uses PySide. That takes a quarter of all imports, and asks
    modules for attributes that they lack: pydantic's answer with an import of their own, which fails when it comes in
    the middle of another (an ImportError of pydantic._internal._validators, seen on a busy machine).
    """
    importlib.import_module("shibokensupport.feature").__dict__["_mod_uses_pyside"] = _uses_no_features


def _uses_no_features(_module: ModuleType) -> bool:
    return False
