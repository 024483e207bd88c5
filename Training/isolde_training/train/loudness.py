"""Loudness of an error: the disturbance of ITU-T P.862 (PESQ), in the network's own spectra.

Powers in Bark bands become loudness; a difference counts where neither sound masks it, and sound
that was added counts more than sound that was lost. What PESQ ignores in a telephone line (its
delays, equalisers and gain control) counts here: a voice that became quieter is an error.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import RATE

BANDS, TOP = 49, 8000  # of wide-band PESQ, up to Hz
SPEECH = 79.0  # dB SPL, level of the active speech
WIDTH = 0.43  # Bark, of a band: weight of a band in a frame
EXPONENT, SONE = 0.23, 0.1866  # Zwicker's power law, and its scale
PIECE = 30  # frames, 0.32 s: within them the worst counts, over all of them the mean square


def bark(f: Tensor) -> Tensor:
    """Critical-band rate of frequencies in Hz (Traunmueller, 1990)."""
    return 26.81 * f / (1960 + f) - 0.53


def threshold(f: Tensor) -> Tensor:
    """Hearing threshold in dB SPL at frequencies in Hz (Terhardt, 1979)."""
    k = f / 1000
    return 3.64 * k**-0.8 - 6.5 * torch.exp(-0.6 * (k - 3.3) ** 2) + 1e-3 * k**4


class Loudness:
    """Powers of spectra up to `TOP` to a distance per stem, from 0 (equal) to about 4 (ruined)."""

    def __init__(self, window: int, device: str):
        f = torch.arange(1, window // 2 + 1) * RATE / window
        f = f[f < TOP]
        self.bins = len(f)  # from bin 1 on: 0 Hz is not heard
        edges = torch.linspace(bark(f[0]), bark(torch.tensor(float(TOP))), BANDS)
        at = (bark(f) - edges[0]) / (edges[1] - edges[0])  # [bins], in bands
        share = (1 - (at[:, None] - torch.arange(BANDS)).abs()).clamp(min=0)  # triangles
        centre = 1960 / (26.81 / (edges + 0.53) - 1)
        quiet = 10 ** (threshold(centre) / 10)
        low = torch.where(edges < 4, 6 / (edges + 2), 1.0).clamp(max=2) ** 0.15
        self.share, self.quiet, self.power = (x.to(device) for x in (share, quiet, EXPONENT * low))

    def scale(self, target: Tensor) -> Tensor:
        """The factor [B, 1, 1] that makes powers [B, T, bins] of voice + reverb as loud as speech.

        0 where there is hardly any voice.
        """
        frames = target.sum(2)
        loud = frames > 1e-3 * frames.amax(1, keepdim=True)
        active = (frames * loud).sum(1) / loud.sum(1).clamp(min=1)
        factor = torch.where(active > 1e-4, 10 ** (SPEECH / 10) / (active + 1e-12), 0.0)
        return factor[:, None, None]

    def sone(self, bands: Tensor) -> Tensor:
        """Loudness of powers in bands, 0 below the threshold."""
        rise = (0.5 + 0.5 * bands / self.quiet) ** self.power - 1
        return SONE * (self.quiet / 0.5) ** self.power * rise.clamp(min=0)

    def __call__(self, y: Tensor, x: Tensor) -> Tensor:
        """Powers in bands, found and wanted, [B, S, T, BANDS], of speech as loud as `scale` makes
        it, to a distance [B, S]. Powers of bins @ `share` are powers in bands.
        """
        a, b = self.sone(x), self.sone(y)
        apart = b - a
        heard = (apart.abs() - 0.25 * torch.minimum(a, b)).clamp(min=0)
        added = ((y + 50) / (x + 50)) ** 1.2
        added = torch.where(added < 3, 0.0, added.clamp(max=12)).detach()
        total = BANDS * WIDTH
        even = total * ((heard * WIDTH).square().sum(-1) / total + 1e-8).sqrt()
        odd = (heard * added).sum(-1) * WIDTH
        loud = ((x.sum(-1) + 1e5) / 1e7) ** 0.04
        even, odd = ((d / loud).clamp(max=45) for d in (even, odd))
        return 0.1 * pieces(even) + 0.0309 * pieces(odd)


def pieces(frames: Tensor) -> Tensor:
    """[B, S, T] to [B, S]: norm 6 within a piece, norm 2 over the pieces."""
    whole = frames.shape[-1] // PIECE * PIECE
    x = frames[..., :whole].unflatten(-1, (-1, PIECE)) + 1e-4
    return (x**6).mean(-1).pow(1 / 3).mean(-1).sqrt()
