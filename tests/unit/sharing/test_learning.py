"""What is learned or found by statistics: bounded, adopted only when nothing worsens, and never a decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.node.passes.conduct import Signs, odd_holders
from services.sharing.evaluation.worlds import KINDS, Size, make_world
from services.sharing.learning import CLAMP, Verdict, Weights, candidate, fit, judge, loss, signals
from services.sharing.model import load_model
from services.sharing.odd import LEAST, oddness, proposals

MODEL = load_model()
SMALL = Size(1_000, 100)


def test_weights_are_found_never_negative_and_clamped() -> None:
    random = np.random.default_rng(3)
    features = random.gamma(2.0, 0.5, (20_000, 2))
    chance = 1 / (1 + np.exp(-(-1 + 0.8 * features[:, 0] + 0.4 * features[:, 1])))
    found = fit(features, (random.random(20_000) < chance).astype(np.int64))
    assert abs(found.time - 0.8) < 0.1
    assert abs(found.days - 0.4) < 0.1
    against = fit(features, (random.random(20_000) < 1 - chance).astype(np.int64))
    assert (against.time, against.days) == (0.0, 0.0)
    assert (Weights(0, 0, 1).days_part, Weights(0, 1, 0).days_part) == (CLAMP[1], CLAMP[0])
    assert Weights(0, 0, 0).days_part == 0.5
    assert loss(found, features, (chance > 0.5).astype(np.int64)) < loss(Weights(0, 0, 0), features, (chance > 0.5) * 1)


def test_a_model_is_adopted_only_when_nothing_worsens() -> None:
    assert Verdict((0.09, 0.08), (0.12, 0.12), (0.6, 0.6)).is_adopted
    for worse in ((0.08, 0.081), (0.12, 0.12), (0.6, 0.6)), ((0.09, 0.08), (0.12, 0.13), (0.6, 0.6)):
        assert not Verdict(*worse).is_adopted
    assert not Verdict((0.09, 0.08), (0.12, 0.11), (0.6, 0.61)).is_adopted
    assert not Verdict((0.09, 0.09), (0.12, 0.12), (0.6, 0.6)).is_adopted
    worlds = [make_world(name, SMALL) for name in KINDS]
    same = judge(MODEL, MODEL, worlds, (0.5, 0.5))
    assert same.mean[0] == same.mean[1]
    assert not same.is_adopted
    # Days alone are hard to beat until somebody baits them: such a model is not taken.
    baited = replace(MODEL, time_weight=0, days_weight=1 << 16)
    assert not judge(MODEL, baited, worlds, (0.5, 0.4)).is_adopted


def test_a_candidate_keeps_the_relation_that_was_learned() -> None:
    month = make_world("plain", SMALL).month
    new = candidate(MODEL, month, Weights(0, 1, 1))
    assert (new.time_weight, new.version) == (MODEL.time_weight, MODEL.version + 1)
    shares = signals(month)
    assert np.allclose(shares.mean(axis=0), 1)
    assert candidate(MODEL, month, Weights(0, 1, 9)).days_weight > new.days_weight > 0


def test_odd_accounts_are_proposed_and_nobody_among_a_few() -> None:
    random = np.random.default_rng(5)
    usual = random.normal(0, 1, (100, 4))
    rows = np.concatenate((usual, np.full((3, 4), 9.0) + random.normal(0, 0.1, (3, 4))))
    found = proposals(rows)
    assert {100, 101, 102} <= set(found)
    assert len(found) <= 20
    assert (oddness(rows[:70]) == oddness(rows[:70])).all()
    assert proposals(rows[-LEAST + 1 :]) == []
    assert proposals(np.ones((LEAST, 3))) == []


def test_a_month_proposes_who_is_unlike_the_others() -> None:
    usual = {
        f"h{number:03}": Signs(3_000 + 40 * number, 1_200 + number, 5 + number % 9, 4, 0.4) for number in range(90)
    }
    assert odd_holders(usual | {"bot": Signs(2_100_000, 71_900, 30, 1, 1.0)})[:1] == ["bot"]
    assert odd_holders(dict(list(usual.items())[:20])) == []
