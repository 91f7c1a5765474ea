"""The frame of a page: padding, a head line, content up to 1200 wide at 100 %, scrolled when the window is small."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.kit.theme import scaled
from studio.kit.tokens import CONTENT_WIDTH, CONTROL_HEIGHT, GUTTER, PAGE_PADDING
from studio.kit.widgets import text
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.flow import Flow


class PageFrame(QScrollArea):
    """Pages put their parts into ``body``, buttons of the whole page into ``buttons``."""

    def __init__(self, title: str, *, width: int = CONTENT_WIDTH) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title)
        ground = QWidget()
        ground.setProperty("kit", "ground")
        outer = QHBoxLayout(ground)
        outer.setContentsMargins(PAGE_PADDING, GUTTER, PAGE_PADDING, PAGE_PADDING)
        inner = QWidget()
        inner.setMaximumWidth(scaled(width))
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(GUTTER)
        self.title = text.heading(title)
        # As high as with buttons beside it: from page to page it stays where it is.
        self.title.setMinimumHeight(scaled(CONTROL_HEIGHT))
        self.subtitle = text.muted(wrap=False)
        held = QWidget()
        self.buttons = Flow()
        held.setLayout(self.buttons)
        self.body.addLayout(Flow(self.title, self.subtitle, held, spacing=12, apart=True))
        self.banner = ProblemBanner()
        self.body.addWidget(self.banner)
        self.setWidget(ground)
