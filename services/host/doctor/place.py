"""The place that a node runs on: its folder, its keys, its settings."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

from services.host.doctor.finding import Finding, Patient, act, good, note
from services.host.node_settings import is_here

KEYS = ("node.key", "relayer.key", "authorizer.key")
_LEAST_FREE_BYTES = 1 << 30
# What examples and installers put there.
_USUAL_PASSWORDS = frozenset(
    ("postgres", "postgresql", "password", "museclock", "changeme", "change-me", "change me", "admin", "secret", "root")
)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look_at_place(patient: Patient) -> Iterator[Finding]:
    """Look at folder, keys and settings."""
    yield from _folder(patient)
    yield from _keys(patient)
    yield from _passwords(patient)
    yield from _people(patient)
    yield from _addresses(patient)


def _folder(patient: Patient) -> Iterator[Finding]:
    folder = patient.profile
    if not folder.is_dir():
        yield note("place.new", f"There is no {folder} yet.", "It is made by the first museclock-node serve.")
        return
    for part in (folder, folder / "node", folder / "blocks"):
        if not part.exists():
            continue
        try:
            with tempfile.NamedTemporaryFile(dir=part):
                pass
        except OSError as exc:
            yield act(
                "place.unwritable", f"Nothing can be written to {part}: {exc.strerror}.",
                "Give the node's user the right to write there, or make room.",
            )  # fmt: skip
            return
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        yield act(
            "place.full", f"Only {free // (1 << 20)} MB are free where {folder} lies.",
            "Make room: what cannot be written down is not sold.",
        )  # fmt: skip
    else:
        yield good("place.writable", f"{folder} can be written to.")


def _keys(patient: Patient) -> Iterator[Finding]:
    for name in KEYS:
        file = patient.profile / "node" / name
        if os.name == "posix" and file.exists() and file.stat().st_mode & _OTHERS:
            yield act("keys.open", f"Others on this computer may read {file}.", f"Run: chmod 600 {file}")


def _passwords(patient: Patient) -> Iterator[Finding]:
    parts = urlsplit(patient.settings.database or "")
    if parts.password is not None and parts.password.lower() in (_USUAL_PASSWORDS | {(parts.username or "").lower()}):
        yield act(
            "password.usual", "The database's password is one that everybody tries first.",
            "Choose a long random one, in the database and in the URL.",
        )  # fmt: skip


def _people(patient: Patient) -> Iterator[Finding]:
    if not patient.settings.operators and not patient.is_demo:
        yield act(
            "operator.none", "No operator is named: nobody can decide about verifications and complaints.",
            'Write operators = ["0x…"] under [node] in the settings, with the address of your own account.',
        )  # fmt: skip


def _addresses(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    is_open = any(not is_here(where) for where in settings.listen)
    address = urlsplit(settings.public_url or "")
    if address.scheme == "http" and address.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield act(
            "address.plain", f"{settings.public_url} is reached in the open: anybody on the way reads the sessions.",
            "Put a server with a certificate in front, and name its https address as public_url.",
        )  # fmt: skip
    if is_open and settings.public_url is None:
        yield act(
            "address.unnamed", "The node listens to other computers, but public_url does not say by which address.",
            "Name the https address under which clients find it: they sign in for that address only.",
        )  # fmt: skip
    if address.scheme == "https" and settings.limits and not settings.proxies:
        yield act(
            "address.proxies", "Whoever comes through the server in front counts as one client for the limits.",
            'Write proxies = ["…"] under [node] in the settings, with the address that this server asks from.',
        )  # fmt: skip
