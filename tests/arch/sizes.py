"""Files and functions above the caps; the numbers may only shrink, and an entry goes when its size is below the cap."""

from __future__ import annotations

FILE_CAP = 400
FUNCTION_CAP = 50

LARGER_FILES: dict[str, int] = {}
LARGER_FUNCTIONS: dict[str, int] = {}
