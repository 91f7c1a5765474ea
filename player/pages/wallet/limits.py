"""Limits on everything that is signed: what is used of them today, and the form to change them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.kit.format import money, money_exact, short
from studio.kit.problems import advice
from studio.kit.tokens import CONTROL_HEIGHT
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.fields import Fact, Field
from studio.kit.widgets.money_field import MoneyField
from studio.kit.widgets.progress import ProgressBar
from studio.kit.widgets.skeleton import skeleton_lines
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.units.address import Address
    from services.units.money import Money
    from services.wire.desk import BudgetsOut, FilmBudgetOut
    from studio.kit.problems import Problem

_MOST_CREATORS, _MOST_FILMS = 4, 6
_NEARLY = 90


class LimitsCard(Card):
    """Signals: ``change_wanted(bool)`` opens or leaves the form, ``save_wanted(day, creator, passphrase)``.

    ``film_ended(content_id)``: that film shall buy nothing more by itself.

    asks: whether raising a limit needs a passphrase; a wallet that opens by itself has none.
    """

    change_wanted = Signal(bool)
    save_wanted = Signal(object, object, object)
    film_ended = Signal(str)

    def __init__(self, *, asks: bool) -> None:
        super().__init__(tr("Limits"))
        self._asks = asks
        self._budgets: BudgetsOut | None = None
        self._change = ghost(tr("Change"), name="wallet.limits.change", says=tr("Change the limits"))
        self._change.clicked.connect(self._on_change)
        self.head.addStrut(CONTROL_HEIGHT)  # the head stays as high while the button is away
        self.head.addWidget(self._change)
        self._waiting = skeleton_lines(100, 60, 100)
        self._day = _Used(tr("Today"), "wallet.used.day")
        self._creators = QVBoxLayout()
        self._creators.setSpacing(12)
        self._each = text.muted()
        self._each.setObjectName("wallet.limit.words")
        self._films = QVBoxLayout()
        self._films.setSpacing(12)
        shown = column(self._day, spacing=12)
        shown.addLayout(self._creators)
        shown.addLayout(self._films)
        shown.addWidget(self._each)
        self._figures = holder(shown)
        self._form = _Form(asks=asks)
        self._form.left.connect(self._on_leave)
        self._form.saved.connect(self.save_wanted)
        for part in (self._waiting, self._figures, self._form):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._figures.hide()
        self._form.hide()

    def show_limits(
        self,
        budgets: BudgetsOut | None,
        names: Mapping[Address, str],
        *,
        changing: bool,
        saving: bool,
        problem: Problem | None,
    ) -> None:
        """Show the limits; names: of creators by address."""
        self._waiting.setVisible(budgets is None)
        self._figures.setVisible(budgets is not None and not changing)
        self._change.setVisible(not changing)
        self._change.setEnabled(budgets is not None)
        if budgets is None:
            return
        if changing and self._form.isHidden():
            self._form.begin(budgets)
        self._form.setVisible(changing)
        self._form.show_state(problem, saving=saving)
        if budgets != self._budgets:
            self._budgets = budgets
            self._show_figures(budgets, names)

    def _show_figures(self, budgets: BudgetsOut, names: Mapping[Address, str]) -> None:
        self._day.show_used(budgets.day.spent, budgets.day.limit)
        for lines in (self._creators, self._films):
            while (item := lines.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
        for used in budgets.creators[:_MOST_CREATORS]:
            line = _Used(names.get(used.creator) or short(used.creator), "wallet.used.creator")
            line.show_used(used.spent, budgets.creator_limit)
            self._creators.addWidget(line)
        for film in budgets.films[:_MOST_FILMS]:
            self._films.addWidget(self._film_line(film))
        self._each.setText(
            tr(
                "At most {limit} a day, and {creator_limit} a day for each creator. "
                "These hold for everything that is signed, by a click or by itself. How far one film may go without "
                "asking is set while watching it; those that still may are listed here.",
                limit=money(budgets.day.limit),
                creator_limit=money(budgets.creator_limit),
            )
        )

    def _film_line(self, film: FilmBudgetOut) -> QWidget:
        used = _Used(film.title, "wallet.used.film")
        used.show_used(film.spent, film.limit)
        end = ghost(
            tr("End"), name="wallet.film.end", says=tr("Buy nothing more of {title} by itself", title=film.title)
        )
        end.setToolTip(end.accessibleName())
        end.clicked.connect(partial(self.film_ended.emit, film.content_id))
        line = row(spacing=12)
        line.addWidget(used, 1)
        line.addWidget(end)
        return holder(line)

    def _on_change(self) -> None:
        self.change_wanted.emit(True)

    def _on_leave(self) -> None:
        self.change_wanted.emit(False)


class _Used(QWidget):
    """What is used of a limit today."""

    def __init__(self, name: str, name_of_value: str) -> None:
        super().__init__()
        self._name = name
        self._fact = Fact(name, name_of_value=name_of_value, shorten=True)
        self._bar = ProgressBar()
        self.setLayout(column(self._fact, self._bar, spacing=6))

    def show_used(self, spent: Money, limit: Money) -> None:
        """Show both sums and their share."""
        self._fact.show_value(
            tr("{spent} of {limit}", spent=money(spent), limit=money(limit)),
            tr("{spent} of {limit}", spent=money_exact(spent), limit=money_exact(limit)),
        )
        self._bar.show_progress(spent.micros, limit.micros)
        self._bar.show_progress(spent.micros, limit.micros, "warn" if self._bar.percent >= _NEARLY else "accent")
        self._bar.setAccessibleName(tr("{name}: used of the limit", name=self._name))


class _Form(QWidget):
    """Signals: ``saved(day, creator, passphrase)``, ``left``."""

    saved = Signal(object, object, object)
    left = Signal()

    def __init__(self, *, asks: bool) -> None:
        super().__init__()
        self._asks = asks
        self._budgets: BudgetsOut | None = None
        self._day, self._creator = MoneyField(name="wallet.limit.day"), MoneyField(name="wallet.limit.creator")
        self._secret = QLineEdit()
        self._secret.setObjectName("wallet.limit.passphrase")
        self._secret.setEchoMode(QLineEdit.EchoMode.Password)
        self._secret.setMaxLength(256)
        self._passphrase = Field(tr("Passphrase"), self._secret, tr("Raising a limit needs it."))
        self._by_creator = Field(tr("For one creator and day"), self._creator)
        self._save = primary(tr("Save limits"), name="wallet.limits.save")
        cancel = ghost(tr("Cancel"), name="wallet.limits.cancel")
        cancel.clicked.connect(self.left)
        buttons = row(cancel, self._save)
        buttons.insertStretch(0, 1)
        layout = column(Field(tr("For one day"), self._day), self._by_creator, self._passphrase, spacing=12)
        layout.addLayout(buttons)
        self.setLayout(layout)
        self._save.clicked.connect(self._on_save)
        self._day.edited.connect(self._judge)
        self._creator.edited.connect(self._judge)
        for field in (self._day, self._creator, self._secret):
            field.returnPressed.connect(self._on_save)
        self._secret.textEdited.connect(self._judge)

    def begin(self, budgets: BudgetsOut) -> None:
        """Start from what holds now."""
        self._budgets = budgets
        self._day.set_money(budgets.day.limit)
        self._creator.set_money(budgets.creator_limit)
        self._secret.clear()
        self._judge()
        self._day.setFocus()
        self._day.selectAll()

    def show_state(self, problem: Problem | None, *, saving: bool) -> None:
        """Say why it was not kept."""
        told = "" if problem is None else advice(problem).sentence
        secret = problem is not None and problem.code.startswith("wallet.")
        self._passphrase.show_mistake(told if secret else "")
        self._by_creator.show_mistake("" if secret else told)
        self._save.set_text(tr("Saving…") if saving else tr("Save limits"))
        self._judge(saving=saving)

    def _rises(self) -> bool:
        day, creator, now = self._day.money, self._creator.money, self._budgets
        if now is None or day is None or creator is None:
            return False
        return day > now.day.limit or creator > now.creator_limit

    def _judge(self, *_: object, saving: bool = False) -> None:
        rises = self._rises() and self._asks
        self._passphrase.setVisible(rises)
        whole = self._day.money is not None and self._creator.money is not None
        self._save.setEnabled(whole and not saving and (not rises or bool(self._secret.text())))

    def _on_save(self) -> None:
        if self._save.isEnabled():
            needs = self._rises() and self._asks
            self.saved.emit(self._day.money, self._creator.money, self._secret.text() if needs else None)
