"""What a person reads about nodes: where a film is, how a node is, and what one could do with a film's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.kit.format import moment

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut, NodeState
    from studio.kit.tokens import Tone

HERE: Final = "This computer"
STATES: Final[dict[NodeState, tuple[str, Tone]]] = {
    "up": ("answers", "ok"),
    "down": ("does not answer", "warn"),
    "wrong": ("not usable", "bad"),
}


def release_words(name: str) -> str:
    """Say before a film goes to a node what that node can release."""
    return (
        f"“{name}” gets the film and the keys of all its parts. It can sell them, and it could also give them away, to "
        "anybody and for nothing; what has left it cannot be taken back. It cannot change the title and the prices "
        "that you sign, and what the Escrow pays out goes to you."
    )


def state_words(node: NodeOut) -> str:
    """Say how a node is and since when."""
    since = moment(node.since)
    told = {"up": STATES["up"][0], "down": f"has not answered since {since}", "wrong": f"not usable since {since}"}
    return told[node.state]


def down_words(nodes: tuple[NodeOut, ...]) -> str:
    """Say which nodes' films are missing from a list; empty when none are."""
    down = [node for node in nodes if node.state != "up"]
    if not down:
        return ""
    if len(down) == 1:
        told = f"{down[0].name} {state_words(down[0])}, so its films are missing here."
    else:
        told = f"{', '.join(node.name for node in down)} do not answer, so their films are missing here."
    return f"{told} What you bought plays on, in your Library."


def place_words(node_name: str, moving: str) -> str:
    """Say where a film of one's own is for sale."""
    if moving:
        return "moving"
    return f"live on {node_name}" if node_name else "only on this computer"
