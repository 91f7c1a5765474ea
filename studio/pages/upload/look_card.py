"""What a file holds and what it will take, shown before anything is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit.format import DASH, duration, money_exact, share_words, size
from studio.kit.languages import language_name
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost, primary
from studio.kit.widgets.card import Card, Inset, column, hairline, holder, row
from studio.kit.words import tr, tr_count
from studio.pages.upload.codec_names import codec_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.wire.uploads import CostOut, LookOut

_LONGEST_LIST = 3


class LookCard(Card):
    """Signals: ``begun`` to go on with the file, ``refused`` to leave it."""

    begun = Signal()
    refused = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=20)
        self._name = text.lead(wrap=True)
        self._facts = text.muted()
        self._holds = _Group(tr("In the file"), tr("Picture"), tr("Sound"), tr("Captions"), tr("Chapters"))
        self._takes = _Group(tr("To prepare it"), tr("Picture"), tr("Time"), tr("Disk"), tr("Parts"))
        self._costs = _Group(
            tr("To sell it"), tr("Storage, a month"), tr("Network, of each sale"), tr("A withdrawal is paid after")
        )
        self._note = text.caption(wrap=True)
        self.begin = primary(tr("Prepare it"), name="upload.begin", icon="arrow-right")
        self.begin.clicked.connect(self.begun)
        leave = ghost(tr("Choose another"), name="upload.not_this")
        leave.clicked.connect(self.refused)
        self.body.addLayout(column(self._name, self._facts, spacing=6))
        self.body.addWidget(hairline())
        self._groups = holder(row(self._holds, self._takes, self._costs, spacing=GUTTER, stretch=1))
        self.body.addWidget(self._groups)
        self.body.addWidget(self._note)
        buttons = row(leave, self.begin)
        buttons.insertStretch(0, 1)
        self.body.addLayout(buttons)

    def show_name(self, name: str) -> None:
        """Show that a file is being looked at."""
        self._name.setText(name)
        self._facts.setText(tr("Being looked at…"))
        self._groups.hide()
        self._note.hide()
        self.begin.setEnabled(False)

    def show_look(self, look: LookOut) -> None:
        """Show what was found."""
        self._name.setText(look.file_name)
        self._facts.setText("  ·  ".join((duration(look.duration_ms), size(look.size_bytes))))
        self._groups.show()
        self._holds.show_values(
            tr(
                "{video_codec}, {width} × {height}, {fps_text} fps",
                video_codec=codec_name(look.video_codec),
                width=look.width,
                height=look.height,
                fps_text=look.fps_text,
            ),
            _listed([f"{codec_name(one.codec)}{_of(one.language)}" for one in look.sounds]),
            _listed([language_name(one.language) or "yes" for one in look.captions if one.is_kept]),
            str(len(look.chapters)) if look.chapters else "none",
        )
        has_room = look.disk_bytes <= look.free_bytes
        self._takes.show_values(
            _coding(look),
            _about(look.work_ms),
            tr("{disk_bytes} of {free_bytes} free", disk_bytes=size(look.disk_bytes), free_bytes=size(look.free_bytes)),
            tr_count(look.part_count, "{count} part", "{count} parts"),
        )
        self._costs.show_values(*_costs(look.cost))
        self._show_note(look, has_room=has_room)
        self.begin.setEnabled(has_room)

    def _show_note(self, look: LookOut, *, has_room: bool) -> None:
        lost = sum(1 for one in look.captions if not one.is_kept)
        says = [
            "" if has_room else tr("There is not enough room on the disk."),
            tr(
                "{lost} made of pictures and cannot be kept.",
                lost=tr_count(lost, "{count} caption track is", "{count} caption tracks are"),
            )
            if lost
            else "",
            ""
            if look.cost is None
            else tr(
                "Costs are for {price_per_ten_seconds} per 10 seconds.",
                price_per_ten_seconds=money_exact(look.cost.price_per_ten_seconds),
            ),
        ]
        self._note.setText(" ".join(sentence for sentence in says if sentence))
        self._note.set_ink("muted" if has_room else "bad")
        self._note.setVisible(bool(self._note.text()))


class _Group(Inset):
    """Facts under a heading; the name of a fact stands above its value, so that long values have room."""

    def __init__(self, title: str, *names: str) -> None:
        super().__init__()
        self.body.addWidget(text.Text(title, weight=text.Weight.Medium))
        self._lines = [_Line(name) for name in names]
        for line in self._lines:
            self.body.addWidget(line)
        self.body.addStretch(1)

    def show_values(self, *values: str) -> None:
        """Show the values in the order of the names."""
        for line, value in zip(self._lines, values, strict=True):
            line.show_value(value)


class _Line(QWidget):
    """A name above its value."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._value = text.Text(tabular=True)
        self._value.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(text.caption(name))
        layout.addWidget(self._value)

    def show_value(self, value: str) -> None:
        """Show a value."""
        self._value.setText(value)
        self.setAccessibleName(f"{self._name}: {value}")


def _coding(look: LookOut) -> str:
    match look.coding:
        case "copied":
            return tr("Cut without loss")
        case "unknown":
            return tr("Cut without loss if its keyframes allow it")
        case "coded":
            return tr("Coded anew, by the {value}", value=tr("graphics card") if look.is_hardware else tr("processor"))


def _costs(cost: CostOut | None) -> tuple[str, str, str]:
    if cost is None:
        return tr("nothing"), DASH, DASH
    share = cost.settlement_per_mille
    of_sale = share_words(share)
    minutes = tr_count(cost.break_even_minutes, "{count} minute watched", "{count} minutes watched")
    return tr("nothing") if not cost.storage.micros else money_exact(cost.storage), of_sale, minutes


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    rest = len(names) - _LONGEST_LIST
    return ", ".join(names[:_LONGEST_LIST]) + (tr(" and {rest} more", rest=rest) if rest > 0 else "")


def _of(language: str) -> str:
    name = language_name(language)
    return f" ({name})" if name else ""


def _about(milliseconds: int) -> str:
    seconds = -(-milliseconds // 1000)
    if seconds < 60:
        return tr("about {max} s", max=max(seconds, 1))
    minutes = round(seconds / 60)
    return (
        tr("about {minutes} min", minutes=minutes)
        if minutes < 60
        else tr("about {value} h {value_2} min", value=minutes // 60, value_2=minutes % 60)
    )
