"""Band-limited speech: what is heard ends at the edge, what is wanted does not."""

from __future__ import annotations

import numpy as np
import pytest

from isolde_training.config import RATE, MixConfig
from isolde_training.data.narrow import Narrow, coded, low_passed

SETTINGS = MixConfig(seconds=0.5, batch=6)


@pytest.fixture
def narrow(folders) -> Narrow:
    return Narrow(SETTINGS, *folders)


def level(x: np.ndarray, low: float, high: float) -> float:
    """Power between two frequencies in Hz, in dB."""
    f = np.fft.rfftfreq(len(x), 1 / RATE)
    power = np.abs(np.fft.rfft(x * np.hanning(len(x)))[(f >= low) & (f < high)]) ** 2
    return 10 * np.log10(power.mean() + 1e-20)


def test_a_group_depends_on_its_number_alone(narrow: Narrow) -> None:
    one, again, other = narrow[3], narrow[3], narrow[4]
    assert all((one[key] == again[key]).all() for key in one)
    assert (one["narrow"] != other["narrow"]).any()
    assert one["narrow"].shape == one["full"].shape == (6, narrow.count)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_left_above_the_edge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.random.default_rng(1).standard_normal(RATE)
    y = low_passed(rng, x, 4000)
    assert level(y, 500, 3000) - level(y, 8000, 20000) > 40
    assert abs(level(y, 500, 3000) - level(x, 500, 3000)) < 1.5


def test_the_telephone_codes_what_it_passes() -> None:
    t = np.arange(RATE) / RATE
    x = 0.3 * np.sin(2 * np.pi * 1037 * t)
    rest = coded(x)[2000:-2000] - x[2000:-2000]
    assert -45 < 10 * np.log10(np.mean(rest**2) / np.mean(x**2)) < -25


def test_voices_without_highs_are_not_heard(narrow: Narrow) -> None:
    dull = narrow.speech.index[:, 2] < 15000
    assert (narrow.weight[dull] == 0).all()
    assert narrow.weight.sum() == pytest.approx(1)
    assert (narrow.weight[narrow.speech.held_out] == 0).all()
