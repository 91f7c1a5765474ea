"""What a tour found: one result a step, as lines for people and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STEPS = (
    "tier",
    "upload",
    "publish",
    "discover",
    "preview",
    "paywall",
    "buy",
    "autobuy",
    "budget",
    "seek-back",
    "on-chain",
    "earnings",
    "collect",
    "withdraw",
    "withdraw-again",
    "reconcile",
    "refund",
    "restart",
)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step: whether what it promises held, and what was seen."""

    name: str
    ok: bool
    milliseconds: int
    detail: str

    def line(self) -> str:
        """Write it as one line of a terminal."""
        return f"{'ok  ' if self.ok else 'FAIL'}  {self.name:<15}{self.milliseconds:>7} ms  {self.detail}"


@dataclass(slots=True)
class Report:
    """The results so far, in the order of STEPS."""

    media: str
    steps: list[StepResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Tell whether every step was done and held."""
        return tuple(step.name for step in self.steps) == STEPS and all(step.ok for step in self.steps)

    def add(self, result: StepResult) -> None:
        """Take a result."""
        self.steps.append(result)

    def missing(self) -> list[str]:
        """Name the steps that have no result yet."""
        done = {step.name for step in self.steps}
        return [name for name in STEPS if name not in done]

    def write(self, path: Path) -> None:
        """Save as JSON."""
        body = {"ok": self.ok, "media": self.media, "steps": [asdict(step) for step in self.steps]}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
