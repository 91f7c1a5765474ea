"""The nodes that a desk works with besides its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import Answer, Moment, ProblemOut, Request

NodeState = Literal["up", "down", "wrong"]
"""``down``: no answer. ``wrong``: the answer is not that of a node of this chain."""


class NodeOut(Answer):
    """A node of the list."""

    address: str
    name: str
    state: NodeState
    since: Moment
    """Since when it is in this state."""
    seen_at: Moment
    """When it last answered as it should."""
    problem: ProblemOut | None
    """Why it is not up."""
    is_agreed: bool
    """Whether the person confirmed what it can do with the keys of a film."""
    films: int
    """How many films of this account are there."""


class NodeIn(Request):
    """Add a node: its https address, or a link to a film there. Without a name it goes by its address."""

    address: Annotated[str, Field(max_length=600)]
    name: Annotated[str, Field(max_length=60)] = ""


class NodeAt(Request):
    """Name a node of the list."""

    address: Annotated[str, Field(max_length=600)]


class MoveIn(Request):
    """Move a film to a node of the list; empty: to the one on this computer."""

    node: Annotated[str, Field(max_length=600)] = ""


class LinkIn(Request):
    """Open a link to a film."""

    text: Annotated[str, Field(max_length=1000)]


class LinkOut(Answer):
    """A link to a film, to be given on."""

    text: str
    is_reachable: bool
    """Whether others can open it; a film on this computer only they cannot."""
