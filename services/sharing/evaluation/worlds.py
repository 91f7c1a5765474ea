"""Seven worlds: subscribers who value creators, and what a node would see of it.

The truth of each world is every fee split by what its subscriber valued. What is seen of it (seconds, days) is bent
in one way a world, as real catalogues are. Ranks of methods depend on the worlds, which is why these are kept here
for others to add to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.sharing.allocation import Month
from services.sharing.engagement import MAX_DAYS, MAX_SECONDS, Whole

Real = NDArray[np.float64]
FEE = 9_990_000
_WATCHED = 11


@dataclass(frozen=True, slots=True)
class Size:
    """How many subscribers and creators a world has."""

    subscribers: int = 100_000
    creators: int = 10_000


@dataclass(frozen=True, slots=True)
class Signs:
    """What bends the signs of value: factors of time and days by edge, spread of both, and their exponents."""

    time: Real
    days: Real
    time_noise: float = 0.5
    days_noise: float = 0.5
    time_power: float = 1.0
    days_power: float = 0.6


@dataclass(frozen=True, slots=True)
class World:
    """A month as a node sees it, and the true share of each creator (adds up to 1)."""

    name: str
    month: Month
    truth: Real


@dataclass(frozen=True, slots=True)
class _Draft:
    """A world before its signs: who watches whom, what it is worth to them, and how creators differ."""

    subscriber: Whole
    owner: Whole
    value: Real
    lengths: Whole
    random: np.random.Generator

    def flat(self) -> Signs:
        return Signs(time=np.ones(self.owner.size), days=np.ones(self.owner.size))

    def some(self, share: float, factor: float) -> Real:
        """A factor for the audience of a share of the creators, 1 for the others."""
        chosen = self.random.random(self.lengths.size) < share
        return np.where(chosen[self.owner], factor, 1.0)


def _plain(draft: _Draft) -> Signs:
    return draft.flat()


def _formats(draft: _Draft) -> Signs:
    """Long formats are watched longer for the same value."""
    long = (draft.lengths[draft.owner] / np.median(draft.lengths)) ** 0.3
    return replace(draft.flat(), time=long)


def _left_running(draft: _Draft) -> Signs:
    """Every seventh channel is left running, five times as long as they are watched."""
    return replace(draft.flat(), time=draft.some(0.15, 5.0))


def _daily_bait(draft: _Draft) -> Signs:
    """A fifth of the channels bring people back three times as often as they are worth it."""
    return replace(draft.flat(), days=draft.some(0.2, 3.0))


def _bait(draft: _Draft) -> Signs:
    """Some channels inflate the time and some the days."""
    return replace(draft.flat(), time=draft.some(0.15, 3.0), days=draft.some(0.15, 2.0))


def _quality(draft: _Draft) -> Signs:
    """Some creators give much in little time: their viewers watch a third as long for the same value."""
    return replace(draft.flat(), time=draft.some(0.25, 0.35), days=draft.some(0.25, 0.7))


def _noise(draft: _Draft) -> Signs:
    """What is seen says little about what was valued."""
    return replace(draft.flat(), time_noise=1.0, days_noise=0.8)


KINDS: dict[str, Callable[[_Draft], Signs]] = {
    "plain": _plain,
    "long formats": _formats,
    "left running": _left_running,
    "daily bait": _daily_bait,
    "time and daily bait": _bait,
    "short and good": _quality,
    "noise": _noise,
}


def make_world(name: str, size: Size, seed: int = 1) -> World:
    """Make one of KINDS; the same seed gives the same world."""
    random = np.random.default_rng((seed, list(KINDS).index(name)))
    draft = _draft(size, random)
    signs = KINDS[name](draft)
    count = draft.owner.size
    base = draft.lengths[draft.owner] * signs.time * draft.value**signs.time_power
    seconds = base * np.exp(random.normal(0, signs.time_noise, count))
    days = 2.5 * signs.days * draft.value**signs.days_power * np.exp(random.normal(0, signs.days_noise, count))
    month = Month(
        fees=np.full(size.subscribers, FEE, dtype=np.int64),
        trust=np.full(size.subscribers, 4, dtype=np.int64),
        lengths=draft.lengths,
        subscriber=draft.subscriber,
        owner=draft.owner,
        seconds=np.clip(seconds, 1, MAX_SECONDS).astype(np.int64),
        days=np.clip(np.ceil(days), 1, MAX_DAYS).astype(np.int64),
    )
    return World(name, month, truth_of(draft.subscriber, draft.owner, draft.value, size))


def truth_of(subscriber: Whole, owner: Whole, value: Real, size: Size) -> Real:
    """Split each subscriber's equal fee by value; the creators' shares of the whole."""
    totals = np.bincount(subscriber, weights=value, minlength=size.subscribers)
    shares = np.bincount(owner, weights=value / totals[subscriber], minlength=size.creators)
    truth: Real = shares / shares.sum()
    return truth


def _draft(size: Size, random: np.random.Generator) -> _Draft:
    """Popular creators are found by many (a Zipf tail); how many somebody watches differs widely."""
    counts = 1 + random.negative_binomial(2, 2 / (2 + _WATCHED), size.subscribers)
    subscriber = np.repeat(np.arange(size.subscribers), counts)
    reach = 1 / (np.arange(size.creators) + 10) ** 0.9
    owner = np.searchsorted(np.cumsum(reach / reach.sum()), random.random(subscriber.size)).clip(0, size.creators - 1)
    pairs = np.unique(subscriber * size.creators + owner)
    subscriber, owner = pairs // size.creators, pairs % size.creators
    lengths = np.exp(random.normal(np.log(600), 0.7, size.creators)).clip(20, 14_400).astype(np.int64)
    creator_value = np.exp(random.normal(0, 0.3, size.creators))
    value = creator_value[owner] * np.exp(random.normal(0, 0.7, owner.size))
    return _Draft(subscriber, owner, value, lengths, random)
