"""The list of keys that ``?`` opens: every action of the window that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction

# What every window can do without an action of ours.
_ALWAYS = (
    ("Tab  Shift+Tab", mark("to the next control, or back")),
    ("Enter  Space", mark("press what has the focus")),
    ("Esc", mark("close a dialog or a menu")),
)


class ShortcutsDialog(QDialog):
    """Read once and closed."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle(tr("Keys"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.setSpacing(16)
        layout.addWidget(text.lead(tr("Keys")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(GUTTER)
        self.lines = [*((_keys(one), one.text()) for one in actions if not one.shortcut().isEmpty())]
        self.lines += [(keys, tr(words)) for keys, words in _ALWAYS]
        for at, (keys, words) in enumerate(self.lines):
            grid.addWidget(text.Text(keys, tabular=True, weight=text.Weight.Medium), at, 0)
            grid.addWidget(text.muted(words, wrap=False), at, 1)
        layout.addLayout(grid)
        close = secondary(tr("Close"), name="shortcuts.close")
        close.clicked.connect(self.accept)
        layout.addWidget(close)


def _keys(action: QAction) -> str:
    return "  ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in action.shortcuts())
