"""Where copies of films go, from where parts may come, and how fast this computer sends and fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QSpinBox, QVBoxLayout, QWidget

from services.units.money import ZERO
from studio.kit.format import moment
from studio.kit.problems import Problem, advice
from studio.kit.theme import font, scaled
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import Button, bare, ghost, secondary
from studio.kit.widgets.card import Card, Inset, column, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Beside, Columns
from studio.kit.widgets.money_field import MoneyField
from studio.kit.words import mark, tr, tr_count
from studio.pages.settings.storage_model import StorageViewModel

if TYPE_CHECKING:
    from services.wire.storage import StorageOut, TargetOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Action
    from studio.kit.tokens import Tone

_KILO = 1_000
_MOST_KILO = 1_000_000
_LIMIT_WIDTH = 200
_KINDS = {"daemon": mark("IPFS daemon"), "gateway": mark("Gateway"), "pinning": mark("Pinning service")}


class StorageCard(Card):
    """Shows the storages; every change of them goes to its view-model."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(tr("Storage"))
        self._context = context
        self.model = StorageViewModel(context)
        about = tr(
            "Your films lie on this computer, encrypted. Copies go to every IPFS daemon that you name here; pinning"
            " services fetch theirs from those. Parts that a node does not give come from the gateways."
        )
        self.body.addWidget(text.muted(about))
        self.banner = ProblemBanner(name="settings.storage.problem")
        self.banner.acted.connect(self._on_action)
        self.body.addWidget(self.banner)
        self._offer = self._offered()
        self.body.addWidget(self._offer)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self.body.addLayout(self._lines)
        self._shown: dict[str, TargetLine] = {}
        self._repair = secondary(tr("Bring missing copies"), name="settings.storage.repair", icon="retry")
        self._repair.clicked.connect(self.model.repair)
        mending = row(self._repair)
        mending.addStretch(1)
        self.body.addLayout(mending)
        self._adding()
        self._limiting()
        self._added = 0
        self.model.changed.connect(self._render)
        self._render()
        self.model.refresh()

    def _offered(self) -> Inset:
        inset = Inset()
        self._found = text.body()
        self._use = secondary(tr("Keep copies there"), name="settings.storage.use", icon="plus")
        self._use.clicked.connect(self._on_use)
        line = row(self._found, self._use)
        line.setStretch(0, 1)
        inset.body.addLayout(line)
        return inset

    def _adding(self) -> None:
        self._address = QLineEdit()
        self._address.setObjectName("settings.storage.address")
        self._address.setPlaceholderText(tr("/ip4/… or https://"))
        self._address.setAccessibleName(tr("Address of an IPFS daemon or of a gateway"))
        self._add = secondary(tr("Add storage"), name="settings.storage.add", icon="plus")
        self._add.clicked.connect(self._on_add)
        self._address.returnPressed.connect(self._on_add)
        self._token = QLineEdit()
        self._token.setObjectName("settings.storage.token")
        self._token.setPlaceholderText(tr("Token"))
        self._token.setAccessibleName(tr("Token of a pinning service; empty for any other storage"))
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        self._token.returnPressed.connect(self._on_add)
        self._undo = bare(tr("Undo"), name="settings.storage.undo", icon="retry")
        self._undo.clicked.connect(self._on_undo)
        self._gone = text.muted()
        self._taken = Beside(self._gone, self._undo, least=420)
        self.body.addWidget(self._taken)
        line = row(self._address, self._token, self._add)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self.body.addLayout(line)

    def _limiting(self) -> None:
        self._upload = _speed("settings.storage.limit")
        self._upload.valueChanged.connect(lambda kilo: self.model.limit_uploads(kilo * _KILO))
        self._download = _speed("settings.storage.download_limit")
        self._download.valueChanged.connect(lambda kilo: self.model.limit_downloads(kilo * _KILO))
        sent = tr("For what goes to nodes and storages.")
        come = tr("For what comes from nodes and gateways.")
        self.body.addWidget(
            Columns(
                Field(tr("Upload limit"), self._upload, sent),
                Field(tr("Download limit"), self._download, come),
                least=_LIMIT_WIDTH + 80,
            )
        )
        self._price = MoneyField()
        self._price.setObjectName("settings.storage.price")
        self._price.setFixedWidth(scaled(_LIMIT_WIDTH))
        self._price.editingFinished.connect(self._on_price)
        counts = tr("In dollars, at all storages together. It counts in what a film costs before it is uploaded.")
        self.body.addWidget(Field(tr("A gigabyte costs, a month"), self._price, counts))
        # A field is named by its label; the unit is read out as well.
        self._upload.setAccessibleName(tr("Upload limit in kilobytes a second"))
        self._download.setAccessibleName(tr("Download limit in kilobytes a second"))

    def _render(self) -> None:
        state, storage = self.model.state, self.model.state.storage
        self.banner.show_problem(state.problem)
        self._taken.setVisible(bool(state.undo))
        self._gone.setText(
            tr("{address} was removed. A pinning service wants its token again: type it first.", address=state.undo)
        )
        self._add.setEnabled(not state.busy)
        self._add.set_text(tr("Looking…") if state.busy else tr("Add storage"))
        self._repair.setVisible(state.missing > 0)
        self._repair.setEnabled(not state.busy)
        for limit in (self._upload, self._download):
            limit.setEnabled(storage is not None)
        self._price.setEnabled(storage is not None)
        if state.added != self._added:
            self._added = state.added
            self._address.clear()
            self._token.clear()
        detected = None if storage is None else storage.detected
        self._offer.setVisible(detected is not None)
        if detected is not None:
            self._found.setText(
                tr("An IPFS daemon runs on this computer (version {version}).", version=detected.version)
            )
        if storage is not None:
            self._show(storage)

    def _show(self, storage: StorageOut) -> None:
        for limit, chosen in ((self._upload, storage.upload_limit), (self._download, storage.download_limit)):
            limit.blockSignals(True)
            limit.setValue(chosen // _KILO)
            limit.blockSignals(False)
        if not self._price.hasFocus():
            if storage.price_per_gb:
                self._price.set_money(storage.price_per_gb)
            else:
                self._price.set_plain("")
        for address in set(self._shown) - {target.address for target in storage.targets}:
            gone = self._shown.pop(address)
            self._lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for target in storage.targets:
            if target.address not in self._shown:
                self._shown[target.address] = line = TargetLine(self.model, target.address)
                self._lines.addWidget(line)
            self._shown[target.address].show_target(target)

    def _on_price(self) -> None:
        said = self._price.money if self._price.text() else ZERO
        if said is not None and said >= ZERO:
            self.model.price(said)

    def _on_use(self) -> None:
        storage = self.model.state.storage
        if storage is not None and storage.detected is not None:
            self.model.add(storage.detected.address)

    def _on_undo(self) -> None:
        self.model.take_back(self._token.text())

    def _on_add(self) -> None:
        self.model.add(self._address.text(), self._token.text())

    def _on_action(self, _action: Action, problem: Problem) -> None:
        self._context.handle(problem, self._on_add if self._address.text() else self.model.refresh)


class TargetLine(QWidget):
    """One storage: what it is, what is there, and a way off the list."""

    def __init__(self, model: StorageViewModel, address: str) -> None:
        super().__init__()
        self._name, self._state = text.Text(weight=text.Weight.DemiBold), Badge()
        self._detail = text.caption(wrap=True)
        self._detail.setObjectName("settings.storage.detail")
        self._remove: Button = ghost(
            tr("Remove"), name="settings.storage.remove", says=tr("Remove {address}", address=address)
        )
        self._remove.clicked.connect(lambda: model.remove(address))
        line = row()
        line.addLayout(column(self._name, self._detail, spacing=2), 1)
        for part in (self._state, self._remove):
            line.addWidget(part)
        self.setLayout(line)

    def show_target(self, target: TargetOut) -> None:
        """Show a storage as it last did what was asked."""
        version = f" {target.version}" if target.version else ""
        self._name.setText(f"{tr(_KINDS[target.kind])}{version}")
        self._state.set_state(*_state(target))
        self._state.setToolTip(tr("Last answered {seen_at}", seen_at=moment(target.seen_at)))
        parts = [target.address]
        if target.kind != "gateway":
            parts.append(tr_count(target.films, "{count} film of yours in full", "{count} films of yours in full"))
        if target.missing:
            parts.append(tr("{missing} missing", missing=target.missing))
        if target.problem is not None:
            parts.append(advice(Problem(target.problem.code, target.problem.params)).happened)
        self._detail.setText(" · ".join(parts))


def _speed(name: str) -> QSpinBox:
    field = QSpinBox()
    field.setObjectName(name)
    field.setRange(0, _MOST_KILO)
    field.setSingleStep(250)
    field.setSuffix(" kB/s")
    field.setSpecialValueText(tr("No limit"))
    field.setKeyboardTracking(False)
    field.setFixedWidth(scaled(_LIMIT_WIDTH))
    field.setFont(font(tabular=True))
    field.lineEdit().setTextMargins(12, 0, 12, 0)
    return field


def _state(target: TargetOut) -> tuple[str, Tone]:
    if target.problem is not None:
        return "fails", "bad"
    return (tr("copies missing"), "warn") if target.missing else (tr("in use"), "ok")
