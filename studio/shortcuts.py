"""The list of keys that ``?`` opens: every action of the window that has one, by the side that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import column, holder, row
from studio.kit.words import mark, tr
from studio.routes import PLAYER_NAMES, STUDIO_ROUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction

# What every window can do without an action of ours.
_ALWAYS = (
    ("Tab  Shift+Tab", mark("to the next control, or back")),
    ("Enter  Space", mark("press what has the focus")),
    ("Esc", mark("close a dialog or a menu")),
)
_EDGE = 2 * GUTTER
"""What is left of the window around the list."""

Line = tuple[str, str]


class ShortcutsDialog(QDialog):
    """Read once and closed. ``groups`` holds what is listed: a heading with its keys and words."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle(tr("Keys"))
        self.groups = _grouped(actions)
        studio, player, everywhere = (_group(title, lines) for title, lines in self.groups.items())
        lists = row(studio, _stacked(player, everywhere), spacing=2 * GUTTER)
        listed = holder(lists)
        area = _see_through(listed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.setSpacing(GUTTER)
        layout.addWidget(text.lead(tr("Keys")))
        layout.addWidget(area)
        close = secondary(tr("Close"), name="shortcuts.close")
        close.clicked.connect(self.accept)
        foot = row()
        foot.addStretch(1)
        foot.addWidget(close)
        layout.addLayout(foot)
        close.setFocus()
        self.ensurePolished()
        room = parent.size() - QSize(_EDGE, _EDGE)
        self.resize((self.sizeHint() + _unseen(area, listed)).boundedTo(room))


def _grouped(actions: Sequence[QAction]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {tr("Studio"): [], tr("Player"): [], tr("Everywhere"): []}
    studio, player, everywhere = groups.values()
    for action in actions:
        if not action.shortcut().isEmpty():
            side = studio if action.data() in STUDIO_ROUTES else player if action.data() in PLAYER_NAMES else everywhere
            side.append((_keys(action), action.text()))
    everywhere += [(keys, tr(words)) for keys, words in _ALWAYS]
    return groups


def _group(title: str, lines: Sequence[Line]) -> QWidget:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GUTTER)
    grid.setVerticalSpacing(8)
    for at, (keys, words) in enumerate(lines):
        grid.addWidget(text.Text(keys, tabular=True, weight=text.Weight.Medium), at, 0)
        grid.addWidget(text.muted(words, wrap=False), at, 1)
    grid.setColumnStretch(1, 1)
    parts = column(text.caption(title), spacing=12)
    parts.addLayout(grid)
    parts.addStretch(1)
    return holder(parts)


def _stacked(*groups: QWidget) -> QWidget:
    parts = column(*groups, spacing=GUTTER)
    parts.addStretch(1)
    return holder(parts)


def _see_through(held: QWidget) -> QScrollArea:
    """A window with large letters may have less room than the list."""
    area = QScrollArea()
    area.setProperty("kit", "see-through")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(held)
    held.setAutoFillBackground(False)
    return area


def _unseen(area: QScrollArea, held: QWidget) -> QSize:
    """What a scroll area does not ask for of what it holds."""
    return (held.sizeHint() - area.sizeHint()).expandedTo(QSize(0, 0))


def _keys(action: QAction) -> str:
    return "  ".join(one.toString(QKeySequence.SequenceFormat.NativeText) for one in action.shortcuts())
