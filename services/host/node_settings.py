"""What the operator of a node says: by flags, else by the environment, else in a file, else nothing."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.node.kyc.sanctions import read_sanctions
from services.units.address import Address, address

PREFIX = "MUSECLOCK_NODE_"
TABLES = ("node", "chain", "relayer")
KEYS = (
    "listen", "database", "public_url", "operators", "workers", "grace_s", "log_requests", "limits", "proxies",
    "sanctions",
)  # fmt: skip
DATABASES = ("postgresql", "postgres", "postgresql+psycopg", "sqlite")
_GRACE_S = 10
_MOST_GRACE_S = 300
_MOST_WORKERS = 64
_LAST_PORT = (1 << 16) - 1
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no", "")


class SettingsError(ValueError):
    """A setting that cannot be meant; the text is a sentence for the operator, without the value of a secret."""


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How a node runs.

    listen: host and port, numeric. database: a URL, None for SQLite in the data folder; it may hold a password, so it
    is never shown. public_url: where clients find the node, None for its first address. grace_s: how long requests
    may take to end after the signal. limits: whether unpaid requests are bounded for each caller. proxies: addresses
    and networks whose word on a client's address is believed (X-Forwarded-For). sanctions: accounts that are not paid.
    """

    listen: tuple[tuple[str, int], ...] = ()
    database: str | None = None
    public_url: str | None = None
    operators: frozenset[Address] = frozenset()
    workers: int = 1
    grace_s: int = _GRACE_S
    log_requests: bool = False
    limits: bool = True
    proxies: tuple[str, ...] = ()
    sanctions: frozenset[Address] = frozenset()


def read_settings(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None) -> NodeSettings:
    """Put the settings together; flags that are None or empty say nothing. Raises SettingsError."""
    found = _from_file(file)
    found.update(_from_environment(environment))
    found.update({name: value for name, value in flags.items() if value not in (None, (), [])})
    readers: dict[str, Callable[[object], Any]] = {
        "listen": _listen, "database": _database, "public_url": _public_url, "operators": _operators,
        "workers": _workers, "grace_s": _grace, "log_requests": _switch,
        "limits": _switch, "proxies": _proxies, "sanctions": _sanctions,
    }  # fmt: skip
    return NodeSettings(**{name: readers[name](value) for name, value in found.items()})


def read_listen(text: str) -> tuple[str, int]:
    """Read ``127.0.0.1:8000`` or ``[::1]:8000``; localhost is this computer. Raises SettingsError."""
    host, _, port = text.strip().rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.removeprefix("[").removesuffix("]")
    try:
        ipaddress.ip_address(host)
        number = _number(port, "a port", 0, _LAST_PORT)
    except ValueError:
        raise SettingsError(f"{text} is no place to listen: write an address and a port, as 127.0.0.1:8000.") from None
    return host, number


def is_here(where: tuple[str, int]) -> bool:
    """Tell whether only programs of this computer reach an address."""
    return ipaddress.ip_address(where[0]).is_loopback


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"There is no file {file}.") from None
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{file} cannot be read.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{file} is no TOML: {exc}.") from exc
    for name in content:
        if name not in TABLES:
            raise SettingsError(f"{file} has a table [{name}], which nobody reads: there are {_listed(TABLES)}.")
    table = content.get("node", {})
    if not isinstance(table, dict):
        raise SettingsError(f"node is no table in {file}: write [node].")
    return {_known(name, f"{file} [node]"): value for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    return {_known(name.removeprefix(PREFIX).lower(), f"the environment ({name})"): given[name] for name in given}


def _known(name: str, where: str) -> str:
    if name not in KEYS:
        raise SettingsError(f"{where} sets {name}, which is no setting: there are {_listed(KEYS)}.")
    return name


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _texts(value: object, name: str) -> list[str]:
    """Read a list of texts; in the environment they stand in one, apart by commas."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise SettingsError(f"{name} takes a list of texts.")
    return [part.strip() for part in value]


def _listen(value: object) -> tuple[tuple[str, int], ...]:
    found = [read_listen(text) for text in _texts(value, "listen")]
    if len({where for where in found if where[1]}) < len([where for where in found if where[1]]):
        raise SettingsError("listen names one address twice.")
    return tuple(found)


def _operators(value: object) -> frozenset[Address]:
    try:
        return frozenset(address(text) for text in _texts(value, "operators"))
    except ValueError:
        raise SettingsError("operators takes addresses of accounts, as 0x and 40 digits.") from None


def _proxies(value: object) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(text)) for text in _texts(value, "proxies"))
    except ValueError:
        raise SettingsError("proxies takes addresses and networks, as 10.0.0.2 or 10.0.0.0/24.") from None


def _sanctions(value: object) -> frozenset[Address]:
    if not isinstance(value, str):
        raise SettingsError("sanctions takes the name of a file.")
    try:
        return read_sanctions(Path(value))
    except (OSError, ValueError) as exc:
        raise SettingsError(f"sanctions names {value}, which cannot be used: {exc}.") from exc


def _database(value: object) -> str:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        is_known = parts.scheme in DATABASES
        # Looks whether it is a number.
        _ = parts.port
    except ValueError:
        is_known = False
    if not is_known:
        # The value may hold a password: it goes into no message.
        raise SettingsError("database takes a URL, as postgresql://user@host/name.")
    return str(value)


def _public_url(value: object) -> str:
    parts = urlsplit(value if isinstance(value, str) else "")
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("https", "http") or not parts.hostname or not is_plain:
        raise SettingsError("public_url takes where clients find the node, as https://node.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _workers(value: object) -> int:
    return _number(value, "workers", 1, _MOST_WORKERS)


def _grace(value: object) -> int:
    return _number(value, "grace_s", 0, _MOST_GRACE_S)


def _number(value: object, name: str, least: int, most: int) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or not least <= int(text) <= most:
        raise SettingsError(f"{name} takes a whole number from {least} to {most}.")
    return int(text)


def _switch(value: object) -> bool:
    text = str(value).lower()
    if text not in _YES + _NO:
        raise SettingsError("limits and log_requests take true or false.")
    return text in _YES
