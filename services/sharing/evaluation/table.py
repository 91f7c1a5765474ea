"""The evaluation as a table and two plots, for the documents."""

from __future__ import annotations

from dataclasses import dataclass

from services.sharing.evaluation.fraud import fraud_take, pro_rata_take, with_bots
from services.sharing.evaluation.methods import METHODS, error
from services.sharing.evaluation.payouts import Smoothed, simulate
from services.sharing.evaluation.worlds import KINDS, Size, make_world
from services.sharing.model import load_model


@dataclass(frozen=True, slots=True)
class Evaluation:
    """errors: method → world → part of the pool that went to the wrong creators."""

    errors: dict[str, dict[str, float]]
    fraud: float
    fraud_pro_rata: float
    smoothed: Smoothed

    def mean(self, method: str) -> float:
        """The mean over the worlds."""
        values = self.errors[method].values()
        return sum(values) / len(values)

    def worst(self, method: str) -> float:
        """The worst world."""
        return max(self.errors[method].values())


def evaluate(size: Size, creators: int = 2_000) -> Evaluation:
    """Run every method in every world."""
    errors: dict[str, dict[str, float]] = {method: {} for method in METHODS}
    for name in KINDS:
        world = make_world(name, size)
        for method, share in METHODS.items():
            errors[method][name] = error(share(world.month), world.truth)
    fraud = with_bots(size)
    return Evaluation(errors, fraud_take(fraud, load_model()), pro_rata_take(fraud), simulate(creators))


def as_markdown(found: Evaluation) -> str:
    """The table: one line a method, one column a world."""
    lines = ["| method | " + " | ".join(KINDS) + " | mean | worst |", "|---" * (len(KINDS) + 3) + "|"]
    for method, errors in found.errors.items():
        cells = [f"{value:.3f}" for value in (*errors.values(), found.mean(method), found.worst(method))]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def as_plot(found: Evaluation) -> str:
    """Mean and worst error of each method as bars, an SVG file."""
    width, row, left = 720, 34, 190
    scale = (width - left - 60) / max(map(found.worst, found.errors))
    parts = []
    for place, method in enumerate(found.errors):
        top = 12 + place * row
        mean, worst = found.mean(method), found.worst(method)
        colour = "#B7791F" if method.startswith("museshare") else "#8A94A0"
        parts += [
            f'<text x="{left - 10}" y="{top + 15}" text-anchor="end">{method}</text>',
            f'<rect x="{left}" y="{top}" width="{mean * scale:.1f}" height="20" rx="3" fill="{colour}"/>',
            f'<path d="M{left + worst * scale:.1f} {top - 2}v24" stroke="{colour}" stroke-width="2"/>',
            f'<text x="{left + worst * scale + 8:.1f}" y="{top + 15}">{mean:.3f}, {worst:.3f}</text>',
        ]
    height = 24 + len(found.errors) * row
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
    title = "<title>Part of the pool that went to the wrong creators: mean of the worlds, and the worst</title>"
    return f'{head} font-size="13" fill="#5B6672">{title}{"".join(parts)}</svg>\n'
