"""The suggestion in words: asked for once, kept by the content of the question, and never the source of a number."""

from __future__ import annotations

import hashlib
import logging
import re
from functools import partial

from anyio import to_thread

from services.desk.context import Desk
from services.desk.pricing.narrator import Narrator, NotToldError
from services.desk.pricing.tables import Narrative
from services.wire.pricing import SuggestionOut

_log = logging.getLogger(__name__)
_LONGEST = 700
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ORDERS = (
    "You explain to a film maker why a price per ten seconds was suggested. Write two or three plain sentences in the "
    "language {language}. Name the two inputs that raised the score most and one that lowered it. Use only numbers "
    "that stand in the facts, written as they stand there. Give no other price and no advice about law or money."
)
_UNITS = {
    "picture": "pixels at the shorter side", "detail": "thousandths of a bit per pixel",
    "motion": "pictures in 1000 seconds", "sound": "sound channels", "length": "milliseconds",
    "extras": "caption tracks and chapters",
}  # fmt: skip


async def told(desk: Desk, suggestion: SuggestionOut, language: str) -> str:
    """Give a suggestion in words; empty without somebody to ask, or where the answer was no use."""
    narrator = desk.narrator
    if narrator is None:
        return ""
    orders, facts = _ORDERS.format(language=language), facts_of(suggestion)
    request = hashlib.sha256("\x1f".join((narrator.model, orders, facts)).encode()).hexdigest()
    async with desk.turn(f"narrative {request}"):
        known = await to_thread.run_sync(_known, desk, request)
        if known is not None:
            return known
        words = await _asked(narrator, orders, facts)
        if words:
            await to_thread.run_sync(partial(_keep, desk, request, words))
        return words


def facts_of(suggestion: SuggestionOut) -> str:
    """Write what may be told: no title, no name, nothing but the numbers and the two choices."""
    lines = [
        f"suggested price for ten seconds: ${suggestion.price.dollars}",
        f"usual range: ${suggestion.low.dollars} to ${suggestion.high.dollars}",
        f"score: {suggestion.score} of 100",
        f"category: {suggestion.category}",
        f"intent: {suggestion.intent}",
    ]
    for each in suggestion.inputs:
        measured = f", measured {each.measured} {_UNITS[each.name]}" if each.name in _UNITS else ""
        lines.append(f"input {each.name}: {each.points} of 100 points, weight {each.weight} of 100{measured}")
    return "\n".join(lines)


def is_usable(words: str, facts: str) -> bool:
    """Tell whether an answer says nothing that was not given: each of its numbers stands in the facts."""
    given = set(_NUMBER.findall(facts))
    return 0 < len(words) <= _LONGEST and all(number in given for number in _NUMBER.findall(words))


async def _asked(narrator: Narrator, orders: str, facts: str) -> str:
    try:
        words = " ".join((await narrator.tell(orders, facts)).split())
    except NotToldError as exc:
        _log.info("price not told in words", extra={"reason": str(exc)})
        return ""
    if is_usable(words, facts):
        return words
    _log.info("price not told in words", extra={"reason": "it names other numbers"})
    return ""


def _known(desk: Desk, request: str) -> str | None:
    with desk.database.read() as session:
        row = session.get(Narrative, request)
        return None if row is None else row.text


def _keep(desk: Desk, request: str, words: str) -> None:
    with desk.database.write() as session:
        session.merge(Narrative(request=request, text=words, at=desk.clock.now()))
