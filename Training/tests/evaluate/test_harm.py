"""Measures of harm on sounds of which the harm is known."""

from __future__ import annotations

import numpy as np
import pytest

from isolde_training.config import RATE
from isolde_training.evaluate.harm import (
    active,
    bursts,
    fricative_level,
    level,
    lost,
    onset_level,
    onsets,
    share,
)

NOISE = 0.01 * np.random.default_rng(0).standard_normal(3 * RATE)
STARTS = np.arange(24000, 3 * RATE - 24000, 24000)


@pytest.fixture
def words() -> np.ndarray:
    """Tones of 0.2 s that begin every 0.5 s, with a rise of 5 ms."""
    x, t = np.zeros(3 * RATE), np.arange(9600) / RATE
    for start in STARTS:
        edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.005)
        x[start : start + 9600] = 0.1 * edge * np.sin(2 * np.pi * 400 * t)
    return x


def test_onsets_of_words_are_found(words: np.ndarray) -> None:
    np.testing.assert_allclose(onsets(words), STARTS, atol=480)
    assert abs(active(words) - 20 * np.log10(0.1 / np.sqrt(2))) < 0.5


def test_a_late_onset_is_measured_and_the_rest_of_the_word_is_not(words: np.ndarray) -> None:
    late, dull = words.copy(), words.copy()
    for start in STARTS:
        late[start : start + 1200] = 0
        dull[start + 2400 : start + 9600] *= 0.1
    quiet = 0 * words
    assert onset_level(words, late, quiet) == pytest.approx(-2.9, abs=0.5)  # half, less the rise
    assert onset_level(words, dull, quiet) == pytest.approx(0, abs=0.01)


def test_onsets_under_the_ambience_do_not_count(words: np.ndarray) -> None:
    kept, ambience = words.copy(), 0 * words
    kept[STARTS[0] : STARTS[0] + 2400] = 0
    ambience[STARTS[0] : STARTS[0] + 2400] = 1
    assert onset_level(words, kept, ambience) == pytest.approx(0, abs=0.01)
    assert np.isnan(onset_level(words, words, ambience + 1))


def test_sibilants_count_alone(words: np.ndarray) -> None:
    sharp = np.zeros_like(words)
    t = np.arange(4800) / RATE
    for start in STARTS:
        sharp[start - 4800 : start] = 0.02 * np.sin(2 * np.pi * 7000 * t)
    assert fricative_level(words + sharp, words + 0.5 * sharp) == pytest.approx(-6.02, abs=0.3)
    assert fricative_level(words + sharp, 0.5 * words + sharp) == pytest.approx(0, abs=0.1)
    assert np.isnan(fricative_level(words, words))


def test_lost_frames_are_counted_by_their_share(words: np.ndarray) -> None:
    half = words.copy()
    half[len(half) // 2 :] *= 0.3
    assert lost(words, words) == 0 and lost(words, 0.6 * words) == 0
    assert lost(words, half) == pytest.approx(50, abs=15)
    assert lost(words, 0.4 * words) == 100


def test_the_share_of_a_part_is_what_was_done_to_it(words: np.ndarray) -> None:
    mix = words + NOISE
    np.testing.assert_allclose(share(words, mix, mix), words, atol=1e-9)
    assert level(share(words, mix, 0.5 * mix), words) == pytest.approx(-6.02, abs=0.01)
    assert level(share(words, mix, 100 * mix), words) == pytest.approx(12.04, abs=0.01)  # the limit
    kept = level(share(words, mix, words), words)
    assert kept == pytest.approx(0, abs=1) and level(share(NOISE, mix, words), NOISE) < -3


def test_steady_attenuation_has_no_bursts_and_isolated_bins_have() -> None:
    assert bursts(NOISE, 0.03 * NOISE) == pytest.approx(0, abs=1e-3)
    assert bursts(NOISE, 0 * NOISE) < 0
    rng, tones = np.random.default_rng(1), np.zeros_like(NOISE)
    t = np.arange(2048)
    for start in rng.integers(RATE, 3 * RATE - 2048, 200):
        tones[start : start + 2048] += np.hanning(2048) * np.sin(t * rng.uniform(0.1, 2))
    assert bursts(NOISE, 0.01 * NOISE + 0.01 * tones) > 6
