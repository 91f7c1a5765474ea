"""Runs a state machine at the size that the environment asks for."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

EXAMPLES = int(os.environ.get("MUSECLOCK_CHAIN_EXAMPLES", "20"))
STEPS = int(os.environ.get("MUSECLOCK_CHAIN_STEPS", "40"))


def run(machine: type[RuleBasedStateMachine]) -> None:
    """Run EXAMPLES sequences of up to STEPS steps; each step makes about forty calls."""
    size = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=size)
