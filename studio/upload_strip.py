"""Below every page: what of the uploads is on its way, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.kit.icons import Icon
from studio.kit.tokens import PAGE_PADDING
from studio.kit.view_model import ViewModel
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from services.wire.uploads import StageName, UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem
    from studio.kit.tokens import Tone

_SHOWN = ("working", "publishing", "failed", "queued")
"""In the order in which one of them is named."""
_STAGES: dict[StageName, str] = {
    "hash": mark("being named"),
    "check": mark("being checked"),
    "cut": mark("being cut"),
    "seal": mark("being encrypted"),
    "store": mark("being stored"),
    "pin": mark("being copied"),
    "register": mark("being put up for sale"),
    "elsewhere": mark("being fetched back"),
}
_BAR_WIDTH = 160


@dataclass(frozen=True, slots=True)
class StripState:
    """uploads: those that are on their way or stopped, the one to name first."""

    uploads: tuple[UploadOut, ...] = ()


class StripModel(ViewModel[StripState]):
    """Follows the uploads of one desk."""

    watches = frozenset({"upload"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, StripState())

    def refresh(self) -> None:
        """Load the uploads."""
        self._fetch(lambda desk: desk.uploads.list(), self._on_uploads, self._no_uploads)

    def _on_uploads(self, uploads: tuple[UploadOut, ...]) -> None:
        shown = [upload for upload in uploads if upload.state in _SHOWN]
        self._set(uploads=tuple(sorted(shown, key=lambda upload: _SHOWN.index(upload.state))))

    def _no_uploads(self, _problem: Problem) -> None:
        """The service says elsewhere that it is not there."""


class UploadStrip(QFrame):
    """One line; hidden while nothing is on its way, or while somebody else sits here."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setProperty("kit", "inset")
        self.setObjectName("uploads.strip")
        self.model = StripModel(context)
        self._is_here = True
        self._icon = Icon("upload", "accent", 16)
        self._words = text.Text(size=12, tabular=True)
        self._words.setObjectName("uploads.strip.words")
        self._more = text.caption()
        self._bar = ProgressBar()
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._open = ghost(tr("Show"), name="uploads.strip.open", says=tr("Show this upload"))
        self._open.clicked.connect(self._on_open)
        line = QHBoxLayout(self)
        line.setContentsMargins(PAGE_PADDING, 4, PAGE_PADDING, 4)
        line.setSpacing(12)
        for part in (self._icon, self._words, self._bar, self._more):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self._open)
        self.model.changed.connect(self._render)
        self.hide()
        self.model.refresh()

    def sit(self, *, is_here: bool) -> None:
        """Show it to whom the uploads belong."""
        self._is_here = is_here
        self._render()

    def _render(self) -> None:
        uploads = self.model.state.uploads
        self.setVisible(bool(uploads) and self._is_here)
        if not uploads:
            return
        first, rest = uploads[0], len(uploads) - 1
        words, percent, tone = _told(first)
        self._words.setText(words)
        self._icon.show_icon("alert" if tone == "bad" else "upload", tone)
        self._bar.setVisible(percent is not None)
        self._bar.show_progress(percent or 0, 100, tone)
        self._bar.setAccessibleName(words)
        self._more.setText(tr_count(rest, "and another one", "and {count} others") if rest else "")
        self.setAccessibleName(words)

    def _on_open(self) -> None:
        uploads = self.model.state.uploads
        if uploads:
            self.model.context.navigate("upload", {"id": uploads[0].id})


def _told(upload: UploadOut) -> tuple[str, int | None, Tone]:
    """Say how an upload stands, how far its stage is, and in which tone."""
    name = upload.draft.title.strip() or upload.file_name
    if upload.state == "failed":
        return tr("{film}: stopped", film=name), None, "bad"
    stage = next((stage for stage in upload.stages if stage.state == "running"), None)
    if stage is None:
        return tr("{film}: waiting", film=name), None, "accent"
    percent = min(100, stage.done * 100 // stage.total) if stage.total else 0
    return (
        tr("{film}: {stage}, {percent} %", film=name, stage=tr(_STAGES[stage.name]), percent=percent),
        percent,
        "accent",
    )
