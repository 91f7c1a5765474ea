"""The bar below the pages of a world that can be turned: its time, more money, earlier states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu

from studio.kit import format as say
from studio.kit import theme
from studio.kit.problems import advice
from studio.kit.tokens import SMALL
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import Button, ghost
from studio.kit.widgets.card import reveal, row
from studio.kit.widgets.folded import FoldedButtons
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from services.wire.demo import Span
    from studio.demo_model import DemoModel, Work

_SPANS: tuple[tuple[Span, str], ...] = (("hour", mark("+1 hour")), ("day", mark("+1 day")), ("month", mark("+1 month")))
_WORKING: dict[Work, str] = {
    "turn": mark("Time passes…"),
    "give": mark("Minting…"),
    "keep": mark("Keeping…"),
    "restore": mark("Going back…"),
    "reset": mark("Beginning again…"),
}
_SAID_MS = 8_000
_DONE: dict[Work, str] = {
    "turn": mark("Later: what was due is done."),
    "give": mark("Demo money given."),
    "keep": mark("Snapshot kept."),
    "restore": mark("Back at the snapshot."),
    "reset": mark("A new world."),
}


class DemoBar(QFrame):
    """Hidden until the service says that its world can be turned. Signal: ``money_wanted`` for whoever sits here."""

    money_wanted = Signal()

    def __init__(self, model: DemoModel) -> None:
        super().__init__()
        self.setObjectName("demo.bar")
        self.setProperty("kit", "demo-bar")
        self.model = model
        self._time = text.Text(tabular=True, weight=text.Weight.Medium)
        self._time.setObjectName("demo.time")
        self._said = text.Shortened(ink="muted")
        self._said.setFont(theme.font(SMALL, text.Weight.Medium))
        self._said.setObjectName("demo.said")
        self._spans = [self._span(span, words) for span, words in _SPANS]
        self._give = ghost(tr("Get money"), name="demo.faucet", icon="plus")
        self._give.clicked.connect(self.money_wanted)
        self._keep = ghost(tr("Snapshot"), name="demo.keep", icon="inset")
        self._keep.clicked.connect(self._on_keep)
        self._back = ghost(tr("Restore"), name="demo.restore", icon="retry")
        self._menu = QMenu(self)
        self._menu.setObjectName("demo.snapshots")
        self._back.setMenu(self._menu)
        self._reset = ghost(tr("Reset"), name="demo.reset", icon="swap")
        self._reset.clicked.connect(self._on_reset)
        self._sure, self._last = False, ""
        self._more = FoldedButtons(tr("More for the demo"), name="demo.more")
        self.hush = QTimer(self)
        self.hush.setSingleShot(True)
        self.hush.setInterval(_SAID_MS)
        self.hush.timeout.connect(self._on_hush)
        # What the bar does at the left, how it went at the right; what one line has no room for is in a menu.
        self._line = row(Badge(tr("Demo"), "warn"), self._time, *self._spans, spacing=4)
        for part in (self._give, self._keep, self._back, self._reset, self._more):
            self._line.addWidget(part)
        self._line.addStretch(1)
        self._line.addWidget(self._said)
        self._line.setContentsMargins(16, 4, 16, 4)
        self.setLayout(self._line)
        model.changed.connect(self._render)
        self._render()

    def _span(self, span: Span, words: str) -> Button:
        button = ghost(words, name=f"demo.turn.{span}", says=tr("Turn the demo's clock forward by a {span}", span=span))
        button.setProperty("span", span)
        button.clicked.connect(self._on_span)
        return button

    def _render(self) -> None:
        state = self.model.state
        self.setVisible(state.world is not None)
        if state.world is None:
            return
        now = state.world.now.astimezone()
        self._time.setText(f"{say.day(now.date())} {now.year}, {say.clock(now)}")
        self._say(self._words(), "bad" if state.problem is not None else "muted")
        for button in (*self._spans, self._give, self._keep, self._reset):
            button.setEnabled(not state.working)
        self._back.setEnabled(not state.working and bool(state.world.snapshots))
        self._give.setToolTip(tr("{faucet} of demo money for whoever sits here", faucet=say.money(state.world.faucet)))
        self._reset.set_text(tr("Really reset?") if self._sure else tr("Reset"))
        names = [(kept.name, f"{kept.name}: {say.moment(kept.at)}") for kept in state.world.snapshots]
        if [action.text() for action in self._menu.actions()] != [words for _, words in names]:
            self._fill(names)
        self._fold()

    def _say(self, words: str, ink: str) -> None:
        """Say how it goes; that something is done is said for a while only."""
        if words != self._last:
            self._last = words
            self._said.setText(words)
            self._said.setToolTip(words)
            self._said.set_ink(ink)
            is_done = not self.model.state.working and self.model.state.problem is None
            if words and is_done:
                self.hush.start()
            else:
                self.hush.stop()

    def _on_hush(self) -> None:
        self._said.setText("")
        self._fold()

    def minimumSizeHint(self) -> QSize:
        """As narrow as a window: what has no room is folded."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Put buttons into the menu until the line has room: first what is pressed seldom."""
        seldom = [self._give, self._keep, self._back] + ([] if self._sure else [self._reset])
        ways: tuple[list[Button], ...] = ([], seldom, [*self._spans, *seldom])
        self._said.setVisible(bool(self._said.text()))
        self._more.fold(next((way for way in ways if self._width_without(way) <= self.width()), ways[-1]))
        for button in (*self._spans, *seldom, self._reset):
            reveal(button, when=button not in self._more.folded)

    def _width_without(self, folded: list[Button]) -> int:
        items = [item for at in range(self._line.count()) if (item := self._line.itemAt(at)) is not None]
        kept = [part for item in items if (part := item.widget()) is not None and part not in (*folded, self._more)]
        wide = [part.sizeHint().width() for part in kept if part is not self._said or self._said.text()]
        if folded:
            wide.append(self._more.sizeHint().width())
        margins = self._line.contentsMargins()
        return sum(wide) + self._line.spacing() * (len(wide) + 1) + margins.left() + margins.right()

    def _words(self) -> str:
        state = self.model.state
        if state.problem is not None:
            return advice(state.problem).happened
        percent = None if state.world is None else state.world.turned_percent
        if state.working == "turn" and percent is not None:
            return tr("Time passes: {percent} %", percent=percent)
        return tr(_WORKING.get(state.working, "")) or tr(_DONE.get(state.done, ""))

    def _fill(self, names: list[tuple[str, str]]) -> None:
        self._menu.clear()
        for name, words in names:
            action = self._menu.addAction(words)
            action.setData(name)
            action.triggered.connect(self._on_restore)

    def _on_span(self) -> None:
        self._calm()
        self.model.turn(self.sender().property("span"))

    def _on_keep(self) -> None:
        self._calm()
        world = self.model.state.world
        taken = {kept.name for kept in world.snapshots} if world else set()
        number = next(number for number in range(1, len(taken) + 2) if f"snapshot-{number}" not in taken)
        self.model.keep(f"snapshot-{number}")

    def _on_restore(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._calm()
            self.model.restore(str(action.data()))

    def _on_reset(self) -> None:
        """Ask once more: a reset takes all wallets and films of this world away."""
        if not self._sure:
            self._sure = True
            self._render()
            return
        self._calm()
        self.model.reset()

    def _calm(self) -> None:
        self._sure = False
        self._render()
