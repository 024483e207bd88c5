"""`max_pool`, `avg_pool`: over frames and bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Step, ahead, under

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    kernel = layer.pair("kernel")
    steps, stride = layer.pair("stride", kernel)
    x = inputs[0]
    return ahead(x, layer, steps, x.channels, (x.bins - kernel[1]) // stride + 1)


def step(s: Step) -> Frame:
    (frames, width), last = s.layer.pair("kernel"), s.get("look")
    steps, stride = s.layer.pair("stride", (frames, width))
    last += s.j * steps
    taken = [
        s.frame(last - t)[:, i::stride][:, : s.out.bins]
        for t in range(frames)
        for i in range(width)
    ]
    return np.max(taken, 0) if s.layer.kind == "max_pool" else np.mean(taken, 0)


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    kernel = c.layer.pair("kernel")
    stride = c.layer.pair("stride", kernel)
    x = under(c, kernel[0] - 1, stride[0])
    pooled = (fn.max_pool2d if c.layer.kind == "max_pool" else fn.avg_pool2d)(x, kernel, stride)
    return pooled[:, :, : c.frames]


KINDS = dict.fromkeys(("max_pool", "avg_pool"), Kind(step, clip, edge))
