"""Voices made of others: pitch and breath are what the kind says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from isolde_training.config import RATE

pyworld = pytest.importorskip("pyworld")
voices = pytest.importorskip("isolde_training.data.voices")


@pytest.fixture(scope="module")
def speech():
    """A vowel at 120 Hz, on and off, taken apart."""
    x = np.zeros(RATE)
    x[::400] = 1
    for f, width in ((600, 80), (1200, 100), (2600, 150)):
        r = np.exp(-np.pi * width / RATE)
        x = lfilter([1], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], x)
    x *= np.sin(2 * np.pi * 2 * np.arange(RATE) / RATE) > -0.5
    noise = 1e-4 * np.random.default_rng(0).standard_normal(RATE)
    return voices.analysed(0.1 * x / np.abs(x).max() + noise)


def pitch(x: np.ndarray) -> np.ndarray:
    """Hz of the voiced frames."""
    found, _ = pyworld.dio(x, RATE, f0_floor=50)
    return found[found > 0]


@pytest.mark.parametrize("kind", voices.KINDS)
def test_every_kind_is_sound_and_the_same_again(kind: str, speech) -> None:
    first, second = (voices.KINDS[kind](speech) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert np.isfinite(first).all() and len(first) >= 0.9 * RATE and first.std() > 1e-3


def test_pitch_is_that_of_the_kind(speech) -> None:
    for kind, hertz in (("resynthesised", 120), ("very low voice", 70), ("child", 330)):
        assert np.median(pitch(voices.KINDS[kind](speech))) == pytest.approx(hertz, rel=0.03)
    assert np.median(pitch(voices.shouted(speech))) == pytest.approx(180, rel=0.05)


def test_a_whisper_has_hardly_a_pitch(speech) -> None:
    assert len(pitch(voices.whispered(speech))) < 0.2 * len(pitch(voices.resynthesised(speech)))


def test_a_song_is_longer_and_trembles(speech) -> None:
    song = voices.sung(speech)
    assert len(song) > 2 * RATE
    assert pitch(song).std() > pitch(voices.resynthesised(speech)).std()


def test_laughter_comes_in_beats(speech) -> None:
    x = voices.laughing(speech)
    frames = (x[: len(x) // 2400 * 2400].reshape(-1, 2400) ** 2).mean(1)  # 50 ms
    spectrum = np.abs(np.fft.rfft(frames[:16] - frames[:16].mean()))
    assert 1.25 * spectrum.argmax() == pytest.approx(5, abs=1.3)  # Hz
