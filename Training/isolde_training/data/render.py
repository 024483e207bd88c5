"""Renders clips from dry voices, rooms and equalisers: batched convolutions on the device.

On a GPU they cost nothing; on processors they would take most of the mixing's time.
Shapes: B clips, N samples.
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor
from torch.fft import irfft, rfft

from .rooms import early_share

FRAME = 960  # samples, 20 ms, in which levels are taken


def render(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    """Render what `Mixer[i]` drew: early voice, late voice and background, each [B, N].

    Direct and early sound have an active level of 1, the background an RMS of 1. The background is
    looped, so that its room sounds from the first sample on; the joint cannot be heard.
    """
    voice, room, noise = parts["voice"], parts["room"], parts["noise"]
    n = voice.shape[1]
    size = n + room.shape[1]
    spectrum = rfft(voice, size) * equaliser(parts["voice_curve"], size)
    share = torch.from_numpy(early_share(room.shape[1])).to(room)
    early, late = (
        irfft(spectrum * rfft(part, size), size)[:, :n]
        for part in (room * share, room * (1 - share))
    )
    frames = early[:, : n // FRAME * FRAME].unflatten(1, (-1, FRAME)).square().mean(2)
    active = frames.sort(1).values[:, frames.shape[1] // 2 :].mean(1, keepdim=True)
    gain = (active + 1e-9).rsqrt()
    spectrum = rfft(noise) * equaliser(parts["noise_curve"], n) * rfft(parts["place"], n)
    ambience = irfft(spectrum, n)
    ambience = ambience / (ambience.std(1, keepdim=True) + 1e-9)
    return {"early": early * gain, "late": late * gain, "ambience": ambience}


def equaliser(curve: Tensor, size: int) -> Tensor:
    """Linear gains [B, points] from 0 Hz to half the rate, on the bins of an rfft of `size`."""
    bins = size // 2 + 1
    return fn.interpolate(curve[:, None], bins, mode="linear", align_corners=True)[:, 0]
