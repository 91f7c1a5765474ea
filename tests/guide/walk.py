"""The guide's walk: read from docs/guide/walk.toml, done by a hand in the real window."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListView, QWidget

from studio.kit.chart import Chart
from studio.tour.hand import Hand, read_text

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
PARTS = ("creator", "viewer", "tester")
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step; see the head of walk.toml."""

    be: str = ""
    go: str = ""
    click: str = ""
    film: str = ""
    see: str = ""
    text: str = ""
    gone: str = ""
    keep: str = ""

    def __str__(self) -> str:
        return ", ".join(f"{one.name} {getattr(self, one.name)}" for one in fields(self) if getattr(self, one.name))


def read_walk() -> dict[str, tuple[Step, ...]]:
    """Read the parts of the walk. Raises TypeError for a step that says something unknown."""
    found = tomllib.loads((GUIDE / "walk.toml").read_text())
    return {part: tuple(Step(**step) for step in found[part]) for part in PARTS}


def pictures() -> list[str]:
    """Name the pictures that the walk keeps."""
    return [step.keep for steps in read_walk().values() for step in steps if step.keep]


class Walker:
    """Does steps. keep: takes a picture of the window."""

    def __init__(self, hand: Hand, keep: Callable[[str], None] | None) -> None:
        self._hand, self._keep = hand, keep

    def do(self, step: Step) -> None:
        """Do one step and see what it promises. Raises StepError."""
        hand = self._hand
        if step.be:
            hand.click(f"persona.{step.be}", _PATIENCE_S)
        if step.go:
            hand.click(f"nav.{step.go}", _PATIENCE_S)
        if step.film:
            self._open(step.film)
        if step.click:
            hand.click(step.click, _PATIENCE_S)
        if step.see:
            hand.find(step.see, _PATIENCE_S)
        if step.text:
            hand.wait(f"“{step.text}” in {step.see}", lambda: step.text in self._said(step.see), _PATIENCE_S)
        if step.gone:
            hand.wait(f"{step.gone} to be gone", lambda: hand.look(step.gone) is None, _PATIENCE_S)
        if step.keep and self._keep is not None:
            charts = self._hand.window.findChildren(Chart)
            hand.wait("the charts", lambda: all(_is_drawn(chart) for chart in charts if chart.isVisible()), _PATIENCE_S)
            # Posters come after their cards.
            hand.pause(2.5)
            self._keep(step.keep)

    def _said(self, name: str) -> str:
        """Give what a part of the window says, lists included; a control stands for its page."""
        widget = self._hand.look(name)
        if widget is None:
            return ""
        page = getattr(self._hand.window, "page", None)
        if isinstance(page, QWidget) and page.isAncestorOf(widget):
            widget = page
        cards = [view for view in (widget, *widget.findChildren(QListView)) if isinstance(view, QListView)]
        return " ".join([read_text(widget), *(_titles(view) for view in cards)])

    def _open(self, title: str) -> None:
        cards = self._hand.find_as(QListView, "discover.list")

        def place() -> QPoint | None:
            model = cards.model()
            for row in range(model.rowCount()):
                index = model.index(row, 0)
                if title in _read(index):
                    cards.scrollTo(index)
                    return cards.visualRect(index).center()
            return None

        self._hand.click_at(cards.viewport(), self._hand.wait(f"“{title}” among the cards", place, _PATIENCE_S))


def _is_drawn(chart: Chart) -> bool:
    return chart.series is None or chart.drawn


def _titles(view: QListView) -> str:
    model = view.model()
    return " ".join(_read(model.index(row, 0)) for row in range(model.rowCount()))


def _read(index: object) -> str:
    data = index.data  # type: ignore[attr-defined]  # a QModelIndex
    return f"{data(Qt.ItemDataRole.DisplayRole)} {data(Qt.ItemDataRole.AccessibleTextRole)}"
