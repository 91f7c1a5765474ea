"""A language that nobody speaks: English that can be read, with accents, forty per cent longer, between brackets."""

from __future__ import annotations

import re
from typing import Final

_ACCENTED: Final = str.maketrans("AaCcEeIiNnOoSsUuYyZz", "ÅåÇçÉéÎîÑñÖöŠšÛûÝýŽž")
# A placeholder stays as it is, or it could not be filled.
_PARTS: Final = re.compile(r"(\{[^{}]*\})")
_FILL: Final = "·"


def pseudo(text: str) -> str:
    """Give a text as the pseudo language has it: ``[Öpéñ···]``."""
    if not text.strip():
        return text
    said = "".join(part if part.startswith("{") else part.translate(_ACCENTED) for part in _PARTS.split(text))
    return f"[{said}{_FILL * round(len(text) * 0.4)}]"
