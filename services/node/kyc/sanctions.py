"""Accounts that the operator must not pay, as a file says."""

from __future__ import annotations

from pathlib import Path

from services.units.address import Address, address


def read_sanctions(file: Path) -> frozenset[Address]:
    """Read a list of accounts, one a line, what follows # is a comment.

    Raises ValueError with the line that is no address, OSError.
    """
    found = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            found.add(address(text))
        except ValueError:
            raise ValueError(f"line {number} is no address: write 0x and 40 digits") from None
    return frozenset(found)
