"""`running_norm`: takes off a running mean, of every element or of the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kind import Clip, Frame, Kind, Step

if TYPE_CHECKING:
    from torch import Tensor


def step(s: Step) -> Frame:
    mean, count, x = s.state.get("mean", np.zeros(())), s.state.get("count", 0), s.x
    value = x if s.get("over", "bin") == "bin" else x.mean()
    if x.mean() >= s.layer.keys["hold"]:
        count += 1
        mean = mean + max(1 / count, s.layer.keys["rate"]) * (value - mean)
    s.state["mean"], s.state["count"] = mean, count
    return x - mean


def clip(c: Clip) -> Tensor:
    """By the closed form that the training uses."""
    from ...network.transform import frame_rates, running_mean

    parts = c.x.movedim(2, 1).flatten(2)  # [1, T, C * F]
    frame = parts.mean(2)
    rates = frame_rates(frame, c.layer.keys["rate"], c.layer.keys["hold"])
    if c.get("over", "bin") == "frame":
        mean = running_mean(frame[..., None], rates)  # [1, T, 1]
        return c.x - mean[:, None]
    mean = running_mean(parts, rates).unflatten(2, (c.x.shape[1], c.x.shape[3]))
    return c.x - mean.movedim(1, 2)


KINDS = {
    "running_norm": Kind(step, clip, macs=lambda layer, inputs, out, weights: 2 * out.size),
}
