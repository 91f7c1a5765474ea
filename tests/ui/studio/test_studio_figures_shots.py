"""A creator's figures in the real frame: in one look, with ``--shots`` in every one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel

from services.wire.problems import ProblemError
from tests.fixtures import samples
from tests.fixtures import samples_figures as made
from tests.fixtures.window_scenes import Scene


def _lines(page: Any) -> None:
    page.model.open_sum(page.model.state.sums.rows[-1])


def _mark(page: Any) -> None:
    model = page._list.model
    whole = QItemSelection(model.index(0, 0), model.index(99, model.columnCount() - 1))  # all that are here
    page._list.table.selectionModel().select(whole, QItemSelectionModel.SelectionFlag.ClearAndSelect)


SCENES: dict[str, tuple[str, dict[str, Any], Callable[[Any], None] | None, Callable[[Any], bool]]] = {
    "overview-metrics": (
        "overview", {}, lambda page: page.model.show("watch"), lambda page: page.model.state.figures is not None,
    ),
    "earnings": ("earnings", {}, None, lambda page: page.model.state.figures is not None),
    "earnings-films": (
        "earnings", {}, lambda page: page.model.add_up("item"), lambda page: page.model.state.sums is not None,
    ),
    "earnings-lines": ("earnings", {}, _lines, lambda page: page.model.state.lines is not None),
    "earnings-empty": (
        "earnings",
        {
            "figures.breakdown": lambda period, by="day", **_of: made.breakdown(period, by, empty=True),
            "figures.series": made.figures(empty=True),
        },
        lambda page: page.model.add_up("item"),
        lambda page: page.model.state.sums is not None,
    ),
    "earnings-down": (
        "earnings",
        {"figures.breakdown": ProblemError("service.unreachable"), "figures.series": ProblemError("internal")},
        None,
        lambda page: page.model.state.problem is not None,
    ),
    "tiers-figures": (
        "tiers", {"tiers.mine": samples.TIERS, "figures.tiers": made.TIER_FIGURES},
        lambda page: page.model.ask_archive("t2"), lambda page: bool(page.model.state.figures),
    ),
    "content-revenue": (
        "content",
        {
            "earnings.items": (samples.item(), samples.item("Night trains, part two", minutes=34, price="0.0125")),
            "uploads.list": (), "tiers.mine": (), "figures.item": made.item_figures(),
        },
        lambda page: page._table.selectRow(0), lambda page: page._earned.state.figures is not None,
    ),
    "content-long": (
        "content",
        {
            "earnings.items": (samples.item(),), "uploads.list": (), "tiers.mine": samples.TIERS,
            "figures.items": lambda **wish: made.items(count=240, **wish),
        },
        _mark, lambda page: page._films.state.total == 240,
    ),
    "members": ("members", {}, lambda page: page.table.selectRow(3), lambda page: page.model.state.history is not None),
    "members-empty": (
        "members", {"figures.members": made.members(empty=True)}, None,
        lambda page: page.model.state.members is not None,
    ),
}  # fmt: skip


def _is_loaded(page: Any) -> bool:
    """Tell whether there is something to act on; a list that is empty at first does not count."""
    return any(getattr(page.model.state, name, None) for name in ("overview", "sums", "members", "tiers", "rows"))


@pytest.mark.slim
@pytest.mark.parametrize("name", SCENES)
def test_draw_figures(name: str, draw_scene: Callable[[Scene], None]) -> None:
    route, answers, act, settled = SCENES[name]
    ready = settled if act is None else _is_loaded
    draw_scene(Scene(f"figures/{name}", route, made.ANSWERS | answers, act, settled, ready=ready))
