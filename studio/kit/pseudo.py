"""A language that nobody speaks: English that can be read, with accents, forty per cent longer, between brackets."""

from __future__ import annotations

import re
from typing import Final

_ACCENTED: Final = str.maketrans("AaCcEeIiNnOoSsUuYyZz", "ÅåÇçÉéÎîÑñÖöŠšÛûÝýŽž")
# A placeholder stays as it is, or it could not be filled.
_PARTS: Final = re.compile(r"(\{[^{}]*\})")
_FILL: Final = "·"
_LONGEST: Final = 8


def pseudo(text: str) -> str:
    """Give a text as the pseudo language has it: ``[Öpéñ···]``."""
    if not text.strip():
        return text
    said = "".join(part if part.startswith("{") else part.translate(_ACCENTED) for part in _PARTS.split(text))
    # As words are: what is longer than a line has somewhere to break.
    longer = max(1, round(len(text) * 0.4))
    filled = " ".join(_FILL * min(_LONGEST, longer - at) for at in range(0, longer, _LONGEST))
    return f"[{said}{filled}]"
