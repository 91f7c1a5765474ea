"""The frame: rail at the left, one page at the right, a toast over both. Knows routes by name only."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.ghost import PageGhost
from studio.kit.icons import ICONS
from studio.kit.qt_values import CLICK_FOCUS
from studio.kit.trail import note
from studio.kit.words import tr

if TYPE_CHECKING:
    from studio.kit.service_state import ServiceState
    from studio.kit.widgets.toast import Toast
    from studio.rail import Rail


@runtime_checkable
class KeyedPage(Protocol):
    """A page with keys of its own."""

    def list_keys(self) -> None:
        """Show what they do."""


class Window(QMainWindow):
    """Takes files that are dropped anywhere.

    Signals: ``page_wanted(route)``, ``painted`` once when the first paint is done, ``closing`` before it goes,
    ``files_dropped(paths)`` for local files that no part of the page took.
    """

    page_wanted = Signal(str)
    painted = Signal()
    closing = Signal()
    files_dropped = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(tr("Museclock"))
        self.setAcceptDrops(True)
        self.setMinimumSize(860, 560)
        self.resize(1280, 800)
        self._was_painted = False
        self._after_paint = QTimer(self)
        self._after_paint.setSingleShot(True)
        self._after_paint.timeout.connect(self.painted)
        self._rail: Rail | None = None
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        self._stack.addWidget(PageGhost())
        ground = QWidget()
        ground.setProperty("kit", "ground")
        self._row = QHBoxLayout(ground)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._pages = QVBoxLayout()
        self._pages.setSpacing(0)
        self._pages.addWidget(self._stack, 1)
        self._row.addLayout(self._pages, 1)
        ground.setProperty("focusPolicy", CLICK_FOCUS)
        self.setCentralWidget(ground)
        ground.setFocus()
        self._ground = ground

    @property
    def rail(self) -> Rail | None:
        """The rail, None before a world is open."""
        return self._rail

    @property
    def page(self) -> QWidget | None:
        """The page on top."""
        return self._stack.currentWidget()

    @cached_property
    def toast(self) -> Toast:
        """Good news at the lower edge."""
        from studio.kit.widgets.toast import Toast  # not needed at the start

        return Toast(self._ground, over=self._stack)

    def set_rail(self, rail: Rail) -> None:
        """Put a rail at the left, with a key for each of its pages."""
        if self._rail is not None:
            self._row.removeWidget(self._rail)
            self._rail.deleteLater()
        self._rail = rail
        self._row.insertWidget(0, rail)
        rail.fit(self.width(), anew=True)

    def set_bar(self, bar: QWidget) -> None:
        """Put a bar below the pages."""
        self._pages.addWidget(bar)

    def add_help(self, *actions: QAction) -> None:
        """Put actions into the help menu of the rail, and let their keys work everywhere."""
        for action in actions:
            self.addAction(action)
        if self._rail is not None:
            self._rail.help.show_actions(actions)

    def drop_actions(self) -> None:
        """Forget the actions and their keys; others follow."""
        for action in self.actions():
            self.removeAction(action)
            action.deleteLater()

    @Slot()
    def show_keys(self) -> None:
        """List what the keyboard can do; a page that has keys of its own is asked first."""
        page = self.page
        if isinstance(page, KeyedPage):
            page.list_keys()
            return
        from studio.shortcuts import ShortcutsDialog  # only when somebody asks

        ShortcutsDialog(self.actions(), self).open()

    def add_key(self, keys: str, route: str, name: str) -> None:
        """Let a key open a page."""
        action = QAction(name, self)
        action.setShortcut(keys)
        action.setData(route)
        action.triggered.connect(self._on_key)
        self.addAction(action)

    def show_page(self, page: QWidget, route: str) -> None:
        """Bring a page to the top; it is kept for the next time."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        note(f"page {route}")
        if self._rail is not None:
            self._rail.mark(route)

    def drop_page(self, page: QWidget) -> None:
        """Forget a page and let it go."""
        self._stack.removeWidget(page)
        page.deleteLater()

    def show_service(self, state: ServiceState) -> None:
        """Say in the rail how the service is."""
        if self._rail is None:
            return
        from studio.kit.service_state import Phase  # both are not needed at the start
        from studio.service_words import told

        self._rail.service.say(*told(state), may_start=state.phase is Phase.DOWN)

    def show_icon(self) -> None:
        """Give the window its icon; after the first paint, for it costs the start."""
        self.setWindowIcon(QIcon(str(ICONS / "app.svg")))

    @Slot()
    def _on_key(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.page_wanted.emit(str(action.data()))

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Show what the key leads to: a scroll area does so only while the focus moves inside it."""
        has_moved = super().focusNextPrevChild(forwards)
        here: QWidget | None = self.focusWidget()
        around = here.parentWidget() if has_moved and here is not None else None
        while here is not None and around is not None:
            if isinstance(around, QScrollArea):
                around.ensureWidgetVisible(here)
            around = around.parentWidget()
        return has_moved

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := _local_files(event):
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self._after_paint.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._rail is not None:
            self._rail.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)


def _local_files(event: QDropEvent) -> list[str]:
    """Give the files of a drop; none when some of it is no file of this computer."""
    urls = event.mimeData().urls()
    return [url.toLocalFile() for url in urls] if all(url.isLocalFile() for url in urls) else []
