"""The one way a page says that something failed: what happened, what to do, and the button for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout

from studio.kit.icons import Icon
from studio.kit.keeping import evidence_action, save_evidence
from studio.kit.problems import Action, Problem, advice
from studio.kit.trail import note
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, icon_button
from studio.kit.widgets.flow import Beside
from studio.kit.words import tr


class ProblemBanner(QFrame):
    """Shows a problem or hides. Signal: ``acted(action, problem)`` when its button is pressed.

    Copying the details is done here; every other action belongs to the page.
    """

    acted = Signal(object, object)

    def __init__(self, *, name: str = "problem") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("banner", "bad")
        self.problem: Problem | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(Icon("alert", "bad"), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.happened = text.Text(weight=text.Weight.DemiBold, wrap=True)
        self.next_step = text.body()
        words.addWidget(self.happened)
        words.addWidget(self.next_step)
        self.button = Button("", "secondary", name=f"{name}.action")
        self.button.clicked.connect(self._act)
        self.keep = icon_button("download", tr("Save evidence"), name=f"{name}.evidence")
        self.keep.clicked.connect(save_evidence)
        layout.addWidget(Beside(words, self.button, self.keep), 1)
        self.hide()

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or hide for None."""
        self.problem = problem
        if problem is not None:
            note(f"problem {problem.code}")
            told = advice(problem)
            self.happened.setText(told.happened)
            self.next_step.setText(told.next_step)
            self.button.set_text(told.label)
            self.button.setVisible(told.action is not Action.NONE)
            self.keep.setVisible(evidence_action() is not None)
            self.setAccessibleName(told.sentence)
        self.setVisible(problem is not None)

    def _act(self) -> None:
        if self.problem is None:
            return
        action = advice(self.problem).action
        if action is Action.COPY_DETAILS:
            QApplication.clipboard().setText(f"{self.problem.code} {dict(self.problem.params)} {self.problem.trace}")
        self.acted.emit(action, self.problem)
