"""Notifications: what is told, one by one or together, and when not; and what was noted last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from studio.kit.format import moment, time_of_day
from studio.kit.notice_words import DIGESTS, NAMES, told
from studio.kit.table import Cell, Column, Table, TableModel
from studio.kit.theme import font
from studio.kit.tokens import GRID
from studio.kit.widgets import text
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.choice import Choice
from studio.kit.widgets.tick import Tick
from studio.kit.words import tr
from studio.pages.settings.notices_model import NoticesViewModel

if TYPE_CHECKING:
    from services.wire.notices import Digest, NoticeKind, NoticeOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem

_EVENING, _MORNING, _STEP = 22 * 60, 7 * 60, 30
_SHOWN = 8


class NoticesCard(Card):
    """Every change is kept at once; nothing has to be saved."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Notifications"))
        self.setObjectName("settings.notices")
        self._context = context
        self.model = NoticesViewModel(context)
        self.body.addWidget(text.muted(tr("Told by your system while Museclock runs. What is not told is kept below.")))
        self.banner = ProblemBanner(name="settings.notices.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._kinds: dict[NoticeKind, Tick] = {}
        for kind, words in NAMES.items():
            self._kinds[kind] = box = _box(tr(words), f"settings.notices.{kind}")
            box.clicked.connect(partial(self._on_kind, kind))
        kinds = QVBoxLayout()
        kinds.setSpacing(GRID)
        for box in self._kinds.values():
            kinds.addWidget(box)
        self.body.addLayout(kinds)
        self._digest = Choice(
            [(key, tr(words)) for key, words in DIGESTS.items()], name="settings.notices.digest", says=tr("How often")
        )
        self._digest.picked.connect(self._on_digest)
        line = row(text.body(tr("How often")), self._digest)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self._quiet = _box(tr("Quiet hours"), "settings.notices.quiet")
        self._quiet.clicked.connect(self._on_quiet)
        self._from, self._to = _times("from", tr("Quiet from"), _EVENING), _times("to", tr("Quiet until"), _MORNING)
        for choice in (self._from, self._to):
            choice.picked.connect(self._on_quiet)
        hours = row(self._quiet, self._from, text.muted(tr("to"), wrap=False), self._to)
        hours.insertStretch(1, 1)
        self.body.addLayout(hours)
        self._rows: TableModel[NoticeOut] = TableModel(_columns(), self)
        self.table = Table(self._rows, name="settings.notices.table", says=tr("Latest notices"))
        self._none = text.muted(tr("Nothing happened yet. What does is listed here."))
        self.body.addWidget(self.table)
        self.body.addWidget(self._none)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        rules = state.rules
        for part in (*self._kinds.values(), self._digest, self._quiet):
            part.setEnabled(rules is not None)
        quiet = rules is not None and rules.quiet_from is not None and rules.quiet_to is not None
        if rules is not None:
            for kind, box in self._kinds.items():
                box.setChecked(kind not in rules.off)
            self._digest.choose(rules.digest)
            self._quiet.setChecked(quiet)
            if rules.quiet_from is not None and rules.quiet_to is not None:
                self._from.choose(str(rules.quiet_from // _STEP * _STEP))
                self._to.choose(str(rules.quiet_to // _STEP * _STEP))
        self._from.setEnabled(quiet)
        self._to.setEnabled(quiet)
        rows = () if state.notices is None else state.notices.rows
        self._rows.set_rows(rows)
        self.table.setVisible(bool(rows))
        self._none.setVisible(state.notices is not None and not rows)
        self.table.fit_rows(_SHOWN)

    def _on_kind(self, kind: NoticeKind) -> None:
        self.model.tell(kind, wanted=self._kinds[kind].isChecked())

    def _on_digest(self, key: str) -> None:
        digest: Digest = next(one for one in DIGESTS if one == key)
        self.model.digest(digest)

    def _on_quiet(self) -> None:
        if self._quiet.isChecked():
            self.model.quiet(int(self._from.key), int(self._to.key))
        else:
            self.model.quiet(None, None)

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)


def _columns() -> list[Column[NoticeOut]]:
    return [
        Column(tr("When"), lambda row: Cell(moment(row.at), muted=True), width=130),
        Column(tr("What"), lambda row: Cell(told(row), tip=told(row), muted=row.is_read), width=0),
    ]


def _box(words: str, name: str) -> Tick:
    box = Tick(words)
    box.setObjectName(name)
    box.setFont(font())
    return box


def _times(name: str, says: str, at: int) -> Choice:
    options = [(str(minute), time_of_day(minute)) for minute in range(0, 24 * 60, _STEP)]
    choice = Choice(options, name=f"settings.notices.{name}", says=says)
    choice.choose(str(at))
    return choice
