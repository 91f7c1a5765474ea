"""A month's published inputs as a folder of CSV files, and the allocation beside them that anybody can compute again.

    fees.csv      subscriber,fee,trust       micro-USDC; quarters of trust, 0 to 4
    owners.csv    owner,length               the owner's median item in seconds
    watching.csv  subscriber,owner,seconds,days
    earlier.csv   subscriber,owner,amount    optional: what went where in the three months before
    model.json    optional: the model, where it is not the shipped one

Subscribers are pseudonyms, chosen anew each month. Owners are numbered in the order of their ids.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.sharing.allocation import Allocation, Earlier, Month
from services.sharing.engagement import Whole
from services.sharing.model import MODEL_FILE, SharingModel, load_model, parse_model

FILES = ("fees.csv", "owners.csv", "watching.csv", "earlier.csv", MODEL_FILE)
EARLIER = FILES[3]
_OPTIONAL = FILES[3:]
_MAX_LINE = 400
_WHOLE_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Inputs:
    """A month, its model, the ids behind its numbers, and the SHA-256 of every file that was read."""

    month: Month
    model: SharingModel
    subscribers: tuple[str, ...]
    owners: tuple[str, ...]
    digests: Mapping[str, str]


def read_inputs(folder: Path) -> Inputs:
    """Read a folder; raises ValueError with file and line for what is not as above, OSError when a file is missing."""
    names = [name for name in FILES if name not in _OPTIONAL or (folder / name).exists()]
    return parse_inputs({name: (folder / name).read_text(encoding="ascii", errors="strict") for name in names})


def parse_inputs(files: Mapping[str, str]) -> Inputs:
    """Read the files by their names; raises ValueError as read_inputs does, also for a file that is missing."""
    for name in FILES:
        if name not in files and name not in _OPTIONAL:
            raise ValueError(f"{name} is missing")
    fees = list(_rows(files, "fees.csv", ("subscriber", "fee", "trust"), texts=1))
    known = sorted(_rows(files, "owners.csv", ("owner", "length"), texts=1))
    subscribers, owners = _numbers("fees.csv", fees), _numbers("owners.csv", known)
    watching = _pairs(files, "watching.csv", ("seconds", "days"), subscribers, owners)
    earlier = Earlier(*_pairs(files, EARLIER, ("amount",), subscribers, owners)) if EARLIER in files else None
    month = Month(
        fees=_whole(row[1] for row in fees),
        trust=_whole(row[2] for row in fees),
        lengths=_whole(row[1] for row in known),
        subscriber=watching[0],
        owner=watching[1],
        seconds=watching[2],
        days=watching[3],
        earlier=earlier,
    )
    digests = {name: hashlib.sha256(files[name].encode()).hexdigest() for name in sorted(files)}
    model = parse_model(files[MODEL_FILE]) if MODEL_FILE in files else load_model()
    return Inputs(month, model, tuple(subscribers), tuple(owners), digests)


def record_of(inputs: Inputs, result: Allocation) -> dict[str, Any]:
    """Write down model, digests of what was read, sums, and what each owner earned from how many."""
    model = inputs.model
    owners = zip(inputs.owners, result.earned.tolist(), result.watchers.tolist(), strict=True)
    return {
        "model": {"name": model.name, "version": model.version, "sha256": model.digest},
        "inputs": dict(inputs.digests),
        "sums": {
            "fees": str(int(inputs.month.fees.sum())),
            "platform": str(result.platform),
            "earned": str(int(result.earned.sum())),
            "withheld": str(int(result.withheld.sum())),
            "held": str(result.held),
        },
        "owners": {owner: {"earned": str(earned), "watchers": watchers} for owner, earned, watchers in owners},
        "sha256": result.digest,
    }


def write_allocation(folder: Path, inputs: Inputs, result: Allocation) -> Path:
    """Write allocation.json; see record_of."""
    path = folder / "allocation.json"
    path.write_text(json.dumps(record_of(inputs, result), indent=1, sort_keys=True) + "\n")
    return path


def _rows(
    files: Mapping[str, str], name: str, columns: tuple[str, ...], *, texts: int
) -> Iterator[tuple[str | int, ...]]:
    """Give the rows of a file: ``texts`` ids, then whole numbers."""
    rows = csv.reader((line[:_MAX_LINE] for line in io.StringIO(files[name])), strict=True)
    if tuple(next(rows, ())) != columns:
        raise ValueError(f"{name} must begin with the line {','.join(columns)}")
    for row in rows:
        numbers = row[texts:]
        if len(row) != len(columns) or not all(cell.isdecimal() and len(cell) <= _WHOLE_DIGITS for cell in numbers):
            raise ValueError(f"{name}, line {rows.line_num}: not {', '.join(columns)} in whole numbers")
        yield (*row[:texts], *map(int, numbers))


def _numbers(name: str, rows: list[tuple[str | int, ...]]) -> dict[str, int]:
    numbers = {str(row[0]): number for number, row in enumerate(rows)}
    if len(numbers) != len(rows):
        raise ValueError(f"{name} names somebody twice")
    return numbers


def _pairs(files: Mapping[str, str], name: str, columns: tuple[str, ...], *known: dict[str, int]) -> tuple[Whole, ...]:
    rows = list(_rows(files, name, ("subscriber", "owner", *columns), texts=2))
    try:
        ids = [_whole(numbers[str(row[place])] for row in rows) for place, numbers in enumerate(known)]
    except KeyError as exc:
        raise ValueError(f"{name} names {exc}, whom no other file names") from exc
    return (*ids, *(_whole(row[place] for row in rows) for place in range(2, 2 + len(columns))))


def _whole(values: Iterator[str | int]) -> Whole:
    return np.fromiter(map(int, values), dtype=np.int64)
