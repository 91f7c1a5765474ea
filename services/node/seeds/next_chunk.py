"""Which chunk a request means that names none, the same one for each key of idempotency."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Header
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.node.access import why
from services.node.context import Node
from services.node.sales.offer import next_unowned
from services.node.sales.shelf import Film
from services.node.seeds.tables import NextChunk, StreamPosition
from services.node.tables import Sale
from services.units.address import Address, Bytes32
from services.units.ids import purchase_intent
from services.units.money import ZERO
from services.wire.node import KeysOut, PayIn

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128)]
_KEPT = timedelta(days=2)


def take_next(node: Node, account: Address, content_id: str, key: str | None) -> int:
    """Give the chunk that an account that watches on gets now, and move on if it may have it. Blocking.

    Free chunks are passed over, and after the last comes the first. Raises ProblemError: content.not_found.
    """
    with node.database.write() as session:
        film = node.shelf.get(session, content_id)
        known = _known(session, account, film, "stream", key)
        if known is not None:
            return known
        found = session.get(StreamPosition, (account, film.item.content_id), with_for_update=True)
        sold = [index for index in range(len(film.prices)) if not film.is_free(index)] or [0]
        begun = found.next_chunk if found else 0
        chunk = next((index for index in sold if index >= begun), sold[0])
        if why(session, account, film, chunk, node.clock.now()) is None:
            return chunk
        if found is None:
            session.add(StreamPosition(account=account, content_id=film.item.content_id, next_chunk=chunk + 1))
        else:
            found.next_chunk = chunk + 1
        _remember(node, session, account, film, "stream", key, chunk)
        return chunk


def bought_by_key(
    node: Node, account: Address, content_id: str, key: str, wanted: PayIn
) -> tuple[PayIn, KeysOut | None]:
    """Say what a key buys, and give the goods again if it has bought them. Blocking.

    Raises ProblemError: content.not_found, content.owned.
    """
    with node.database.write() as session:
        film = node.shelf.get(session, content_id)
        first = _known(session, account, film, "pay", key)
        if first is None:
            first = next_unowned(session, film.item, account)
            _remember(node, session, account, film, "pay", key, first)
        meant = PayIn(first_chunk=first, chunk_count=wanted.chunk_count)
        return meant, _goods(node, session, account, film, meant)


def _goods(node: Node, session: Session, account: Address, film: Film, meant: PayIn) -> KeysOut | None:
    first = meant.first_chunk or 0
    wanted = range(first, first + meant.chunk_count)
    reasons = {why(session, account, film, index, node.clock.now()) for index in wanted}
    if reasons - {"bought", "gift"}:
        return None
    content = film.item.content_id
    intent = purchase_intent(payer=account, content=content, first_chunk=first, chunk_count=meant.chunk_count)
    sale = session.get(Sale, intent)
    paid = sale is not None and sale.transaction is not None
    return KeysOut(
        content_id=content,
        keys=film.keys(node.keys, frozenset(wanted)),
        amount=sale.amount if sale is not None and paid else ZERO,
        transaction=Bytes32(sale.transaction) if sale is not None and sale.transaction is not None else None,
    )


def _known(session: Session, account: Address, film: Film, purpose: str, key: str | None) -> int | None:
    found = None if key is None else session.get(NextChunk, (account, film.item.content_id, purpose, key))
    return None if found is None else found.chunk


def _remember(
    node: Node, session: Session, account: Address, film: Film, purpose: str, key: str | None, chunk: int
) -> None:
    if key is None:
        return
    now, content = node.clock.now(), film.item.content_id
    old = (NextChunk.account == account, NextChunk.content_id == content, NextChunk.made_at < now - _KEPT)
    session.execute(delete(NextChunk).where(*old))
    row = NextChunk(account=account, content_id=content, purpose=purpose, key=key, chunk=chunk, made_at=now)
    session.add(row)
