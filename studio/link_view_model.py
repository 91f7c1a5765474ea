"""Opens what a link leads to, for whoever sits here: a page, a channel of a node that is on the list, or a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.kit.links import Link, read_link
from studio.kit.problems import Problem, advice
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.client import Client
    from services.wire.catalogue import ItemOut
    from services.wire.nodes import NodeOut
    from studio.kit.context import PageContext


class LinkOpener(QObject):
    """For one desk. Nothing is paid, joined, added or played: the page that opens waits for its person."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context

    def open(self, text: str) -> None:
        """Open a link; says why one is not followed."""
        link = read_link(text)
        if link is None:
            self._context.notify(tr("This is no link to a film, a channel or a page."))
        elif link.kind == "page":
            self._context.navigate(link.page)
        elif link.kind == "channel":
            self._open_channel(link)
        else:
            self._open_film(link)

    def _open_film(self, link: Link) -> None:
        desk_id = self._context.desk_id

        async def find(client: Client) -> ItemOut:
            return await client.desk(desk_id).nodes.open_link(link.text)

        def on_item(item: ItemOut) -> None:
            self._context.navigate("watch", {"content_id": item.content_id})

        self._context.bridge.run(self, find, on_item, self._say)

    def _open_channel(self, link: Link) -> None:
        if not link.node:
            self._context.navigate("channel", {"creator": link.creator})
            return
        desk_id = self._context.desk_id

        async def nodes(client: Client) -> tuple[NodeOut, ...]:
            return await client.desk(desk_id).nodes.list()

        def on_nodes(found: tuple[NodeOut, ...]) -> None:
            # A link must not make this computer call on an address that its person never named.
            if link.node in {node.address for node in found}:
                self._context.navigate("channel", {"creator": link.creator, "node": link.node})
            else:
                self._say(Problem("node.not_found", {"node": link.node}))

        self._context.bridge.run(self, nodes, on_nodes, self._say)

    def _say(self, problem: Problem) -> None:
        self._context.notify(advice(problem).sentence)
