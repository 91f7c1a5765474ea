"""The key's backup: make it, try it without changing anything, take it to a new computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit

from studio.kit.format import day, moment, number, short
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import secondary
from studio.kit.widgets.card import Card, Inset, row
from studio.kit.widgets.fields import Fact, Field
from studio.kit.words import mark, tr, tr_count
from studio.pages.settings.backup_model import BackupViewModel

if TYPE_CHECKING:
    from services.wire.backup import BackupOut, TrialOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action, Problem
    from studio.kit.tokens import Tone

_FILES = mark("Museclock backups (*.museclock);;All files (*)")


class BackupCard(Card):
    """Shows how the backup stands; the passphrase is typed here and forgotten with the click."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Backup and moving"))
        self.setObjectName("settings.backup")
        self._context = context
        self.model = BackupViewModel(context)
        self._state = Badge()
        self.head.addWidget(self._state)
        self._says = text.body()
        self.body.addWidget(self._says)
        self.body.addWidget(
            text.muted(
                tr("One file holds your wallet's key, the secrets of your films, your drafts and this computer's "
                   "books, sealed under your wallet's passphrase. It is also what you take to a new computer: choose "
                   "“Restore” there at the first start. Films themselves are not in it.")
            )
        )  # fmt: skip
        self.banner = ProblemBanner(name="settings.backup.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._passphrase = QLineEdit()
        self._passphrase.setObjectName("settings.backup.passphrase")
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setMaxLength(256)
        self._passphrase.textChanged.connect(self._render)
        hint = tr("It never leaves this computer. A demo wallet takes any ten characters.") if context.demo else ""
        self.body.addWidget(Field(tr("Your wallet's passphrase"), self._passphrase, hint))
        self._make = secondary(tr("Make a backup"), name="settings.backup.make", icon="download")
        self._make.clicked.connect(self._ask_place)
        self._try = secondary(tr("Try a backup"), name="settings.backup.try", icon="check")
        self._try.clicked.connect(self._ask_file)
        buttons = row(self._try, self._make)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)
        self._trial = TrialNote()
        self.body.addWidget(self._trial)
        self.model.made.connect(self._on_made)
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def make(self, path: str) -> None:
        """Write a backup to a path, under the passphrase that is typed."""
        self.model.make(path, self._taken())

    def attempt(self, path: str) -> None:
        """Try a backup with the passphrase that is typed."""
        self.model.attempt(path, self._taken())

    def _taken(self) -> str:
        passphrase = self._passphrase.text()
        self._passphrase.clear()
        return passphrase

    def _ask_place(self) -> None:
        dialog = QFileDialog(self.window(), tr("Keep the backup"), "museclock-backup.museclock", tr(_FILES))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("museclock")
        dialog.fileSelected.connect(self.make)
        self._open(dialog)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a backup"), "", tr(_FILES))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.attempt)
        self._open(dialog)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _render(self) -> None:
        state = self.model.state
        self.banner.show_problem(state.problem)
        ready = bool(self._passphrase.text()) and not state.busy
        self._make.setEnabled(ready)
        self._try.setEnabled(ready)
        self._make.set_text(tr("Working…") if state.busy else tr("Make a backup"))
        backup = state.backup
        self._state.setVisible(backup is not None)
        if backup is not None:
            words, tone = _word(backup)
            self._state.set_state(tr(words), tone)
            self._says.setText(_sentence(backup))
        self._trial.show_trial(state.trial)

    def _on_made(self, path: str) -> None:
        self._context.notify(tr("Backup kept: {path}", path=path))

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self.model.refresh)


class TrialNote(Inset):
    """What a backup that was tried holds, beside what is here."""

    def __init__(self) -> None:
        super().__init__(padding=16)
        self.setObjectName("settings.backup.trial")
        self._verdict = text.Text(weight=text.Weight.DemiBold, wrap=True)
        self._of = Fact(tr("Made"))
        self._wallet = Fact(tr("Its key opens the wallet"))
        self._films = Fact(tr("Films whose secret is in it and is the same"))
        self._missing = Fact(tr("Films that are not in it"))
        self._wrong = Fact(tr("Films whose secret differs"))
        for part in (self._verdict, self._of, self._wallet, self._films, self._missing, self._wrong):
            self.body.addWidget(part)
        self.hide()

    def show_trial(self, trial: TrialOut | None) -> None:
        """Show what came of it, or hide."""
        self.setVisible(trial is not None)
        if trial is None:
            return
        words = tr("This backup would bring everything back.") if trial.holds else _lack(trial)
        self._verdict.setText(words)
        self._verdict.set_ink("ok" if trial.holds else "bad")
        self._of.show_value(moment(trial.made_at))
        own = short(trial.address) if trial.is_same_wallet else tr("{address}, not yours here", address=trial.address)
        self._wallet.show_value(own if trial.key_fits else tr("no"), trial.address)
        self._films.show_value(number(trial.films))
        self._missing.show_value(number(trial.missing))
        self._wrong.show_value(number(trial.wrong))
        self.setAccessibleName(words)


def _lack(trial: TrialOut) -> str:
    if not trial.key_fits:
        return tr("The key in this backup does not fit its address. Make a fresh backup.")
    if not trial.is_same_wallet:
        return tr("This is the backup of another wallet.")
    if trial.wrong:
        return tr("This backup holds other secrets than the ones here. Make a fresh one, and keep both.")
    return tr_count(
        trial.missing, "This backup lacks {count} film. Make a fresh one.",
        "This backup lacks {count} films. Make a fresh one.",
    )  # fmt: skip


def _word(backup: BackupOut) -> tuple[str, Tone]:
    if not backup.is_needed:
        return tr("not needed"), "neutral"
    if backup.made_at is None:
        return tr("never made"), "bad"
    return (tr("due"), "warn") if backup.is_due else (tr("up to date"), "ok")


def _sentence(backup: BackupOut) -> str:
    if backup.made_at is None:
        if not backup.is_needed:
            return tr("There is nothing here yet that would be lost: no wallet, or one that holds demo money.")
        return tr("Without a backup, whoever loses this computer loses its key and all that it earned.")
    said = tr("The last one was made on {day}, as {path}.", day=day(backup.made_at.astimezone().date()),
              path=backup.path)  # fmt: skip
    if backup.newer:
        newer = tr_count(backup.newer, "{count} film is newer.", "{count} films are newer.")
        said = f"{said} {newer}"
    tried = tr("It was tried.") if backup.tried_at and backup.tried_at >= backup.made_at else tr("It was never tried.")
    return f"{said} {tried}"
