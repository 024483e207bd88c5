"""Targets beside the true stems: the output of trained networks for the same mixture.

The part of a stem that cannot be inferred from the mixture is noise in the target; the output of a
teacher does not contain it. With two teachers the target is the voice of the first, that of the
second or their mean, whichever is nearest to the true voice.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ..model.library import LIBRARY
from ..model.separator import Separator
from ..network.checkpoint import load

WINDOW = 2048  # samples, of the spectra that are averaged or compared
LAW = 0.3  # of the magnitudes that are compared
Hearing = Callable[[Tensor], Tensor]


def between(a: Tensor, b: Tensor) -> Tensor:
    """Sounds [B, N] of the geometric mean of two sounds' magnitudes and the phase of their sum."""
    n, settings = a.shape[1], (WINDOW, WINDOW // 4, WINDOW, torch.hann_window(WINDOW).to(a))
    a, b = (torch.stft(x, *settings, return_complex=True) for x in (a, b))
    y = torch.polar((a.abs() * b.abs()).sqrt(), (a + b).angle())
    return torch.istft(y, *settings, length=n)


def hearing(path: pathlib.Path, device: str) -> Hearing:
    """Mixtures [B, 1, N] to stems [B, 1, 3, N]: by a model file or the weights of a run.

    On a processor the engine, which runs the file, takes a quarter of the time of PyTorch.
    """
    if path.suffix != ".isolde":
        return load(path)[0].to(device).separate
    if not LIBRARY.exists():
        raise SystemExit(f"{path}: needs {LIBRARY.name}; run make first")
    separator = Separator(path)

    def hear(mixtures: Tensor) -> Tensor:
        stems = np.stack([separator(x) for x in mixtures[:, 0].cpu().numpy()])
        return torch.from_numpy(stems).to(mixtures)[:, None]

    return hear


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared distance of the compressed spectra, [B, N] to [B]."""

    def compressed(x: Tensor) -> Tensor:
        window = torch.hann_window(WINDOW).to(x)
        y = torch.stft(x, WINDOW, WINDOW // 2, WINDOW, window, return_complex=True)
        return torch.polar((y.abs() + 1e-4) ** LAW, y.angle())

    return (compressed(a) - compressed(b)).abs().square().mean((1, 2))


class Teacher:
    """Moves stems [B, 3, N] towards what it hears of them, by a share; their sum stays.

    `first` and `second` make stems [B, 1, 3, N] of mixtures [B, 1, N]; of the second only the voice
    counts.
    """

    def __init__(self, share: float, first: Hearing, second: Hearing | None = None):
        self.share, self.first, self.second = share, first, second

    @torch.no_grad()
    def __call__(self, stems: Tensor) -> Tensor:
        mixture = stems.sum(1, keepdim=True)
        heard = self.first(mixture)[:, 0]
        if self.second is not None:
            heard = self.joined(stems, heard, self.second(mixture)[:, 0, 0])
        return stems.lerp(heard, self.share)

    def joined(self, stems: Tensor, heard: Tensor, voice: Tensor) -> Tensor:
        """The stems of the first teacher [B, 3, N] with the best voice that both have.

        What the voice gains it takes from the reverb in rooms, and from the background where the
        true reverb lies 20 dB below the voice.
        """
        truth, (first, reverb, _) = stems[:, 0], heard.unbind(1)
        choices = torch.stack([between(first, voice), first, voice])  # [3, B, N]
        best = torch.stack([distance(y, truth) for y in choices]).argmin(0)
        voice = choices[best, torch.arange(len(best))]
        is_dry = stems[:, 1].square().mean(1) < 1e-2 * truth.square().mean(1)
        speech = torch.where(is_dry[:, None], voice, first) + reverb
        return torch.stack([voice, speech - voice, stems.sum(1) - speech], 1)
