"""What viewers paid by voucher and the Escrow does not hold yet, and bringing it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.format import money_exact
from studio.kit.icons import Icon
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import bare, secondary
from studio.kit.widgets.card import Card, column, row
from studio.kit.widgets.flow import Beside
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.units.money import Money


class IncomingCard(Card):
    """Asks back before anything moves. Signal: ``collect_wanted``."""

    collect_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(padding=20)
        self.setObjectName("payouts.incoming")
        self._icon = Icon("clock", "info")
        self._title = text.Text(weight=text.Weight.DemiBold)
        self._words = text.muted(
            tr("Viewers pay part by part with vouchers. These are claimed by themselves within an hour; to withdraw "
               "the money now, bring it in. Tips and payments by other programs come in with it.")
        )  # fmt: skip
        self._collect = secondary(tr("Bring it in"), name="payouts.collect", icon="arrow-down")
        self._collect.clicked.connect(self._on_collect)
        self._ask = AskBack(tr("Bring it in"), tr("Not now"), name="payouts.collect")
        self._ask.sure.connect(self._on_sure)
        self._ask.kept.connect(self._on_kept)
        self._ask.hide()
        line = row(self._icon, spacing=16)
        line.addWidget(Beside(column(self._title, self._words, spacing=2), self._collect, least=560), 1)
        self.body.addLayout(line)
        self.body.addWidget(self._ask)

    def show_pending(self, pending: Money | None, *, collecting: bool) -> None:
        """Show how much there is; None while the node does not say."""
        if pending is None:
            title = tr("The node does not say what is on its way")
        elif pending:
            title = tr("On its way: {sum}", sum=money_exact(pending))
        else:
            title = tr("Nothing is on its way")
        self._title.setText(title)
        self._icon.show_icon("clock" if pending else "check", "info" if pending else "neutral")
        self._collect.setEnabled(not collecting)
        self._collect.set_text(tr("Bringing it in…") if collecting else tr("Bring it in"))
        if pending:
            told = tr("{sum} goes to your own balance at the Escrow.", sum=money_exact(pending))
        else:
            told = tr("What viewers paid goes to your own balance at the Escrow.")
        self._ask.say(told + " " + tr("The node pays the network's fee; you pay none."))
        self.setAccessibleName(title)

    def _on_collect(self) -> None:
        self._ask.show()
        self._collect.hide()

    def _on_kept(self) -> None:
        self._ask.hide()
        self._collect.show()

    def _on_sure(self) -> None:
        self._on_kept()
        self.collect_wanted.emit()


class ReservedCard(Card):
    """What smoothing holds of the months of a pass; hidden where nothing is smoothed. Signal: ``opened``."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__(padding=20)
        self.setObjectName("payouts.reserved")
        self._title = text.Text(weight=text.Weight.DemiBold)
        words = text.muted(
            tr("You chose to smooth what passes bring: of good months a part is kept and paid out in weaker ones. When "
               "you end that, all of it is due at once.")
        )  # fmt: skip
        see = bare(tr("See the months"), name="payouts.reserved.open")
        see.clicked.connect(self.opened)
        line = row(Icon("clock", "info"), spacing=16)
        line.addWidget(Beside(column(self._title, words, spacing=2), see, least=560), 1)
        self.body.addLayout(line)
        self.hide()

    def show_reserved(self, reserved: Money | None) -> None:
        """Show how much is held; None where nothing is smoothed."""
        self.setVisible(reserved is not None)
        title = tr("Reserved by smoothing: {sum}", sum=money_exact(reserved))
        self._title.setText(title)
        self.setAccessibleName(title)
