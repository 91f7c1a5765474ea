"""How anything in the window asks for an evidence file: by the one action that the main window has for it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

ACTION = "evidence.save"


def evidence_action() -> QAction | None:
    """Give the action; None while no world is open."""
    for window in QApplication.topLevelWidgets():
        action = window.findChild(QAction, ACTION)
        if action is not None:
            return action
    return None


def save_evidence() -> None:
    """Write an evidence file, where there is a world to tell of."""
    action = evidence_action()
    if action is not None:
        action.trigger()
