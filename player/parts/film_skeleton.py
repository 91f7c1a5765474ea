"""Grey cards where films are going to be."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from studio.kit.tokens import GUTTER
from studio.kit.widgets.skeleton import Skeleton


class FilmSkeleton(QWidget):
    """Two rows of four."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GUTTER)
        for at in range(8):
            card = QWidget()
            layout = QVBoxLayout(card)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(10)
            layout.addWidget(Skeleton(130))
            layout.addWidget(Skeleton(14, parts=(80,)))
            layout.addWidget(Skeleton(12, parts=(45,)))
            grid.addWidget(card, at // 4, at % 4)
