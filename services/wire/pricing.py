"""What a film's price could be, and why."""

from __future__ import annotations

from typing import Literal

from services.wire.base import Answer, MoneyField
from services.wire.uploads import Category, CostOut, Intent

InputName = Literal["picture", "detail", "motion", "sound", "length", "extras", "category", "intent"]


class InputOut(Answer):
    """One thing that the score counts.

    measured: of picture the shorter side in pixels, of detail thousandths of a bit for each pixel as H.264 would need
    them, of motion pictures in a thousand seconds, of sound channels, of length milliseconds, of extras caption tracks
    and chapters; 0 for what the creator chose. points: 0 to 100. weight: of 100 in all.
    """

    name: InputName
    measured: int
    points: int
    weight: int


class SuggestionOut(Answer):
    """A price per ten seconds that follows from what was measured in the file, its category and its intent.

    low, high: what films of this kind are sold for; least, most: within them its creator decides. cost: what selling at
    the suggested price costs, and chosen_cost at the creator's own; None while the chain cannot be asked, or there is
    no such price.
    """

    category: Category
    intent: Intent
    score: int
    """0 to 100."""
    inputs: tuple[InputOut, ...]
    price: MoneyField
    low: MoneyField
    high: MoneyField
    least: MoneyField
    most: MoneyField
    cost: CostOut | None = None
    chosen_cost: CostOut | None = None
    is_told: bool = False
    """Whether somebody can be asked to put it into words; see NarrativeOut."""


class NarrativeOut(Answer):
    """The suggestion in words; empty where nobody was asked or the answer could not be used."""

    text: str
