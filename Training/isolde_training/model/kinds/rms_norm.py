"""`rms_norm`: per bin, its channels over their root mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kind import Clip, Frame, Kind, Step

if TYPE_CHECKING:
    from torch import Tensor


def step(s: Step) -> Frame:
    scale = 1 / np.sqrt(np.square(s.x).mean(0) + s.get("epsilon", 1e-6))
    return s.x * scale * s.tensors["weight"][:, None]


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    weight = c.tensors["weight"]
    x = c.x.movedim(1, -1)
    return fn.rms_norm(x, weight.shape, weight, c.get("epsilon", 1e-6)).movedim(-1, 1)


KINDS = {
    "rms_norm": Kind(
        step,
        clip,
        tensors=lambda layer, inputs, out: {"weight": (out.channels,)},
        examples={
            "rms_norm": ("channels=7, bins=6", "rms_norm(x)"),
            "rms_norm_epsilon": ("channels=16, bins=3", "rms_norm(x, epsilon=0.1)"),
        },
    )
}
