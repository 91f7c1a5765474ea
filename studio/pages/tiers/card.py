"""A tier as members see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from studio.kit.format import DASH, money, money_exact, number
from studio.kit.widgets import text
from studio.kit.widgets.ask_back import AskBack
from studio.kit.widgets.button import bare, ghost, secondary
from studio.kit.widgets.card import Card, hairline, holder, row
from studio.kit.widgets.fields import Fact
from studio.kit.widgets.perk import perk
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from services.wire.figures import TierFiguresOut
    from services.wire.tiers import TierOut


class TierCard(Card):
    """Name, price, perks, members and revenue, and the way to change or archive it.

    Signals: ``edit_wanted(tier)``, ``archive_wanted(tier_id)``, ``archive_confirmed``, ``payments_wanted(key)``.
    """

    edit_wanted = Signal(object)
    archive_wanted = Signal(str)
    archive_confirmed = Signal()
    payments_wanted = Signal(str)

    def __init__(self, tier: TierOut) -> None:
        super().__init__(spacing=12)
        self.setObjectName(f"tier.{tier.id}")
        self.setMinimumHeight(240)
        self._tier = tier
        self._key = ""
        """The tier's name in sums of the ledger."""
        self.body.addWidget(text.lead(tier.name, wrap=True))
        price = row(text.figure(money(tier.price)), text.muted(tr("a month"), wrap=False))
        price.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(price)
        self.body.addLayout(_perks(tier))
        self._titles = text.caption(wrap=True)
        self._titles.setObjectName("tier.titles")
        self._titles.hide()
        self.body.addWidget(self._titles)
        # All that is below stands at one height in cards beside each other.
        self.body.addStretch(1)
        self.body.addWidget(hairline())
        self._members, self._revenue = Fact(tr("Members")), Fact(tr("Your share, 28 days"))
        self._opens = Fact(tr("Films it opens"))
        for fact in (self._members, self._revenue, self._opens):
            self.body.addWidget(fact)
        see = bare(
            tr("See the payments"), says=tr("See the payments for {name}", name=tier.name), name="tier.payments",
            icon="arrow-right",
        )  # fmt: skip
        see.clicked.connect(self._on_see)
        line = row(see)
        line.addStretch(1)
        self._see = holder(line)
        policy = self._see.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._see.setSizePolicy(policy)
        self.body.addWidget(self._see)
        change = secondary(tr("Change"), says=tr("Change {name}", name=tier.name), name="tier.change")
        change.clicked.connect(self._on_change)
        archive = ghost(tr("Archive"), says=tr("Archive {name}", name=tier.name), name="tier.archive")
        archive.clicked.connect(self._on_archive)
        self._buttons = holder(row(change, archive))
        self.body.addWidget(self._buttons)
        self._ask = AskBack(tr("Archive it"), tr("Keep it"), name="tier.archive")
        self._ask.sure.connect(self.archive_confirmed)
        self._ask.kept.connect(self._on_keep)
        self._ask.hide()
        self.body.addWidget(self._ask)

    def show_figures(self, figures: TierFiguresOut | None) -> None:
        """Show members and revenue; a dash while they are not known."""
        self._members.show_value(DASH if figures is None else number(figures.members))
        revenue = None if figures is None else figures.net_lately
        whole = None if figures is None else figures.net
        self._revenue.show_value(
            money(revenue), tr("{revenue}; {whole} in all", revenue=money_exact(revenue), whole=money_exact(whole))
        )
        self._opens.show_value(DASH if figures is None else number(figures.films))
        self._titles.setText("" if figures is None else _named(figures))
        self._titles.setVisible(bool(self._titles.text()))
        self._key = "" if figures is None else figures.key
        self._see.setVisible(bool(self._key) and bool(revenue))
        count = 0 if figures is None else figures.members
        kept = (
            tr("Its {count} members keep", count=number(count))
            if count > 1
            else tr("Its member keeps")
            if count
            else tr("Who joined keeps")
        )
        self._ask.say(
            tr(
                "Nobody can join or renew any more. {kept} what is paid for, to the end of the paid month. It "
                "cannot be brought back.",
                kept=kept,
            )
        )

    def ask(self, *, asked: bool) -> None:
        """Ask before archiving, or show the buttons again."""
        self._ask.setVisible(asked)
        self._buttons.setVisible(not asked)

    def _on_see(self) -> None:
        self.payments_wanted.emit(self._key)

    def _on_archive(self) -> None:
        self.archive_wanted.emit(self._tier.id)

    def _on_keep(self) -> None:
        self.archive_wanted.emit("")

    def _on_change(self) -> None:
        self.edit_wanted.emit(self._tier)


def _named(figures: TierFiguresOut) -> str:
    more = figures.films - len(figures.titles)
    named = ", ".join(figures.titles)
    return named + tr(" and {count} more", count=number(more)) if named and more > 0 else named


def acting(tier: TierOut) -> list[tuple[str, str]]:
    """Say what Museclock itself does for members of a tier: an icon and words each."""
    found = []
    if days := tier.early_access_days:
        words = tr_count(
            days, "Films that are published for later: a day before others",
            "Films that are published for later: {count} days before others",
        )  # fmt: skip
        found.append(("clock", words))
    if tier.downloads:
        found.append(("download", tr("Films kept offline, for as long as they are members")))
    if tier.requests:
        found.append(("members", tr("Members write to you, and you answer")))
    return found


def _perks(tier: TierOut) -> QVBoxLayout:
    perks = QVBoxLayout()
    perks.setSpacing(8)
    for icon, words in acting(tier):
        perks.addWidget(perk(words, icon, "accent"))
    for words in tier.perks:
        perks.addWidget(perk(words))
    if not perks.count():
        perks.addWidget(text.muted(tr("It opens the films you choose, and nothing else yet.")))
    return perks
