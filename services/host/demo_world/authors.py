"""The creators who have a desk in the window publish and withdraw there, so that it stands in its books, too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from services.desk.context import Desk
from services.desk.payouts.withdrawal import withdraw
from services.desk.publishing.publish import publish
from services.desk.publishing.record import sealed_to_json, wrapped_secret
from services.desk.tables import Upload
from services.host.demo_world.cast import Creator
from services.host.demo_world.publishing import free_parts, whose
from services.host.demo_world.shooting import Shot, sealed
from services.media.film import Ingested
from services.units.ids import new_row_id
from services.wire.uploads import DraftIn

_FOLDER = Path("/films")
"""Where they say that their files were; nobody looks there again."""


async def publish_here(desk: Desk, creator: Creator, shot: Shot, answer: dict[str, Any]) -> None:
    """Enter a film that is cut and sealed, and publish it as its creator does. Raises as ``publish``."""
    film, upload_id = sealed(answer), new_row_id()
    row = Upload(
        id=upload_id,
        path=str(_FOLDER / f"{shot.part.title}.mp4"),
        size_bytes=sum(chunk.length for chunk in film.chunks),
        state="ready",
        stages={},
        stage_problems=None,
        source=None,
        facts=film.facts.to_json(),
        draft=_draft(creator, shot, film).model_dump(mode="json"),
        problem=None,
        content_id=shot.content,
        wrapped_secret=wrapped_secret(desk, upload_id, shot.secret),
        sealed=sealed_to_json(film),
        beside=None,
        publication=None,
        created_at=desk.clock.now(),
    )
    with desk.database.write() as session:
        session.add(row)
    await publish(desk, upload_id)


async def withdraw_here(desk: Desk) -> None:
    """Withdraw all that the Escrow holds, and see it arrive. Raises as ``withdraw``."""
    await withdraw(desk)
    while tasks := [task for task in desk.tasks if task.get_name().startswith("withdrawal")]:
        await asyncio.wait(tasks)


def _draft(creator: Creator, shot: Shot, film: Ingested) -> DraftIn:
    part, (visibility, tiers) = shot.part, whose(creator, shot)
    return DraftIn(
        title=part.title,
        description=part.text,
        price_text=str(part.price.dollars),
        preview_chunks=free_parts(film),
        visibility=visibility,
        tiers=tiers,
        category=creator.channel.category,
        tags=creator.channel.tags,
    )
