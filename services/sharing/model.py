"""The published constants by which a month is shared out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import rfc8785

_MODELS = Path(__file__).parent / "models"
CURRENT = "museshare-1"
WEIGHT_BITS = 16
"""A weight of 2**16 is one."""
TRUST_STEPS = 4
"""An account's trust is a number of quarters, 0 to 4."""


@dataclass(frozen=True, slots=True)
class SharingModel:
    """Weights of the two signals in 2**-16; ``digest`` is the SHA-256 of the model file's canonical JSON (RFC 8785)."""

    name: str
    version: int
    time_weight: int
    days_weight: int
    digest: str


def load_model(name: str = CURRENT) -> SharingModel:
    """Read a model that ships with the node; raises ValueError for one that this code cannot compute."""
    constants = json.loads((_MODELS / f"{name}.json").read_text())
    if constants["trust_steps"] != TRUST_STEPS or constants["platform_share"] != "1/10":
        raise ValueError(f"{name} needs another version of this program")
    return SharingModel(
        name=constants["name"],
        version=constants["version"],
        time_weight=constants["time_weight"],
        days_weight=constants["days_weight"],
        digest=hashlib.sha256(rfc8785.dumps(constants)).hexdigest(),
    )
