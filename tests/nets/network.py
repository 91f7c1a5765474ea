"""No test reaches beyond this machine: connections go to loopback and Unix sockets, or the test fails."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator

import pytest

_attempts: list[str] = []
_armed = False


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(what: str) -> None:
    _attempts.append(what)
    raise OSError(f"tests have no network: {what}")


def _audit(event: str, args: tuple[object, ...]) -> None:
    """See every connection and every name look-up of this process, whatever library makes it."""
    if not _armed:
        return
    if event in ("socket.connect", "socket.sendto"):
        sock, address = args[0], args[1]
        family = getattr(sock, "family", None)
        if family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and not _is_local(address[0]):
            _refuse(f"{event} {address}")
    elif event == "socket.getaddrinfo" and not _is_local(args[0]):
        _refuse(f"{event} {args[0]!r}")


sys.addaudithook(_audit)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fail a test that tried to leave this machine, even when it swallowed the error."""
    global _armed  # noqa: PLW0603  an audit hook cannot be removed, only told to look away
    _attempts.clear()
    _armed = True
    yield
    _armed = False
    if _attempts:
        pytest.fail(f"tried to leave this machine: {_attempts}", pytrace=False)
