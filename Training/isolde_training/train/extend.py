"""The loss of an `Extender`: levels of bands above the edge, and nothing added below it.

The distance is that of the logarithms of levels: of its bands in its own frames, and of wide bands
in short ones, which distinguish moved bins from noise, as voices pulse. Too loud counts more than
too soft, so an unsure network stays below the true level. What is added below the edge counts as
soon as it comes near -50 dB of the speech.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as fn

from ..config import RATE, Config, NetworkConfig
from ..data.mixer import APART
from ..data.narrow import Narrow
from ..network.extender import HIGHEST, LOWEST, Extender, noise_like
from ..network.transform import Transform
from .loss import Lesson

FLOOR = 1e-7  # of a level, over the speech's mean power: -70 dB
OVER, UNDER = 1.4, 0.6  # weights of too loud and too soft: three in ten levels are to be too loud
LEAK = 1e-5  # of what is added below the edge, likewise: -50 dB
SHORT = NetworkConfig(window=256, hop=64, synthesis=256)  # of 5.3 ms
LIMITS = (3000, 4000, 5000, 6500, 8000, 10000, 12500, 16000, 20000)  # Hz, of the wide bands


def power(x: Tensor) -> Tensor:
    return torch.view_as_real(x).square().sum(-1)


class ExtendLoss:
    """A group of clips to a `lesson`, and the distance of what a network makes of it."""

    def __init__(self, net: Extender, device: str):
        self.net, self.short = net, Transform(SHORT).to(device)
        self.bands = net.member[-net.filled :, LOWEST:HIGHEST].to(device)  # [filled, n]
        bins = torch.arange(LOWEST, HIGHEST, device=device)
        self.middle = (self.bands * bins).sum(1) / self.bands.sum(1) * RATE / net.c.window  # Hz
        f = torch.arange(SHORT.window // 2 + 1, device=device) * RATE / SHORT.window
        limits = torch.tensor(LIMITS, device=device)
        self.low, self.high = limits[:-1], limits[1:]
        self.wide = ((f >= self.low[:, None]) & (f < self.high[:, None])).float()

    @torch.no_grad()
    def lesson(self, clips: dict[str, Tensor]) -> Lesson:
        """All that a step needs of a group and that no weight changes; first of all dimensions B.

        Spectra: `levels` and `level`, the features; `own`, `want` and `moved`, the filled bins of
        the recording, of the full band and of the first excitation. `narrow` and `full`, the
        sounds. `above`, `below` and `heard`: which bands are learned, stay, and count as wide ones.
        """
        net, edge, end = self.net, clips["edge"], clips["end"]
        spectra = net.transform(clips["narrow"])
        levels, level = net.features(spectra[:, None])
        own, want = (v[..., LOWEST:HIGHEST] for v in (spectra, net.transform(clips["full"])))
        return {
            "levels": levels,
            "level": level,
            "moved": net.excitation(spectra[:, None]),
            "own": own,
            "want": want,
            "speech": power(net.transform(clips["full"])).mean((1, 2))[:, None, None],
            "narrow": clips["narrow"],
            "full": clips["full"],
            "above": ((self.middle > edge) & (self.middle < end - 200)).float()[:, None],
            "below": (self.middle < edge * 0.98).float()[:, None],
            "heard": ((self.low > edge) & (self.high < end)).float()[:, None],
        }

    def __call__(self, lesson: Lesson) -> Tensor:
        moved, hiss = self.net.shape(lesson["levels"], lesson["level"])
        fill = moved * lesson["moved"] + hiss * noise_like(lesson["own"])
        floor, sizes = FLOOR * lesson["speech"] + 1e-16, self.bands.sum(1)

        def distance(found: Tensor, want: Tensor, bands: Tensor, weight: Tensor) -> Tensor:
            a, b = (torch.log10(p @ bands.T / bands.sum(1) + floor) for p in (found, want))
            off = torch.maximum(OVER * (a - b), UNDER * (b - a))
            return (off * weight).sum() / (weight.sum() * a.shape[1] + 1)

        leak = torch.log1p(power(fill) @ self.bands.T * (FLOOR / LEAK) / floor / 513)
        leak = (leak * lesson["below"]).sum() / (lesson["below"].sum() * fill.shape[1] + 1)

        whole = fn.pad(fill, (LOWEST, self.net.c.window // 2 + 1 - HIGHEST))
        y = self.net.transform.inverse(whole)
        heard = self.net.transform(y)[..., LOWEST:HIGHEST]  # frames of noise lose half their power
        found, want = power(lesson["own"] + heard), power(lesson["want"])
        far = distance(found, want, self.bands, lesson["above"] * sizes)
        x, s = (lesson[key][:, : y.shape[1]] for key in ("narrow", "full"))
        brief = power(self.short(x + y)), power(self.short(s))
        return far + 0.5 * distance(*brief, self.wide, lesson["heard"]) + 0.5 * leak


class ExtendSource:
    """Lessons: a step takes one of the newest groups; every `reuse` steps a new one is rendered."""

    def __init__(
        self, config: Config, clips: Narrow, loss: ExtendLoss, rank: int = 0, step: int = 0
    ):
        self.c, self.device, self.ranks = config.mix, config.train.device, config.train.ranks
        self.clips, self.loss, self.rank = clips, loss, rank
        if config.train.check:
            raise SystemExit(
                "train.check: scores models that separate; use `evaluate` for this one"
            )
        self.groups: dict[int, dict[str, Tensor]] = {}

    def rendered(self, number: int) -> dict[str, Tensor]:
        return {k: v.to(self.device) for k, v in self.clips[number].items()}

    def lesson(self, step: int) -> Lesson:
        """The lesson of a step, which depends only on its number."""
        newest = step // self.c.reuse
        oldest = max(newest - self.c.pool + 1, 0)
        rng = np.random.default_rng([self.c.seed, 13, step, self.rank])
        number = int(rng.integers(oldest, newest + 1))
        for gone in [k for k in self.groups if k < oldest]:
            del self.groups[gone]
        if number not in self.groups:
            self.groups[number] = self.rendered(number * self.ranks + self.rank)
        return self.loss.lesson(self.groups[number])

    def others(self, step: int, clips: int) -> Iterator[Lesson]:
        """Lessons of about `clips` clips, from groups that no step uses."""
        for i in range(clips // self.c.batch):
            yield self.loss.lesson(self.rendered(APART + i))
