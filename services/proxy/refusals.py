"""Why the proxy does not do what a client asked: a status, a word for programs and a sentence for people."""

from __future__ import annotations

import json
from enum import Enum

MARK = "Pay-Proxy"
"""The header that tells the proxy's own answers from a node's."""


class Reason(Enum):
    """The word and the HTTP status of a refusal."""

    ADDRESS = ("address", 403)
    PAGE = ("page", 403)
    NODE = ("node", 403)
    TOO_LARGE = ("too_large", 413)
    UNREACHABLE = ("unreachable", 502)
    REDIRECT = ("redirect", 502)
    BUDGET = ("budget", 402)
    PRICE = ("price", 402)
    FUNDS = ("funds", 402)
    OFFER = ("offer", 502)
    CHANNEL = ("channel", 502)
    CHAIN = ("chain", 503)
    UNCLEAR = ("unclear", 504)
    BUSY = ("busy", 503)
    DISK = ("disk", 507)


class Refusal(Exception):  # noqa: N818  it says what happened; the callers read better so
    """An expected end of a request, in place of a node's answer."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason, self.sentence = reason, sentence
        self.word, self.status = reason.value

    def body(self) -> bytes:
        """Write it as JSON."""
        return json.dumps({"refused": self.word, "sentence": self.sentence}).encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Give what goes with the body."""
        own = [(b"content-type", b"application/json"), (MARK.lower().encode(), self.word.encode())]
        return [*own, (b"retry-after", b"1")] if self.reason is Reason.BUSY else own


def unclear() -> Refusal:
    """Say that a payment's end is not known."""
    return Refusal(
        Reason.UNCLEAR,
        "The payment was sent and the node did not say what became of it. Repeat the same request: it brings the same "
        "payment again and never a second one.",
    )
