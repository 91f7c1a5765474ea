"""What a back-up says about itself, and how its parts are named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.wire.problems import ProblemError

RECORD = "backup.json"
DATABASE = "node.db"
TABLES = "tables"
BLOCKS = "blocks"
KEYS_SEALED, KEYS_PLAIN = "keys.sealed.json", "keys"
SETTINGS = "settings.toml"
_FORM = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """A back-up's contents. engine: sqlite or postgresql. ledger_lines and ledger_head: what the ledger held then.

    files: SHA-256 of each file but the blocks, which are named by theirs. blocks: how many there are.
    """

    made_at: str
    engine: str
    revision: str
    ledger_lines: int
    ledger_head: str
    blocks: int
    files: dict[str, str]
    form: int = _FORM

    def write(self, folder: Path) -> None:
        """Write it last: a folder without it is no back-up."""
        (folder / RECORD).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path) -> Record:
    """Read and check a back-up's files. Raises ProblemError: backup.damaged."""
    try:
        found = Record(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as exc:
        raise ProblemError("backup.damaged", file=RECORD) from exc
    if found.form != _FORM:
        raise ProblemError("backup.damaged", file=RECORD)
    for name, digest in found.files.items():
        if not (folder / name).is_file() or digest_of(folder / name) != digest:
            raise ProblemError("backup.damaged", file=name)
    return found


def digest_of(file: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
