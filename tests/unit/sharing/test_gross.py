"""What the Escrow is told adds up to the fees, a fee's parts add up to the fee, and rules hold where they say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from services.node.passes.month import Span, _part
from services.sharing.allocation import Month, allocate
from services.sharing.gross import gross_of
from services.sharing.model import load_model
from services.sharing.payout_rules import GROWTH, LARGE_FIRST, SMALL, hold_reasons
from services.units.money import Money

MODEL = load_model()


def month(seed: int, *, is_watched: bool = True) -> Month:
    random = np.random.default_rng(seed)
    pairs = (
        np.unique(random.integers(0, 12 * 5, random.integers(1, 40))) if is_watched else np.array([], dtype=np.int64)
    )
    return Month(
        fees=random.integers(0, 10_000_000, 12),
        trust=random.integers(0, 5, 12),
        lengths=random.integers(1, 4_000, 5),
        subscriber=pairs // 5,
        owner=pairs % 5,
        seconds=random.integers(0, 50_000, pairs.size),
        days=random.integers(1, 32, pairs.size),
    )


def test_shares_withheld_and_kept_are_the_fees_to_the_unit() -> None:
    for seed in range(1_000):
        given = month(seed)
        result = allocate(given, MODEL)
        gross = gross_of(given, result)
        assert int(gross.shares.sum()) + int(gross.withheld.sum()) + gross.kept == int(given.fees.sum())
        assert (gross.shares >= result.earned).all()
        # Nobody's tenth is more than a unit off a ninth of what was earned.
        assert (np.abs(gross.shares * 9 - result.earned * 10) <= 9 * 12 + 10).all()
    nobody = month(1, is_watched=False)
    kept = gross_of(nobody, allocate(nobody, MODEL))
    assert (int(kept.shares.sum()), kept.kept) == (0, int((nobody.fees * nobody.trust // 4).sum()))


def test_the_parts_of_a_fee_add_up_to_it() -> None:
    spans = [Span.of(name) for name in ("2026-10", "2026-11", "2026-12", "2027-01")]
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert (spans[1].before(1), spans[3].before(3)) == (spans[0], spans[0])
    begin = int(datetime(2026, 10, 31, 17, 3, 1, tzinfo=UTC).timestamp())
    for amount in (1, 7, 7_990_000, 9_999_999):
        for length in (30 * 86_400, 86_400, 1):
            parts = [
                _part(amount, begin, begin + length, int(span.end.timestamp()))
                - _part(amount, begin, begin + length, int(span.start.timestamp()))
                for span in spans
            ]
            assert sum(parts) == amount
            assert min(parts) >= 0


def test_a_payout_is_looked_at_where_the_rules_say() -> None:
    assert hold_reasons(LARGE_FIRST, []) == ()
    assert hold_reasons(LARGE_FIRST + Money(1), []) == ("large_first",)
    before = [Money(10**9), SMALL, SMALL, SMALL]
    assert hold_reasons(SMALL * GROWTH, before) == ()
    assert hold_reasons(SMALL * GROWTH + Money(1), before) == ("sudden_growth",)
    assert hold_reasons(SMALL, [Money(1)]) == ()
