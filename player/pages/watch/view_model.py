"""Opens a film, fetches its chunks, and buys: one by click, or ahead inside the budget."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from player.core.autobuy import Budget, Buy, at_border, next_purchase
from player.core.deposit import asked_again
from player.core.playback import Open as OpenAt
from player.core.playback import Pause, Play, State
from player.core.timeline import Access, Stretch
from player.pages.watch.projector import EngineLike, Projector, make_vlc_engine, monotonic_ms
from player.pages.watch.state import AskedAgain, WatchState, Way, timeline_of
from player.pages.watch.viewing_model import ViewingModel
from services.units.ids import content_id as checked_id
from services.units.money import ZERO, Money
from studio.kit import comeback
from studio.kit.comeback import Comeback
from studio.kit.format import money_exact
from studio.kit.problems import Problem
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.client import DeskClient
    from services.units.ids import ContentId
    from services.wire.catalogue import BudgetOut, PlaybackOut, PurchaseOut
    from studio.kit.context import PageContext

SAVE_EACH_MS = 5_000
# Closer to the end than this, a film begins again.
_NEARLY_OVER_MS = 3_000


class WatchViewModel(ViewingModel):
    """The watch page. The projector belongs to it; ``close`` ends both."""

    watches = frozenset({"purchase", "wallet", "membership", "catalogue"})

    def __init__(self, context: PageContext, make_engine: Callable[[], EngineLike] = make_vlc_engine) -> None:
        super().__init__(context, WatchState())
        self.projector = Projector(make_engine)
        self.projector.changed.connect(self._on_moved)
        self.projector.chunk_wanted.connect(self._fetch_chunk)
        self._init: bytes | None = None
        self._begins: tuple[int, bool] | None = None
        self._saved_ms = 0
        self._away = False

    @property
    def _content(self) -> ContentId:
        return checked_id(self.state.content_id)

    # ── the film ──

    def open(self, content_id: str) -> None:
        """Show a film, standing where it was left; the same film again changes nothing."""
        if content_id == self.state.content_id and self.state.problem is None:
            return
        self._leave()
        self._init = None
        was = self.state
        self._state = WatchState(volume=was.volume, muted=was.muted, speed=was.speed, shows_figures=was.shows_figures)
        self._set(content_id=content_id, busy=True)
        self._load()

    def come_back(self, content_id: str, position_ms: int, *, plays: bool) -> None:
        """Show a film where it was when the window before this one crashed, and let it run or stand there."""
        self._begins = (position_ms, plays)
        self.open(content_id)

    def refresh(self) -> None:
        """Read the film's access and money again."""
        if self.state.content_id and not self.state.buying:
            self._load()

    def _load(self) -> None:
        content, bought = self._content, self.state.bought

        async def load(desk: DeskClient) -> tuple[PlaybackOut, bytes]:
            film = await desk.playback.open(content)
            return film, self._init or await desk.playback.init(content)

        def on_film(loaded: tuple[PlaybackOut, bytes]) -> None:
            # Else its sums may be those of before a purchase that came meanwhile.
            is_true = self._init is None or self.state.bought == bought
            self._on_film(loaded) if is_true else self._load()

        self._fetch(load, on_film)

    def _on_film(self, loaded: tuple[PlaybackOut, bytes]) -> None:
        film, init = loaded
        first_time = self._init is None
        if not first_time and self.state.buying:
            return  # read before the purchase that is on its way
        timeline = timeline_of(film).with_access(self.state.bought, Access.OWNED)
        self._set(
            item=film.item,
            timeline=timeline,
            spent=film.spent,
            budget=film.budget,
            available=film.available,
            way=Way.of(film),
            joining=self.state.joining.offered(film),
            problem=self.projector.problem,
            busy=False,
        )
        if not first_time:
            self._take_over(timeline)
            return
        self._init = init
        self._take_tracks(film, init)
        (start_ms, plays), self._begins = self._begins or (film.position_ms, False), None
        self.projector.load(init, timeline, start_ms if start_ms < timeline.duration_ms - _NEARLY_OVER_MS else 0)
        self._look_for_next(film.item)
        poster = film.item.poster
        if poster is not None:
            self._act(lambda desk: desk.catalogue.blob(poster), self._on_poster, self._no_matter)
        if plays:
            self.play()

    def _on_poster(self, data: bytes) -> None:
        self._set(poster=data)

    def _no_matter(self, _answer: Problem | None) -> None:
        """The page is whole without it."""

    # ── playing ──

    def toggle(self) -> None:
        """Play or pause; at the paywall nothing, there the card decides."""
        if self.state.is_playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play from here."""
        if self.projector.playback.state is State.EMPTY:
            self.projector.dispatch(OpenAt(self.projector.position_ms))
        else:
            self.projector.dispatch(Play())

    def pause(self) -> None:
        """Stand still and remember where."""
        if self.state.is_playing:
            self.projector.dispatch(Pause())
            self._save_position()

    def set_away(self, *, away: bool) -> None:
        """Stand still while nobody looks."""
        self._away = away
        if away:
            self.pause()

    def _on_moved(self) -> None:
        projector, before = self.projector, self.state.playback
        was = before.state
        problem = projector.problem if self.state.item is not None else self.state.problem
        self._set(playback=projector.playback, position_ms=projector.position_ms, problem=problem)
        self._count(before, projector.playback)
        self._note_place()
        if abs(projector.position_ms - self._saved_ms) >= SAVE_EACH_MS and projector.playback.state is State.PLAYING:
            self._save_position()
        if self._away and self.state.is_playing:
            projector.dispatch(Pause())
        if projector.playback.state is State.PAYWALLED is not was:
            self._look_what_it_takes()
        self._buy_ahead()

    def _note_place(self) -> None:
        """For the window after this one, should libVLC take this one down."""
        place = None
        if self.state.playback.state is not State.EMPTY:
            place = Comeback(
                self.context.desk_id, self.state.content_id, self.projector.position_ms, self.state.is_playing
            )
        comeback.keep(place)

    def _look_what_it_takes(self) -> None:
        """Ask how the part that is locked here would be paid: the card names the deposit before the click."""
        self._save_position()
        self.refresh()

    def _save_position(self) -> None:
        position_ms, content = self.projector.position_ms, self._content
        self._saved_ms = position_ms
        self._act(lambda desk: desk.playback.save_position(content, position_ms), self._no_matter, self._no_matter)

    def _fetch_chunk(self, index: int) -> None:
        timeline, content = self.state.timeline, self._content
        if timeline is None or not timeline.chunks[index].access.playable:
            return  # being bought: fetched as soon as it is

        def on_chunk(chunk: bytes) -> None:
            if self.state.content_id == content:
                self.projector.feed(index, chunk)

        def on_problem(problem: Problem) -> None:
            if self.state.content_id == content:
                self._on_no_chunk(index, problem)

        self._act(lambda desk: desk.playback.chunk(content, index), on_chunk, on_problem)

    @property
    def init(self) -> bytes | None:
        """The film's header, None until it is here."""
        return self._init

    def read_part(self, index: int, on_chunk: Callable[[bytes], None]) -> None:
        """Read a part that may be played, for a small picture; nothing comes of it when that fails."""
        timeline, content = self.state.timeline, self._content
        if timeline is not None and timeline.chunks[index].access.playable:
            self._act(lambda desk: desk.playback.chunk(content, index), on_chunk, self._no_matter)

    def _on_no_chunk(self, index: int, problem: Problem) -> None:
        if problem.code in ("content.locked", "payment.required"):
            self._change(frozenset({index}), Access.LOCKED)
        else:
            self.projector.fail(problem)

    # ── buying ──

    def buy(self) -> None:
        """Buy what the card's first button names: the part that playback stands at, or what is asked about again."""
        here, asked = self.state.here, self.state.asked
        if asked is not None:
            self._buy_stretch(asked.stretch)
        elif here is not None:
            self._buy_stretch(Stretch(here.index, 1, here.price))

    def buy_minutes(self) -> None:
        """Buy the locked parts of the next five minutes with one payment."""
        paywall = self.state.paywall
        if paywall is not None:
            self._buy_stretch(paywall.minutes)

    def buy_rest(self) -> None:
        """Buy all locked parts in a row from here with one payment."""
        paywall = self.state.paywall
        if paywall is not None:
            self._buy_stretch(paywall.stretch)

    def choose_deposit(self, amount: Money) -> None:
        """Let no more than this go into the channel with the next purchase."""
        self._set(chosen_deposit=amount)

    def _buy_stretch(self, stretch: Stretch) -> None:
        paywall = self.state.paywall
        if not stretch.count:
            return
        cap = ZERO
        if paywall is not None and paywall.way.by_channel:
            cap = paywall.deposit.amount
            if paywall.deposit.is_needed and stretch != paywall.wanted:
                # The button named the whole sum, and all of it is for these parts.
                cap = max(cap, stretch.price)
        self._buy(stretch, max_deposit=cap)

    def keep_buying(self, limit: Money) -> None:
        """Buy ahead without asking, up to a limit from now on; begins with the part that playback stands at.

        What goes into the channel follows that limit.
        """
        content = self._content
        self._set(refusal=None, asked=None)
        self._act(lambda desk: desk.playback.set_budget(content, limit), self._on_budget, self._on_refusal)

    def look_again(self) -> None:
        """Ask how an unsettled purchase ended. The same intent never pays twice."""
        self.buy()

    def _on_refusal(self, problem: Problem) -> None:
        self._set(refusal=problem)

    def _on_budget(self, budget: BudgetOut | None) -> None:
        paywall = self.state.paywall
        if budget is not None and paywall is not None and paywall.deposit.is_needed:
            self._say_what_returns(tr("Up to {sum}", sum=money_exact(budget.limit)))
        self._set(budget=budget)
        self._buy_ahead()

    def _buy_ahead(self) -> None:
        state = self.state
        here, timeline = state.here, state.timeline
        # After a refusal nothing is tried again by itself: the viewer decides.
        busy = bool(state.buying) or state.refusal is not None
        busy = busy or state.joining.is_members_only
        if state.budget is None or busy or timeline is None or here is None:
            return
        budget = Budget(state.budget.limit, state.budget.spent)
        decision = None
        if state.playback.state is State.PLAYING:
            decision = next_purchase(timeline, state.position_ms, budget, speed=state.speed)
        elif state.playback.state is State.PAYWALLED and here.access is Access.LOCKED:
            decision = at_border(here, budget)
        if isinstance(decision, Buy):
            due = timeline.chunks[decision.index]
            self._buy(Stretch(due.index, 1, due.price), max_deposit=None)

    def _buy(self, wanted: Stretch, *, max_deposit: Money | None) -> None:
        """Buy; without a cap of its own it is an automatic purchase inside the film's budget."""
        if self.state.buying:
            return
        content, indices = self._content, frozenset(range(wanted.first, wanted.first + wanted.count))
        asked_at_ms = monotonic_ms()

        async def job(desk: DeskClient) -> tuple[PurchaseOut, bytes | None]:
            purchase = await desk.playback.buy(
                content,
                first_chunk=wanted.first,
                chunk_count=wanted.count,
                auto=max_deposit is None,
                max_deposit=max_deposit,
                shown=wanted.price,
            )
            return purchase, await desk.playback.brought(content, wanted.first)

        def on_ok(answer: tuple[PurchaseOut, bytes | None]) -> None:
            if self.state.content_id == content:
                self._on_purchase(indices, answer[0], monotonic_ms() - asked_at_ms, answer[1])

        def on_problem(problem: Problem) -> None:
            if self.state.content_id == content:
                self._on_not_bought(wanted, problem)

        # The request leaves first: its answer comes by the event loop, and drawing takes a while.
        self._act(job, on_ok, on_problem)
        self._change(indices, Access.BUYING, buying=indices, refusal=None, asked=None)

    def _on_purchase(self, indices: frozenset[int], purchase: PurchaseOut, took_ms: int, chunk: bytes | None) -> None:
        set_aside = self.state.paywall.deposit.amount if self.state.paywall is not None else ZERO
        money = {"spent": purchase.spent, "budget": purchase.budget, "available": purchase.available}
        if purchase.state != "keyed":
            self._set(**money)
            code = "payment.unknown" if purchase.state == "unknown" else "payment.refused"
            self._on_refused(indices, Problem(code, retryable=True))
            return
        # A run that waits for a chunk asked for it while it was not there yet.
        awaited = self.state.playback.state is not State.PAYWALLED
        figures = self.state.figures.bought(purchase.amount, len(indices), took_ms)
        bought = self.state.bought | indices
        self._change(
            indices, Access.OWNED, buying=frozenset(), bought=bought, chosen_deposit=None, figures=figures, **money
        )
        if chunk is not None:
            # At once, before the page is drawn: the run that began just now reads it as soon as it is ready to.
            self.projector.feed(min(indices), chunk)
        elif awaited:
            self._fetch_chunk(min(indices))
        if set_aside > purchase.amount and purchase.budget is None:
            self._say_what_returns(money_exact(set_aside))
        if self.state.shows_receipts or self.state.shows_figures:
            self.load_receipts()

    def _on_not_bought(self, wanted: Stretch, problem: Problem) -> None:
        if problem.code == "deposit.confirm":
            deposit = asked_again(problem.params, self.state.chosen_deposit)
            if deposit is not None:
                self._set(asked=AskedAgain(wanted, deposit), chosen_deposit=None)
        self._on_refused(frozenset(range(wanted.first, wanted.first + wanted.count)), problem)
        if problem.code in ("payment.terms_changed", "content.owned"):
            self._load()

    def _on_refused(self, indices: frozenset[int], problem: Problem) -> None:
        self._change(indices, Access.LOCKED, buying=frozenset(), refusal=problem)

    def _change(self, indices: frozenset[int], access: Access, **fields: Any) -> None:
        """Take over what may be played now, with what else is new: the picture first, and drawn once."""
        timeline = self.state.timeline
        if timeline is None:
            self._set(**fields)
            return
        changed = timeline.with_access(indices, access)
        untold = self._state = replace(self._state, timeline=changed, **fields)
        self.projector.set_timeline(changed)
        if self._state is untold:
            self.changed.emit()

    # ── leaving ──

    def retry(self) -> None:
        """Try again after a problem."""
        if self.state.item is None:
            self._set(problem=None, busy=True)
            self._load()
        else:
            self.projector.dispatch(Play())

    def _leave(self) -> None:
        if self.state.item is not None and self.projector.playback.state is not State.EMPTY:
            self._save_position()

    def close(self) -> None:
        """Release the engine. Idempotent."""
        comeback.keep(None)
        self.projector.close()
