"""Rooms made of statistics: the same for a seed, direct sound first, and a tail that dies away."""

from __future__ import annotations

import numpy as np

from isolde_training.data import statistical
from isolde_training.data.rooms import LEAD, split


def rooms(count: int) -> list[np.ndarray]:
    return [statistical.room(np.random.default_rng(seed)) for seed in range(count)]


def test_a_seed_gives_one_room() -> None:
    assert all(np.array_equal(a, b) for a, b in zip(rooms(3), rooms(3), strict=True))


def test_direct_sound_comes_first_and_is_the_peak() -> None:
    for h in rooms(20):
        assert h.dtype == np.float32 and np.isfinite(h).all()
        assert not h[:LEAD].any() and np.abs(h[: 2 * LEAD]).max() == 1


def test_the_tail_dies_away() -> None:
    for h in rooms(20):
        energy = np.square(h.astype(float))
        assert energy[-len(h) // 10 :].sum() < 1e-4 * energy.sum()


def test_rooms_range_from_dry_to_reverberant() -> None:
    early = [
        10 * np.log10(np.square(e).sum() / np.square(late).sum())
        for e, late in map(split, rooms(40))
    ]
    assert min(early) < 3 and max(early) > 10  # dB
