"""The first start's page: four looks at this computer, and the wallet. Everything on it can be left for later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit

from studio.kit.format import moment, short
from studio.kit.icons import Icon
from studio.kit.problems import Problem, advice
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, ghost, primary, secondary
from studio.kit.widgets.card import Card, column, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.page import PageFrame
from studio.kit.words import mark, tr, tr_count
from studio.pages.start.looks import LOOKS, Look, looks_of
from studio.pages.start.view_model import StartViewModel

if TYPE_CHECKING:
    from studio.kit.context import PageContext
    from studio.kit.problems import Action

_WIDTH = 760
_FILES = mark("Museclock backups (*.museclock);;All files (*)")


class StartPage(PageFrame):
    """Also opened from the help menu, whenever somebody wants to look again."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("First steps"), width=_WIDTH)
        self.model = StartViewModel(context)
        self._later = ghost(tr("Later"), name="start.later")
        self._later.clicked.connect(self.model.go_on)
        self._go = primary(tr("Go on"), name="start.go", icon="arrow-right")
        self._go.clicked.connect(self.model.go_on)
        self.buttons.addWidget(self._later)
        self.buttons.addWidget(self._go)
        self._looks = LooksCard()
        self._looks.again.clicked.connect(self.model.look)
        self._wallet = WalletStart(self.model)
        for card in (self._looks, self._wallet):
            self.body.addWidget(card)
        self.body.addStretch(1)
        self.banner.acted.connect(self._on_action)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        has_wallet = state.wallet is not None and state.wallet.wallet != "missing"
        self._later.setVisible(not has_wallet)
        self._go.setVisible(has_wallet)
        self._looks.show_looks(looks_of(state.probe), state.unlooked, known=state.probe is not None)
        self._wallet.show_state()

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self.model.context.handle(problem, self.model.refresh)


class LooksCard(Card):
    """Disk, chain, player, encoder: what each is like, in a sentence."""

    def __init__(self) -> None:
        super().__init__(tr("This computer"), spacing=12)
        self.setObjectName("start.looks")
        self.again = bare(tr("Look again"), name="start.again", icon="retry")
        self.head.addWidget(self.again)
        self._lines = {name: _Line(tr(words)) for name, words in LOOKS.items()}
        for line in self._lines.values():
            self.body.addLayout(line.layout)

    def show_looks(self, looks: dict[str, Look], problem: Problem | None, *, known: bool) -> None:
        """Show what was found; what is not known yet says so."""
        self.again.setEnabled(known or problem is not None)
        for name, line in self._lines.items():
            found = looks.get(name)
            if found is None and problem is not None:
                found = Look(advice(problem).sentence, good=False)
            line.show_look(found)
        said = (f"{tr(LOOKS[name])}: {look.sentence}" for name, look in looks.items())
        self.setAccessibleName(f"{tr('This computer')}. {' '.join(said)}")


class _Line:
    def __init__(self, name: str) -> None:
        self._icon = Icon("clock", "neutral")
        self.words = text.muted()
        self.layout = row(self._icon, spacing=12)
        self.layout.addLayout(column(text.body(name), self.words, spacing=2), 1)

    def show_look(self, look: Look | None) -> None:
        self.words.setText(tr("Looking…") if look is None else look.sentence)
        if look is None:
            self._icon.show_icon("clock", "neutral")
        else:
            self._icon.show_icon("check" if look.good else "alert", "ok" if look.good else "warn")


class WalletStart(Card):
    """New, restored from a backup, or later."""

    def __init__(self, model: StartViewModel) -> None:
        super().__init__(tr("Your wallet"), spacing=12)
        self.setObjectName("start.wallet")
        self._model = model
        self._says = text.muted()
        self.body.addWidget(self._says)
        self._new = secondary(tr("Make a new one"), name="start.new", icon="key")
        self._new.clicked.connect(self._on_new)
        self._passphrase = QLineEdit()
        self._passphrase.setObjectName("start.passphrase")
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setMaxLength(256)
        self._passphrase.textChanged.connect(self.show_state)
        self._field = Field(
            tr("Or restore: the passphrase of your backup"), self._passphrase,
            tr("The backup brings key, films' secrets, drafts and books from another computer."),
        )  # fmt: skip
        self._restore = secondary(tr("Choose the backup"), name="start.restore", icon="upload")
        self._restore.clicked.connect(self._ask_file)
        new = row(self._new)
        new.addStretch(1)
        self.body.addLayout(new)
        self.body.addWidget(self._field)
        restore = row(self._restore)
        restore.addStretch(1)
        self.body.addLayout(restore)

    def restore(self, path: str) -> None:
        """Begin from a backup, with the passphrase that is typed."""
        passphrase = self._passphrase.text()
        self._passphrase.clear()
        self._model.restore(path, passphrase)

    def show_state(self) -> None:
        """Show what can be done about the wallet now."""
        state = self._model.state
        missing = state.wallet is not None and state.wallet.wallet == "missing"
        for part in (self._new, self._field, self._restore):
            part.setVisible(missing)
        self._new.setEnabled(not state.busy)
        self._restore.setEnabled(missing and not state.busy and bool(self._passphrase.text()))
        self._restore.set_text(tr("Restoring…") if state.busy else tr("Choose the backup"))
        if state.restored is not None:
            films = tr_count(state.restored.films, "{count} film", "{count} films")
            self._says.setText(
                tr("Restored {address} from the backup of {when}, with {films}.", address=short(state.restored.address),
                   when=moment(state.restored.made_at), films=films)
            )  # fmt: skip
        elif missing:
            self._says.setText(tr("It signs what you sell and what you buy. You can also make one later."))
        elif state.wallet is not None:
            self._says.setText(tr("There is a wallet: {address}.", address=short(state.wallet.address or "")))

    def _on_new(self) -> None:
        self._model.context.handle(Problem("wallet.missing"), self._model.refresh)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a backup"), "", tr(_FILES))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.restore)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
