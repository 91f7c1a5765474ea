"""The score of a film and the price that follows from it.

A pure function in whole numbers of what was measured in the file, and of category and intent as chosen. What a file or
a person says about the film (title, tags, description) is not looked at. The curves are ours: they order films the way
their making costs do, from a short clip of a screen to a long film with captions.
"""

from __future__ import annotations

from itertools import pairwise

from services.media.film import MediaFacts
from services.units.money import Money
from services.wire.pricing import InputName, InputOut, SuggestionOut
from services.wire.uploads import Category, Intent

LEAST, MOST = Money(1), Money(10_000_000)
"""What a creator may ask for ten seconds; the desk takes nothing else at publishing."""
_STEP = 500
_Curve = tuple[tuple[int, int], ...]

_WEIGHTS: dict[InputName, int] = {
    "picture": 22, "detail": 14, "motion": 8, "sound": 8, "length": 13, "extras": 5, "category": 15, "intent": 15,
}  # fmt: skip
_CURVES: dict[InputName, _Curve] = {
    "picture": ((0, 0), (240, 15), (480, 40), (720, 65), (1080, 85), (2160, 100)),
    "detail": ((0, 0), (20, 30), (50, 60), (100, 85), (200, 100)),
    "motion": ((0, 0), (12_000, 20), (24_000, 60), (30_000, 70), (60_000, 100)),
    "sound": ((0, 0), (1, 60), (2, 85), (6, 100)),
    "length": ((0, 10), (60_000, 35), (300_000, 60), (1_200_000, 85), (3_600_000, 100)),
    "extras": ((0, 0), (1, 60), (3, 100)),
}
# How many times as many bits H.264 needs for the same picture, in hundredths; 100 for a codec not named here.
_AS_H264 = {"hevc": 160, "vp9": 150, "av1": 200, "mpeg4": 70, "mpeg2video": 50}
_CATEGORIES: dict[Category, int] = {
    "film": 90, "lesson": 85, "music": 70, "sport": 65, "talk": 50, "news": 45, "game": 40, "other": 50,
}  # fmt: skip
_INTENTS: dict[Intent, int] = {"reach": 0, "balance": 50, "earn": 100}
# Score to micro-USDC per ten seconds.
_PRICES: _Curve = ((0, 1_000), (25, 3_000), (50, 8_000), (75, 15_000), (100, 30_000))


def suggest(facts: MediaFacts, category: Category, intent: Intent) -> SuggestionOut:
    """Score a film and price it. The same facts and choices give the same answer, always."""
    inputs = tuple(_input(name, facts, category, intent) for name in _WEIGHTS)
    score = sum(each.points * each.weight for each in inputs) // 100
    price = _stepped(_on(_PRICES, score))
    return SuggestionOut(
        category=category,
        intent=intent,
        score=score,
        inputs=inputs,
        price=Money(price),
        low=Money(_stepped(price // 2)),
        high=Money(price * 2),
        least=LEAST,
        most=MOST,
    )


def _input(name: InputName, facts: MediaFacts, category: Category, intent: Intent) -> InputOut:
    measured, points = 0, 0
    match name:
        case "category":
            points = _CATEGORIES[category]
        case "intent":
            points = _INTENTS[intent]
        case _:
            measured = _measured(name, facts)
            points = _on(_CURVES[name], measured)
    return InputOut(name=name, measured=measured, points=points, weight=_WEIGHTS[name])


def _measured(name: InputName, facts: MediaFacts) -> int:
    match name:
        case "picture":
            return min(facts.width, facts.height)
        case "detail":
            return _bits_a_pixel(facts)
        case "motion":
            return facts.frames_per_1000_s
        case "sound":
            return max((track.channels for track in facts.sounds), default=int(facts.has_audio))
        case "length":
            return facts.duration_ms
        case _:
            return sum(1 for track in facts.texts if track.is_kept) + bool(facts.chapters)


def _bits_a_pixel(facts: MediaFacts) -> int:
    """Give thousandths of a bit for each pixel shown, as H.264 would need them; 0 where something is not known."""
    pixels = facts.width * facts.height * facts.duration_ms * facts.frames_per_1000_s
    if not pixels:
        return 0
    # Milliseconds and pictures in a thousand seconds: a million of their product is one picture.
    bits = facts.size_bytes * 8 * _AS_H264.get(facts.video_codec, 100) // 100
    return bits * 1_000 * 1_000_000 // pixels


def _on(curve: _Curve, at: int) -> int:
    """Read a curve of straight pieces; flat before its first and after its last point."""
    if at <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) // (x1 - x0)
    return curve[-1][1]


def _stepped(micros: int) -> int:
    """Round down to half a tenth of a cent, at least one step."""
    return max(_STEP, micros // _STEP * _STEP)
