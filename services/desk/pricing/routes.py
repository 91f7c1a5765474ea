"""The routes of prices: a suggestion for an upload or an own film, and the same in words."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, Query
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.door import DeskOf, content_of
from services.desk.pricing.scoring import LEAST, MOST, suggest
from services.desk.pricing.telling import told
from services.desk.publishing.looking import cost_at
from services.desk.tables import Upload
from services.http.late_routes import LateRouter
from services.media.film import MediaFacts
from services.units.money import Money
from services.wire.pricing import NarrativeOut, SuggestionOut
from services.wire.problems import ProblemError
from services.wire.uploads import Category, DraftIn, Intent

router = LateRouter(tags=["pricing"])


async def _suggested(
    desk: DeskOf,
    upload: Annotated[str, Query(max_length=64)] = "",
    film: Annotated[str, Query(max_length=80)] = "",
    category: Category | None = None,
    intent: Intent | None = None,
    price_text: Annotated[str, Query(max_length=40)] = "",
) -> SuggestionOut:
    return await to_thread.run_sync(partial(_suggest, desk, upload, film, category, intent, price_text))


Suggested = Annotated[SuggestionOut, Depends(_suggested)]


@router.get("/pricing")
async def suggestion(suggested: Suggested) -> SuggestionOut:
    """Suggest a price for an upload, or for a film that was published from here; what is not chosen is as drafted.

    Problem codes: upload.not_found, upload.state (the file was not looked at yet), content.not_found.
    """
    return suggested


@router.get("/pricing/words")
async def words(
    desk: DeskOf, suggested: Suggested, language: Annotated[str, Query(max_length=20)] = "en"
) -> NarrativeOut:
    """Put the same into words; empty where no key is configured. Problem codes: as the suggestion."""
    return NarrativeOut(text=await told(desk, suggested, language))


def _suggest(
    desk: Desk, upload: str, film: str, category: Category | None, intent: Intent | None, price_text: str
) -> SuggestionOut:
    row = _row(desk, upload, film)
    if row.facts is None:
        raise ProblemError("upload.state")
    facts, draft = MediaFacts.from_json(row.facts), DraftIn.model_validate(row.draft)
    found = suggest(facts, category or draft.category, intent or draft.intent)
    return found.model_copy(
        update={
            "cost": cost_at(desk, facts.duration_ms, facts.size_bytes, found.price),
            "chosen_cost": _chosen(desk, facts, price_text),
            "is_told": desk.narrator is not None,
        }
    )


def _chosen(desk: Desk, facts: MediaFacts, price_text: str) -> Any:
    try:
        price = Money.parse(price_text)
    except ValueError:
        return None
    return cost_at(desk, facts.duration_ms, facts.size_bytes, price) if LEAST <= price <= MOST else None


def _row(desk: Desk, upload: str, film: str) -> Upload:
    with desk.database.read() as session:
        if not film:
            row = session.get(Upload, upload)
            if row is None:
                raise ProblemError("upload.not_found")
            return row
        wanted = select(Upload).where(Upload.content_id == content_of(film), Upload.state == "published")
        row = session.scalar(wanted.limit(1))
    if row is None:
        raise ProblemError("content.not_found")
    return row
