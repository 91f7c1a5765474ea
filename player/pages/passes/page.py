"""The pass: its price and end, the films it opens, and how its fee is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.pages.passes.view_model import PassViewModel
from studio.kit.format import day, duration, money, plural, short
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.button import bare, ghost, primary, secondary
from studio.kit.widgets.card import Card, column, hairline, holder, row
from studio.kit.widgets.case_list import CaseList
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.pass_frame import PassFrame
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.memberships import OwnMembershipOut, QuoteOut
    from services.wire.passes import PassFilmOut, PassOut
    from studio.kit.context import PageContext
    from studio.kit.tokens import Tone


class PassPage(PassFrame):
    """What thirty days of everything in the pass cost here."""

    def __init__(self, context: PageContext) -> None:
        self.model = PassViewModel(context)
        none = EmptyState(
            tr("This node sells no pass. Films are bought by the part and by membership as ever."),
            tr("Discover films"), name="pass.discover", ghost="cards",
        )  # fmt: skip
        about = tr("One price for every channel that takes part")
        super().__init__(context, about=about, none=none, again=self.model.refresh)
        none.acted.connect(self._on_discover)
        self._offer, self._films, self._cases = OfferCard(), FilmsCard(), CaseList()
        self.stand(self._offer, self._cases, self._films)
        self._offer.wanted.connect(self.model.ask)
        self._offer.confirmed.connect(self.model.join)
        self._offer.left.connect(self.model.back)
        self._offer.renewed.connect(self._on_renewed)
        self._films.chosen.connect(self._on_film)
        self._cases.objected.connect(self.model.appeal)
        self.model.changed.connect(self._render)
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        if state.found is None:
            return
        self.is_known()
        offer = state.found.offer
        self.none.setVisible(offer is None)
        self._offer.setVisible(offer is not None)
        if offer is not None:
            self._offer.show_offer(offer, state.found.held, state.quote, busy=state.busy)
        self._films.show_films(state.found.films)
        self._cases.show_cases(state.found.cases, busy=state.busy)

    def _on_renewed(self, wanted: bool) -> None:
        self.model.renew(wanted=wanted)

    def _on_film(self, content_id: str) -> None:
        self.context.navigate("watch", {"content_id": content_id})

    def _on_discover(self) -> None:
        self.context.navigate("discover")


class OfferCard(Card):
    """Signals: ``wanted``, ``confirmed``, ``left``, ``renewed(bool)``."""

    wanted = Signal()
    confirmed = Signal()
    left = Signal()
    renewed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pass.offer")
        self._name, self._badge, self._price = text.lead(), Badge(), text.figure()
        head = row(self._name, self._badge)
        head.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self._price)
        self._opens = text.body()
        self.body.addWidget(self._opens)
        self.body.addWidget(
            text.muted(tr("A tenth is the platform's. The rest of your fee goes to the channels that you watch, by "
                          "time and by days, and to nobody else's. A month's sums are published for anybody to check."))
        )  # fmt: skip
        self._get = primary(tr("Get the pass"), name="pass.get", icon="key")
        self._stop = bare(tr("Don't renew"), name="pass.stop")
        self._keep = secondary(tr("Renew it"), name="pass.keep")
        self._pay = primary("", name="pass.pay", icon="check")
        self._back = ghost(tr("Back"), name="pass.back")
        self._question = text.body()
        asked = row(self._pay, self._back)
        asked.addStretch(1)
        self._confirm = column(hairline(), self._question, spacing=12)
        self._confirm.addLayout(asked)
        self._asked = holder(self._confirm)
        buttons = row(self._get, self._keep, self._stop)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.body.addWidget(self._asked)
        self._get.clicked.connect(self.wanted)
        self._pay.clicked.connect(self.confirmed)
        self._back.clicked.connect(self.left)
        self._stop.clicked.connect(self._on_stop)
        self._keep.clicked.connect(self._on_keep)

    def show_offer(self, offer: PassOut, held: OwnMembershipOut | None, quote: QuoteOut | None, *, busy: bool) -> None:
        """Show what it costs, and how this account has it."""
        runs = held is not None and held.state in ("active", "ending")
        self._name.setText(offer.name)
        self._badge.setVisible(runs)
        if held is not None:
            self._badge.set_state(*_state(held))
        self._price.setText(tr("{price} for thirty days", price=money(offer.price)))
        channels = plural(offer.creators, tr("channel"), tr("channels"))
        films = plural(offer.films, tr("film"), tr("films"))
        self._opens.setText(tr("Opens {films} of {channels}.", films=films, channels=channels))
        self._get.setVisible(not runs and quote is None)
        self._stop.setVisible(held is not None and held.state == "active")
        self._keep.setVisible(held is not None and held.state == "ending")
        self._asked.setVisible(quote is not None)
        if quote is not None:
            self._question.setText(
                tr("{amount} goes from your wallet into the pool of the Escrow now.", amount=money(quote.amount))
            )
            self._pay.setText(tr("Pay {amount}", amount=money(quote.amount)))
        for button in (self._get, self._stop, self._keep, self._pay, self._back):
            button.setEnabled(not busy)

    def _on_stop(self) -> None:
        self.renewed.emit(False)

    def _on_keep(self) -> None:
        self.renewed.emit(True)


class FilmsCard(Card):
    """What the pass opens. Signal: ``chosen(content_id)``."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("In the pass"))
        self.setObjectName("pass.films")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(12)
        self.body.addLayout(self._lines)
        self._shown: tuple[PassFilmOut, ...] = ()

    def show_films(self, films: tuple[PassFilmOut, ...]) -> None:
        """List the films, the newest first."""
        self.setVisible(bool(films))
        if films == self._shown:
            return
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._shown = films
        for at, film in enumerate(films):
            if at:
                self._lines.addWidget(hairline())
            self._lines.addWidget(self._line(film))

    def _line(self, film: PassFilmOut) -> QWidget:
        told = f"{film.creator_name or short(film.creator)} · {duration(film.duration_ms)}"
        head = row(text.Shortened(film.title, weight=text.Weight.DemiBold))
        if film.is_members_only:
            head.addWidget(Badge(tr("Members only"), "neutral"))
        head.addStretch(1)
        words = column(spacing=2)
        words.addLayout(head)
        words.addWidget(text.muted(told))
        watch = bare(
            tr("Watch"), name=f"pass.watch.{film.content_id}", icon="play", says=f"{tr('Watch')}: {film.title}"
        )
        watch.setProperty("content", film.content_id)
        watch.clicked.connect(self._on_watch)
        line = row(spacing=16)
        line.addLayout(words, 1)
        line.addWidget(watch)
        return holder(line)

    def _on_watch(self) -> None:
        self.chosen.emit(str(self.sender().property("content")))


def _state(held: OwnMembershipOut) -> tuple[str, Tone]:
    until = day(held.membership.paid_until)
    if held.state == "active":
        return tr("Renews on {day}", day=until), "ok"
    return tr("Ends on {day}", day=until), "warn"
