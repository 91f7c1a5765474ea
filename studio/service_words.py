"""What the rail says about the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.problems import advice
from studio.kit.service_state import Phase, ServiceState

if TYPE_CHECKING:
    from studio.kit.tokens import Tone

_WORDS: dict[Phase, tuple[str, str, Tone]] = {
    Phase.OFF: ("Not started", "clock", "neutral"),
    Phase.STARTING: ("Starting…", "clock", "neutral"),
    Phase.READY: ("Service ready", "check", "ok"),
    Phase.WAITING: ("Starting again…", "retry", "warn"),
    Phase.DOWN: ("Service stopped", "alert", "bad"),
}


def told(state: ServiceState) -> tuple[str, str, Tone]:
    """Give words, icon and tone for a state."""
    words, icon, tone = _WORDS[state.phase]
    if state.phase is Phase.DOWN and state.problem is not None:
        words = advice(state.problem).happened
    return words, icon, tone
