"""The watch page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from player.pages.watch.awake import Awake
from player.pages.watch.keys import act_on
from player.pages.watch.media_keys import MediaKeys
from player.pages.watch.peek import Peek, make_silent_engine
from player.pages.watch.projector import EngineLike, make_vlc_engine
from player.pages.watch.receipts import ReceiptPanel
from player.pages.watch.small_window import SmallWindow
from player.pages.watch.stage import Stage
from player.pages.watch.state import Cause
from player.pages.watch.view_model import WatchViewModel
from studio.kit.problems import Action, advice
from studio.kit.widgets.empty import EmptyState
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from player.pages.watch.state import Paywall
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

_NO_ENGINE = "player.no_vlc"


class WatchPage(QWidget):
    """Shows a film; ``open`` takes {"content_id": …}."""

    def __init__(
        self,
        context: PageContext,
        make_engine: Callable[[], EngineLike] = make_vlc_engine,
        make_peek: Callable[[], EngineLike] = make_silent_engine,
    ) -> None:
        super().__init__()
        self.setObjectName("page.watch")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model = WatchViewModel(context, make_engine)
        self.stage, self._panel = Stage(), ReceiptPanel()
        self.peek, self._awake = Peek(make_peek), Awake(self)
        self._media_keys = MediaKeys(self.model, self._come_forward, self._leave_window)
        self.small: SmallWindow | None = None
        self._nothing = EmptyState(tr("Choose a film, and it plays here."), tr("Discover films"), name="watch.discover")
        self._no_engine = EmptyState("", tr("Try again"), icon="film", name="watch.no_vlc")
        self._no_film = EmptyState("", tr("Discover films"), icon="alert", name="watch.no_film")
        self._frame: QWidget | None = None
        self._poster: bytes | None = None
        film = QWidget()
        side_by_side = QHBoxLayout(film)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(0)
        side_by_side.addWidget(self.stage, 1)
        side_by_side.addWidget(self._panel)
        self._stack = QStackedWidget()
        for widget in (self._nothing, film, self._no_engine, self._no_film):
            self._stack.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect()
        self._render()

    def _connect(self) -> None:
        model, stage = self.model, self.stage
        model.changed.connect(self._render)
        model.projector.picture_ready.connect(self._on_picture)
        stage.controls.toggle_wanted.connect(model.toggle)
        stage.controls.seek_bar.seek_wanted.connect(model.seek)
        stage.controls.mute_wanted.connect(model.toggle_mute)
        stage.controls.volume_wanted.connect(model.set_volume)
        stage.controls.fullscreen_wanted.connect(self._toggle_full_screen)
        stage.start.clicked.connect(model.play)
        stage.clicked.connect(self._on_stage_clicked)
        stage.receipts_wanted.connect(model.toggle_receipts)
        stage.channel_wanted.connect(model.open_channel)
        stage.stop_wanted.connect(model.stop_buying)
        self._connect_paywall()
        self._panel.report_wanted.connect(model.report)
        stage.banner.acted.connect(self._on_action)
        self._nothing.acted.connect(self._discover)
        self._no_engine.acted.connect(model.retry)
        self._no_film.acted.connect(self._on_no_film)
        stage.controls.speed_wanted.connect(model.set_speed)
        tracks = stage.controls.tracks
        tracks.captions_wanted.connect(model.choose_captions)
        tracks.captions_left.connect(lambda: model.choose_captions(None))
        tracks.file_wanted.connect(model.read_captions)
        tracks.sound_wanted.connect(model.choose_sound)
        tracks.chapter_wanted.connect(model.seek)
        stage.controls.small_wanted.connect(self._toggle_small)
        stage.controls.keys_wanted.connect(model.toggle_keys)
        stage.controls.next_wanted.connect(model.open_next)
        stage.following.wanted.connect(model.open_next)
        stage.following.again_wanted.connect(model.play)
        stage.peek_wanted.connect(self.peek.ask)
        self.peek.ready.connect(stage.show_peek)
        self.peek.chunk_wanted.connect(self._fetch_for_peek)
        self.destroyed.connect(self.peek.close)
        self.destroyed.connect(model.close)
        self.destroyed.connect(self._media_keys.close)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(model.close)
            application.aboutToQuit.connect(self.peek.close)

    def _connect_paywall(self) -> None:
        model, card = self.model, self.stage.paywall
        card.buy_wanted.connect(model.buy)
        card.minutes_wanted.connect(model.buy_minutes)
        card.rest_wanted.connect(model.buy_rest)
        card.deposit_chosen.connect(model.choose_deposit)
        card.look_wanted.connect(model.look_again)
        card.budget_wanted.connect(model.keep_buying)
        card.action_wanted.connect(self._on_paywall_action)
        card.tier_wanted.connect(model.ask_to_join)
        card.join_wanted.connect(model.join)
        card.join_left.connect(model.forget_quote)

    def list_keys(self) -> None:
        """Show what the keys do, or hide it."""
        self.model.toggle_keys()

    def open(self, params: Mapping[str, str]) -> None:
        """Show a film; with ``position_ms`` and ``plays`` as it was before a crash (studio.kit.comeback).

        ``beside``: "receipts" shows them beside it.
        """
        content_id, position_ms = params.get("content_id"), params.get("position_ms")
        if content_id and position_ms:
            self.model.come_back(content_id, int(position_ms), plays=bool(params.get("plays")))
        elif content_id:
            self.model.open(content_id)
        if params.get("beside") == "receipts" and not self.model.state.shows_receipts:
            self.model.toggle_receipts()

    def _render(self) -> None:
        state = self.model.state
        problem = state.problem
        if problem is not None and problem.code == _NO_ENGINE:
            self._no_engine.sentence.setText(advice(problem).sentence)
            self._stack.setCurrentIndex(2)
            return
        if problem is not None and state.item is None:
            self._show_no_film(problem)
            return
        self._stack.setCurrentIndex(1 if state.content_id else 0)
        if state.poster != self._poster:
            self._poster = state.poster
            self.stage.surface.show_still(state.poster)
        if state.item is None:
            self.stage.surface.show_frame(None)
        self._take_focus_from(state.paywall)
        self.stage.show_state(state)
        if state.timeline is not None and self.model.init is not None:
            self.peek.load(self.model.init, state.timeline)
        if self.small is not None:
            self.small.show_state(state)
        self._awake.keep(awake=state.is_playing)
        self._media_keys.follow(state)
        self._panel.setVisible(state.shows_receipts)
        if state.shows_receipts:
            self._panel.show_receipts(state.receipts, state.spent, state.asked_back)

    def _take_focus_from(self, paywall: Paywall | None) -> None:
        """Have the keys act on the film again when the card goes, or pays: Qt would give them to the next button."""
        card = self.stage.paywall
        focused = QApplication.focusWidget()
        rests = paywall is not None and paywall.cause is not Cause.BUYING
        if not rests and focused is not None and card.isAncestorOf(focused):
            self.setFocus()

    def _show_no_film(self, problem: Problem) -> None:
        """Say in place of the film why it cannot be opened, and what helps."""
        told = advice(problem)
        self._no_film.sentence.setText(told.sentence)
        self._no_film.button.set_text(told.label or tr("Discover films"))
        self._stack.setCurrentIndex(3)

    def _on_no_film(self) -> None:
        problem = self.model.state.problem
        if problem is None or advice(problem).action is Action.NONE:
            self._discover()
        else:
            self._on_action(advice(problem).action, problem)

    @Slot()
    def _on_picture(self) -> None:
        frame = self.model.projector.frame()
        self.stage.surface.show_frame(frame)
        if self.small is not None:
            self.small.show_frame(frame)

    def _fetch_for_peek(self, index: int) -> None:
        self.model.read_part(index, lambda chunk: self.peek.feed(index, chunk))

    def _toggle_small(self) -> None:
        if self.small is None:
            self.small = SmallWindow(self.window())
            self.small.toggle_wanted.connect(self.model.toggle)
            self.small.left.connect(self._leave_small)
            self.small.show_frame(self.model.projector.frame())
            self.small.show_state(self.model.state)
            self.small.place(self.window())
        else:
            self._leave_small()

    @Slot()
    def _leave_small(self) -> None:
        small, self.small = self.small, None
        if small is None:
            return
        small.hide()
        small.deleteLater()
        if not self.isVisible():
            self.model.context.navigate("watch")

    def _discover(self) -> None:
        self.model.context.navigate("discover")

    def _on_stage_clicked(self) -> None:
        self.setFocus()
        if self.model.state.paywall is None:
            self.model.toggle()

    def _on_action(self, action: Action, problem: Problem) -> None:
        if action is Action.RETRY or not problem.code.startswith(("wallet.", "service.")):
            self.model.retry()
        else:
            self.model.context.handle(problem, self.model.retry)

    def _on_paywall_action(self, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.buy)

    def _come_forward(self) -> None:
        window = self.window()
        window.show()
        window.raise_()
        window.activateWindow()

    def _leave_window(self) -> None:
        self.window().close()

    def _toggle_full_screen(self) -> None:
        window = self.window()
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.stage.fader.stir()
        if event.key() == Qt.Key.Key_F or (event.key() == Qt.Key.Key_Escape and self.window().isFullScreen()):
            self._toggle_full_screen()
        elif event.key() == Qt.Key.Key_P:
            self._toggle_small()
        elif not act_on(event, self.model):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.set_away(away=False)
        self.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # In the small window it goes on, whatever page is shown.
        if not event.spontaneous() and self.small is None:
            self.model.set_away(away=True)
