"""What the rail says about the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.problems import advice
from studio.kit.service_state import Phase, ServiceState
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from studio.kit.tokens import Tone

_WORDS: dict[Phase, tuple[str, str, Tone]] = {
    Phase.OFF: (mark("Not started"), "clock", "neutral"),
    Phase.STARTING: (mark("Starting…"), "clock", "neutral"),
    Phase.READY: (mark("Service ready"), "check", "ok"),
    Phase.WAITING: (mark("Starting again…"), "retry", "warn"),
    Phase.DOWN: (mark("Service stopped"), "alert", "bad"),
}


def told(state: ServiceState) -> tuple[str, str, Tone]:
    """Give words, icon and tone for a state."""
    words, icon, tone = _WORDS[state.phase]
    words = tr(words)
    if state.phase is Phase.DOWN and state.problem is not None:
        words = advice(state.problem).happened
    return words, icon, tone
