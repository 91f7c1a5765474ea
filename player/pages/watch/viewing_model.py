"""How the film is watched: loudness, speed, single pictures, what comes next, and the figures of the sitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from player.core.playback import Pause, Play, Playback, State
from player.core.speed import LOUDEST, SPEEDS
from player.pages.watch.tracks_view_model import TracksModel
from services.units.ids import content_id as checked_id
from services.units.money import ZERO
from studio.kit.problems import advice
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.core.timeline import Timeline
    from services.wire.catalogue import BudgetOut, ItemOut
    from services.wire.desk import ReceiptOut
    from services.wire.memberships import RefundOut
    from studio.kit.problems import Problem

_MANY = 100


class ViewingModel(TracksModel):
    """The part of the watch page's model that neither loads nor pays: viewing, receipts, what comes next."""

    _ran = False
    """Whether the film was running when it broke off."""

    def set_volume(self, percent: int) -> None:
        """Set the loudness, 0 to 150; any but 0 ends the silence."""
        volume = max(0, min(LOUDEST, percent))
        self._set(volume=volume, muted=volume == 0)
        self.projector.set_volume(volume)

    def toggle_mute(self) -> None:
        """Silence, or sound again."""
        muted = not self.state.muted
        self._set(muted=muted)
        self.projector.set_volume(0 if muted else self.state.volume)

    def set_speed(self, speed: float) -> None:
        """Watch slower or faster; the film's own speed is 1."""
        chosen = max(SPEEDS[0], min(SPEEDS[-1], speed))
        if chosen != self.state.speed:
            self._set(speed=chosen)
            self.projector.set_rate(chosen)

    def step(self) -> None:
        """Show the next picture of a film that stands still."""
        self.projector.step()

    def seek_share(self, tenths: int) -> None:
        """Go to so many tenths of the film."""
        timeline = self.state.timeline
        if timeline is not None:
            self.seek(timeline.duration_ms * tenths // 10)

    def skip(self, by_ms: int) -> None:
        """Go on or back."""
        self.seek(self.projector.position_ms + by_ms)

    # ── what is shown beside the picture ──

    def toggle_figures(self) -> None:
        """Show or hide the statistics."""
        self._set(shows_figures=not self.state.shows_figures)
        if self.state.shows_figures:
            # What was not charged and what came back are read from the receipts.
            self.load_receipts()

    def toggle_keys(self) -> None:
        """Show or hide what the keys do."""
        self._set(shows_keys=not self.state.shows_keys)

    def _take_over(self, timeline: Timeline) -> None:
        """Show what was just read; what broke off because the service was gone goes on: it has answered."""
        self.projector.set_timeline(timeline)
        problem = self.projector.problem
        if problem is not None and problem.code.startswith("service."):
            self.projector.dispatch(Play())
            if not self._ran:
                self.projector.dispatch(Pause())

    def _count(self, was: Playback, now: Playback) -> None:
        """Keep the figures of what the picture did."""
        if now.state is State.FAILED is not was.state:
            self._ran = was.state in (State.PLAYING, State.STALLED) or (was.state is State.OPENING and was.wanted)
        if now.state is State.STALLED is not was.state:
            self._set(figures=self.state.figures.stalled())
        if was.state is State.OPENING and now.state in (State.PLAYING, State.PAUSED) and now.start_took_ms:
            self._set(figures=self.state.figures.started(now.start_took_ms))

    def _say_what_returns(self, set_aside: str) -> None:
        """Say after a deposit what it is. set_aside: the sum, as it is written."""
        if self.state.item is not None:
            self.context.notify(
                tr(
                    "{set_aside} is set aside for {creator_name}. What you don’t watch returns; the wallet gives it "
                    "back in one click.",
                    set_aside=set_aside,
                    creator_name=self.state.item.creator_name,
                )
            )

    def stop_buying(self) -> None:
        """Let nothing more of this film be bought by itself."""
        content = checked_id(self.state.content_id)

        def on_ended(budget: BudgetOut | None) -> None:
            if self.state.content_id == content:
                self._set(budget=budget)
            self.context.notify(tr("Nothing more of this film is bought by itself. You are asked at the next part."))

        def on_problem(problem: Problem) -> None:
            self.context.notify(advice(problem).sentence)

        self._act(lambda desk: desk.playback.set_budget(content, ZERO), on_ended, on_problem)

    # ── receipts ──

    def toggle_receipts(self) -> None:
        """Show or hide the panel."""
        self._set(shows_receipts=not self.state.shows_receipts)
        if self.state.shows_receipts:
            self.load_receipts()

    def load_receipts(self) -> None:
        """Read what was paid for this film."""
        content = checked_id(self.state.content_id)
        self._act(lambda desk: desk.playback.receipts(content), self._on_receipts, self._not_now)
        self._act(lambda desk: desk.memberships.refunds(), self._on_refunds, self._not_now)

    def _on_receipts(self, receipts: tuple[ReceiptOut, ...]) -> None:
        self._set(receipts=receipts)

    def report(self, receipt: ReceiptOut, reason: str) -> None:
        """Ask the creator for the money of a receipt; nothing is lost by asking, and asking again changes nothing."""

        def on_problem(problem: Problem) -> None:
            self.context.notify(tr("Nothing was asked. {sentence}", sentence=advice(problem).sentence))

        self._act(
            lambda desk: desk.memberships.ask_refund(receipt.receipt, reason=reason, node=receipt.node),
            self._on_asked_back,
            on_problem,
        )

    def _on_asked_back(self, refund: RefundOut) -> None:
        self._set(asked_back={**self.state.asked_back, refund.receipt: refund.state})
        self.context.notify(tr("The creator was asked. The answer is shown with the receipt."))

    def _on_refunds(self, refunds: tuple[RefundOut, ...]) -> None:
        self._set(asked_back={refund.receipt: refund.state for refund in refunds})

    def _not_now(self, _problem: Problem) -> None:
        """The page is whole without it."""

    # ── next up ──

    def _look_for_next(self, item: ItemOut) -> None:
        self._act(lambda desk: desk.catalogue.browse(limit=_MANY), self._on_others, self._not_now)

    def _on_others(self, found: tuple[ItemOut, ...]) -> None:
        item = self.state.item
        if item is not None:
            self._set(following=next_after(item, found))

    def open_channel(self) -> None:
        """Go to the creator's page."""
        item = self.state.item
        if item is not None:
            params = {"creator": item.creator, "name": item.creator_name, "node": item.node}
            self.context.navigate("channel", params)

    def open_next(self) -> None:
        """Go on with the next film; nothing is paid by that."""
        following = self.state.following
        if following is not None:
            self.context.navigate("watch", {"content_id": following.content_id})


def next_after(item: ItemOut, found: tuple[ItemOut, ...]) -> ItemOut | None:
    """Choose what follows: the same creator's next newer film, its newest, else the newest of anybody."""
    others = tuple(other for other in found if other.content_id != item.content_id)
    theirs = sorted((other for other in others if other.creator == item.creator), key=lambda one: one.published_at)
    newer = (other for other in theirs if other.published_at > item.published_at)
    return next(newer, None) or (theirs[-1] if theirs else None) or (others[0] if others else None)
