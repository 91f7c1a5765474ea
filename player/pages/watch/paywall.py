"""The card over the last frame: what the next part costs, how it is paid, and the ways to go on."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from player.pages.watch.deposit_line import DepositLine
from player.pages.watch.join_box import JoinBox
from player.pages.watch.paywall_words import (
    budget_words,
    buy_words,
    chain_words,
    slow_words,
    stretch_words,
    title_and_words,
)
from player.pages.watch.price_words import ways
from player.pages.watch.state import Cause
from services.units.money import Money
from studio.kit.format import money, money_exact
from studio.kit.problems import Action, advice
from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, Inset, holder, row
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from player.pages.watch.state import Paywall
    from studio.kit.problems import Problem
    from studio.kit.widgets.button import Button

WIDTH = 408
FIRST_BUDGET = Money(500_000)
_SLOW_MS = 4_000
"""After so long a purchase is said to be slow, and why."""
_HELP = (Action.ADD_MONEY, Action.RAISE_LIMIT, Action.OPEN_WALLET, Action.UNLOCK, Action.CREATE_WALLET)


class PaywallCard(Card):
    """Signals: what was chosen; ``budget_wanted(limit)``, ``deposit_chosen(amount)``, ``action_wanted(problem)``."""

    buy_wanted = Signal()
    minutes_wanted = Signal()
    rest_wanted = Signal()
    look_wanted = Signal()
    budget_wanted = Signal(object)
    deposit_chosen = Signal(object)
    action_wanted = Signal(object)
    tier_wanted = Signal(str)
    join_wanted = Signal()
    join_left = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Keep watching"), padding=20, spacing=12)
        self.setObjectName("paywall.card")
        self.setFixedWidth(scaled(WIDTH))
        self._cause: Cause | None = None
        self._shown: Paywall | None = None
        self._is_slow = False
        self.patience = QTimer(self)
        self.patience.setSingleShot(True)
        self.patience.setInterval(_SLOW_MS)
        self.patience.timeout.connect(self._on_slow)
        self._rest_price: Money | None = None
        self._problem: Problem | None = None
        self._tried: Problem | None = None
        """What the button that helps was pressed for already: whoever is back from that wants to go on."""
        self._words = text.muted()
        self._facts = [_Price(tr("per 10 s")), _Price(tr("per minute")), _Price(tr("for the rest"))]
        self._deposit = DepositLine()
        self._chain = text.muted()
        self._chain.setObjectName("paywall.chain")
        self.buy = primary("", name="paywall.buy", icon="unlock")
        self._amount = MoneyField(name="paywall.budget", says=tr("Budget in dollars"))
        self._amount.set_money(FIRST_BUDGET)
        self._auto = secondary("", name="paywall.autobuy")
        self._aside = text.caption(wrap=True)
        self._aside.setObjectName("paywall.budget.words")
        self._minutes = secondary("", name="paywall.minutes")
        self._rest = ghost("", name="paywall.rest")
        self._action = secondary("", name="paywall.action")
        self._ways: tuple[Button, ...] = (self.buy, self._minutes, self._auto, self._action)
        """The one that stands out first."""
        self._join = JoinBox()
        self._wallet = text.caption()
        self._build()
        self.buy.clicked.connect(self._on_buy)
        self._minutes.clicked.connect(self.minutes_wanted)
        self._rest.clicked.connect(self.rest_wanted)
        self._auto.clicked.connect(self._on_budget)
        self._action.clicked.connect(self._on_action)
        self._join.tier_wanted.connect(self.tier_wanted)
        self._join.join_wanted.connect(self.join_wanted)
        self._join.left.connect(self.join_left)
        self._amount.edited.connect(self._name_budget)
        self._amount.returnPressed.connect(self._on_budget)
        self._deposit.chosen.connect(self.deposit_chosen)
        self._deposit.validity_changed.connect(self._enable)
        self._deposit.amount.returnPressed.connect(self._on_buy)
        self._name_budget()

    def _build(self) -> None:
        self.body.addWidget(self._words)
        self._prices = holder(row(*self._facts, spacing=8))
        self.body.addWidget(self._prices)
        self.body.addWidget(self._deposit)
        self.body.addWidget(self._chain)
        self.body.addWidget(self.buy)
        self.body.addWidget(self._minutes)
        self._amount.setFixedWidth(scaled(96))
        budget = row(self._amount, self._auto, spacing=8)
        budget.setStretch(1, 1)
        self._budget = holder(budget)
        self.body.addWidget(self._budget)
        self.body.addWidget(self._aside)
        self.body.addWidget(self._action)
        self.body.addWidget(self._join)
        foot = row(self._wallet)
        foot.addStretch(1)
        foot.addWidget(self._rest)
        self.body.addLayout(foot)

    def show_paywall(self, paywall: Paywall) -> None:
        """Draw what has to be decided."""
        fresh = paywall.cause is not self._cause
        self._cause, self._problem, self._shown = paywall.cause, paywall.problem, paywall
        if fresh and paywall.cause is Cause.BUYING:
            self._is_slow = False
            self.patience.start()
        self._show_words(paywall)
        self._words.set_ink("bad" if paywall.cause is Cause.REFUSED else "muted")
        for fact, amount in zip(self._facts, (paywall.per_ten_seconds, paywall.per_minute, paywall.rest), strict=True):
            fact.show_price(amount)
        self._show_way(paywall)
        self._show_buttons(paywall)
        self._show_joining(paywall)
        self._wallet.setText(tr("{available} in your wallet", available=money(paywall.available)))
        self._wallet.setToolTip(money_exact(paywall.available))
        if self._rest_price != paywall.rest:
            self._rest_price = paywall.rest
            self._offer_budget(paywall.rest)
        if fresh and paywall.cause is Cause.BUDGET and paywall.limit is not None:
            # As much again, and at least what the next part takes.
            self._amount.set_money(min(max(paywall.limit, paywall.wanted.price), paywall.rest))
            self._name_budget()
        self._enable()

    def _show_words(self, paywall: Paywall) -> None:
        is_slow = self._is_slow and paywall.cause is Cause.BUYING
        title, words = slow_words(paywall) if is_slow else title_and_words(paywall)
        self.title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.setAccessibleName(title)

    def _on_slow(self) -> None:
        self._is_slow = True
        if self._shown is not None:
            self._show_words(self._shown)

    def _show_way(self, paywall: Paywall) -> None:
        unknown = paywall.cause is Cause.UNKNOWN
        self._deposit.show_deposit(paywall.deposit, paywall.creator, changeable=paywall.cause is not Cause.BUYING)
        # What is bought by itself puts in no more than its budget: the sum of a click is not what is set aside now.
        by_itself = paywall.cause is Cause.BUYING and paywall.limit is not None
        if unknown or by_itself:
            self._deposit.hide()
        self._chain.setText(chain_words(paywall.way))
        self._chain.setVisible(not paywall.way.by_channel and not unknown)

    def _show_buttons(self, paywall: Paywall) -> None:
        unknown = paywall.cause is Cause.UNKNOWN
        self.buy.set_icon("retry" if unknown else "unlock")
        self.buy.set_text(buy_words(paywall))
        self._budget.setVisible(paywall.cause not in (Cause.UNKNOWN, Cause.DEPOSIT, Cause.BUYING))
        self._aside.setVisible(not self._budget.isHidden() and paywall.deposit.is_needed)
        several = paywall.stretch.count > 1 and not unknown and paywall.wanted != paywall.stretch
        self._rest.setVisible(several)
        self._rest.set_text(stretch_words(paywall))
        # By channel a part is as cheap to settle as five minutes; on the chain each payment is a transaction.
        soon = not paywall.way.by_channel and 1 < paywall.minutes.count < paywall.stretch.count
        self._minutes.setVisible(soon and not unknown)
        self._minutes.set_text(tr("Buy the next 5 minutes for {price}", price=money_exact(paywall.minutes.price)))
        told = advice(paywall.problem) if paywall.cause is Cause.REFUSED and paywall.problem is not None else None
        helps = told is not None and told.action in _HELP
        self._action.setVisible(helps)
        self._action.set_text(told.label if told is not None else "")
        self._name_budget()
        self._put_first(self._first(paywall, helps=helps))
        if self._ways[0] is self._action:
            self._aside.hide()  # the deposit is named above, and what helps comes first

    def _first(self, paywall: Paywall, *, helps: bool) -> Button:
        """Give the button for what helps here."""
        if helps and paywall.problem is not self._tried:
            return self._action
        return self._auto if paywall.cause is Cause.BUDGET else self.buy

    def _put_first(self, first: Button) -> None:
        """Have one button stand out, above the others, and the keyboard come to it before them."""
        if self._ways[0] is first:
            return
        usual = (self.buy, self._minutes, self._auto, self._action)
        self._ways = (first, *(button for button in usual if button is not first))
        place = self.body.indexOf(self._chain) + 1
        for button in reversed(self._ways):
            button.set_role("primary" if button is first else "secondary")
            for part in self._parts_of(button)[::-1]:
                self.body.removeWidget(part)
                self.body.insertWidget(place, part)
        stops = [
            stop for button in self._ways for stop in ((self._amount, button) if button is self._auto else (button,))
        ]
        for before, after in pairwise([self._deposit.amount, *stops]):
            QWidget.setTabOrder(before, after)

    def _parts_of(self, button: Button) -> tuple[QWidget, ...]:
        return (self._budget, self._aside) if button is self._auto else (button,)

    def _show_joining(self, paywall: Paywall) -> None:
        """Show the tiers; while one is being joined, and where no parts are sold, nothing else is for sale here."""
        sells = paywall.is_selling
        self._join.show_joining(paywall.joining)
        # The cheaper way stands first: above the buttons for parts, or below them.
        self.body.removeWidget(self._join)
        last = self._chain if ways(paywall.joining, paywall.rest).is_tier_first else self._parts_of(self._ways[-1])[-1]
        self.body.insertWidget(self.body.indexOf(last) + 1, self._join)
        settled = paywall.cause not in (Cause.BUYING, Cause.UNKNOWN, Cause.DEPOSIT)
        self._join.setVisible(settled and bool(paywall.joining.tiers))
        self._prices.setVisible(sells)
        if not sells:
            bought = (self._deposit, self._chain, self.buy, self._minutes, self._budget, self._aside, self._rest)
            for part in (*bought, self._action):
                part.hide()
        else:
            self.buy.show()

    def _enable(self) -> None:
        idle = self._cause is not Cause.BUYING
        limit = self._amount.money
        self.buy.setEnabled(idle and self._deposit.is_valid)
        self._minutes.setEnabled(idle)
        self._rest.setEnabled(idle)
        self._auto.setEnabled(idle and limit is not None and limit.micros > 0)

    def _name_budget(self) -> None:
        limit = self._amount.money
        shown = money_exact(limit) if limit is not None else "…"
        self._auto.set_text(budget_words(self._cause, shown))
        self._aside.setText(tr("With that, up to {shown} is set aside; what you don’t watch returns.", shown=shown))
        self._auto.setToolTip(
            tr(
                "Buys part by part without asking again. No more than {shown} goes into the channel for it.",
                shown=shown,
            )
        )
        self._enable()

    def _offer_budget(self, rest: Money) -> None:
        """Name the most that the rest can cost, as long as that is little; nobody has to type it."""
        if not self._amount.hasFocus():
            self._amount.set_money(min(rest, FIRST_BUDGET))
            self._name_budget()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._tried is not None and self._shown is not None:
            self._show_buttons(self._shown)

    def _on_buy(self) -> None:
        if self.buy.isEnabled():
            (self.look_wanted if self._cause is Cause.UNKNOWN else self.buy_wanted).emit()

    def _on_budget(self) -> None:
        if self._auto.isEnabled():
            self.budget_wanted.emit(self._amount.money)

    def _on_action(self) -> None:
        if self._problem is not None:
            self._tried = self._problem
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
