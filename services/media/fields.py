"""Reads single fields of the worker's messages: whole numbers and short texts, or ValueError."""

from __future__ import annotations

from collections.abc import Mapping

Json = Mapping[str, object]
_MAX_TEXT = 200


def whole(data: Json, name: str) -> int:
    """Give a number from 0 to 2^53; raises ValueError."""
    value = data.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError(f"{name} is not a whole number")
    return value


def text(data: Json, name: str) -> str:
    """Give a text of at most 200 characters; raises ValueError."""
    value = data.get(name)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ValueError(f"{name} is not a short text")
    return value


def rows(data: Json, name: str, most: int) -> tuple[Json, ...]:
    """Give a list of objects, none where the field is missing; raises ValueError."""
    value = data.get(name, ())
    if not isinstance(value, list | tuple) or len(value) > most:
        raise ValueError(f"{name} is not a short list")
    if not all(isinstance(row, dict) for row in value):
        raise ValueError(f"{name} does not hold objects")
    return tuple(value)
