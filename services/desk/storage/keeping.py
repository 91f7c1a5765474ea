"""Keeping what was bought: parts of films from elsewhere stay on the shelf, the others may go for newer ones."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import select

from services.desk.context import Desk
from services.desk.films import known_film
from services.desk.storage.record import listed
from services.desk.tables import Film, OwnedChunk
from services.ipfs.unixfs import block_names
from services.media.manifest import Manifest
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)


def use_gateways(desk: Desk) -> None:
    """Fetch from the gateways of the list. Blocking."""
    desk.elsewhere.use(tuple(row.address for row in listed(desk, "gateway")))


def hold_bought(desk: Desk) -> int:
    """Hold the parts that were bought elsewhere and are here; gives how many films they are of. Blocking."""
    bought = _bought(desk)
    for content, indices in bought.items():
        film = known_film(desk, content)
        if film is None:
            continue
        try:
            desk.elsewhere.shelf(desk.folder).hold(content, "bought", blocks_here(desk, film.manifest, indices))
        except ProblemError as problem:
            # It plays as long as its node is there.
            _log.info("not kept offline", extra={"content": content, "code": problem.code})
    return len(bought)


def _bought(desk: Desk) -> dict[ContentId, list[int]]:
    wanted = (
        select(OwnedChunk.content_id, OwnedChunk.index)
        .join(Film, Film.content_id == OwnedChunk.content_id)
        .where(OwnedChunk.bought == 1, Film.node.is_not(None), Film.node != desk.node.uri)
    )
    found: dict[ContentId, list[int]] = {}
    with desk.database.read() as session:
        for content, index in session.execute(wanted):
            found.setdefault(content, []).append(index)
    return found


def blocks_here(desk: Desk, manifest: Manifest, indices: Iterable[int]) -> list[Cid]:
    """Name the blocks of a film's header, of its captions and of these parts that lie on the shelf. Blocking."""
    store = desk.elsewhere.shelf(desk.folder)
    names: list[Cid] = []
    beside = (one.cid for one in manifest.captions)
    for file in (manifest.init_cid, *beside, *(manifest.chunks[index].cid for index in indices)):
        try:
            names += [name for name in block_names(store, file) if store.has(name)]
        except ProblemError:
            # It is this disk's own, or it was never fetched.
            continue
    return names
