"""The named stages of an upload, each with its bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.format import size
from studio.kit.icons import Icon
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost
from studio.kit.widgets.card import row
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.uploads import StageName, StageOut, StageState
    from studio.kit.tokens import Tone

_NAMES: dict[StageName, tuple[str, str]] = {
    "hash": (mark("Name the file"), mark("So that work goes on with this very file")),
    "check": (mark("Check the file"), mark("Can it be read, cut and played?")),
    "cut": (mark("Cut into parts"), mark("About ten seconds each, at keyframes")),
    "seal": (mark("Encrypt"), mark("Each part under a key of its own")),
    "store": (mark("Store"), mark("Blocks named by their content")),
    "pin": (mark("Keep"), mark("Here, at the node and at your storages")),
    "register": (mark("Put up for sale"), mark("Signed by your wallet")),
    "elsewhere": (mark("Playable elsewhere"), mark("Fetched back as a stranger would")),
}
_STATES: dict[StageState, tuple[str, str, Tone]] = {
    "waiting": (mark("waiting"), "clock", "neutral"),
    "running": (mark("running"), "retry", "accent"),
    "paused": (mark("paused"), "clock", "warn"),
    "done": (mark("done"), "check", "ok"),
    "failed": (mark("stopped"), "alert", "bad"),
}


class StageRow(QWidget):
    """One stage: what it does, how far it is, how fast. Signal: ``again(name)``."""

    again = Signal(str)

    def __init__(self, name: StageName) -> None:
        super().__init__()
        self.setObjectName(f"upload.stage.{name}")
        self._title, why = (tr(words) for words in _NAMES[name])
        self._icon = Icon("clock", "neutral", 16)
        self._words = text.Text(size=12, ink="muted", tabular=True)
        self._bar = ProgressBar()
        self._bar.setAccessibleName(self._title)
        head = row(self._icon, text.Text(self._title, weight=text.Weight.Medium), text.caption(why), spacing=10)
        head.addStretch(1)
        head.addWidget(self._words)
        self._retry = ghost(
            tr("Try again"),
            name=f"upload.stage.{name}.retry",
            icon="retry",
            says=tr("{title}: try again", title=self._title),
        )
        self._retry.clicked.connect(lambda: self.again.emit(name))
        head.addWidget(self._retry)
        self._why = text.caption(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addWidget(self._why)

    def show_stage(self, stage: StageOut) -> None:
        """Show how far the stage is."""
        words, icon, tone = _STATES[stage.state]
        self._icon.show_icon(icon, tone)
        done, total = (1, 1) if stage.state == "done" else (stage.done, stage.total)
        self._bar.show_progress(done, total, "ok" if stage.state == "done" else tone if tone != "neutral" else "accent")
        self._words.setText(_running(self._bar.percent, stage.bytes_per_s) if stage.state == "running" else tr(words))
        problem = stage.problem
        told = None if problem is None else advice(Problem(problem.code, problem.params))
        self._why.setText("" if told is None else told.sentence)
        self._why.setVisible(told is not None)
        self._retry.setVisible(stage.can_retry)
        self.setAccessibleName(f"{self._title}: {self._words.text()}")


def _running(percent: int, bytes_per_s: int) -> str:
    return f"{percent} %  ·  {size(bytes_per_s)}/s" if bytes_per_s else f"{percent} %"


class StageList(QWidget):
    """Some stages in their order. Signal: ``again(name)`` when one of them is to be done again."""

    again = Signal(str)

    def __init__(self, names: Sequence[StageName] = tuple(_NAMES)) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        self._rows = {name: StageRow(name) for name in names}
        for stage_row in self._rows.values():
            stage_row.again.connect(self.again)
            layout.addWidget(stage_row)

    def show_stages(self, stages: Sequence[StageOut]) -> None:
        """Show how far they are."""
        for stage in stages:
            if stage.name in self._rows:
                self._rows[stage.name].show_stage(stage)
