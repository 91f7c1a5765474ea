"""How right, how fraud-proof, how steady and how fast a pooled pass is shared out."""

from __future__ import annotations

import resource
import time
from typing import Any

from services.sharing.allocation import allocate
from services.sharing.evaluation.methods import METHODS, error
from services.sharing.evaluation.table import evaluate
from services.sharing.evaluation.worlds import Size, make_world
from services.sharing.model import load_model

OURS = "museshare-1"
LARGE = Size(1_000_000, 100_000)


def figures() -> dict[str, Any]:
    """Measure the worlds at 100,000 subscribers, and speed at a million."""
    return {**_quality(), **_speed()}


def _quality() -> dict[str, Any]:
    found = evaluate(Size(), creators=5_000)
    ranked = ", ".join(f"{method} {found.mean(method):.3f}" for method in found.errors)
    smoothed = found.smoothed
    return {
        "error_mean": _figure(found.mean(OURS), 0.09, f"7 worlds; {ranked}"),
        "error_worst": _figure(found.worst(OURS), 0.13, f"by subscriber days {found.worst('by subscriber, days'):.3f}"),
        "fraud_take": _figure(found.fraud, 1.0, f"2 % bots; in one pot by seconds {found.fraud_pro_rata:.1f}"),
        "cv_change": _figure(smoothed.cv_change, -0.3, f"{smoothed.cv_earned:.3f} as earned, median of creators"),
        "reserve_months": _figure(smoothed.reserve_months, 0.75, "median of creators, 30 months"),
    }


def _speed() -> dict[str, Any]:
    begun = time.perf_counter()
    world = make_world("plain", LARGE)
    started = time.perf_counter()
    result = allocate(world.month, load_model(), workers=2)
    allocated = time.perf_counter() - started
    for share in METHODS.values():
        error(share(world.month), world.truth)
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    edges = f"{world.month.owner.size:,} pairs, digest {result.digest[:8]}"
    return {
        "allocate_1m_s": {"value": round(allocated, 2), "unit": "s", "goal": 10, "note": f"{edges}, two threads"},
        "allocate_all_s": {"value": round(whole, 1), "unit": "s", "goal": 80, "note": "world and all methods too"},
        "allocate_peak_gib": {"value": round(peak, 2), "unit": "GiB", "goal": 2.3, "note": "the whole group's peak"},
    }


def _figure(value: float, goal: float, note: str) -> dict[str, Any]:
    return {"value": round(value, 3), "unit": "", "goal": goal, "note": note}
