"""How the window's process ends: everything of ours in a defined order, and then at once."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import shiboken6

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from studio.app import Studio


def end_after(application: QApplication, studio: Studio, work: Callable[[], int]) -> NoReturn:
    """Do the work, which gives the exit code, close the application and end the process.

    An error in either is printed as Python prints it, and the code is 1.

    WORKAROUND(PySide 6.11, destroyQCoreApplication, until it deletes parents before children): no widget is deleted.
    At the interpreter's end PySide deletes every Qt object that Python still holds, in the order of their addresses:
    overrides in Python of half deleted pages run then (a crash), and a collection of garbage that begins inside one
    of these destructors deletes further pages there (a wait without end for a lock of Qt). A bridge or libVLC thread
    that outlived its patience would meet a dying interpreter as well. So only QApplication goes, for it hands the
    clipboard on; all else goes with the process.
    """
    code = 1
    try:
        try:
            code = work()
        finally:
            studio.close()
            shiboken6.delete(application)
    finally:
        _leave(code)


def end_with(guardian: int, studio: Studio) -> None:
    """Close the window when its guardian is gone. guardian: a descriptor whose input ends with it."""
    from PySide6.QtCore import QSocketNotifier

    watch = QSocketNotifier(guardian, QSocketNotifier.Type.Read, studio)
    watch.activated.connect(watch.deleteLater)
    watch.activated.connect(studio.window.close)


def _leave(code: int) -> NoReturn:
    # Imported here: neither is needed to paint.
    import logging
    import traceback

    if sys.exception() is not None:
        traceback.print_exc()
        code = 1
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue  # nobody reads it any more, or there is no console (then it is None)
    os._exit(code)
