"""What can be wrong with a film: the reasons that its node's operator is told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu

    from services.wire.moderation import ReportReason

_REASONS: dict[ReportReason, str] = {
    "misleading": mark("It is not what it says"),
    "spam": mark("Spam"),
    "harassment": mark("It attacks people"),
    "sexual": mark("Sexual content"),
    "violence": mark("Violence"),
    "infringement": mark("It belongs to somebody else"),
    "illegal": mark("It is illegal"),
    "other": mark("Something else"),
}


def add_report_menu(menu: QMenu, tell: Callable[[ReportReason], None]) -> None:
    """Put the reasons into a menu of their own."""
    reasons = menu.addMenu(tr("Report this film"))
    reasons.setObjectName("film.report")
    for reason, words in _REASONS.items():
        reasons.addAction(tr(words)).triggered.connect(partial(tell, reason))
