"""The card over the last frame: what the next part costs, and the ways to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from player.pages.watch.state import Cause
from services.units.money import Money
from studio.kit.format import money, money_exact
from studio.kit.problems import Action, advice
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, Inset, holder, row
from studio.kit.widgets.money_field import MoneyField

if TYPE_CHECKING:
    from player.pages.watch.state import Paywall
    from studio.kit.problems import Problem

WIDTH = 408
FIRST_BUDGET = Money(500_000)


class PaywallCard(Card):
    """Signals: what the viewer chose; ``budget_wanted(limit)``, ``action_wanted(problem)``."""

    buy_wanted = Signal()
    rest_wanted = Signal()
    look_wanted = Signal()
    budget_wanted = Signal(object)
    action_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("Keep watching", padding=20, spacing=12)
        self.setObjectName("paywall.card")
        self.setFixedWidth(WIDTH)
        self._cause: Cause | None = None
        self._problem: Problem | None = None
        self._words = text.muted()
        self._facts = [_Price("per 10 s"), _Price("per minute"), _Price("for the rest")]
        self.buy = primary("", name="paywall.buy", icon="unlock")
        self._amount = MoneyField(name="paywall.budget", says="Budget in dollars")
        self._amount.set_money(FIRST_BUDGET)
        self._auto = secondary("", name="paywall.autobuy")
        self._rest = ghost("", name="paywall.rest")
        self._action = secondary("", name="paywall.action")
        self._wallet = text.caption()
        self._build()
        self.buy.clicked.connect(self._on_buy)
        self._rest.clicked.connect(self.rest_wanted)
        self._auto.clicked.connect(self._on_budget)
        self._action.clicked.connect(self._on_action)
        self._amount.edited.connect(self._name_budget)
        self._amount.returnPressed.connect(self._on_budget)
        self._name_budget()

    def _build(self) -> None:
        self.body.addWidget(self._words)
        self.body.addWidget(holder(row(*self._facts, spacing=8)))
        self.body.addWidget(self.buy)
        self._amount.setFixedWidth(96)
        budget = row(self._amount, self._auto, spacing=8)
        budget.setStretch(1, 1)
        self._budget = holder(budget)
        self.body.addWidget(self._budget)
        self.body.addWidget(self._action)
        foot = row(self._wallet)
        foot.addStretch(1)
        foot.addWidget(self._rest)
        self.body.addLayout(foot)

    def show_paywall(self, paywall: Paywall) -> None:
        """Draw what has to be decided."""
        fresh = paywall.cause is not self._cause
        self._cause, self._problem = paywall.cause, paywall.problem
        title, words = _story(paywall)
        self.title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._words.set_ink("bad" if paywall.cause is Cause.REFUSED else "muted")
        for fact, amount in zip(self._facts, (paywall.per_ten_seconds, paywall.per_minute, paywall.rest), strict=True):
            fact.show_price(amount)
        self._show_buttons(paywall)
        self._wallet.setText(f"{money(paywall.available)} in your wallet")
        self._wallet.setToolTip(money_exact(paywall.available))
        self.setAccessibleName(title)
        if fresh and paywall.cause is Cause.BUDGET and paywall.limit is not None:
            self._amount.set_money(paywall.limit)
            self._name_budget()

    def _show_buttons(self, paywall: Paywall) -> None:
        buying, unknown = paywall.cause is Cause.BUYING, paywall.cause is Cause.UNKNOWN
        self.buy.setEnabled(not buying)
        if unknown:
            self.buy.set_text("Look again")
            self.buy.set_icon("retry")
        else:
            self.buy.set_icon("unlock")
            self.buy.set_text("Buying…" if buying else f"Watch this part for {money_exact(paywall.price)}")
        self._budget.setVisible(not unknown)
        self._auto.setEnabled(not buying)
        several = paywall.rest_count > 1 and not unknown
        self._rest.setVisible(several)
        self._rest.setEnabled(not buying)
        self._rest.set_text(f"Buy the rest for {money_exact(paywall.rest)}")
        told = advice(paywall.problem) if paywall.problem is not None else None
        helps = told is not None and told.action in (Action.OPEN_WALLET, Action.UNLOCK, Action.CREATE_WALLET)
        self._action.setVisible(helps and not unknown)
        self._action.set_text(told.label if told is not None else "")

    def _name_budget(self) -> None:
        limit = self._amount.money
        self._auto.setEnabled(limit is not None and limit.micros > 0)
        shown = money_exact(limit) if limit is not None else "…"
        self._auto.set_text(f"Keep buying up to {shown}")

    def _on_buy(self) -> None:
        (self.look_wanted if self._cause is Cause.UNKNOWN else self.buy_wanted).emit()

    def _on_budget(self) -> None:
        limit = self._amount.money
        if limit is not None and limit.micros > 0:
            self.budget_wanted.emit(limit)

    def _on_action(self) -> None:
        if self._problem is not None:
            self.action_wanted.emit(self._problem)


class _Price(Inset):
    """One price and what it is for."""

    def __init__(self, unit: str) -> None:
        super().__init__(padding=10)
        self.body.setSpacing(2)
        self._amount = text.figure(size=16)
        self.body.addWidget(self._amount)
        self.body.addWidget(text.caption(unit))

    def show_price(self, amount: Money) -> None:
        """Show an amount to its last digit."""
        self._amount.setText(money_exact(amount))


def _story(paywall: Paywall) -> tuple[str, str]:
    """Say in words of its own why playback stands here."""
    match paywall.cause:
        case Cause.BUYING:
            return "Buying this part…", "Paying, then fetching the key. It plays as soon as the key is here."
        case Cause.UNKNOWN:
            told = "The payment was sent, but no answer has come yet. It is looked up and never sent twice."
            return "Not settled yet", told
        case Cause.BUDGET:
            limit = money_exact(paywall.limit)
            return "Your budget is used up", f"{limit} was the limit that you set. Raise it, or buy part by part."
        case Cause.REFUSED:
            told_why = advice(paywall.problem).sentence if paywall.problem is not None else ""
            return "This part could not be bought", told_why
        case _:
            return "Keep watching", "From here each part is paid for as you watch. What you buy stays yours."
