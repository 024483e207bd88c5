"""`running_norm` takes off a running mean; `unit_norm` divides by the root of one.

Frame n moves the mean by r: max(1 / n, rate), or weighted rate / (1 - (1 - rate)^n). With a tensor
`start` it begins there, and r is the rate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, rows, unrows

if TYPE_CHECKING:
    from torch import Tensor

FLOOR = 1e-9  # of a magnitude


def running(s: Step, value: np.ndarray, heard: bool = True) -> np.ndarray:
    """The running mean, updated with one more frame if that counts (`heard`)."""
    rate, start = s.layer.keys["rate"], s.tensors.get("start")
    given = 0 if start is None else start.reshape(value.shape, order="F")  # channels innermost
    mean, n = s.state.get("mean", given), s.state.get("count", 0) + heard
    if heard:
        step = rate / (1 - (1 - rate) ** n) if s.get("start") == "weighted" else max(1 / n, rate)
        mean = mean + (step if start is None else rate) * (value - mean)
    s.state["mean"], s.state["count"] = mean, n
    return mean


def running_clip(c: Clip, x: Tensor, heard: Tensor) -> Tensor:
    """The same of [1, T, F] by the closed form that the training uses; `heard` [1, T]."""
    import torch

    from ...network.transform import frame_rates, running_mean, weighted_rates

    rate, start = c.layer.keys["rate"], c.tensors.get("start")
    if start is not None:
        return start + running_mean(x - start, torch.where(heard, rate, 0.0))
    if c.get("start", "counted") == "weighted":
        rates = weighted_rates(x.shape[1], rate)
        return running_mean(x, torch.where(heard, rates[heard.cumsum(1).clamp(min=1) - 1], 0))
    return running_mean(x, frame_rates(heard.float(), rate, 1))


def step(s: Step) -> Frame:
    value = s.x if s.get("over", "bin") == "bin" else s.x.mean(keepdims=True)
    return s.x - running(s, value, s.x.mean() >= s.get("hold", -math.inf))


def clip(c: Clip) -> Tensor:
    parts = rows(c.x)  # [1, T, F * C]
    frame = parts.mean(2)
    heard = frame >= c.get("hold", -math.inf)
    if c.get("over", "bin") == "frame":
        return c.x - running_clip(c, frame[..., None], heard)[:, None]
    return c.x - unrows(running_clip(c, parts, heard), c.out)


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    return {"start": (out.size if layer.get("over", "bin") == "bin" else 1,)}


def unit_step(s: Step) -> Frame:
    mean = running(s, np.sqrt(np.square(s.x).sum(0)))
    mean, level = np.maximum(mean, s.get("floor", FLOOR)), s.get("level")
    return s.x / np.sqrt(mean) * (math.sqrt(level / mean.mean()) if level else 1)


def unit_clip(c: Clip) -> Tensor:
    magnitude = c.x.square().sum(1).sqrt()  # [1, T, F]
    mean = running_clip(c, magnitude, magnitude[..., 0] >= 0).clamp(min=c.get("floor", FLOOR))
    y, level = c.x / mean.sqrt()[:, None], c.get("level")
    return y * (level / mean.mean(2)).sqrt()[:, None, :, None] if level else y


KINDS = {
    "running_norm": Kind(
        step,
        clip,
        tensors=tensors,
        optional=("start",),
    ),
    "unit_norm": Kind(
        unit_step,
        unit_clip,
        tensors=lambda layer, inputs, out: {"start": (out.bins,)},
        optional=("start",),
    ),
}
