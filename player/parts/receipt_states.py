"""The words for a purchase's states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.kit.tokens import Tone

STATES: dict[str, tuple[str, Tone]] = {
    "intent": ("wanted", "neutral"),
    "signed": ("signed", "info"),
    "sent": ("sent", "info"),
    "keyed": ("yours", "ok"),
    "refused": ("refused", "bad"),
    "unknown": ("being looked up", "warn"),
}
