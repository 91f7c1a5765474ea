"""Keeps the index of words and the counts of tags in step with the items, inside the unit that changes an item."""

from __future__ import annotations

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session, defer

from services.db.engine import Database
from services.node.catalogue.entries import FREE, Entry, access_mark, creator_mark, tag_mark
from services.node.catalogue.index import index_of
from services.node.catalogue.tables import CATALOGUE, ListedTag, Listing
from services.node.catalogue.words import RULES, folded
from services.node.tables import Item
from services.units.money import ZERO

_BATCH = 500


def number(session: Session) -> int:
    """Draw the next publication's number. Publications wait for each other here, so numbers follow the commits."""
    counted = update(Listing).where(Listing.name == CATALOGUE).values(published=Listing.published + 1)
    return session.execute(counted.returning(Listing.published)).scalar_one()


def refresh(session: Session, item: Item) -> None:
    """Enter an item as it is now, or take it out when it is not listed. Call after each change of an item."""
    if item.seq is None:
        return
    session.flush()
    index = index_of(session)
    session.execute(delete(ListedTag).where(ListedTag.seq == item.seq))
    if not is_listed(item):
        index.drop(session, item.seq)
        return
    index.put(session, item.seq, entry_of(item))
    if item.tags:
        session.execute(insert(ListedTag), [{"tag": tag, "seq": item.seq} for tag in item.tags])


def is_listed(item: Item) -> bool:
    """Tell whether strangers find an item."""
    return item.archived_at is None and item.takedown is None and item.opens_at is None


def prepare(database: Database) -> None:
    """Build the index again if it was built by other rules, or never. One of several starters does it."""
    with database.read() as session:
        if _is_built(session):
            return
    with database.write() as session:
        session.scalar(select(Listing.name).where(Listing.name == CATALOGUE).with_for_update())
        if not _is_built(session):
            _build(session)


def _listed_after(done: int) -> Select[Item]:
    listed = (Item.archived_at.is_(None), Item.takedown.is_(None), Item.opens_at.is_(None))
    wanted = select(Item).where(Item.seq > done, *listed)
    # Not the manifests, which may have megabytes.
    return wanted.order_by(Item.seq).limit(_BATCH).options(defer(Item.signed))


def entry_of(item: Item) -> Entry:
    """Write what the index holds of an item."""
    marks = [creator_mark(item.creator), access_mark(item.visibility), *(tag_mark(tag) for tag in item.tags)]
    return Entry(
        title=folded([item.title]),
        names=folded([item.creator_name, *item.tags]),
        description=folded([item.description]),
        marks=" ".join([*marks, FREE] if _is_free(item) else marks),
    )


def _is_free(item: Item) -> bool:
    is_all_preview = item.free_chunks >= item.chunk_count or item.price_per_ten_seconds == ZERO
    return is_all_preview or item.visibility == "public"


def _is_built(session: Session) -> bool:
    return session.scalar(select(Listing.rules).where(Listing.name == CATALOGUE)) == RULES


def _build(session: Session) -> None:
    index_of(session).clear(session)
    session.execute(delete(ListedTag))
    done = 0
    while items := list(session.scalars(_listed_after(done))):
        index_of(session).put_all(session, {item.seq: entry_of(item) for item in items if item.seq is not None})
        tags = [{"tag": tag, "seq": item.seq} for item in items for tag in item.tags]
        if tags:
            session.execute(insert(ListedTag), tags)
        done = items[-1].seq or done
        session.expunge_all()
    session.execute(update(Listing).where(Listing.name == CATALOGUE).values(rules=RULES))
