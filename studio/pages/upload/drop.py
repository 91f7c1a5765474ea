"""Where a file is dropped or clicked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QSizePolicy

from studio.kit.icons import Icon
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.card import Slot as DashedSlot
from studio.kit.widgets.text import set_property
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QMouseEvent

_FILTER = mark("Video (*.mp4 *.m4v *.mov *.mkv *.webm *.ts *.m2ts *.mpg *.avi *.wmv *.flv *.ogv);;All files (*)")
_INVITATION = mark("Drop a video here, or click to choose one")


class DropArea(DashedSlot):
    """Takes drops, clicks, Enter and Space.

    Signals: ``chosen(path)`` for one local file, ``several(paths)`` for more.
    """

    chosen = Signal(str)
    several = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.body.setSpacing(8)
        self.setObjectName("upload.drop")
        self.setAccessibleName(tr("Choose a video file"))
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dialog: QFileDialog | None = None
        centre = Qt.AlignmentFlag.AlignHCenter
        self._icon = Icon("upload", "accent", 36)
        self._title = text.lead(tr(_INVITATION))
        self._hint = text.muted(
            tr("MP4, MOV, MKV, WebM, TS or AVI, of any size. It stays on this computer."), wrap=False
        )
        self.body.addStretch(1)
        for part in (self._icon, self._title, self._hint):
            self.body.addWidget(part, 0, centre)
        self.body.addStretch(1)
        self.set_small(small=False)

    def set_small(self, *, small: bool) -> None:
        """Take one line while an upload is shown, or invite with the whole area."""
        self.setFixedHeight(scaled(88 if small else 320))
        self._icon.setVisible(not small)
        self._hint.setVisible(not small)
        self._title.setText(tr("Drop another video here, or click") if small else tr(_INVITATION))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_files(event):
            set_property(self, "selected", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_property(self, "selected", "false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self, "selected", "false")
        if paths := _local_files(event):
            event.acceptProposedAction()
            self._on_files(paths)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.ask()
        else:
            super().keyPressEvent(event)

    @Slot()
    def ask(self) -> None:
        """Open the file dialog."""
        if self._dialog is None:
            self._dialog = QFileDialog(self, tr("Choose a video"), "", tr(_FILTER))
            self._dialog.setObjectName("upload.dialog")
            self._dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            self._dialog.filesSelected.connect(self._on_files)
        self._dialog.open()

    @Slot(list)
    def _on_files(self, paths: list[str]) -> None:
        if len(paths) == 1:
            self.chosen.emit(paths[0])
        elif paths:
            self.several.emit(paths)


def _local_files(event: QDragEnterEvent | QDropEvent) -> list[str]:
    """Give the files of a drop; none when some of it is no file of this computer."""
    urls = event.mimeData().urls()
    return [url.toLocalFile() for url in urls] if all(url.isLocalFile() for url in urls) else []
