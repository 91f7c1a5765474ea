"""The left rail: the mark, the two sides of the window, who sits here, and how the service is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.kit.icons import Icon
from studio.kit.qt_values import NO_FOCUS, NO_SCROLL_BAR
from studio.kit.theme import eased, scaled
from studio.kit.tokens import GRID, LEAD, RAIL_BREAK, RAIL_NARROW, RAIL_WIDE
from studio.kit.widgets import text
from studio.kit.widgets.button import Button
from studio.kit.widgets.text import restyle, set_property
from studio.kit.words import tr
from studio.persona_switch import PersonaSwitch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QAction, QResizeEvent, QShowEvent

    from studio.kit.route import Route
    from studio.kit.tokens import Tone

_EDGE = 3
_ICON, _HELP = 20, 28
_USUAL = QSize(1280, 800)
_ROOMY = 752
"""What all but the personas take at their usual height, in pixels at 100 %; on a lower window they stand closer."""
_FOLDED, _FOLDED_ROW, _GROWN = 152, 32, 12
"""As icons: what stands above and below the pages, a page, and the part of that which grows, in pixels at 100 %."""


class Side(QFrame):
    """One side of the window with its pages. Signal: ``chosen(route)``."""

    chosen = Signal(str)

    def __init__(
        self, title: str, icon: str, routes: Mapping[str, Route], group: QButtonGroup, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setProperty("kit", "side")
        self._buttons: dict[str, Button] = {}
        self._names = {route: tr(page.name) for route, page in routes.items()}
        self._only_for = {route: page.only_for for route, page in routes.items() if page.only_for}
        layout = self._lines = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE, GRID, _EDGE, GRID)
        layout.setSpacing(2)
        self._title = text.caption(title)
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 0, 4)
        head.setSpacing(GRID)
        self._mark = Icon(icon, "neutral", 16)
        head.addWidget(self._mark)
        head.addWidget(self._title)
        head.addStretch(1)
        layout.addLayout(head)
        self._is_narrow = self._is_dense = self._is_tight = False
        self._measured = (False, False)
        for route, page in routes.items():
            if not page.in_rail:
                continue
            button = Button(
                self._names[route], "nav", name=f"nav.{route}", icon=page.icon, says=f"{title}: {self._names[route]}"
            )
            button.setProperty("route", route)
            button.clicked.connect(self._on_click)
            group.addButton(button)
            layout.addWidget(button)
            self._buttons[route] = button
        self._shown = set(self._buttons)
        self.show_for("")

    def mark(self, route: str) -> bool:
        """Mark a page as the one that is open; tell whether it is on this side."""
        if route in self._buttons:
            self._buttons[route].setChecked(True)
        here = route in self._names
        set_property(self, "current", "true" if here else "false")
        return here

    @property
    def folded_height(self) -> int:
        """What the side takes as icons that don't stand closer, in pixels."""
        return len(self._shown) * (_FOLDED_ROW + scaled(_GROWN) - _GROWN + 4) + 5 * GRID

    def show_for(self, desk_id: str) -> None:
        """Show the pages that a desk has; one with pages of its own on this side has those and the settings."""
        has_own = desk_id in self._only_for.values()
        for route, button in self._buttons.items():
            only_for = self._only_for.get(route)
            is_shown = only_for == desk_id if only_for else not has_own or route == "settings"
            # What is shown by itself is styled at once, and that too early here: with its side it is shown anyway.
            if is_shown != (route in self._shown):
                button.setVisible(is_shown)
                self._shown ^= {route}

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons only, or icons and words."""
        if narrow != self._is_narrow:
            self._title.setVisible(not narrow)
        self._is_narrow = narrow
        for route, button in self._buttons.items():
            button.setText("" if narrow else self._names[route])
            set_property(button, "narrow", "true" if narrow else "false")
            button.setToolTip(self._names[route] if narrow else "")

    def set_dense(self, *, dense: bool) -> None:
        """Stand closer, on a low window."""
        self._is_dense = dense
        tight = dense and self._is_narrow
        if tight != self._is_tight:
            self._mark.setVisible(not tight)
        self._is_tight = tight
        margin = 2 if tight else GRID
        self._lines.setContentsMargins(_EDGE, margin, _EDGE, margin)
        # An icon alone says as much at any size of letters, and has to leave room for all the others.
        size = _ICON if tight else eased(_ICON) if self._is_narrow else scaled(_ICON)
        for button in self._buttons.values():
            button.setIconSize(QSize(size, size))
            set_property(button, "dense", "true" if dense else "false")

    def is_measured(self) -> None:
        """Take note that the style sheet finds the buttons as they are."""
        self._measured = (self._is_narrow, self._is_dense)

    def restyle(self) -> None:
        """Let the style sheet look again at buttons that are not as it found them."""
        if self._measured != (self._is_narrow, self._is_dense):
            self.is_measured()
            for button in self._buttons.values():
                restyle(button)

    @Slot()
    def _on_click(self) -> None:
        self.chosen.emit(str(self.sender().property("route")))


class ServiceLine(QWidget):
    """One line about the service: a dot and words. Signal: ``clicked`` on its button, which starts it again."""

    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("service.state")
        self._icon = Icon("clock", "neutral", 16)
        self._words = text.caption(tr("Starting…"))
        self._again = Button(tr("Start it again"), "ghost", name="service.start")
        self._again.clicked.connect(self.clicked)
        self._again.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self._icon)
        line.addWidget(self._words)
        line.addStretch(1)
        layout = self._lines = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._again)

    @property
    def words(self) -> str:
        """What the line says."""
        return self._words.text()

    def say(self, words: str, icon: str, tone: Tone, *, may_start: bool) -> None:
        """Show a state."""
        self._words.setText(words)
        self._icon.show_icon(icon, tone)
        self._again.setVisible(may_start)
        self.setAccessibleName(words)
        self.setToolTip(words)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the icon only, or the words too."""
        self._words.setVisible(not narrow)
        self._lines.setContentsMargins(0 if narrow else 16, 0, 0, 0)


