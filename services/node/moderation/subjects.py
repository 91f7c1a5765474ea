"""What is reported and taken down: films, and content that lies elsewhere. To moderators both are the same."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from services.node.catalogue.listing import number, refresh
from services.node.moderation.tables import Report, Takedown
from services.node.seeds.tables import LinkedItem
from services.node.tables import Item
from services.units.address import Address
from services.wire.problems import ProblemError

Subject = Item | LinkedItem
T = TypeVar("T", Report, Takedown)


def find_subject(session: Session, subject_id: str, *, lock: bool = False) -> Subject:
    """Give a film or linked content; with lock, nobody else changes it before this unit ends.

    Raises ProblemError: content.not_found.
    """
    name, for_update = subject_id.lower(), lock or None
    found: Subject | None = session.get(Item, name, with_for_update=for_update)
    if found is None:
        found = session.get(LinkedItem, name, with_for_update=for_update)
    if found is None:
        raise ProblemError("content.not_found")
    return found


def id_of(subject: Subject) -> str:
    """Give the id that reports and takedowns have of it."""
    return subject.content_id if isinstance(subject, Item) else subject.id


def number_of(session: Session, subject: Subject) -> int:
    """Give the number by which lists go: a film's own; linked content has none before it is taken down."""
    return (subject.seq or 0) if isinstance(subject, Item) else number(session)


def stand(session: Session, subject: Subject, takedown: str | None) -> None:
    """Take it down, or with None bring it back, in every list."""
    subject.takedown = takedown
    if isinstance(subject, Item):
        refresh(session, subject)


def with_subjects(wanted: Select[T], table: type[T]) -> Select[T, str, Address]:
    """Add title and creator of what each row is about."""
    titled: Select[Any] = wanted.add_columns(
        func.coalesce(Item.title, LinkedItem.title), func.coalesce(Item.creator, LinkedItem.creator)
    )
    titled = titled.outerjoin(Item, Item.content_id == table.content_id)
    return titled.outerjoin(LinkedItem, LinkedItem.id == table.content_id)
