"""Buttons: one primary a view, secondary, ghost, and choices that stay down."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QPushButton

from studio.kit import icons, theme
from studio.kit.qt_values import ENTER_KEYS
from studio.kit.tokens import BODY, CONTROL_HEIGHT
from studio.kit.trail import note
from studio.kit.widgets.text import set_property

Role = Literal["primary", "secondary", "ghost", "segment", "choice", "nav"]


class Button(QPushButton):
    """A button of a role. ``name`` is its stable object name, ``says`` what assistive technology reads."""

    def __init__(
        self, text: str, role: Role = "secondary", *, name: str = "", icon: str = "", says: str = "", tip: str = ""
    ) -> None:
        super().__init__(text)
        self._icon, self._role = icon, role
        self._tinted: tuple[str, str, str | None, str | None] | None = None
        self.setProperty("role", role)
        self.setFont(theme.font(BODY, _weight(role)))
        self.setObjectName(name)
        self.setAccessibleName(says or text)
        self.setToolTip(tip)
        self.setCheckable(role in ("segment", "choice", "nav"))
        size = theme.scaled(20 if role == "nav" else 16)
        self.setIconSize(QSize(size, size))
        self._tint()
        if self.isCheckable():
            self.toggled.connect(self._tint)
        self.clicked.connect(self._note)

    def set_icon(self, name: str) -> None:
        """Change the icon."""
        if name != self._icon:
            self._icon = name
            self._tint()

    def set_role(self, role: Role) -> None:
        """Let it be the one thing to do here, or another one beside it; it stays as it is otherwise."""
        if role != self._role:
            self._role, self._tinted = role, None
            self.setFont(theme.font(BODY, _weight(role)))
            set_property(self, "role", role)
            self._tint()

    def set_text(self, text: str) -> None:
        """Change the words and what is read out."""
        self.setText(text)
        self.setAccessibleName(text)

    def _note(self) -> None:
        note(f"click {self.objectName() or self.accessibleName()}")

    def _tint(self) -> None:
        if not self._icon:
            return
        tokens = theme.active()
        ink = {"primary": tokens.on_accent, "nav": tokens.muted}.get(self._role, tokens.text)
        active = tokens.accent if self.isChecked() else None
        tint = (self._icon, ink, active, None if self._role == "nav" else tokens.faint)
        # A button hears of its palette half a dozen times before it is shown.
        if tint != self._tinted:
            self._tinted = tint
            self.setIcon(icons.icon(self._icon, ink, active=active, disabled=tint[3]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it like Space, outside of dialogs too; once, however long it is held."""
        if event.key() in ENTER_KEYS:
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)


def _weight(role: Role) -> QFont.Weight:
    return QFont.Weight.DemiBold if role == "primary" else QFont.Weight.Medium


def primary(text: str, *, name: str = "", icon: str = "", says: str = "") -> Button:
    """The one thing to do here."""
    return Button(text, "primary", name=name, icon=icon, says=says)


def secondary(text: str, *, name: str = "", icon: str = "", says: str = "") -> Button:
    """Another thing to do here."""
    return Button(text, "secondary", name=name, icon=icon, says=says)


def ghost(text: str, *, name: str = "", icon: str = "", says: str = "") -> Button:
    """A quiet way out or aside."""
    return Button(text, "ghost", name=name, icon=icon, says=says)


def bare(text: str, *, name: str = "", icon: str = "", says: str = "") -> Button:
    """As a ghost, but its words begin and end at its edges: under a text or at the end of a card they stand in line."""
    made = Button(text, "ghost", name=name, icon=icon, says=says)
    made.setProperty("flush", "true")
    return made


def icon_button(icon: str, says: str, *, name: str = "") -> Button:
    """A square button with an icon only; says is its tooltip and its accessible name."""
    made = Button("", "ghost", name=name, icon=icon, says=says, tip=says)
    made.setFixedWidth(theme.scaled(CONTROL_HEIGHT))
    return made
