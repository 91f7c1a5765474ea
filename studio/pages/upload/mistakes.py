"""What is wrong with a form, said in a sentence beside its field, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.units.money import Money
from services.units.time import SystemClock
from studio.kit.format import money_exact
from studio.kit.opening_time import parse
from studio.kit.tags import mistake as tag_mistake
from studio.kit.words import tr

if TYPE_CHECKING:
    from datetime import datetime

    from studio.pages.upload.state import Draft

MOST = Money(10_000_000)


def mistakes(draft: Draft) -> dict[str, str]:
    """Give a sentence for each field that is wrong, by the field's name in the draft."""
    found = {
        "price_text": _price(draft.price_text.strip()),
        "tags": tag_mistake(draft.tags),
        "opens_text": _opening(draft.opens_text.strip(), draft.opens_at),
        "tiers": tr("Choose a tier that opens it.") if draft.visibility == "members" and not draft.tiers else "",
    }
    return {name: sentence for name, sentence in found.items() if sentence}


def _price(typed: str) -> str:
    if not typed:
        return ""
    try:
        price = Money.parse(typed)
    except (ValueError, OverflowError):
        return tr("Enter an amount such as 0.005.")
    if price.micros <= 0:
        return tr("A price is more than nothing. To give it away, choose “Everybody” below.")
    return tr("At most {sum} for ten seconds.", sum=money_exact(MOST)) if price > MOST else ""


def _opening(typed: str, read: datetime | None) -> str:
    if not typed:
        return ""
    if read is None or parse(typed) is None:
        return tr("Write day and time as 2026-11-28 18:00.")
    return tr("That time has passed. Leave it empty to publish at once.") if read <= SystemClock().now() else ""
