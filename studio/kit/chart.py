"""A chart of one metric: bars up to 31 days, else a line; the period before in grey; the value under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from studio.kit.chart_plot import DayPlot
from studio.kit.theme import scaled
from studio.kit.tokens import SMALL
from studio.kit.widgets.card import put_under
from studio.kit.widgets.skeleton import Skeleton
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart shows. Values are whole units, such as micro-USDC; ``before`` may be shorter or empty."""

    labels: tuple[str, ...]
    values: tuple[int, ...]
    before: tuple[int, ...]
    unit: Callable[[int], str]
    """Writes a value for the axis and the pointer, with its unit."""
    least: int = 1
    """The axis reaches at least this value, so that an empty chart has a scale too."""
    last_is_open: bool = True
    """The last place is not over yet, such as today: hatched."""
    adds_up: bool = True
    """The values have a sum; counts of who is there have none."""
    places: str = ""
    """What the places are where they are no days, in the plural."""
    before_is: str = ""
    """What the dashed series is, where it is not the period before."""
    gaps: frozenset[int] = frozenset()
    """Places that can have no value, such as free parts; the pointer says so."""

    def spoken(self, title: str) -> str:
        """Say the series in one sentence, for those who don't see it."""
        if not any(self.values):
            return tr("{title}: nothing yet.", title=title)
        best = max(range(len(self.values)), key=self.values.__getitem__)
        whole = tr("{sum} in all, ", sum=self.unit(sum(self.values))) if self.adds_up else ""
        most = tr("most at {labels} with {values}", labels=self.labels[best], values=self.unit(self.values[best]))
        places = self.places or tr("days")
        if not self.places:
            most = tr("most on {labels} with {values}", labels=self.labels[best], values=self.unit(self.values[best]))
        return f"{title}: {len(self.values)} {places}, {whole}{most}."


class Chart(QWidget):
    """Shows a ghost until it has a series."""

    def __init__(self, title: str, *, name: str, height: int = 300) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title = title
        self._series: Series | None = None
        self._plot, self._ghost = DayPlot(), Skeleton(height)
        put_under(self._ghost, self._plot, QStackedLayout(self))
        self.setFixedHeight(height + scaled(SMALL) - SMALL)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    @property
    def series(self) -> Series | None:
        """What is shown."""
        return self._series

    @property
    def drawn(self) -> bool:
        """True when the plot is on screen."""
        return self._ghost.isHidden()

    def show_series(self, series: Series) -> None:
        """Show a series; one that is shown already is not drawn again."""
        if series == self._series:
            return
        self._series = series
        self.setAccessibleDescription(series.spoken(self._title))
        self._ghost.hide()
        self._plot.draw(series)
