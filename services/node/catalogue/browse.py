"""Finding items: words, filters and pages, the better fits first, the newest first among equals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.node.catalogue.cards import card_of, cards_of, select_cards
from services.node.catalogue.entries import FREE, Rank, Wanted, access_mark, creator_mark, tag_mark
from services.node.catalogue.index import index_of
from services.node.catalogue.tables import ListedTag
from services.node.catalogue.tags import normalised
from services.node.catalogue.words import words
from services.node.context import Node
from services.node.cursors import read_cursor, write_cursor
from services.node.tables import Item
from services.units.address import Address
from services.wire.access import Visibility
from services.wire.node import CardOut, PageOut, TagOut

MAX_WORDS = 16
"""What a person types has fewer; the rest of a longer query is passed over."""
_TOP = 2**62
_Place = tuple[Rank, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for. ``query``: free text; all that is given must fit."""

    query: str = ""
    creator: Address | None = None
    tag: str = ""
    access: Visibility | None = None
    free: bool = False

    @property
    def text(self) -> str:
        """Say all of it in one line, to bind cursors to it."""
        return "\x1f".join(("items", self.query, self.creator or "", self.tag, self.access or "", str(self.free)))


def find(node: Node, wish: Wish, *, limit: int, cursor: str = "") -> PageOut:
    """Give a page. Raises ProblemError: request.invalid for a cursor that is not this search's, content.tags."""
    rank, before = Rank.WHOLE_TITLE, _TOP
    if cursor:
        number, before = read_cursor(node.keys, wish.text, cursor, count=2)
        rank = Rank(number)
    with node.database.read() as session:
        places = _places(session, wish, rank=rank, before=before, limit=limit + 1)
        cards = _cards(session, [seq for _, seq in places[:limit]])
    following = write_cursor(node.keys, wish.text, *places[limit - 1]) if len(places) > limit else None
    return PageOut(items=cards, cursor=following)


def own_items(node: Node, owner: Address, *, limit: int, cursor: str = "") -> PageOut:
    """Give a page of an owner's items, those that are not listed too, newest first."""
    listed = f"own\x1f{owner}"
    (before,) = read_cursor(node.keys, listed, cursor, count=1) if cursor else (_TOP,)
    wanted = select_cards().where(Item.creator == owner, Item.seq < before).order_by(Item.seq.desc())
    with node.database.read() as session:
        rows = session.execute(wanted.limit(limit + 1)).all()
    following = write_cursor(node.keys, listed, rows[limit - 1].seq) if len(rows) > limit else None
    return PageOut(items=tuple(card_of(row) for row in rows[:limit]), cursor=following)


def tags_in_use(node: Node, *, limit: int) -> tuple[TagOut, ...]:
    """List the tags of listed items, the most used first."""
    count = func.count().label("items")
    wanted = select(ListedTag.tag, count).group_by(ListedTag.tag).order_by(count.desc(), ListedTag.tag)
    with node.database.read() as session:
        return tuple(TagOut(tag=tag, items=items) for tag, items in session.execute(wanted.limit(limit)))


def _places(session: Session, wish: Wish, *, rank: Rank, before: int, limit: int) -> list[_Place]:
    """Give rank and number of what fits, from a place on."""
    wanted = _wanted(wish)
    if wanted is None:
        return []
    if not wanted.words and not wanted.marks:
        return [(Rank.ANYWHERE, seq) for seq in session.scalars(_newest(before, limit))]
    found: list[_Place] = []
    for each in wanted.ranks:
        if each > rank or len(found) >= limit:
            continue
        below = before if each == rank else _TOP
        seqs = index_of(session).find(session, wanted, rank=each, before=below, limit=limit - len(found))
        found += [(each, seq) for seq in seqs]
    return found


def _newest(before: int, limit: int) -> Select[Any]:
    standing = (Item.archived_at.is_(None), Item.takedown.is_(None), Item.opens_at.is_(None))
    listed = select(Item.seq).where(*standing, Item.seq < before)
    return listed.order_by(Item.seq.desc()).limit(limit)


def _wanted(wish: Wish) -> Wanted | None:
    """Write a wish as the index asks; None for a text without a word in it, which fits nothing."""
    asked = tuple(dict.fromkeys(words(wish.query)))[:MAX_WORDS]
    if wish.query.strip() and not asked:
        return None
    marks: list[str] = []
    if wish.creator:
        marks.append(creator_mark(wish.creator))
    if wish.tag:
        marks += [tag_mark(tag) for tag in normalised([wish.tag])]
    if wish.access:
        marks.append(access_mark(wish.access))
    if wish.free:
        marks.append(FREE)
    return Wanted(asked, tuple(marks))


def _cards(session: Session, seqs: list[int]) -> tuple[CardOut, ...]:
    rows: dict[int, Row[Any]] = {row.seq: row for row in session.execute(select_cards().where(Item.seq.in_(seqs)))}
    return cards_of(session, [rows[seq] for seq in seqs if seq in rows])
