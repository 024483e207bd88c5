"""Constant factors and offsets: folded into the weights before them, or a separate layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model.layer import Layer
from .axes import Value
from .builder import Builder
from .constants import channels_of, full, on_frame

WEIGHTED = ("conv", "upconv", "dense", "layer_norm")


def affine(b: Builder, x: Value, factor: np.ndarray | float, offset: np.ndarray | float) -> Value:
    """x · factor + offset, both broadcast to x as in numpy."""
    if x.pads or (x.ahead < 0 and np.any(offset)):
        x = b.settle(x, time=False)
    factor, offset = (on_frame(x, np.asarray(c, np.float32)) for c in (factor, offset))
    layer = b.alone(x)
    if layer and layer.kind in WEIGHTED and "activation" not in layer.keys:
        if fold(b, x, layer, factor, offset):
            return x
    if factor.size == 1 and offset.size == 1:
        a, c = float(factor.ravel()[0]), float(offset.ravel()[0])
        if (a, c) == (1, 0):
            return x
        keys = {"factor": a if a != 1 else None, "offset": c if c else None}
        return replace(x, edge=b.emit("scale", x.edge, **keys))
    count = channels_of(x, factor, offset)
    edge = b.shaped(x, x.size(x.memory) // count, count)
    tensors = {"weight": full(x, factor)[-count:].reshape(count, 1, 1, 1)}
    if np.any(offset):
        tensors["bias"] = full(x, offset)[-count:]
    keys = {"channels": count, "kernel": (1, 1), "groups": count}
    return replace(x, edge=b.emit("conv", edge, **keys, tensors=tensors))


def fold(b: Builder, x: Value, layer: Layer, factor: np.ndarray, offset: np.ndarray) -> bool:
    """Change the weights of the layer that made x; False when it has one weight for several."""
    weight, groups = b.tensor(x.edge, "weight"), layer.get("groups", 1)
    if layer.kind == "upconv" and groups > 1:
        return False
    shape = weight.shape
    if layer.kind == "dense" and groups > 1:
        weight = weight.reshape(-1, shape[-1])
    axis = 1 if layer.kind == "upconv" else 0  # of the output
    count = weight.shape[axis]  # numbers of the frame that have weights of their own
    period = channels_of(x, factor, offset)
    if period > count or count % period:
        return False
    by, plus = full(x, factor)[-count:], full(x, offset)[-count:]
    factors = [1] * weight.ndim
    factors[axis] = count
    b.set(x.edge, "weight", (weight * by.reshape(factors)).reshape(shape))
    bias = b.tensor(x.edge, "bias")
    bias = plus if bias is None else bias * by + plus
    if np.any(bias) or b.tensor(x.edge, "bias") is not None:
        b.set(x.edge, "bias", bias)
    return True
