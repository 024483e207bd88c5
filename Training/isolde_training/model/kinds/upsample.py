"""`upsample`: PyTorch's interpolate, nearest or linear, align_corners=False."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Step, spread

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    steps, stride = layer.pair("factor")
    wait = steps // 2 if layer.get("mode", "nearest") == "linear" else 0
    x = inputs[0]
    return spread(x, steps, wait, x.channels, x.bins * stride)


def step(s: Step) -> Frame:
    steps, stride = s.layer.pair("factor")
    if s.get("mode", "nearest") == "nearest":
        return s.frame(s.j // steps).repeat(stride, 1)
    t, after = between(s.j, steps)
    x = (1 - after) * s.frame(t) + (after * s.frame(t + 1) if after else 0)
    y = np.zeros((s.out.channels, s.out.bins))
    for b in range(s.out.bins):
        i, above = between(b, stride)
        y[:, b] = (1 - above) * x[:, i] + above * x[:, min(i + 1, x.shape[1] - 1)]
    return y


def between(place: int, factor: int) -> tuple[int, float]:
    """The element below a place of the upsampled axis, and how far it is to the next."""
    at = max((place + 0.5) / factor - 0.5, 0)
    return int(at), at - int(at)


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    mode = "bilinear" if c.get("mode", "nearest") == "linear" else "nearest"
    y = fn.interpolate(c.x, scale_factor=c.layer.pair("factor"), mode=mode)
    return y[:, :, : c.frames]


KINDS = {"upsample": Kind(step, clip, edge)}
