"""Bringing blocks to a node."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.wire.base import Answer, CidField, Request

MAX_ASKED = 1000


class MissingIn(Request):
    """Which of these are not there yet?"""

    cids: Annotated[tuple[CidField, ...], Field(max_length=MAX_ASKED)]


class MissingOut(Answer):
    """What is to be brought."""

    cids: tuple[CidField, ...]
