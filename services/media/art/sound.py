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
    times = np.arange(samples, dtype=np.float64) / samples
    seconds = samples / SAMPLE_RATE
    wave = np.zeros(samples)
    for step in (0, 7, chance.choice((4, 9, 12))):
        turns = round(root * 2 ** (step / 12) * seconds)
        breath = 0.6 + 0.4 * np.sin(2 * np.pi * (times + chance.random()))
        wave += 0.32 * breath * (np.sin(2 * np.pi * turns * times) + 0.35 * np.sin(4 * np.pi * turns * times))
    for place in range(_STEPS):
        if chance.random() < 0.75:
            turns = round(root * 2 ** ((12 + chance.choice(_SCALE)) / 12) * seconds)
            since = (times - place / _STEPS) % 1.0 * seconds
            wave += 0.45 * np.exp(-3.2 * since) * np.minimum(1.0, since / 0.006) * np.sin(2 * np.pi * turns * times)
    quiet: Samples = (_LOUD * wave / np.max(np.abs(wave))).astype(np.float32)
    return quiet
