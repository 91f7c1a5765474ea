"""The upload page: drop a file, watch the stages, fill in the form, publish."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from studio.kit.problems import Action, Problem
from studio.kit.thumbnails import ThumbnailViewModel
from studio.kit.tokens import GUTTER
from studio.kit.widgets.button import Button, ghost, primary, secondary
from studio.kit.widgets.card import Card, column, holder, row
from studio.kit.widgets.empty import EmptyState
from studio.kit.widgets.flow import Columns
from studio.kit.widgets.page import PageFrame
from studio.kit.widgets.thumbnail_picker import ThumbnailPicker
from studio.kit.words import mark, tr
from studio.pages.upload.drop import DropArea
from studio.pages.upload.file_card import FileCard
from studio.pages.upload.form import UploadForm
from studio.pages.upload.look_card import LookCard
from studio.pages.upload.stages import StageList
from studio.pages.upload.steps import steps
from studio.pages.upload.view_model import UploadViewModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from services.wire.uploads import UploadOut
    from studio.kit.context import PageContext
    from studio.pages.upload.state import UploadState

_STATES = {
    "queued": mark("Waiting for other uploads; two are prepared at a time."),
    "working": mark("Preparing; you can fill in the form meanwhile."),
    "paused": mark("Paused. What is done is kept."),
    "ready": mark("Ready to publish."),
    "publishing": mark("Publishing…"),
    "published": mark("Published."),
    "failed": mark("Stopped. The form is kept."),
    "cancelled": mark("Cancelled. The form is kept."),
}


class UploadPage(PageFrame):
    """From a file to a film for sale."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Upload"))
        self.model = UploadViewModel(context)
        self._drop = DropArea()
        self._drop.chosen.connect(self.model.choose)
        self._drop.several.connect(self.model.queue)
        self._look = LookCard()
        self._look.begun.connect(self.model.begin)
        self._look.refused.connect(self.model.leave)
        self._file = FileCard()
        self._file.stages.again.connect(self.model.retry_stage)
        self._form = UploadForm()
        self._form.typed.connect(self.model.type)
        self._form.publish_wanted.connect(self.model.publish)
        self._form.note.agreed.connect(self.model.agree)
        self._form.reasons.taken.connect(self.model.take_price)
        self._form.access.visibility_chosen.connect(self.model.set_visibility)
        self._form.access.tier_chosen.connect(self._on_tier)
        self._picture = ThumbnailPicker(name="upload.picture")
        self._pictures = ThumbnailViewModel(context)
        self._picture.moments_wanted.connect(self._pictures.look)
        self._picture.moment_chosen.connect(self._pictures.choose)
        self._picture.file_chosen.connect(self._pictures.choose_file)
        self._pictures.changed.connect(self._render_picture)
        self._work = self._columns()
        self._done = self._success()
        self._steps = steps()
        for part in (self._drop, self._look, self._steps, self._work, self._done):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self._buttons()
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def open(self, params: Mapping[str, str]) -> None:
        """Show the upload that params name by its id, or take the files of ``paths``, one a line."""
        paths = [path for path in params.get("paths", "").splitlines() if path]
        if len(paths) == 1:
            self.model.choose(paths[0])
        elif paths:
            self.model.queue(paths)
        else:
            self.model.open(params)

    def _columns(self) -> QWidget:
        left = column(self._file, self._picture, spacing=GUTTER)
        left.addStretch(1)
        right = column(self._form)
        right.addStretch(1)
        return Columns(holder(left), holder(right), shares=(7, 5), least=78)

    def _success(self) -> Card:
        card = Card()
        self._live = EmptyState("", icon="mark")
        self._live.layout().setContentsMargins(0, 24, 0, 8)  # type: ignore[union-attr]  # it has one
        card.body.addWidget(self._live)
        self._after = StageList(("pin", "register", "elsewhere"))
        self._after.again.connect(self.model.retry_stage)
        card.body.addWidget(self._after)
        see = secondary(tr("See it in Content"), name="upload.content")
        see.clicked.connect(self._see)
        another = primary(tr("Upload another"), name="upload.another", icon="plus")
        another.clicked.connect(self.model.begin_anew)
        buttons = row(see, another)
        buttons.insertStretch(0, 1)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _buttons(self) -> None:
        self._cancel = ghost(tr("Cancel"), name="upload.cancel", icon="close")
        self._cancel.clicked.connect(self.model.cancel)
        self._pause = secondary(tr("Pause"), name="upload.pause", icon="pause")
        self._pause.clicked.connect(self.model.pause)
        self._retry = secondary(tr("Go on"), name="upload.retry", icon="retry")
        self._retry.clicked.connect(self.model.retry)
        self._discard = ghost(tr("Discard"), name="upload.discard")
        self._discard.clicked.connect(self.model.discard)
        self._undo = secondary(tr("Undo"), name="upload.undo", icon="retry")
        self._undo.clicked.connect(self.model.take_back)
        for button in (self._discard, self._cancel, self._pause, self._retry, self._undo):
            self.buttons.addWidget(button)
        self._shown_in: dict[Button, tuple[str, ...]] = {
            self._cancel: ("queued", "working"),
            self._pause: ("queued", "working", "publishing"),
            self._retry: ("paused", "failed", "cancelled"),
            self._discard: ("paused", "failed", "cancelled", "ready"),
        }

    def _render(self) -> None:
        state = self.model.state
        upload = state.upload
        self.banner.show_problem(state.problem)
        self.subtitle.setText("" if upload is None or state.path else tr(_STATES[upload.state]))
        if state.leaving:
            self.subtitle.setText(tr("Discarded in a moment"))
        published = upload is not None and upload.state == "published"
        is_looking = bool(state.path)
        self._drop.set_small(small=upload is not None or is_looking)
        self._show_look(state)
        self._steps.setVisible(upload is None and not is_looking)
        self._work.setVisible(upload is not None and not published and not is_looking)
        self._done.setVisible(published and not is_looking)
        for button, states in self._shown_in.items():
            is_here = upload is not None and not is_looking and not state.leaving
            button.setVisible(is_here and upload is not None and upload.state in states)
        self._undo.setVisible(state.leaving)
        self._work.setEnabled(not state.leaving)
        self._pictures.show(upload if upload is not None and upload.facts is not None else None)
        if upload is not None:
            self._file.show_upload(upload, state.poster)
            self._form.show_state(state)
            self._after.show_stages(upload.stages)
            self._show_live(upload, "" if state.place is None else state.place.name)

    def _render_picture(self) -> None:
        self._picture.show_state(self._pictures.state)

    def _show_look(self, state: UploadState) -> None:
        self._look.setVisible(bool(state.path))
        if state.look is not None:
            self._look.show_look(state.look)
        elif state.path:
            self._look.show_name(PurePath(state.path).name)

    def _show_live(self, upload: UploadOut, node_name: str) -> None:
        title = upload.draft.title
        self._live.sentence.setText(
            tr("“{title}” is for sale. It sells on {node_name}.", title=title, node_name=node_name)
            if node_name
            else tr("“{title}” is for sale. It sells from this computer, while Museclock is open.", title=title)
        )

    def _on_tier(self, tier_id: str, opens: bool) -> None:
        self.model.set_tier(tier_id, opens=opens)

    def _see(self) -> None:
        self.model.context.navigate("content")

    def _on_action(self, action: Action, problem: Problem) -> None:
        if action is Action.CHOOSE_FILE:
            self._drop.ask()
            return
        waiting = self.model.state.upload is not None and self.model.state.upload.state == "ready"
        stopped = self.model.state.upload is not None and self.model.state.upload.state in (
            "failed",
            "cancelled",
            "paused",
        )
        again = self.model.publish if waiting else self.model.retry if stopped else self.model.refresh
        self.model.context.handle(problem, again)
