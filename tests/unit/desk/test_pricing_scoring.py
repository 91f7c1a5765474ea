"""A price follows from what was measured in the file, from category and intent, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.pricing.scoring import LEAST, MOST, suggest
from services.media.film import MediaFacts
from services.media.tracks import SoundTrack, TextTrack
from services.units.money import Money
from services.wire.uploads import CATEGORIES

FACTS = MediaFacts(
    container="mov",
    duration_ms=726_000,
    width=1920,
    height=1080,
    frames_per_1000_s=25_000,
    video_codec="h264",
    audio_codec="aac",
    size_bytes=726 * 500_000,
    sounds=(SoundTrack("aac", "de", 2),),
)
_SIZES = st.integers(16, 4320)
FILMS = st.builds(
    MediaFacts,
    container=st.text(max_size=8),
    duration_ms=st.integers(0, 20_000_000),
    width=_SIZES,
    height=_SIZES,
    frames_per_1000_s=st.integers(0, 240_000),
    video_codec=st.sampled_from(["h264", "hevc", "av1", "vp9", "mpeg4", "unheard-of"]),
    audio_codec=st.none() | st.just("aac"),
    size_bytes=st.integers(1, 10**12),
)


def test_one_film_counted_by_hand() -> None:
    found = suggest(FACTS, "film", "balance")
    points = {each.name: (each.measured, each.points, each.weight) for each in found.inputs}
    assert points == {
        "picture": (1080, 85, 22),
        # 4 Mbit/s over 1920 × 1080 × 25 pixels a second: 77 thousandths of a bit.
        "detail": (77, 73, 14),
        "motion": (25_000, 61, 8),
        "sound": (2, 85, 8),
        # 426 s of the 900 s between five and twenty minutes.
        "length": (726_000, 71, 13),
        "extras": (0, 0, 5),
        "category": (0, 90, 15),
        "intent": (0, 50, 15),
    }
    assert found.score == (85 * 22 + 73 * 14 + 61 * 8 + 85 * 8 + 71 * 13 + 0 + 90 * 15 + 50 * 15) // 100 == 70
    # 20 of the 25 points from $0.008 to $0.015, down to half a tenth of a cent.
    assert (found.price, found.low, found.high) == (Money(13_500), Money(6_500), Money(27_000))


@given(FILMS, st.sampled_from(CATEGORIES), st.sampled_from(["reach", "balance", "earn"]))
def test_it_is_the_same_each_time_and_within_bounds(facts: MediaFacts, category: str, intent: str) -> None:
    found = suggest(facts, category, intent)  # type: ignore[arg-type]  # drawn from the names
    assert found == suggest(facts, category, intent)  # type: ignore[arg-type]
    assert sum(each.weight for each in found.inputs) == 100
    assert all(0 <= each.points <= 100 for each in found.inputs)
    assert 0 <= found.score <= 100
    assert LEAST <= found.low <= found.price <= found.high <= MOST
    assert found.price.micros % 500 == 0


@pytest.mark.parametrize("claim", [{"container": "anything"}, {"texts": (TextTrack("hdmv_pgs", "de", is_kept=False),)}])
def test_what_is_claimed_or_lost_does_not_count(claim: dict[str, object]) -> None:
    assert suggest(replace(FACTS, **claim), "film", "balance") == suggest(FACTS, "film", "balance")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "better",
    [
        {"width": 3840, "height": 2160, "size_bytes": FACTS.size_bytes * 4},
        {"video_codec": "av1"},
        {"duration_ms": 3_600_000, "size_bytes": 3_600 * 500_000},
        {"texts": (TextTrack("subrip", "de", is_kept=True),)},
        {"sounds": (SoundTrack("ac3", "de", 6),)},
    ],
)
def test_what_took_more_to_make_scores_more(better: dict[str, object]) -> None:
    facts = replace(FACTS, **better)  # type: ignore[arg-type]
    assert suggest(facts, "film", "balance").score > suggest(FACTS, "film", "balance").score


def test_category_and_intent_move_it() -> None:
    assert suggest(FACTS, "game", "balance").price < suggest(FACTS, "film", "balance").price
    prices = [suggest(FACTS, "film", intent).price for intent in ("reach", "balance", "earn")]
    assert prices == sorted(set(prices))
