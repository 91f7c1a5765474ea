"""The last steps that a person took in this window, for an evidence file: which control or page, never what was typed.

One for the process, as the theme is: whatever is pressed notes itself. Used on the GUI thread only.
"""

from __future__ import annotations

from collections import deque

_MOST = 300
_steps: deque[str] = deque(maxlen=_MOST)


def note(step: str) -> None:
    """Remember a step."""
    _steps.append(step)


def steps() -> list[str]:
    """Give the steps, oldest first."""
    return list(_steps)
