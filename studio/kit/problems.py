"""What a person reads when something fails: for each code of services.wire.problems a sentence and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from studio.kit.problem_texts import TEXTS
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.wire.problems import ProblemError


class Action(Enum):
    """What the button beside a sentence does; its value is the button's text, empty for none."""

    NONE = ""
    RETRY = mark("Try again")
    UNLOCK = mark("Unlock wallet")
    CREATE_WALLET = mark("Set up wallet")
    OPEN_WALLET = mark("Open wallet")
    ADD_MONEY = mark("Add money")
    RAISE_LIMIT = mark("Raise the limit")
    OPEN_PAYOUTS = mark("See payouts")
    CHOOSE_FILE = mark("Choose another file")
    REFRESH = mark("Look again")
    RESTART_SERVICE = mark("Start it again")
    COPY_DETAILS = mark("Copy details")
    RAISE_BUDGET = mark("Change budget")


@dataclass(frozen=True, slots=True)
class Problem:
    """An expected failure as the window holds it."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    retryable: bool = False
    trace: str = ""

    @classmethod
    def of(cls, error: ProblemError) -> Problem:
        """Take over what a job raised."""
        return cls(error.code, dict(error.params), error.kind.retryable, error.trace)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to show for a problem: what happened, what to do, and the button that does it."""

    happened: str
    next_step: str
    action: Action

    @property
    def sentence(self) -> str:
        """Both parts as one paragraph."""
        return f"{self.happened} {self.next_step}".strip()

    @property
    def label(self) -> str:
        """The button's text; empty when there is none."""
        return tr(self.action.value) if self.action.value else ""


class _Params(dict[str, str]):
    """Parameters of a sentence; a missing one reads as an ellipsis rather than failing the message."""

    def __missing__(self, _name: str) -> str:
        return "…"


def advice(problem: Problem) -> Advice:
    """Say what happened and what to do; a code that this version does not know reads as an internal error."""
    happened, next_step, action = TEXTS.get(problem.code, TEXTS["internal"])
    params = _Params(problem.params, code=problem.code, trace=problem.trace or "–")
    return Advice(
        tr(happened).format_map(params),
        tr(next_step).format_map(params),
        Action[action],
    )
