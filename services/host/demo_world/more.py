"""What makes a world large: very many films in the catalogue, and very many payments by the ledger's batch door.

The films are listed, found, sold and played like any other: each has a manifest of its own, signed by its creator, that
shares the sealed parts of one that was drawn. The payments' money arrives in the tills on the chain, so that
all sums are reconciled as after real sales.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.chain.demo.chain import DemoChain
from services.db.ledger import Line
from services.db.ledger_batch import Entry, post_many
from services.host.demo_world.cast import Cast, key_of
from services.host.demo_world.sizes import END, Size
from services.media.art.chance import chances
from services.media.manifest import Manifest
from services.media.signature import parse_signed, sign_manifest
from services.node.catalogue.index import index_of
from services.node.catalogue.listing import entry_of
from services.node.catalogue.tables import CATALOGUE, ListedTag, Listing
from services.node.channels.claims import collect
from services.node.context import Node
from services.node.sales.booking import sync
from services.node.sales.shelf import key_owner
from services.node.sales.terms import till_of
from services.node.tables import ChunkForSale, Item
from services.node.till import PENDING_PLATFORM, expect, pending, till_row
from services.units.address import Address, bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money, platform_fee
from services.units.time import unix_seconds

_FILMS_AT_ONCE, _PAYMENTS_AT_ONCE = 2_000, 10_000
_ENTERED = 0.9
"""Bringing the payments' money through the tills takes the rest."""
_ABOUT = "A sample that fills the catalogue: it shows the pictures of another film of its channel."
_FIRST = ("Slow", "Bright", "Small", "Late", "Quiet", "Copper", "Paper", "Northern", "Tidal", "Seven", "Last", "Found")
_SECOND = ("notes on", "letters to", "studies of", "a walk with", "an hour of", "the sound of", "the shape of")
_THIRD = ("rain", "salt", "moss", "brass", "steam", "thread", "tides", "lanterns", "orbits", "grass", "light", "paper")
Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A film whose parts others share: how it is sold, and the keys of its parts."""

    item: Item
    manifest: Manifest
    prices: tuple[Money, ...]
    keys: tuple[bytes, ...]


def add_films(node: Node, cast: Cast, size: Size, tell: Tell) -> None:
    """Publish the further films, each with the parts of one that is sold by the part. Blocking."""
    with node.database.read() as session:
        sealed = [_sealed(node, session, item) for item in session.scalars(_SEALED)]
    keys = {creator.address: creator.key for creator in cast.creators}
    chance = chances(f"{cast.seed}:more films")
    for first in range(0, size.more_films, _FILMS_AT_ONCE):
        count = min(_FILMS_AT_ONCE, size.more_films - first)
        with node.database.write() as session:
            listing = session.get_one(Listing, CATALOGUE)
            items: list[Item] = []
            parts: list[dict[str, object]] = []
            for number in range(first, first + count):
                like = chance.choice(sealed)
                seq = listing.published + 1 + number - first
                item = _film(cast.seed, number, seq, like, keys[like.item.creator], chance, size)
                items.append(item)
                parts.extend(_parts(node, like, item.content_id))
            listing.published += count
            session.execute(insert(Item), [_row(item) for item in items])
            session.execute(insert(ChunkForSale), parts)
            index_of(session).put_all(session, {item.seq or 0: entry_of(item) for item in items})
            tags = [{"tag": tag, "seq": item.seq} for item in items for tag in item.tags]
            if tags:
                session.execute(insert(ListedTag), tags)
        tell((first + count) / size.more_films)


def _sealed(node: Node, session: Session, item: Item) -> Sealed:
    film = node.shelf.get(session, item.content_id)
    keys = tuple(bytes.fromhex(one.key) for one in film.keys(node.keys, set(range(item.chunk_count))))
    return Sealed(item, parse_signed(item.signed.encode()).manifest, film.prices, keys)


def _parts(node: Node, like: Sealed, content: ContentId) -> Iterator[dict[str, object]]:
    """Give what is sold of a film: the keys are those of the film that it shares the parts of."""
    for index, (price, key) in enumerate(zip(like.prices, like.keys, strict=True)):
        wrapped = node.keys.wrap(key, owner=key_owner(content, index))
        yield {"content_id": content, "index": index, "price": price, "wrapped_key": wrapped}


def add_payments(node: Node, chain: DemoChain, cast: Cast, size: Size, tell: Tell) -> None:
    """Enter the further payments, and bring their money through the tills. Blocking."""
    with node.database.read() as session:
        films = [(item.creator, item.content_id, item.price_per_ten_seconds) for item in session.scalars(_SEALED)]
        gross = {creator.address: till_row(session, creator.address).gross for creator in cast.creators}
    before, chance = dict(gross), chances(f"{cast.seed}:more payments")
    viewers = [viewer.address for viewer in cast.viewers]
    entries: list[Entry] = []
    for number, entry in enumerate(_payments(films, viewers, gross, chance, size), start=1):
        entries.append(entry)
        if len(entries) == _PAYMENTS_AT_ONCE or number == size.more_payments:
            with node.database.write() as session:
                post_many(session, entries)
            entries = []
            tell(_ENTERED * number / size.more_payments)
    for place, creator in enumerate(cast.creators, start=1):
        _bring_in(node, chain, creator.address, gross[creator.address] - before[creator.address])
        tell(_ENTERED + (1 - _ENTERED) * place / len(cast.creators))


_SEALED = select(Item).where(Item.visibility == "chunks", Item.description != _ABOUT).order_by(Item.seq).limit(60)


def _payments(
    films: list[tuple[Address, ContentId, Money]],
    viewers: list[Address],
    gross: dict[Address, Money],
    chance: random.Random,
    size: Size,
) -> Iterator[Entry]:
    """Give payments in the order of their time; ``gross`` grows with them, as the Escrow's will."""
    step = (END - size.begin) / max(1, size.more_payments)
    for number in range(size.more_payments):
        creator, content, amount = chance.choice(films)
        fee = platform_fee(gross[creator], amount)
        gross[creator] += amount
        lines = (
            Line(f"payer:{chance.choice(viewers)}", -amount, content),
            Line(pending(creator), amount - fee, content),
            Line(PENDING_PLATFORM, fee, content),
        )
        yield Entry("charge", f"archive:{number}", size.begin + step * number, lines)


