"""What is learned beside the truth: what a finished network hears in the same mixture.

The part of a stem that cannot be known from the mixture is noise to who learns; a teacher says what
can be known. Two teachers together know more than each: where speech is all but dry, a second one
joins in, and the one answer or the two's mean is taken, whichever lies nearer to the truth.
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

WINDOW = 2048  # samples, of the spectra that are averaged


def between(a: Tensor, b: Tensor) -> Tensor:
    """Sounds [B, N] of the geometric mean of two sounds' magnitudes and the phase of their sum."""
    n, settings = a.shape[1], (WINDOW, WINDOW // 4, WINDOW, torch.hann_window(WINDOW).to(a))
    a, b = (torch.stft(x, *settings, return_complex=True) for x in (a, b))
    y = torch.polar((a.abs() * b.abs()).sqrt(), (a + b).angle())
    return torch.istft(y, *settings, length=n)


def hearing(path: pathlib.Path, device: str) -> Callable[[Tensor], Tensor]:
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


class Teacher:
    """Moves stems [B, 3, N] towards what it hears of them, by a share; their sum stays.

    `first` makes stems [B, 1, 3, N] of mixtures [B, 1, N], `second` a voice [N] of a mixture [N].
    """

    def __init__(
        self,
        first: Callable[[Tensor], Tensor],
        share: float,
        second: Callable[[np.ndarray], np.ndarray] | None = None,
    ):
        self.first, self.share, self.second = first, share, second

    @torch.no_grad()
    def __call__(self, stems: Tensor) -> Tensor:
        heard = self.first(stems.sum(1, keepdim=True))[:, 0]
        if self.second is not None:
            self.join(stems, heard)
        return stems.lerp(heard, self.share)

    def join(self, stems: Tensor, heard: Tensor) -> None:
        """Let the second one answer too in backgrounds above -30 dB with reverb below -20 dB.

        Both against the voice. It knows no rooms, so the first one's reverb stays.
        """
        voice, reverb, ambience = stems.square().mean(2).unbind(1)
        rows = ((reverb < 1e-2 * voice) & (ambience > 1e-3 * voice)).nonzero()[:, 0]
        if not len(rows):
            return
        mix, truth, first = stems[rows].sum(1), stems[rows, 0], heard[rows, 0]
        found = np.stack([self.second(x) for x in mix.cpu().numpy()])
        both = between(first, torch.from_numpy(found).to(mix))
        errors = [(x - truth).square().sum(1, keepdim=True) for x in (both, first)]
        voice = torch.where(errors[0] < errors[1], both, first)
        heard[rows, 0], heard[rows, 2] = voice, mix - voice - heard[rows, 1]
