"""A desk in one file, sealed under its wallet's passphrase: the key, the device's key, and a copy of the database.

The database holds the content secrets, the drafts, and what was bought and sold; so the same file moves a person to
another computer. Films themselves are not in it.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from sqlalchemy import func, select

from services.chain.hashing import address_of
from services.db.engine import Database
from services.db.keybox import KEY_BYTES, key_file
from services.db.sealed import open_under, seal_under
from services.desk.context import Desk
from services.desk.publishing.record import secrets_in
from services.desk.tables import Setting, Upload
from services.desk.wallet.keyring import content_box_of, require_strong
from services.ipfs.durable import replace_durably
from services.units.address import Address, address
from services.units.time import iso
from services.wire.backup import BackupOut, TrialOut
from services.wire.problems import ProblemError

FORM = 1
STALE_AFTER = timedelta(days=90)
_MADE, _TRIED = "backup", "backup.tried"
_MOST_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Kept:
    """A back-up that was opened. key: the wallet's; device: this device's; database: the desk's, as a SQLite file."""

    made_at: datetime
    address: Address
    chain_id: int
    key: bytes
    device: bytes
    database: bytes


def make_backup(desk: Desk, path: Path, passphrase: str) -> BackupOut:
    """Write a back-up, in place of an older file. Blocking; takes a second on purpose.

    Raises ProblemError: wallet.missing, wallet.wrong_passphrase, wallet.weak_passphrase, file.not_written.
    """
    require_strong(passphrase)
    key, now = desk.keyring.confirm(passphrase), desk.clock.now()
    head = {"museclock_backup": FORM, "made_at": iso(now), "address": desk.keyring.owner(),
            "chain_id": desk.chain.chain_id}  # fmt: skip
    inner = {"key": key.hex(), "device": key_file(desk.folder / "device.key").hex(),
             "database": base64.b64encode(copy_of(desk.database, desk.folder)).decode()}  # fmt: skip
    box = seal_under(passphrase, zlib.compress(json.dumps(inner).encode(), 6), label=_label(head))
    try:
        replace_durably(path, json.dumps(head | box).encode(), unfinished=path.parent)
    except (OSError, ProblemError) as exc:
        raise ProblemError("file.not_written", path=path) from exc
    with desk.database.write() as session:
        session.merge(Setting(name=_MADE, value={"at": iso(now), "path": str(path)}))
    return standing(desk)


def open_backup(path: Path, passphrase: str) -> Kept:
    """Read a back-up. Blocking. Raises ProblemError: file.not_read, backup.damaged, wallet.wrong_passphrase."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ProblemError("backup.damaged", file=path.name)
        data = path.read_bytes()
    except OSError as exc:
        raise ProblemError("file.not_read", path=path) from exc
    try:
        return _read(json.loads(data), passphrase)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as exc:
        raise ProblemError("backup.damaged", file=path.name) from exc


def try_backup(desk: Desk, path: Path, passphrase: str) -> TrialOut:
    """Open a back-up and compare it with what is here; changes nothing but the note that it was tried. Blocking.

    Raises ProblemError: as open_backup, and wallet.missing, wallet.locked.
    """
    kept = open_backup(path, passphrase)
    owner, here = desk.keyring.owner(), secrets_here(desk)
    there = secrets_of(kept)
    found = TrialOut(
        address=kept.address,
        made_at=kept.made_at,
        key_fits=address_of(kept.key) == kept.address,
        is_same_wallet=kept.address == owner,
        films=sum(there.get(name) == secret for name, secret in here.items()),
        missing=len(here.keys() - there.keys()),
        wrong=sum(name in there and there[name] != secret for name, secret in here.items()),
        others=len(there.keys() - here.keys()),
    )
    if found.key_fits and found.is_same_wallet:
        with desk.database.write() as session:
            session.merge(Setting(name=_TRIED, value=iso(desk.clock.now())))
    return found


def standing(desk: Desk) -> BackupOut:
    """Say how the back-up stands. Blocking."""
    with desk.database.read() as session:
        made, tried = session.get(Setting, _MADE), session.get(Setting, _TRIED)
        made_at = None if made is None else datetime.fromisoformat(made.value["at"])
        wanted = select(func.count()).select_from(Upload)
        newer = session.scalar(wanted if made_at is None else wanted.where(Upload.created_at > made_at)) or 0
    is_needed = desk.keyring.address is not None and not desk.keyring.opens_itself
    is_old = made_at is None or desk.clock.now() - made_at > STALE_AFTER
    return BackupOut(
        is_needed=is_needed,
        made_at=made_at,
        path="" if made is None else made.value["path"],
        newer=newer,
        is_due=is_needed and (is_old or newer > 0),
        tried_at=None if tried is None else datetime.fromisoformat(tried.value),
    )


def secrets_here(desk: Desk) -> dict[str, bytes]:
    """Open this desk's content secrets, by content. Blocking. Raises ProblemError: wallet.missing, wallet.locked."""
    box = desk.keyring.content_box()
    with desk.database.read() as session:
        rows = session.execute(select(Upload.id, Upload.content_id, Upload.wrapped_secret)).all()
    return secrets_in(box, [(row[0], row[1], row[2]) for row in rows])


def secrets_of(kept: Kept) -> dict[str, bytes]:
    """Open a back-up's content secrets, by content. Raises ProblemError: backup.damaged, wallet.damaged."""
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(kept.database)
        rows = database.execute("SELECT id, content_id, wrapped_secret FROM upload").fetchall()
    except (sqlite3.Error, OverflowError) as exc:
        raise ProblemError("backup.damaged", file="database") from exc
    finally:
        database.close()
    return secrets_in(content_box_of(kept.key), rows)


def copy_of(database: Database, folder: Path) -> bytes:
    """Copy a desk's database in one state, without keeping anybody from writing. Blocking."""
    with TemporaryDirectory(dir=folder, prefix=".copy-") as place:
        target = Path(place) / "desk.db"
        raw = database.engine.raw_connection()
        try:
            copy = sqlite3.connect(target)
            try:
                cast("sqlite3.Connection", raw.driver_connection).backup(copy)
                # As a file alone: a copy in write-ahead mode cannot be opened from memory.
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        finally:
            raw.close()
        return target.read_bytes()


def _read(found: Any, passphrase: str) -> Kept:
    head = {name: found[name] for name in ("museclock_backup", "made_at", "address", "chain_id")}
    if head["museclock_backup"] != FORM:
        raise ValueError("another form")
    inner = json.loads(zlib.decompress(open_under(passphrase, found, label=_label(head))))
    key, device = bytes.fromhex(inner["key"]), bytes.fromhex(inner["device"])
    if len(key) != KEY_BYTES or len(device) != KEY_BYTES:
        raise ValueError("not a key")
    return Kept(
        made_at=datetime.fromisoformat(head["made_at"]),
        address=address(head["address"]),
        chain_id=int(head["chain_id"]),
        key=key,
        device=device,
        database=base64.b64decode(inner["database"], validate=True),
    )


def _label(head: dict[str, Any]) -> str:
    return json.dumps(head, sort_keys=True)
