"""The channel as viewers see it: name, words and pictures, with the page's head beside the form."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QSizePolicy

from studio.kit.theme import scaled
from studio.kit.widgets import text
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import ghost, primary, secondary
from studio.kit.widgets.card import Card, Inset, column, holder, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.poster import Poster
from studio.kit.words import mark, tr
from studio.pages.settings.channel_model import ChannelViewModel

if TYPE_CHECKING:
    from services.wire.profiles import Picture
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.pages.settings.channel_model import ChannelState

_FORMS = mark("Pictures (*.png *.jpg *.jpeg)")
_AVATAR, _BANNER_HEIGHT = 64, 132
_ANY = (1 << 24) - 1
"""As wide as there is room, as on the page itself: Qt's greatest width."""
_MOST_NAME, _MOST_ABOUT = 80, 2000


class ChannelCard(Card):
    """Shows the form and a preview; saving writes the profile whole."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Your channel"))
        self.setObjectName("settings.channel")
        self._context = context
        self.model = ChannelViewModel(context)
        self.body.addWidget(text.muted(tr("This is how viewers meet you on Discover and on your own page.")))
        self.banner = ProblemBanner(name="settings.channel.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._preview = ChannelPreview()
        self.body.addWidget(self._preview)
        self._name = QLineEdit()
        self._name.setObjectName("settings.channel.name")
        self._name.setMaxLength(_MOST_NAME)
        self._name.textEdited.connect(self._on_name)
        self._about = QPlainTextEdit()
        self._about.setObjectName("settings.channel.about")
        self._about.setTabChangesFocus(True)
        self._about.setFixedHeight(scaled(96))
        self._about.textChanged.connect(self._on_about)
        self.body.addWidget(Field(tr("Name"), self._name))
        most = tr("At most {count} characters.", count=_MOST_ABOUT)
        self.body.addWidget(Field(tr("About the channel"), self._about, most))
        self.body.addLayout(self._buttons())
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _buttons(self) -> Flow:
        avatar = secondary(tr("Picture"), name="settings.channel.avatar", icon="upload", says=tr("Choose a picture"))
        avatar.clicked.connect(partial(self._choose, "avatar"))
        banner = secondary(tr("Banner"), name="settings.channel.banner", icon="upload", says=tr("Choose a banner"))
        banner.clicked.connect(partial(self._choose, "banner"))
        self._look = ghost(tr("See the page"), name="settings.channel.look", icon="eye")
        self._look.clicked.connect(self._on_look)
        self._save = primary(tr("Save"), name="settings.channel.save")
        self._save.clicked.connect(self.model.save)
        self._undo = ghost(tr("Undo"), name="settings.channel.undo", icon="retry")
        self._undo.clicked.connect(self.model.take_back)
        return Flow(holder(row(avatar, banner)), holder(row(self._undo, self._look, self._save)), apart=True)

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        if self._name.text() != state.draft.name:
            self._name.setText(state.draft.name)
        if self._about.toPlainText() != state.draft.about:
            self._about.setPlainText(state.draft.about)
        self._save.setEnabled(state.is_changed and not state.busy)
        self._save.set_text(tr("Saving…") if state.busy else tr("Save"))
        self._undo.setVisible(state.undo is not None)
        self._undo.setEnabled(not state.busy)
        self._look.setEnabled(state.profile is not None)
        self._preview.show_state(state)

    def _on_name(self, words: str) -> None:
        self.model.type(name=words)

    def _on_about(self) -> None:
        self.model.type(about=self._about.toPlainText()[:_MOST_ABOUT])

    def _choose(self, kind: Picture) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a picture"), "", tr(_FORMS))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self.model.choose, kind))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_look(self) -> None:
        profile = self.model.state.profile
        if profile is not None:
            self._context.navigate("channel", {"creator": profile.creator, "name": profile.name})

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)


class ChannelPreview(Inset):
    """The head of the channel's page, as it would be after saving."""

    def __init__(self) -> None:
        super().__init__(padding=12)
        self.setObjectName("settings.channel.preview")
        self._banner = Poster(1, _BANNER_HEIGHT)
        self._banner.setMaximumWidth(_ANY)
        self._banner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._avatar = Poster(_AVATAR, _AVATAR)
        self._name, self._about = text.lead(), text.muted()
        self.body.addWidget(self._banner)
        words = column(self._name, self._about, spacing=2)
        line = row(self._avatar, spacing=16)
        line.addLayout(words, 1)
        self.body.addLayout(line)

    def show_state(self, state: ChannelState) -> None:
        """Show what is typed and chosen."""
        draft = state.draft
        self._banner.setVisible(bool(draft.banner))
        self._banner.show_picture(state.picture(draft.banner))
        self._avatar.show_picture(state.picture(draft.avatar))
        self._name.setText(draft.name.strip() or tr("A channel without a name"))
        self._about.setText(draft.about.strip() or tr("Say in two sentences what people will see here."))
        self.setAccessibleName(f"{tr('Preview')}: {self._name.text()}. {self._about.text()}")