class HelpButton(Button):
    """Opens what helps: the guide, an evidence file. Hidden until there is something."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "ghost", name="help", icon="info", says=tr("Help"), tip=tr("Help"))
        self._is_narrow = False
        self.setParent(parent)
        self.set_narrow(narrow=False)
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Keep its size: with each new style sheet comes the sheet's own least height."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and not self.isHidden():
            self.set_narrow(narrow=self._is_narrow)

    def set_narrow(self, *, narrow: bool) -> None:
        """Be as large as the words beside it, or as the icons above it."""
        self._is_narrow = narrow
        # The sheet's least height comes with the first style, and would undo what was set before.
        self.ensurePolished()
        size, icon = (_HELP, 16) if narrow else (scaled(_HELP), scaled(16))
        self.setFixedSize(size, size)
        self.setIconSize(QSize(icon, icon))

    def show_actions(self, actions: Sequence[QAction]) -> None:
        """Offer these."""
        menu = QMenu(self)
        menu.setObjectName("help.menu")
        menu.addActions(list(actions))
        self.setMenu(menu)
        self.show()


class Rail(QFrame):
    """Everything at the left. Signals: ``page_chosen(route)``, ``persona_chosen(desk_id)``, ``service_wanted``.

    window: the size of the one it is made for. Each part is made inside the one around it: put into it later, it would
    be styled along with all that it holds once more.
    """

    page_chosen = Signal(str)
    persona_chosen = Signal(str)
    service_wanted = Signal()

    def __init__(
        self,
        studio: Mapping[str, Route],
        player: Mapping[str, Route],
        personas: Mapping[str, str],
        *,
        window: QSize = _USUAL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kit", "rail")
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self._area, held = QScrollArea(self), QWidget()
        self._pages = QVBoxLayout(held)
        self._scroll(held)
        self._sides = (
            Side(tr("Studio"), "content", studio, self._group, held),
            Side(tr("Player"), "watch", player, self._group, held),
        )
        self._name = text.Text(tr("Museclock"), size=LEAD, weight=text.Weight.DemiBold)
        self._is_narrow: bool | None = None
        self._high = window.height()
        self.personas, self._has_personas = PersonaSwitch(personas, self), bool(personas)
        if not personas:
            self.personas.hide()
        self.service = ServiceLine(self)
        self.help = HelpButton(self)
        self._rows = QVBoxLayout(self)
        self._build(window.width())
        for side in self._sides:
            side.chosen.connect(self.page_chosen)
        self.personas.chosen.connect(self.persona_chosen)
        self.service.clicked.connect(self.service_wanted)

    def _build(self, width: int) -> None:
        layout = self._rows
        layout.setContentsMargins(GRID, 20, GRID, 16)
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 0, 4)
        head.setSpacing(10)
        head.addWidget(Icon("mark", "accent", 28))
        head.addWidget(self._name, 1)
        layout.addLayout(head)
        # Before the pages are put together, which has them measured: styled a second time they cost the start 40 ms.
        self.fit(width)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.setSpacing(12)
        for side in self._sides:
            self._pages.addWidget(side)
        self._pages.addStretch(1)
        layout.addWidget(self._area, 1)
        layout.addWidget(self.personas)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(2)
        foot.addWidget(self.service, 1)
        foot.addWidget(self.help)
        layout.addLayout(foot)
        for side in self._sides:
            side.is_measured()

    def _scroll(self, held: QWidget) -> None:
        """On a low window both sides are scrolled, by wheel or by the focus."""
        area = self._area
        area.setProperty("kit", "rail-pages")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("horizontalScrollBarPolicy", NO_SCROLL_BAR)
        area.setProperty("verticalScrollBarPolicy", NO_SCROLL_BAR)
        area.setProperty("focusPolicy", NO_FOCUS)
        held.setProperty("kit", "rail-pages")
        # As wide as there is room: nothing is ever scrolled sideways.
        held.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        area.setWidget(held)

    def sit(self, desk_id: str) -> None:
        """Show who sits here, and the pages that this person has."""
        self.personas.mark(desk_id)
        for side in self._sides:
            side.show_for(desk_id)

    def mark(self, route: str) -> None:
        """Mark the page that is open."""
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)
        for side in self._sides:
            side.mark(route)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._high = event.size().height()
        self._stand()

    def showEvent(self, event: QShowEvent) -> None:
        """Style again what got another look after it was measured, which the window's first layout may have it get."""
        super().showEvent(event)
        for side in self._sides:
            side.restyle()

    def _stand(self) -> None:
        """Let the pages stand closer where the rail is too low for their usual height."""
        wanted = self.personas.sizeHint().height() + 12 if self._has_personas else 0
        wanted += sum(side.folded_height for side in self._sides) + _FOLDED if self._is_narrow else scaled(_ROOMY)
        for side in self._sides:
            side.set_dense(dense=self._high < wanted)

    def fit(self, width: int, *, anew: bool = False) -> None:
        """Be as the window's width has room for, in pixels. anew: put elsewhere, which takes back what was set."""
        narrow = width < scaled(RAIL_BREAK)
        if anew or narrow != self._is_narrow:
            self.set_narrow(narrow=narrow)

    def set_narrow(self, *, narrow: bool) -> None:
        """Fold to icons, or unfold."""
        self._is_narrow = narrow
        # Folded it holds icons, which need not grow, and one short word, which must.
        self.setFixedWidth(RAIL_NARROW + scaled(GRID * 4) - GRID * 4 if narrow else scaled(RAIL_WIDE))
        self._name.setVisible(not narrow)
        for part in (*self._sides, self.personas, self.service, self.help):
            part.set_narrow(narrow=narrow)
        self._rows.setSpacing(GRID if narrow else 12)
        self._stand()
