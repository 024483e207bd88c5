"""The interface of a network: sound in, stems out.

Shapes: B clips, A audio channels, N samples, T frames, K bins.
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from .transform import Framing, Transform


class Separator(nn.Module):
    """A network that decides on spectra, with its transform around it."""

    c: Framing
    transform: Transform
    look: int  # frames ahead

    def analyse(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """Gains and filter taps for [B, A, T, K]: one decision for all channels."""
        raise NotImplementedError

    def apply(self, spectra: Tensor, gains: Tensor, taps: Tensor) -> Tensor:
        """That decision on one audio channel, [B, T, K] to [B, 2, T, K]."""
        raise NotImplementedError

    def forward(self, spectra: Tensor) -> Tensor:
        """[B, A, T, K] to [B, A, 2, T, K]: voice + reverb, voice."""
        gains, taps = self.analyse(spectra)
        return torch.stack([self.apply(x, gains, taps) for x in spectra.unbind(1)], 1)

    def separate(self, x: Tensor) -> Tensor:
        """[B, A, N] to stems [B, A, 3, N] (voice, reverb, background) that sum to x.

        Enough silent hops follow the end for the last sample to come out.
        """
        (b, a, n), hop = x.shape, self.c.hop
        rest = (self.look + self.c.synthesis // hop) * hop + -n % hop
        spectra = self.transform(fn.pad(x, (0, rest)).flatten(0, 1)).unflatten(0, (b, a))
        y = self.transform.inverse(self(spectra).flatten(0, 2)).unflatten(0, (b, a, 2))[..., :n]
        full, voice = y.unbind(2)
        return torch.stack([voice, full - voice, x - full], 2)
