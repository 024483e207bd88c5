"""Rendering is convolution: of voices with early and late sound, of ambiences with their place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import fftconvolve
from torch import Tensor

from isolde_training.data.render import equaliser, render
from isolde_training.data.rooms import LEAD, split

N, ROOM = 19200, 6000


@pytest.fixture
def parts() -> dict[str, Tensor]:
    """Two voices, the second one dry, and two ambiences, the second one in no place."""
    rng = np.random.default_rng(0)
    noise = torch.from_numpy(rng.standard_normal((4, N)).astype(np.float32))
    room, place = torch.zeros(2, ROOM), torch.zeros(2, 3000)
    room[0] = torch.from_numpy(0.1 * rng.standard_normal(ROOM))
    room[0, LEAD] = room[1, 0] = place[0, 0] = place[0, 999] = place[1, 0] = 1
    flat = torch.ones(2, 2049)
    names = ("voice", "noise", "room", "place", "voice_curve", "noise_curve")
    return dict(zip(names, (noise[:2], 3 * noise[2:], room, place, flat, flat), strict=True))


def test_early_and_late_voice_are_those_of_the_response(parts: dict[str, Tensor]) -> None:
    clips = render(parts)
    x, h = parts["voice"][0].numpy(), parts["room"][0].numpy()
    early, late = (fftconvolve(x, part)[:N] for part in split(h))
    power = np.sort((early.reshape(-1, 960) ** 2).mean(1))
    level = np.sqrt(power[len(power) // 2 :].mean())
    np.testing.assert_allclose(clips["early"][0], early / level, atol=1e-4)
    np.testing.assert_allclose(clips["late"][0], late / level, atol=1e-4)


def test_a_dry_voice_stays_as_it_was(parts: dict[str, Tensor]) -> None:
    clips = render(parts)
    early, x = clips["early"][1], parts["voice"][1]
    torch.testing.assert_close(early / early.std(), x / x.std(), rtol=0, atol=1e-4)
    assert clips["late"][1].abs().max() < 1e-5


def test_an_ambience_goes_round(parts: dict[str, Tensor]) -> None:
    clips, x = render(parts), parts["noise"]
    torch.testing.assert_close(clips["ambience"].std(1), torch.ones(2), rtol=1e-3, atol=0)
    wet = x[0] + x[0].roll(999)
    torch.testing.assert_close(clips["ambience"][0], wet / wet.std(), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(clips["ambience"][1], x[1] / x[1].std(), rtol=1e-3, atol=1e-4)


def test_an_equaliser_reaches_from_0_hz_to_half_the_rate() -> None:
    gain = equaliser(torch.tensor([[1.0, 2.0, 4.0]]), 16)[0]
    torch.testing.assert_close(gain, torch.tensor([1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4]))
