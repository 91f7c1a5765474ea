"""The performance score with every input and its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import Money
from studio.kit.format import money, plural
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.fields import Fact
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.figures import ScoreOut, ScorePartOut

_NAMES: dict[str, str] = {
    "paid_seconds": mark("Time paid for"),
    "completion": mark("How much of a film its buyers see"),
    "refunds": mark("Money not given back"),
    "retention": mark("Members who stayed"),
    "returning": mark("Viewers who came back"),
}


class ScoreCard(Card):
    """What this node saw in the last four weeks; no money follows from it."""

    def __init__(self) -> None:
        super().__init__(tr("Performance"))
        self.setObjectName("sharing.score")
        self._points = text.figure()
        self.body.addWidget(self._points)
        self.body.addWidget(
            text.muted(tr("Of 100 points, from what the node saw in the last four weeks. No money follows from it."))
        )
        self._parts = {name: Fact(tr(words)) for name, words in _NAMES.items()}
        for part in self._parts.values():
            self.body.addWidget(part)

    def show_score(self, score: ScoreOut) -> None:
        """Show the points, and what each input gave."""
        self._points.setText(_tenths(score.points_tenths))
        for part in score.parts:
            told = tr(
                "{seen} · {points} of {weight}",
                seen=_seen(part),
                points=_tenths(part.points_tenths),
                weight=part.weight,
            )
            self._parts[part.name].show_value(told)


def _tenths(value: int) -> str:
    return f"{value // 10}.{value % 10}"


def _seen(part: ScorePartOut) -> str:
    match part.name:
        case "paid_seconds":
            return plural(part.part // 60, tr("minute"), tr("minutes"))
        case "completion":
            return f"{part.part * 100 // part.whole} %" if part.whole else tr("nobody yet")
        case "refunds":
            return tr("{back} of {gross} back", back=money(Money(part.part)), gross=money(Money(part.whole)))
    return tr("{part} of {whole}", part=part.part, whole=part.whole)
