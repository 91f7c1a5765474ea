"""What a film could cost."""

from __future__ import annotations

from services.http.door import Door
from services.wire.pricing import NarrativeOut, SuggestionOut

# Who is asked for words may take its time; the suggestion itself does not wait for it.
_WORDS_S = 25.0


class PricingClient:
    """Calls of the pricing slice. wish: upload or film (an id), and what is chosen: category, intent, price_text."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def suggest(self, **wish: str) -> SuggestionOut:
        """Ask for a price with its reasons. Problem codes: upload.not_found, upload.state, content.not_found."""
        return await self._door.call(SuggestionOut, "GET", "/pricing", query=_said(wish))

    async def words(self, **wish: str) -> NarrativeOut:
        """Ask for the same in words, with language as a further wish; empty where nobody can be asked."""
        return await self._door.call(NarrativeOut, "GET", "/pricing/words", query=_said(wish), timeout_s=_WORDS_S)


def _said(wish: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in wish.items() if value}
