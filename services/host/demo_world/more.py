"""What makes a world large: very many films in the catalogue, and very many payments by the ledger's batch door.

The films are listed, found and counted like any other, and show the pictures of those that were sealed; their manifests
are the sealed films' own, so that nobody can play them. The payments' money arrives in the tills on the chain, so that
all sums are reconciled as after real sales.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import insert, select

from services.chain.demo.chain import DemoChain
from services.db.ledger import Line
from services.db.ledger_batch import Entry, post_many
from services.host.demo_world.cast import Cast, key_of
from services.host.demo_world.sizes import END, Size
from services.media.art.chance import chances
from services.node.catalogue.index import index_of
from services.node.catalogue.listing import entry_of
from services.node.catalogue.tables import CATALOGUE, ListedTag, Listing
from services.node.channels.claims import collect
from services.node.context import Node
from services.node.sales.booking import sync
from services.node.sales.terms import till_of
from services.node.tables import Item
from services.node.till import PENDING_PLATFORM, expect, pending, till_row
from services.units.address import Address, bytes32
from services.units.ids import ContentId
from services.units.money import ZERO, Money, platform_fee

_AT_ONCE = 10_000
_ABOUT = "A sample that fills the catalogue: it has no film of its own and cannot be played."
_FIRST = ("Slow", "Bright", "Small", "Late", "Quiet", "Copper", "Paper", "Northern", "Tidal", "Seven", "Last", "Found")
_SECOND = ("notes on", "letters to", "studies of", "a walk with", "an hour of", "the sound of", "the shape of")
_THIRD = ("rain", "salt", "moss", "brass", "steam", "thread", "tides", "lanterns", "orbits", "grass", "light", "paper")
Tell = Callable[[float], None]


def add_films(node: Node, cast: Cast, size: Size, tell: Tell) -> None:
    """Enter the further films, each after the picture of one that was sealed. Blocking."""
    with node.database.read() as session:
        sealed = list(session.scalars(select(Item).order_by(Item.seq)))
    chance = chances(f"{cast.seed}:more films")
    for first in range(0, size.more_films, _AT_ONCE):
        count = min(_AT_ONCE, size.more_films - first)
        with node.database.write() as session:
            listing = session.get_one(Listing, CATALOGUE)
            items = [
                _film(cast.seed, first + number, listing.published + number + 1, chance.choice(sealed), chance, size)
                for number in range(count)
            ]
            listing.published += count
            session.execute(insert(Item), [_row(item) for item in items])
            index_of(session).put_all(session, {item.seq or 0: entry_of(item) for item in items})
            tags = [{"tag": tag, "seq": item.seq} for item in items for tag in item.tags]
            if tags:
                session.execute(insert(ListedTag), tags)
        tell((first + count) / size.more_films)


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
        if len(entries) == _AT_ONCE or number == size.more_payments:
            with node.database.write() as session:
                post_many(session, entries)
            entries = []
            tell(number / size.more_payments)
    for creator in cast.creators:
        _bring_in(node, chain, creator.address, gross[creator.address] - before[creator.address])


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


def _film(seed: str, number: int, seq: int, like: Item, chance: random.Random, size: Size) -> Item:
    title = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {chance.choice(_THIRD)}"
    return Item(
        content_id=ContentId(bytes32(key_of(seed, f"more film {number}"))),
        creator=like.creator,
        creator_name=like.creator_name,
        title=f"{title}, part {1 + number % 97}",
        description=_ABOUT,
        duration_ms=like.duration_ms,
        width=like.width,
        height=like.height,
        price_per_ten_seconds=like.price_per_ten_seconds,
        chunk_count=like.chunk_count,
        free_chunks=like.free_chunks,
        poster=like.poster,
        signed=like.signed,
        published_at=END - timedelta(days=size.days) * chance.random(),
        visibility="chunks",
        seq=seq,
        tags=list(like.tags),
        archived_at=None,
        takedown=None,
    )


def _row(item: Item) -> dict[str, object]:
    return {column.key: getattr(item, column.key) for column in Item.__mapper__.column_attrs}
