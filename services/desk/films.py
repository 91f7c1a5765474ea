"""Films known to this desk: the creator's manifest, checked once and kept; a bought film plays without a node."""

from __future__ import annotations

import logging
from functools import lru_cache

from anyio import to_thread
from sqlalchemy import bindparam, select

from services.db.plain import Prepared, Work, unit_of
from services.desk.context import Desk
from services.desk.memory import OpenFilm
from services.desk.nodes.taming import tamed
from services.desk.tables import Film
from services.media.manifest import Manifest
from services.media.signature import parse_signed
from services.units.ids import ContentId
from services.units.money import ZERO, Money
from services.wire.catalogue import BudgetOut
from services.wire.node import CardOut, ManifestOut, VersionOut
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_BUDGET = Prepared(
    select(Film.budget_limit, Film.budget_spent).where(Film.content_id == bindparam("content")), ("content",)
)


@lru_cache(maxsize=32)
def _parsed(signed: str) -> Manifest:
    return parse_signed(signed.encode()).manifest


async def open_film(desk: Desk, content: ContentId) -> OpenFilm:
    """Give a film, from the node at the first time.

    Raises ProblemError: content.not_found, content.not_yet, manifest.invalid, manifest.signature, chain.wrong_chain,
    node.unreachable.
    """
    known = desk.memory.films.get(content) or await to_thread.run_sync(known_film, desk, content)
    if known is not None:
        return known
    card = tamed(await desk.node.browse(CardOut, f"/content/{content}"), desk.clock.now())
    signed = await _manifest(desk, content)
    return await to_thread.run_sync(_keep, desk, content, card, signed)


async def take_newer(desk: Desk, film: OpenFilm) -> None:
    """Take up a newer version of a film for the next opening; nothing is raised, and what runs plays on.

    Only one of the very same parts: what anybody bought stays what it was. Where it costs something else, whoever
    buys says what was shown, and is refused if that is not it (services.desk.purchases.service).
    """
    content = film.manifest.content_id
    try:
        rows = await desk.node.browse(tuple[VersionOut, ...], f"/contents/{content}/versions")
        if not rows or rows[0].version <= film.manifest.version:
            return
        signed = await _manifest(desk, content)
        await to_thread.run_sync(_replace, desk, film, signed)
    except ProblemError as problem:
        _log.info("no newer version", extra={"content": content, "code": problem.code})


def _replace(desk: Desk, film: OpenFilm, signed: ManifestOut) -> None:
    content, newer = film.manifest.content_id, checked_manifest(desk, film.manifest.content_id, signed)
    if newer.version <= film.manifest.version or newer.parts != film.manifest.parts:
        return
    said = {"title": newer.title, "poster": newer.poster_cid}
    costs = {"price_per_ten_seconds": newer.price_per_ten_seconds, "free_chunks": len(newer.preview_keys)}
    card = film.card.model_copy(update={**said, **costs})
    with desk.database.write() as session:
        row = session.get(Film, content)
        if row is None:
            return
        row.signed, row.card = signed.signed, card.model_dump(mode="json")
    _remembered(desk, OpenFilm(newer, card))
    desk.events.publish("catalogue", content)


async def _manifest(desk: Desk, content: ContentId) -> ManifestOut:
    path = f"/content/{content}/manifest"
    try:
        return await desk.node.browse(ManifestOut, path)
    except ProblemError as problem:
        # A member may have it earlier than those who do not say who they are.
        if problem.code != "content.not_yet" or desk.keyring.status != "open":
            raise
    return await desk.node.call(ManifestOut, "GET", path)


def known_film(desk: Desk, content: ContentId) -> OpenFilm | None:
    """Give a film that was opened here before; None otherwise. Blocking."""
    with desk.database.read() as session:
        row = session.get(Film, content)
    if row is None:
        return None
    return _remembered(desk, OpenFilm(_parsed(row.signed), CardOut.model_validate(row.card)))


def checked_manifest(desk: Desk, content: ContentId, signed: ManifestOut) -> Manifest:
    """Check a manifest that a node gave: its form, its signature, and that it sells this film on this chain."""
    manifest = _parsed(signed.signed)
    if manifest.content_id != content:
        raise ProblemError("manifest.invalid", reason="another film")
    sold_on = (manifest.chain_id, manifest.token, manifest.escrow)
    if sold_on != (desk.chain.chain_id, desk.chain.token, desk.chain.escrow):
        raise ProblemError("chain.wrong_chain", expected=desk.chain.chain_id, found=manifest.chain_id)
    return manifest


def budget_of(work: Work, content: ContentId) -> BudgetOut | None:
    """Give a film's budget, without its long manifest."""
    limit, spent = _BUDGET.one(unit_of(work), content)
    return None if limit is None else BudgetOut(limit=Money(limit), spent=Money(spent))


def _keep(desk: Desk, content: ContentId, card: CardOut, signed: ManifestOut) -> OpenFilm:
    manifest = checked_manifest(desk, content, signed)
    # What a person is shown before paying comes from what the creator signed, not from the node's card.
    card = card.model_copy(
        update={
            "content_id": content,
            "title": manifest.title,
            "creator": manifest.creator,
            "price_per_ten_seconds": manifest.price_per_ten_seconds,
            "duration_ms": manifest.duration_ms,
            "chunk_count": len(manifest.chunks),
        }
    )
    with desk.database.write() as session:
        if session.get(Film, content) is None:
            session.add(
                Film(
                    content_id=content,
                    signed=signed.signed,
                    node=desk.node.uri,
                    card=card.model_dump(mode="json"),
                    position_ms=0,
                    budget_limit=None,
                    budget_spent=ZERO,
                    opened_at=desk.clock.now(),
                )
            )
    return _remembered(desk, OpenFilm(manifest, card))


def _remembered(desk: Desk, film: OpenFilm) -> OpenFilm:
    desk.memory.films.put(film.manifest.content_id, film)
    return film
