"""PySide6 keeps reference counts right: 6.12.0 lost one of None at every void call on Python 3.11, and aborted."""

from __future__ import annotations

import sys

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPen

ROUNDS = 1000
# Other code may take or drop a few references meanwhile; the fault was one a call, so thousands.
SLACK = 50


def test_void_calls_leave_none_alone(qapp: object) -> None:
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    font, pen = QFont(), QPen()
    before = sys.getrefcount(None)
    for _ in range(ROUNDS):
        painter.setPen(pen)
        painter.setFont(font)
        painter.fillRect(0, 0, 4, 4, Qt.GlobalColor.black)
        font.setBold(True)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < SLACK


def test_absent_model_data_leaves_none_and_bools_alone(qapp: object) -> None:
    model = QStringListModel(["one"])
    index = model.index(0, 0)
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(ROUNDS):
        index.data(Qt.ItemDataRole.DecorationRole)
        model.insertRows(0, 0)
        index.isValid()
    after = [sys.getrefcount(value) for value in (None, True, False)]
    assert all(abs(now - then) < SLACK for then, now in zip(before, after, strict=True))
