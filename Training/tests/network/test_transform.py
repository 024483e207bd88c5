"""Windows, running means and phases."""

from __future__ import annotations

import pytest
import torch

from isolde_training.config import NetworkConfig
from isolde_training.network.transform import (
    Transform,
    band_matrix,
    frame_rates,
    phase_advance,
    running_mean,
)


@pytest.mark.parametrize(
    "shape", [(2048, 512, 2048), (2048, 512, 1024), (1024, 256, 1024), (1024, 256, 512)]
)
def test_reconstruction_is_perfect(shape: tuple[int, int, int]) -> None:
    window, hop, synthesis = shape
    transform = Transform(NetworkConfig(window=window, hop=hop, synthesis=synthesis)).double()
    x = torch.randn(1, hop * 40, dtype=torch.float64)
    error = (transform.inverse(transform(x)) - x)[:, :-synthesis].abs().max()
    assert error < 1e-6  # -120 dB


def test_white_noise_of_unit_power_has_bins_of_unit_power() -> None:
    torch.manual_seed(0)
    power = Transform(NetworkConfig())(torch.randn(1, 512 * 400)).abs().square()[:, 4:]
    assert abs(power.mean() - 1) < 0.02


def test_bands_sum_to_one_in_every_bin_and_are_single_bins_below() -> None:
    c = NetworkConfig()
    bands = band_matrix(c)
    assert bands.shape == (192, 1025)
    torch.testing.assert_close(bands.sum(0), torch.ones(1025))
    torch.testing.assert_close(bands[: c.narrow, : c.narrow], torch.eye(c.narrow))


@pytest.mark.parametrize("piece", [1, 7, 512])
def test_running_mean_equals_frame_by_frame(piece: int) -> None:
    torch.manual_seed(0)
    x, level = torch.randn(3, 300, 4), torch.where(torch.rand(3, 300) < 0.4, -7.0, -3.0)
    level[0, :50] = -7  # held from the first frame on
    level[1] = -7  # and for ever
    rates = frame_rates(level, 0.02, -6.0)
    means = running_mean(x, rates, piece)
    for clip in range(3):
        mean, count = torch.zeros(4), 0
        for t in range(300):
            if level[clip, t] >= -6:
                count += 1
                mean = mean + max(1 / count, 0.02) * (x[clip, t] - mean)
            torch.testing.assert_close(means[clip, t], mean, atol=1e-5, rtol=0)


def test_a_tone_between_two_bins_runs_ahead_evenly() -> None:
    c, k = NetworkConfig(), 20.3
    t = torch.arange(c.hop * 20, dtype=torch.float64)
    x = torch.cos(2 * torch.pi * k / c.window * t).float()[None]
    low = Transform(c)(x)[:, None, :, :64]
    advance = phase_advance(low, c.hop, c.window)[0, 8:, 20]  # [T, 2]
    angle = torch.atan2(advance[:, 1], advance[:, 0])
    expected = 2 * torch.pi * 0.3 * c.hop / c.window
    torch.testing.assert_close(angle, torch.full_like(angle, expected), atol=1e-2, rtol=0)
