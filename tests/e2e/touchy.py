"""A module that cannot bear to be asked for what it lacks, as some that give names on demand."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    if name.startswith("__") and name != "__wrapped__":
        raise AttributeError(name)  # what Python's own import asks for
    raise ImportError(f"asked for {name}")
