"""Brings home what is owned: a reinstall, an old copy of the books or a second device never pays again."""

from __future__ import annotations

import logging

from anyio import to_thread

from services.desk.context import Desk
from services.desk.films import OpenFilm
from services.desk.purchases.keys import check_keys, keep_keys, owned
from services.wire.node import KeysOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)


async def bring_home(desk: Desk, film: OpenFilm) -> None:
    """Fetch the keys that the node says this account owns and that are not here; without a node nothing changes."""
    if desk.keyring.status != "open":
        return
    content = film.manifest.content_id
    try:
        answer = await desk.node.call(KeysOut, "GET", f"/content/{content}/keys")
        await to_thread.run_sync(_keep_missing, desk, film, answer)
    except ProblemError as problem:
        # What is here plays without the node; the rest says so when it is asked for.
        _log.info("owned keys not fetched", extra={"code": problem.code, "content": content})


def _keep_missing(desk: Desk, film: OpenFilm, answer: KeysOut) -> None:
    manifest = film.manifest
    with desk.database.read() as session:
        here = owned(session, manifest.content_id)
    wanted = tuple(key for key in answer.keys if key.index not in here and key.index not in manifest.preview_keys)
    if not wanted:
        return
    for key in wanted:
        check_keys(manifest, (key,), range(key.index, key.index + 1))
    with desk.database.write() as session:
        keep_keys(desk, session, manifest.content_id, wanted, bought=manifest.creator != desk.keyring.address)
