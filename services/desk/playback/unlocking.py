"""Buying one chunk and getting it in the clear with one request: what a viewer waits for at the end of a part."""

from __future__ import annotations

import re

from anyio import to_thread
from fastapi import Response
from pydantic import ValidationError

from services.desk.content import plaintext
from services.desk.context import Desk
from services.desk.door import content_of
from services.desk.films import open_film
from services.desk.memory import OpenFilm
from services.desk.nodes.places import at_film
from services.desk.playback.routes import buy_chunks
from services.http.bound import about
from services.http.quick import Asked, QuickRoute
from services.wire.catalogue import PURCHASE, BuyIn
from services.wire.problems import ProblemError

# Deciphering so much takes 0.3 ms; a thread's turn takes 2, beside the one that writes down what was bought.
_AT_ONCE_BYTES = 512 * 1024
_MOST_BYTES = 1_000


async def _unlock(asked: Asked) -> Response:
    """Buy as ``buy`` does and answer with the first chunk in the clear; the purchase is in the header PURCHASE.

    A chunk that cannot be opened now leaves the body empty: what was bought stays bought, and its own route says why.
    """
    desk: Desk = about(asked.scope, "desk")
    content = content_of(asked.path.group(1))
    try:
        wanted = BuyIn.model_validate_json(asked.body)
    except ValidationError as exc:
        raise ProblemError("request.invalid", field="body") from exc
    desk = await at_film(desk, content)
    purchase = await buy_chunks(desk, content, wanted)
    film = await open_film(desk, content)
    headers = {PURCHASE: purchase.model_dump_json(), "Cache-Control": "no-store"}
    return Response(await _opened(desk, film, wanted.first_chunk), media_type="video/mp4", headers=headers)


async def _opened(desk: Desk, film: OpenFilm, index: int) -> bytes:
    goods = desk.memory.goods.get((film.manifest.content_id, index))
    try:
        if goods is not None and len(goods) <= _AT_ONCE_BYTES:
            return plaintext(desk, film.manifest, index)
        return await to_thread.run_sync(plaintext, desk, film.manifest, index)
    except ProblemError:
        return b""


UNLOCK = QuickRoute("POST", re.compile(r"/playback/([^/]+)/unlock"), _unlock, most_bytes=_MOST_BYTES)
