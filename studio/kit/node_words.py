"""What a person reads about nodes: where a film is, how a node is, and what one could do with a film's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.kit.format import moment
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.nodes import NodeOut, NodeState
    from studio.kit.tokens import Tone

HERE: Final = mark("This computer")
STATES: Final[dict[NodeState, tuple[str, Tone]]] = {
    "up": (mark("answers"), "ok"),
    "down": (mark("does not answer"), "warn"),
    "wrong": (mark("not usable"), "bad"),
}


def release_words(name: str) -> str:
    """Say before a film goes to a node what that node can release."""
    return tr(
        "“{name}” gets the film and the keys of all its parts. It can sell them, and it could also give "
        "them away, to anybody and for nothing; what has left it cannot be taken back. It cannot change "
        "the title and the prices that you sign, and what the Escrow pays out goes to you.",
        name=name,
    )


def state_words(node: NodeOut) -> str:
    """Say how a node is and since when."""
    since = moment(node.since)
    told = {
        "up": tr(STATES["up"][0]),
        "down": tr("has not answered since {since}", since=since),
        "wrong": tr("not usable since {since}", since=since),
    }
    return told[node.state]


def down_words(nodes: tuple[NodeOut, ...]) -> str:
    """Say which nodes' films are missing from a list; empty when none are."""
    down = [node for node in nodes if node.state != "up"]
    if not down:
        return ""
    if len(down) == 1:
        told = tr("{name} {down}, so its films are missing here.", name=down[0].name, down=state_words(down[0]))
    else:
        told = tr(
            "{value} do not answer, so their films are missing here.", value=", ".join(node.name for node in down)
        )
    return tr("{told} What you bought plays on, in your Library.", told=told)


def place_words(node_name: str, moving: str) -> str:
    """Say where a film of one's own is for sale."""
    if moving:
        return tr("moving")
    return tr("live on {node_name}", node_name=node_name) if node_name else tr("only on this computer")
