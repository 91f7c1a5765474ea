"""What a creator brings to be verified: sealed at rest, opened for operators, each look written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.db.keybox import KeyBox
from services.node.kyc.tables import KycDocument
from services.units.address import Address
from services.wire.kyc import MAX_DOCUMENT_BYTES, DocumentKind, DocumentOut
from services.wire.problems import ProblemError

MOST_BYTES = MAX_DOCUMENT_BYTES
WANTED: Final[tuple[DocumentKind, ...]] = ("identity", "residence")
_INTO = insert_into(KycDocument)
_PUT = _INTO.on_conflict_do_update(
    index_elements=["creator", "kind"],
    set_={"sealed": _INTO.excluded.sealed, "size": _INTO.excluded.size, "at": _INTO.excluded.at},
)


def bring(session: Session, keys: KeyBox, creator: Address, kind: DocumentKind, content: bytes, at: datetime) -> None:
    """Keep a document; it replaces an older one of its kind."""
    sealed = keys.wrap(content, owner=_owner(creator, kind))
    session.execute(_PUT.values(creator=creator, kind=kind, sealed=sealed, size=len(content), at=at))


def read(session: Session, keys: KeyBox, creator: Address, kind: DocumentKind) -> bytes:
    """Open a document. Raises ProblemError: request.not_found, wallet.damaged."""
    found = session.get(KycDocument, (creator, kind))
    if found is None:
        raise ProblemError("request.not_found")
    return keys.open(found.sealed, owner=_owner(creator, kind))


def brought(session: Session, creator: Address) -> tuple[DocumentOut, ...]:
    """List what a creator brought."""
    wanted = select(KycDocument).where(KycDocument.creator == creator).order_by(KycDocument.kind)
    return tuple(
        DocumentOut(kind=cast("DocumentKind", row.kind), size=row.size, at=row.at) for row in session.scalars(wanted)
    )


def missing(documents: Sequence[DocumentOut]) -> tuple[DocumentKind, ...]:
    """Name what an operator would want to see and is not there."""
    there = {document.kind for document in documents}
    return tuple(kind for kind in WANTED if kind not in there)


def _owner(creator: Address, kind: DocumentKind) -> str:
    return f"kyc/{creator}/{kind}"
