"""A few seconds of quiet music without a seam: a chord that breathes, and a plucked figure over it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.media.art.chance import chances

SAMPLE_RATE = 48_000
# Steps of a pentatonic scale in half tones: whatever comes together sounds well.
_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
_STEPS = 8
_LOUD = 0.2
Samples = npt.NDArray[np.float32]


def music(seed: str, samples: int) -> Samples:
    """Give that many samples of one channel; the last leads into the first. Every frequency fits into the length."""
    chance = chances(seed)
    root = 110.0 * 2 ** (chance.randrange(12) / 12)
    numbers = np.arange(samples)
    times = numbers / samples
    # Whole turns in the length: every sine stands in the one of a single turn.
    turn = np.sin(2 * np.pi * times)
    seconds = samples / SAMPLE_RATE
    wave = np.zeros(samples)
    for step in (0, 7, chance.choice((4, 9, 12))):
        turns = round(root * 2 ** (step / 12) * seconds)
        breath = 0.6 + 0.4 * np.sin(2 * np.pi * (times + chance.random()))
        around = numbers * turns % samples
        wave += 0.32 * breath * (turn[around] + 0.35 * turn[around * 2 % samples])
    pluck = 0.45 * np.exp(-3.2 * times * seconds) * np.minimum(1.0, times * seconds / 0.006)
    for place in range(_STEPS):
        if chance.random() < 0.75:
            turns = round(root * 2 ** ((12 + chance.choice(_SCALE)) / 12) * seconds)
            wave += np.roll(pluck, round(place / _STEPS * samples)) * turn[numbers * turns % samples]
    quiet: Samples = (_LOUD * wave / np.max(np.abs(wave))).astype(np.float32)
    return quiet
