"""Brings home what is owned: a reinstall, an old copy of the books or a second device never pays again."""

from __future__ import annotations

import logging

from anyio import to_thread

from services.desk.context import Desk
from services.desk.films import open_film
from services.desk.memory import OpenFilm
from services.desk.purchases.keys import check_keys, keep_keys, owned
from services.units.address import Address
from services.units.money import ZERO, Money, total
from services.wire.node import KeysOut, SpendingOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)


async def bring_home(desk: Desk, film: OpenFilm) -> Money:
    """Fetch the keys that the node says this account owns and that are not here; gives what they cost by the manifest.

    Without a node nothing changes.
    """
    content = film.manifest.content_id
    try:
        answer = await desk.node.call(KeysOut, "GET", f"/content/{content}/keys")
        return await to_thread.run_sync(_keep_missing, desk, film, answer)
    except ProblemError as problem:
        # What is here plays without the node; the rest says so when it is asked for.
        _log.info("owned keys not fetched", extra={"code": problem.code, "content": content})
        return ZERO


async def is_home(desk: Desk, film: OpenFilm, wanted: range) -> bool:
    """Fetch what the node says is owned already; tell whether all of it can be played now."""
    await bring_home(desk, film)
    return await to_thread.run_sync(all_playable, desk, film, wanted)


def all_playable(desk: Desk, film: OpenFilm, wanted: range) -> bool:
    """Tell whether chunks are free or owned. Blocking."""
    chunks = film.manifest.chunks
    with desk.database.read() as session:
        mine = owned(session, film.manifest.content_id, wanted)
    return all(index in mine or chunks[index].price == ZERO for index in wanted)


def _keep_missing(desk: Desk, film: OpenFilm, answer: KeysOut) -> Money:
    manifest = film.manifest
    with desk.database.read() as session:
        here = owned(session, manifest.content_id)
    wanted = tuple(key for key in answer.keys if key.index not in here and key.index not in manifest.preview_keys)
    if not wanted:
        return ZERO
    for key in wanted:
        check_keys(manifest, (key,), range(key.index, key.index + 1))
    with desk.database.write() as session:
        keep_keys(desk, session, manifest.content_id, wanted, bought=manifest.creator != desk.keyring.address)
    return total([manifest.chunks[key.index].price for key in wanted])


async def bring_all_home(desk: Desk, creator: Address) -> Money:
    """Fetch the keys of everything that this account ever bought from a creator; gives what the new ones cost.

    Raises ProblemError: wallet.locked, node.unreachable.
    """
    spending, came = await desk.node.call(SpendingOut, "GET", "/users/me/spending"), ZERO
    for content in spending.by_item:
        film = await open_film(desk, content)
        if film.manifest.creator == creator:
            came = came + await bring_home(desk, film)
    return came
