"""The loudness of errors goes the way PESQ goes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from isolde_training.train.loudness import TOP, Loudness, bark, threshold

WINDOW = 2048


@pytest.fixture
def loudness() -> Loudness:
    return Loudness(WINDOW, "cpu")


def speech(loudness: Loudness) -> Tensor:
    """Powers [1, T, bins] that fall with frequency and come and go as syllables do."""
    torch.manual_seed(0)
    x = torch.rand(1, 90, loudness.bins) / (1 + torch.arange(loudness.bins) / 20) ** 2
    return x * (torch.arange(90) % 15 < 9)[:, None]


def distances(loudness: Loudness, target: Tensor, found: Tensor) -> Tensor:
    found, wanted = (x * loudness.scale(target) @ loudness.share for x in (found, target))
    return loudness(found[:, None], wanted[:, None])


def distance(loudness: Loudness, target: Tensor, found: Tensor) -> float:
    return distances(loudness, target, found).item()


def test_bands_reach_from_the_first_bin_to_the_top(loudness: Loudness) -> None:
    torch.testing.assert_close(loudness.share.sum(1), torch.ones(loudness.bins))
    assert (loudness.bins + 1) * 48000 / WINDOW >= TOP > loudness.bins * 48000 / WINDOW
    assert bark(torch.tensor(1000.0)).item() == pytest.approx(8.5, abs=0.1)
    assert threshold(torch.tensor(3300.0)).item() < -4 < 3 < threshold(torch.tensor(1000.0)).item()


def test_the_same_is_no_error_and_more_noise_is_more(loudness: Loudness) -> None:
    target = speech(loudness)
    noise = torch.rand_like(target) * target.mean()
    found = [distance(loudness, target, target + k * noise) for k in (0, 0.01, 0.1, 1)]
    assert found[0] < 0.05 and found == sorted(found) and found[-1] > 1


def test_what_is_added_counts_more_than_what_is_lost(loudness: Loudness) -> None:
    target = speech(loudness)
    assert distance(loudness, target, 10 * target) > 1.5 * distance(loudness, target, target / 10)


def test_level_does_not_matter_and_silence_is_no_error(loudness: Loudness) -> None:
    target = speech(loudness)
    found = [distance(loudness, k * target, 2 * k * target) for k in (1, 100)]
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    nothing = torch.zeros_like(target)
    assert distance(loudness, nothing, target) < 0.05


def test_it_can_be_learned_from(loudness: Loudness) -> None:
    target = speech(loudness)
    found = (target + 0.1 * target.mean()).requires_grad_()
    distances(loudness, target, found).sum().backward()
    assert found.grad.isfinite().all() and found.grad.any()
