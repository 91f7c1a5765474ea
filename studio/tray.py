"""Tells notices as the person set them: from the tray where there is one, else in the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from studio.kit.icons import ICONS
from studio.kit.notice_words import ROUTES, together
from studio.kit.view_model import ViewModel
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from services.wire.notices import NoticeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

# What quiet hours and digests hold back comes when its time is over, without an event.
_LOOK_EVERY_MS = 60_000
_SHOWN_MS = 8_000


@dataclass(frozen=True, slots=True)
class TellingState:
    """latest: what was told last; count: how often something was."""

    latest: tuple[NoticeOut, ...] = ()
    count: int = 0


class TellingModel(ViewModel[TellingState]):
    """Takes what is to be told now; the desk knows the rules, and gives each notice once. Signal: ``due``."""

    watches = frozenset({"notice"})
    due = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, TellingState())
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    def refresh(self) -> None:
        """Ask what is to be told."""
        self._fetch(lambda desk: desk.notices.take(), self._on_notices, self._not_now)

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()

    def _on_notices(self, notices: tuple[NoticeOut, ...]) -> None:
        if notices:
            self._set(latest=notices, count=self.state.count + 1)
            self.due.emit()

    def _not_now(self, _problem: Problem) -> None:
        """The rail says that the service is gone."""


class Teller(QObject):
    """The icon in the tray, if the system has one. Signal: ``page_wanted(route)`` when a notice is clicked."""

    page_wanted = Signal(str)

    def __init__(self, window: QWidget, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._say = window, say
        self._route = ""
        self._models: dict[str, TellingModel] = {}
        self.icon: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.icon = self._put_icon()

    def follow(self, context: PageContext) -> None:
        """Tell what happens to one desk."""
        if context.desk_id in self._models:
            return
        model = self._models[context.desk_id] = TellingModel(context)
        model.due.connect(self._on_due)
        model.refresh()

    def forget(self) -> None:
        """Follow nobody: the world is another one."""
        for model in self._models.values():
            model.stop()
            model.deleteLater()
        self._models.clear()

    def close(self) -> None:
        """Take the icon away."""
        self.forget()
        if self.icon is not None:
            self.icon.hide()

    def _put_icon(self) -> QSystemTrayIcon:
        icon = QSystemTrayIcon(QIcon(str(ICONS / "app.svg")), self)
        icon.setToolTip(tr("Museclock"))
        icon.setContextMenu(self.icon_menu())
        icon.activated.connect(self.bring_forward)
        icon.messageClicked.connect(self._on_message)
        icon.show()
        return icon

    def icon_menu(self) -> QMenu:
        """Make what a click on the icon offers."""
        menu = QMenu(self._window)
        menu.setObjectName("tray.menu")
        show, leave = QAction(tr("Open Museclock"), menu), QAction(tr("Quit"), menu)
        show.triggered.connect(self.bring_forward)
        leave.triggered.connect(self._window.close)
        menu.addAction(show)
        menu.addAction(leave)
        return menu

    @Slot()
    def bring_forward(self) -> None:
        """Show the window above all others."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def _on_due(self) -> None:
        model = self.sender()
        if isinstance(model, TellingModel):
            self.tell(model.state.latest)

    def tell(self, notices: tuple[NoticeOut, ...]) -> None:
        """Say them: a message of the system, or the window's own."""
        words, self._route = together(notices), ROUTES[notices[-1].kind]
        if self.icon is not None and self.icon.supportsMessages():
            self.icon.showMessage(tr("Museclock"), words, self.icon.icon(), _SHOWN_MS)
        else:
            self._say(words)

    @Slot()
    def _on_message(self) -> None:
        self.bring_forward()
        if self._route:
            self.page_wanted.emit(self._route)
