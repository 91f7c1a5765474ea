"""What is installed with Museclock may be shipped beside MIT code: every licence is on the list."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.requirements import Requirement

ALLOWED = {
    "MIT", "MIT-0", "MIT-CMU", "BSD", "BSD License", "BSD-3-Clause", "BSD-2-Clause", "0BSD", "ISC", "Zlib", "CC0-1.0",
    "Apache-2.0", "Apache 2.0", "Apache Software License", "PSF-2.0", "Python Software Foundation License",
    "CNRI-Python", "Public Domain", "MPL-2.0", "LGPL-3.0-only", "LGPL-2.1+", "MIT License", "ISC License (ISCL)",
    "PSFL (Keccak: CC0 1.0 Universal",
    "The Unlicense (Unlicense)",
}  # fmt: skip
# A distribution whose metadata names no licence: what its source repository says.
SILENT = {"pyrevm": "MIT"}


def _stated(name: str) -> str:
    """Give the licence field of a distribution's metadata, empty when it has none or holds a whole text."""
    about = metadata(name).json
    fields = [str(about.get("license_expression") or ""), str(about.get("license") or "")]
    return next((field for field in fields if field and len(field) < 120), "")


def _licences(name: str) -> set[str]:
    """Give the alternatives or parts that a distribution's metadata names."""
    text = _stated(name)
    if text:
        return {part.strip(" ()") for part in re.split(r"\bAND\b|\bOR\b|,|;", text) if part.strip(" ()")}
    classifiers = metadata(name).get_all("Classifier") or []
    found = {line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")}
    return found or {SILENT.get(name, "unknown")}


def _runtime_names(root: Path) -> list[str]:
    lines = (root / "requirements" / "run.txt").read_text().splitlines()
    wanted = [Requirement(line.split("\\")[0].strip()) for line in lines if line[:1].isalnum()]
    return [item.name for item in wanted if item.marker is None or item.marker.evaluate()]


def test_runtime_licences_are_allowed(root: Path) -> None:
    guilty = {}
    for name in _runtime_names(root):
        try:
            named = _licences(name)
        except PackageNotFoundError:
            guilty[name] = "not installed"
            continue
        fits = bool(named & ALLOWED) if " OR " in _stated(name) else named <= ALLOWED
        if not fits:
            guilty[name] = ", ".join(sorted(named))
    assert not guilty
