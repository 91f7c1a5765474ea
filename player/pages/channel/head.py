"""The head of a channel: banner, picture, name, words, and what a viewer can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.kit import theme
from studio.kit.format import moment, short
from studio.kit.theme import scaled
from studio.kit.tokens import CARD_RADIUS, HEADING
from studio.kit.widgets import text
from studio.kit.widgets.button import Button, ghost, secondary
from studio.kit.widgets.card import holder, row
from studio.kit.widgets.flow import Flow
from studio.kit.widgets.text import Text, Weight
from studio.kit.words import tr, tr_count

if TYPE_CHECKING:
    from player.pages.channel.view_model import ChannelState

_BANNER, _AVATAR = 168, 88


class _Banner(QWidget):
    """The banner, or a ground in the theme's own colours while there is none, with the picture on its lower edge."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_BANNER)
        self._banner, self._avatar, self._letter = QImage(), QImage(), ""

    def show_pictures(self, banner: bytes | None, avatar: bytes | None, letter: str) -> None:
        self._banner = QImage.fromData(banner) if banner else QImage()
        self._avatar = QImage.fromData(avatar) if avatar else QImage()
        self._letter = letter
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        ground = QPainterPath()
        ground.addRoundedRect(whole, CARD_RADIUS, CARD_RADIUS)
        painter.setClipPath(ground)
        if self._banner.isNull():
            ramp = QLinearGradient(whole.topLeft(), whole.bottomRight())
            ramp.setColorAt(0, theme.colour(theme.active().accent_soft))
            ramp.setColorAt(1, theme.colour(theme.active().raised))
            painter.fillRect(whole, ramp)
        else:
            _fill(painter, whole, self._banner)
        self._paint_avatar(painter)
        painter.end()

    def _paint_avatar(self, painter: QPainter) -> None:
        tokens = theme.active()
        place = QRectF(20, self.height() - _AVATAR - 16, _AVATAR, _AVATAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tokens.surface))
        painter.drawEllipse(place.adjusted(-3, -3, 3, 3))
        shape = QPainterPath()
        shape.addEllipse(place)
        painter.setClipPath(shape)
        if self._avatar.isNull():
            painter.fillRect(place, theme.colour(tokens.accent))
            painter.setPen(theme.colour(tokens.on_accent))
            painter.setFont(theme.font(36, Weight.DemiBold))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._letter)
        else:
            _fill(painter, place, self._avatar)


def _fill(painter: QPainter, place: QRectF, image: QImage) -> None:
    size = image.size().scaled(
        QSize(round(place.width()), round(place.height())), Qt.AspectRatioMode.KeepAspectRatioByExpanding
    )
    target = QRectF(QPointF(0, 0), size.toSizeF())
    target.moveCenter(place.center())
    painter.drawImage(target, image)


def _facts(state: ChannelState) -> str:
    if state.page is None:
        return ""
    films = tr_count(len(state.page.films), "{count} film", "{count} films")
    return films if state.as_of is None else tr("{films}, as seen {moment}", films=films, moment=moment(state.as_of))


class ChannelHead(QWidget):
    """Signals: ``follow_pressed``, ``block_pressed``, ``tip_pressed``."""

    follow_pressed = Signal()
    block_pressed = Signal()
    tip_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._banner = _Banner()
        self._name = Text("", size=HEADING, weight=Weight.DemiBold)
        self._facts = text.muted(wrap=False)
        self._about = text.body()
        self._about.setMaximumWidth(scaled(760))
        self._follow = Button(tr("Follow"), "primary", name="channel.follow", icon="heart")
        self._block = ghost(tr("Hide this channel"), name="channel.block")
        self._tip = secondary(tr("Tip"), name="channel.tip.open", icon="gift")
        self._tip.clicked.connect(self.tip_pressed)
        self._follow.clicked.connect(self.follow_pressed)
        self._block.clicked.connect(self.block_pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._banner)
        buttons = holder(row(self._block, self._tip, self._follow, spacing=12))
        layout.addLayout(Flow(self._name, self._facts, buttons, spacing=12, apart=True))
        # Beside a stretch: only so it gets the height that its own width makes.
        about = row(self._about)
        about.setStretch(0, 1000)
        about.addStretch(1)
        layout.addLayout(about)

    def show_state(self, state: ChannelState) -> None:
        """Draw who it is."""
        page = state.page
        profile = None if page is None else page.profile
        name = state.shown_name or short(state.creator)
        pictures = [
            None if cid is None else state.pictures.get(str(cid))
            for cid in ((profile.banner, profile.avatar) if profile is not None else (None, None))
        ]
        self._banner.show_pictures(pictures[0], pictures[1], name[:1].upper())
        self._name.setText(name)
        self._facts.setText(_facts(state))
        self._about.setText(profile.about if profile is not None else "")
        self._about.setVisible(bool(profile is not None and profile.about))
        is_followed, is_blocked = state.standing == "follows", state.standing == "blocked"
        self._follow.set_text(tr("Following") if is_followed else tr("Follow"))
        self._follow.set_icon("check" if is_followed else "heart")
        self._follow.setToolTip(tr("Who you follow stays on this computer."))
        self._block.set_text(tr("Show this channel again") if is_blocked else tr("Hide this channel"))
