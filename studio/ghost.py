"""What stands in the place of a page until the page is there: its outline in grey."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.tokens import GUTTER, PAGE_PADDING
from studio.kit.widgets.card import row
from studio.kit.widgets.skeleton import Skeleton


class PageGhost(QWidget):
    """A head line, a row of tiles and a large card."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ghost")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAGE_PADDING, GUTTER, PAGE_PADDING, PAGE_PADDING)
        layout.setSpacing(GUTTER)
        layout.addWidget(Skeleton(28, part=20))
        layout.addLayout(row(*(Skeleton(158, card=True) for _ in range(4)), spacing=GUTTER))
        layout.addWidget(Skeleton(364, card=True))
        layout.addStretch(1)
