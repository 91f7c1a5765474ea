"""The node's figures: what it sells, finds and adds up, under load and with many rows."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

PARTS = Path(__file__).parent / "node_parts"


def figures() -> dict[str, Any]:
    """Measure each part after the other."""
    found: dict[str, Any] = {}
    for part in sorted(path.stem for path in PARTS.glob("*.py")):
        found.update(importlib.import_module(f"tests.bench.node_parts.{part}").figures())
    return found
