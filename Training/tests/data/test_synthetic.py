"""Noises made of arithmetic: each has what it is named for, and is the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from isolde_training.config import RATE
from isolde_training.data import synthetic
from isolde_training.data.synthetic import KINDS, periodic, shaped

COUNT = RATE


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def frames(x: np.ndarray) -> np.ndarray:
    """Levels of frames of 10 ms in dB."""
    return 10 * np.log10((x[: len(x) // 480 * 480].reshape(-1, 480) ** 2).mean(1) + 1e-12)


def spectrum(x: np.ndarray) -> np.ndarray:
    """Power by Hz."""
    return np.abs(np.fft.rfft(x * np.hanning(len(x)), RATE)) ** 2


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_depends_on_its_generator_alone(kind) -> None:
    first, second, other = (kind(rng(seed), 9600) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - other).max() > 0


@pytest.mark.parametrize("count", [1, 479, 4801])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_any_length_is_made(kind, count: int) -> None:
    x = kind(rng(), count)
    assert x.shape == (count,) and x.dtype == np.float32 and np.isfinite(x).all()


def test_harmonics_from_a_table_are_those_of_sines() -> None:
    cycles = 100 * np.arange(COUNT) / RATE
    x = periodic(rng(), cycles, np.array([1.0, 0.0, 0.5]))
    power = spectrum(x)
    assert abs(10 * np.log10(power[300] / power[100]) + 6.02) < 0.1
    assert power[200] < 1e-5 * power[100]
    assert abs(x.std() - np.sqrt((1 + 0.25) / 2)) < 0.01


def test_an_equaliser_of_one_changes_nothing() -> None:
    x = rng().standard_normal(5000).astype(np.float32)
    np.testing.assert_allclose(shaped(x, np.ones_like), x, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_buzz_has_lines_at_multiples_of_the_mains(seed: int) -> None:
    power = spectrum(synthetic.buzz(rng(seed), COUNT))
    score = []
    for mains in (50, 60):
        on = [
            power[round(2 * mains * k) - 2 : round(2 * mains * k) + 3].max() for k in range(1, 12)
        ]
        off = [np.median(power[2 * mains * k + 20 : 2 * mains * k + 30]) for k in range(1, 12)]
        score.append(np.median(np.array(on) / np.array(off)))
    assert max(score) > 10


def test_room_tone_is_steep_and_steady() -> None:
    x = synthetic.room_tone(rng(), 4 * COUNT)
    power = spectrum(x)
    assert power[50:500].mean() > 10 * power[5000:6000].mean()
    assert np.ptp(frames(x).reshape(-1, 50).mean(1)) < 6  # over half seconds


def test_modulated_noise_moves_more_than_hiss() -> None:
    assert (
        frames(synthetic.modulated(rng(), COUNT)).std()
        > 5 * frames(synthetic.hiss(rng(), COUNT)).std()
    )


def test_keys_are_struck_and_rest() -> None:
    level = frames(synthetic.keyboard(rng(), 4 * COUNT))
    strokes = np.sum((level[1:] > -30) & (level[:-1] <= -30))
    assert 5 < strokes < 120
    assert np.median(level) < level.max() - 20


def test_handling_is_low() -> None:
    power = spectrum(synthetic.handling(rng(), COUNT))
    assert power[20:200].sum() > power[200:].sum()


def test_a_pad_is_made_of_tones() -> None:
    power = np.sort(spectrum(synthetic.pad(rng(), COUNT))[50:8000])
    assert power[-400:].sum() > 0.9 * power.sum()


def test_dense_applause_is_steadier_than_thin() -> None:
    spread = [frames(synthetic.applause(rng(seed), COUNT)).std() for seed in range(12)]
    assert max(spread) > 3 * min(spread)


def test_air_conditioning_can_start_or_stop() -> None:
    change = []
    for seed in range(12):
        level = frames(synthetic.air_conditioning(rng(seed), 4 * COUNT))
        change.append(abs(level[:20].mean() - level[-20:].mean()))
    assert max(change) > 15 and np.median(change) < 5
