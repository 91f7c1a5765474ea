"""The published constants by which a month is shared out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rfc8785

_MODELS = Path(__file__).parent / "models"
CURRENT = "museshare-1"
WEIGHT_BITS = 16
"""A weight of 2**16 is one."""
TRUST_STEPS = 4
"""An account's trust is a number of quarters, 0 to 4."""
MODEL_FILE: Final = "model.json"
"""Its name among a month's published files, where another model than the shipped one was used."""
_FIXED: Final = {"platform_share": "1/10", "trust_steps": TRUST_STEPS, "withheld_days": 60, "earlier_months": 3}
"""What this code computes; a model with other constants needs other code."""
_MOST_WEIGHT = 1 << 20


@dataclass(frozen=True, slots=True)
class SharingModel:
    """Weights of the two signals in 2**-16; ``digest`` is the SHA-256 of the model file's canonical JSON (RFC 8785)."""

    name: str
    version: int
    time_weight: int
    days_weight: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(rfc8785.dumps(self._constants())).hexdigest()

    @property
    def text(self) -> str:
        """The model as a file has it."""
        return json.dumps(self._constants(), indent=2) + "\n"

    def _constants(self) -> dict[str, Any]:
        own = {"name": self.name, "version": self.version}
        return {**own, "time_weight": self.time_weight, "days_weight": self.days_weight, **_FIXED}


def load_model(name: str = CURRENT) -> SharingModel:
    """Read a model that ships with the node; raises ValueError for one that this code cannot compute, OSError."""
    return parse_model((_MODELS / f"{name}.json").read_text())


def parse_model(text: str) -> SharingModel:
    """Read a model's file; raises ValueError for one that this code cannot compute."""
    found = json.loads(text)
    try:
        name, version = found.pop("name"), found.pop("version")
        weights = found.pop("time_weight"), found.pop("days_weight")
    except (AttributeError, KeyError, TypeError) as exc:
        raise ValueError("a sharing model has name, version, time_weight and days_weight") from exc
    if found != _FIXED:
        raise ValueError(f"{name} needs another version of this program")
    if not (isinstance(name, str) and all(type(value) is int for value in (version, *weights))):
        raise ValueError("version and weights of a sharing model are whole numbers")
    if min(weights) < 0 or not any(weights) or max(weights) > _MOST_WEIGHT:
        raise ValueError("the weights of a sharing model lie between 0 and 16, and are not both 0")
    return SharingModel(name, version, *weights)
