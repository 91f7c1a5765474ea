"""An upload's row: its stages, its form, its secret."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from services.db.keybox import KeyBox
from services.desk.context import Desk
from services.desk.publishing.stages import stages_of
from services.desk.tables import Upload
from services.media.film import Ingested, MediaFacts, SealedChunk, whole_film
from services.units.ids import new_content_id, new_row_id
from services.wire.base import ProblemOut
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn, FileFacts, StageName, UploadOut, UploadState

SECRET_BYTES = 32
_LISTED = 50


def add(desk: Desk, path: Path) -> UploadOut:
    """Begin an upload. Blocking. Raises ProblemError: upload.file_missing, wallet.missing, wallet.locked."""
    if not path.is_absolute() or not path.is_file():
        raise ProblemError("upload.file_missing", file=path.name)
    upload_id = new_row_id()
    wrapped = wrapped_secret(desk, upload_id, secrets.token_bytes(SECRET_BYTES))
    row = Upload(
        id=upload_id,
        path=str(path),
        size_bytes=path.stat().st_size,
        state="queued",
        stages={},
        stage_problems=None,
        source=None,
        facts=None,
        draft=DraftIn(title=_title_of(path)).model_dump(mode="json"),
        problem=None,
        content_id=new_content_id(),
        wrapped_secret=wrapped,
        sealed=None,
        beside=None,
        publication=None,
        created_at=desk.clock.now(),
    )
    with desk.database.write() as session:
        session.add(row)
    return out(row)


def get(desk: Desk, upload_id: str) -> Upload:
    """Look an upload up. Blocking. Raises ProblemError: upload.not_found."""
    with desk.database.read() as session:
        row = session.get(Upload, upload_id)
    if row is None:
        raise ProblemError("upload.not_found")
    return row


def listed(desk: Desk) -> tuple[UploadOut, ...]:
    """List uploads, newest first. Blocking."""
    with desk.database.read() as session:
        rows = session.scalars(select(Upload).order_by(Upload.created_at.desc(), Upload.id).limit(_LISTED))
        return tuple(out(row) for row in rows)


def change(desk: Desk, upload_id: str, **fields: Any) -> UploadOut:
    """Set columns of an upload. Blocking. Raises ProblemError: upload.not_found."""
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            raise ProblemError("upload.not_found")
        for name, value in fields.items():
            setattr(row, name, value)
    return out(row)


def move(desk: Desk, upload_id: str, *, sources: tuple[UploadState, ...], **fields: Any) -> UploadOut:
    """Set columns of an upload that is in one of some states. Blocking.

    Raises ProblemError: upload.not_found, upload.state.
    """
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            raise ProblemError("upload.not_found")
        if row.state not in sources:
            raise ProblemError("upload.state")
        for name, value in fields.items():
            setattr(row, name, value)
    return out(row)


def note_stage_problem(desk: Desk, upload_id: str, stage: StageName, problem: ProblemError | None) -> None:
    """Note why a stage failed while the upload goes on, or that it has not. Blocking."""
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            return
        others = {name: kept for name, kept in (row.stage_problems or {}).items() if name != stage}
        row.stage_problems = others if problem is None else {**others, stage: dict(problem.body())}


def save_draft(desk: Desk, upload_id: str, draft: DraftIn) -> UploadOut:
    """Keep the form. Blocking. Raises ProblemError: upload.not_found, upload.state once it is signed."""
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            raise ProblemError("upload.not_found")
        if row.publication is not None:
            raise ProblemError("upload.state")
        row.draft = draft.model_dump(mode="json")
    return out(row)


def remove(desk: Desk, upload_id: str) -> None:
    """Forget an upload that is not for sale. Blocking. Raises ProblemError: upload.state."""
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is not None and row.publication is not None:
            # It was signed meanwhile, and a node may have it.
            raise ProblemError("upload.state")
        if row is not None:
            session.delete(row)


def wrapped_secret(desk: Desk, upload_id: str, secret: bytes) -> bytes:
    """Lock a content secret under the wallet. Blocking. Raises ProblemError: wallet.missing, wallet.locked."""
    return desk.keyring.content_box().wrap(secret, owner=_owner(upload_id))


def secret_of(desk: Desk, row: Upload) -> bytes:
    """Open the content secret. Blocking. Raises ProblemError: wallet.locked, wallet.missing."""
    return desk.keyring.content_box().open(row.wrapped_secret, owner=_owner(row.id))


def secrets_in(box: KeyBox, rows: Iterable[tuple[str, str, bytes]]) -> dict[str, bytes]:
    """Open the secrets of uploads (id, content, wrapped secret), by content. Raises ProblemError: wallet.damaged."""
    return {content: box.open(wrapped, owner=_owner(upload_id)) for upload_id, content, wrapped in rows}


def sealed_to_json(film: Ingested) -> dict[str, Any]:
    """Write what an ingest made."""
    return {
        "facts": film.facts.to_json(),
        "summary": film.summary_json(),
        "chunks": [chunk.to_json() for chunk in film.chunks],
    }


def film_of(row: Upload) -> Ingested:
    """Give a sealed upload's film, with what a person chose instead of what was found."""
    stored, chosen = row.sealed, row.beside or {}
    chunks = tuple(SealedChunk.from_json(chunk) for chunk in stored["chunks"])
    facts, summary = stored["facts"], stored["summary"]
    if "poster" in chosen:
        summary = summary | {"poster_cid": chosen["poster"]}
    if "captions" in chosen:
        summary = summary | {"captions": chosen["captions"]}
    if "chapters" in chosen:
        facts = facts | {"chapters": chosen["chapters"]}
    return whole_film(MediaFacts.from_json(facts), summary, chunks)


def out(row: Upload) -> UploadOut:
    """Write an upload as the window shows it."""
    sealed, chosen = row.sealed, (row.beside or {}).get("poster")
    return UploadOut(
        id=row.id,
        file_name=Path(row.path).name,
        size_bytes=row.size_bytes,
        state=cast("UploadState", row.state),
        stages=stages_of(row),
        facts=None if row.facts is None else _facts(row.facts, len(sealed["chunks"]) if sealed else None),
        draft=DraftIn.model_validate(row.draft),
        problem=None if row.problem is None else ProblemOut.model_validate(row.problem),
        content_id=row.content_id if row.state == "published" else None,
        poster=chosen or (sealed["summary"]["poster_cid"] if sealed else None),
        has_chosen_poster=chosen is not None,
        created_at=row.created_at,
    )


def _facts(stored: dict[str, Any], chunk_count: int | None) -> FileFacts:
    facts = MediaFacts.from_json(stored)
    return FileFacts(
        duration_ms=facts.duration_ms,
        width=facts.width,
        height=facts.height,
        fps_text=facts.fps_text,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        chunk_count=chunk_count,
    )


def _title_of(path: Path) -> str:
    return " ".join(path.stem.replace("_", " ").replace("-", " ").split())[:120]


def _owner(upload_id: str) -> str:
    return f"upload:{upload_id}"