def _bring_in(node: Node, chain: DemoChain, creator: Address, amount: Money) -> None:
    if amount == ZERO:
        return
    with node.database.write() as session:
        expect(session, creator, amount)
        row = till_row(session, creator)
        row.gross = row.gross + amount
    chain.fund(till_of(node, creator), usdc=amount, gas_wei=0)
    collect(node, creator)
    sync(node)


def _film(seed: str, number: int, seq: int, like: Sealed, key: bytes, chance: random.Random, size: Size) -> Item:
    content = ContentId(bytes32(key_of(seed, f"more film {number}")))
    title = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {chance.choice(_THIRD)}, part {1 + number % 97}"
    at = END - timedelta(days=size.days) * chance.random()
    manifest = replace(
        like.manifest,
        content_id=content,
        version=1,
        title=title,
        created_at=unix_seconds(at),
        sealed_as=like.manifest.content_id,
    )
    return Item(
        content_id=content,
        creator=like.item.creator,
        creator_name=like.item.creator_name,
        title=title,
        description=_ABOUT,
        duration_ms=like.item.duration_ms,
        width=like.item.width,
        height=like.item.height,
        price_per_ten_seconds=like.item.price_per_ten_seconds,
        chunk_count=like.item.chunk_count,
        free_chunks=like.item.free_chunks,
        poster=like.item.poster,
        signed=sign_manifest(manifest, key).to_bytes().decode(),
        published_at=at,
        visibility="chunks",
        seq=seq,
        tags=list(like.item.tags),
        archived_at=None,
        takedown=None,
    )


def _row(item: Item) -> dict[str, object]:
    return {column.key: getattr(item, column.key) for column in Item.__mapper__.column_attrs}
