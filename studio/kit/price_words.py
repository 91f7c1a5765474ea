"""What a price suggestion says, in words: categories, intents, inputs and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import brief, decimal, duration, share_words
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.wire.pricing import InputName, InputOut, SuggestionOut
    from services.wire.uploads import Category, CostOut, Intent

_CATEGORIES: dict[Category, str] = {
    "film": mark("Film"),
    "music": mark("Music"),
    "lesson": mark("Lesson"),
    "talk": mark("Talk"),
    "sport": mark("Sport"),
    "news": mark("News"),
    "game": mark("Game"),
    "other": mark("Something else"),
}
_INTENTS: dict[Intent, str] = {
    "reach": mark("Reach many people"),
    "balance": mark("Something of both"),
    "earn": mark("Earn more from each"),
}
_INPUTS: dict[InputName, str] = {
    "picture": mark("Size of the picture"),
    "detail": mark("Detail of the picture"),
    "motion": mark("Pictures a second"),
    "sound": mark("Sound"),
    "length": mark("Length"),
    "extras": mark("Captions and chapters"),
    "category": mark("Category"),
    "intent": mark("What it is for"),
}
_SOUNDS = {0: mark("none"), 1: mark("mono"), 2: mark("stereo")}


def category_options() -> tuple[tuple[str, str], ...]:
    """Give the categories to choose from."""
    return tuple((key, tr(words)) for key, words in _CATEGORIES.items())


def category_in(tags: Iterable[str]) -> Category:
    """Find the category among a film's tags; ``other`` where there is none."""
    named = set(tags)
    return next((key for key in _CATEGORIES if key in named), "other")


def intent_options() -> tuple[tuple[str, str], ...]:
    """Give the intents to choose from."""
    return tuple((key, tr(words)) for key, words in _INTENTS.items())


def input_name(each: InputOut) -> str:
    """Name one input of the score."""
    return tr(_INPUTS[each.name])


def measured(each: InputOut, suggestion: SuggestionOut) -> str:
    """Say what was measured in the file, or chosen."""
    value = each.measured
    said: dict[InputName, str] = {
        "picture": tr("{count} lines", count=value),
        "detail": tr("{bits} bits a pixel", bits=decimal(value / 1000, 2)),
        "motion": brief(value / 1000),
        "sound": tr(_SOUNDS[value]) if value in _SOUNDS else tr("{count} channels", count=value),
        "length": duration(value),
        "extras": str(value) if value else tr("none"),
        "category": tr(_CATEGORIES[suggestion.category]),
        "intent": tr(_INTENTS[suggestion.intent]),
    }
    return said[each.name]


def in_words(suggestion: SuggestionOut) -> str:
    """Explain a suggestion by its strongest and its weakest input."""
    by_pull = sorted(suggestion.inputs, key=lambda each: (each.points - 50) * each.weight)
    return tr(
        "{score} of 100 points: “{best}” raises the price most, “{worst}” lowers it most.",
        score=suggestion.score,
        best=input_name(by_pull[-1]),
        worst=input_name(by_pull[0]),
    )


def shares(cost: CostOut | None) -> str:
    """Say who gets what of a sale at a price."""
    if cost is None:
        return ""
    share = cost.settlement_per_mille
    network = share_words(share)
    told = tr("Of each sale the platform takes 10 %, and bringing it to the chain {network}.", network=network)
    return told.replace(" %", "\u00a0%")
