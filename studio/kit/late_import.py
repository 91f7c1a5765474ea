"""Imports a heavy module on a thread of its own, so that the first use of it does not hold the window.

Only for modules that know no Qt: PySide makes its types at their first use, and on two threads at once that crashes
(seen in pyqtgraph's import, which looks at all of them).
"""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable


class LateImport(QObject):
    """Signal ``ready`` on the GUI thread when the module is there; keep this object until then."""

    ready = Signal()

    def __init__(self, module: str, on_ready: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._module = module
        self.ready.connect(on_ready, Qt.ConnectionType.QueuedConnection)
        self._bell = _Bell(self)

    def start(self) -> None:
        """Import now, or answer at once when the module is there already."""
        if self._module in sys.modules:
            self.ready.emit()
        else:
            threading.Thread(target=_load, args=(self._module, self._bell), name=f"import {self._module}").start()


class _Bell(QObject):
    """Outlives its owner on the importing thread; rings only while there is one."""

    rung = Signal()

    def __init__(self, owner: LateImport) -> None:
        super().__init__()
        self.rung.connect(owner.ready)


def _load(module: str, bell: _Bell) -> None:
    importlib.import_module(module)
    bell.rung.emit()
