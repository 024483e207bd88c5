"""`layer_norm`: per bin over its channels, or over the whole frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, flat, rows, unflat, unrows

if TYPE_CHECKING:
    from torch import Tensor


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    size = out.size if layer.get("over", "channels") == "frame" else out.channels
    return {"weight": (size,), "bias": (size,)}


def step(s: Step) -> Frame:
    epsilon, weight = s.get("epsilon", 1e-5), s.tensors["weight"]
    if s.get("over", "channels") == "frame":
        x, bias = flat(s.x), s.tensors.get("bias", 0)
        return unflat((x - x.mean()) / np.sqrt(x.var() + epsilon) * weight + bias, s.out)
    y = (s.x - s.x.mean(0)) / np.sqrt(s.x.var(0) + epsilon)
    return y * weight[:, None] + s.bias()


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    frame = c.get("over", "channels") == "frame"
    x = rows(c.x) if frame else c.x.movedim(1, -1)
    weight, bias = c.tensors["weight"], c.tensors.get("bias")
    y = fn.layer_norm(x, weight.shape, weight, bias, c.get("epsilon", 1e-5))
    return unrows(y, c.out) if frame else y.movedim(-1, 1)


KINDS = {"layer_norm": Kind(step, clip, tensors=tensors)}
