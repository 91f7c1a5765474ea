"""Cursors of long lists: opaque, signed by the node, and good only for the list that they were made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from services.db.keybox import KeyBox
from services.wire.problems import ProblemError

MAX_CURSOR = 200
"""Characters; what is longer is no cursor of ours."""
_SEAL_BYTES = 12
_PURPOSE = "cursor"


def write_cursor(box: KeyBox, of: str, *numbers: int) -> str:
    """Write where a list goes on. of: what is listed, with all its filters; numbers: 64 bits each."""
    plain = struct.pack(f">{len(numbers)}q", *numbers)
    return base64.urlsafe_b64encode(_seal(box, of, plain) + plain).decode().rstrip("=")


def read_cursor(box: KeyBox, of: str, cursor: str, *, count: int) -> tuple[int, ...]:
    """Read the numbers back. Raises ProblemError: request.invalid for anything but a cursor of this very list."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ProblemError("request.invalid", field="cursor") from exc
    seal, plain = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
    if len(plain) != 8 * count or not hmac.compare_digest(seal, _seal(box, of, plain)):
        raise ProblemError("request.invalid", field="cursor")
    return struct.unpack(f">{count}q", plain)


def _seal(box: KeyBox, of: str, plain: bytes) -> bytes:
    key = box.derive(_PURPOSE)
    return hmac.digest(key, hashlib.sha256(of.encode()).digest() + plain, "sha256")[:_SEAL_BYTES]
