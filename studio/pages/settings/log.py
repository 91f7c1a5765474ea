"""The log and a diagnosis: what the service wrote down, by how bad it is, and a copy for whoever helps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from studio.kit.format import moment
from studio.kit.keeping import save_evidence
from studio.kit.sieve import sieve
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.versions import versions
from studio.kit.widgets import text
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.choice import Choice
from studio.kit.words import mark, tr
from studio.pages.settings.log_lines import LogLine, as_text, read_log

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from studio.kit.context import PageContext
    from studio.kit.tokens import Tone
    from studio.pages.settings.view_model import SettingsViewModel

_TONES: dict[str, tuple[str, Tone]] = {
    "DEBUG": (mark("detail"), "neutral"),
    "INFO": (mark("note"), "neutral"),
    "WARNING": (mark("warning"), "warn"),
    "ERROR": (mark("error"), "bad"),
    "CRITICAL": (mark("error"), "bad"),
}
_FILTERS = (("INFO", mark("Everything")), ("WARNING", mark("Warnings and errors")), ("ERROR", mark("Errors only")))
_SHOWN = 8
_TOLD = 60


class LogCard(Card):
    """Reads the file itself: it is there also when the service is not."""

    def __init__(self, context: PageContext, model: SettingsViewModel) -> None:
        super().__init__(tr("Diagnosis"))
        self.setObjectName("settings.log")
        self._context, self._model = context, model
        self.body.addWidget(
            text.muted(
                tr("What the service wrote down last. Keys, tokens and signatures are taken out of what you see and "
                   "of what you copy.")
            )
        )  # fmt: skip
        self._level = Choice(
            [(key, tr(words)) for key, words in _FILTERS], name="settings.log.level", says=tr("Which lines")
        )
        self._level.picked.connect(self._read)
        again = secondary(tr("Look again"), name="settings.log.again", icon="retry")
        again.clicked.connect(self._read)
        line = row(self._level, again)
        line.addStretch(1)
        self.body.addLayout(line)
        self._rows: TableModel[LogLine] = TableModel(_columns(), self)
        self.table = Table(self._rows, name="settings.log.table", says=tr("Lines of the log"))
        self.body.addWidget(self.table)
        self._none = text.muted(tr("Nothing of this kind was written down."))
        self.body.addWidget(self._none)
        copy = secondary(tr("Copy a diagnosis"), name="settings.log.copy", icon="copy")
        copy.clicked.connect(self._copy)
        keep = secondary(tr("Save evidence"), name="settings.log.evidence", icon="download")
        keep.clicked.connect(save_evidence)
        buttons = row(keep, copy)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)
        self._read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def diagnosis(self) -> str:
        """Write versions, the service's word on itself and the last warnings, without secrets."""
        health = self._model.state.health
        told = {
            "versions": versions(),
            "service": None if health is None else health.model_dump(mode="json", exclude={"samples"}),
            "demo": self._context.demo,
        }
        lines = as_text(self._lines("WARNING")[:_TOLD])
        return sieve(json.dumps(told, indent=1)) + "\n" + (lines or "no warnings")

    def _lines(self, least: str) -> tuple[LogLine, ...]:
        return read_log(Path(self._context.profile_path), least) if self._context.profile_path else ()

    def _read(self) -> None:
        lines = self._lines(self._level.key or "INFO")
        self._rows.set_rows(lines)
        self.table.setVisible(bool(lines))
        self._none.setVisible(not lines)
        self.table.fit_rows(_SHOWN)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.diagnosis())
        self._context.notify(tr("Diagnosis copied. It holds no secrets."))


def _columns() -> list[Column[LogLine]]:
    return [
        Column(tr("When"), lambda line: Cell(moment(line.at), muted=True), width=130),
        Column(tr("Level"), _level, width=100),
        Column(tr("Event"), lambda line: Cell(line.event, tip=line.details or line.event), width=0),
        Column(tr("From"), lambda line: Cell(line.source.removeprefix("services."), muted=True, tip=line.details),
               width=170, at_need=True),
    ]  # fmt: skip


def _level(line: LogLine) -> Cell:
    words, tone = _TONES[line.level]
    return Cell(tr(words), tone, badge=True)
