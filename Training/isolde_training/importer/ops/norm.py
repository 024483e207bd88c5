"""BatchNormalization, LayerNormalization and RMSNormalization."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..affine import affine
from ..axes import Value
from ..call import Call
from ..refusal import CAUSAL, RefusedError


def batch_norm(c: Call) -> Value:
    """Folded into the convolution before it; a factor and an offset a channel if there is none."""
    if c.get("training_mode", 0):
        raise RefusedError("in training mode", "call model.eval() before the export")
    scale, bias, mean, variance = (c.weight(i).astype(np.float64) for i in range(1, 5))
    factor = scale / np.sqrt(variance + c.get("epsilon", 1e-5))
    shape = (-1,) + (1,) * (len(c.x.axes) - 2)  # along axis 1
    return affine(c.b, c.x, factor.reshape(shape), (bias - mean * factor).reshape(shape))


def normalized(c: Call, kind: str, axes: list[int], epsilon: float) -> Value:
    """A norm over some axes, without weights: `affine` puts them in."""
    x = c.b.settle(c.x, time=False)
    inner = [atom for i in axes for atom in x.axes[x.axis(i)]]
    if any(atom.time for atom in inner):
        raise RefusedError("a norm over all frames", CAUSAL)
    rest, keys = x.rest(inner), {"epsilon": float(epsilon)}
    count = x.size(inner)
    if kind == "layer_norm" and not rest:
        return replace(x, edge=norm(c, kind, x.edge, x.size(x.memory), over="frame", **keys))
    x = c.b.arrange(x, rest, [atom for atom in x.memory if atom in set(inner)])
    return replace(x, edge=norm(c, kind, x.edge, count, **keys))


def norm(c: Call, kind: str, edge: str, count: int, **keys) -> str:
    tensors = {"weight": np.ones(count)}
    if kind == "layer_norm":
        tensors["bias"] = np.zeros(count)
    return c.b.emit(kind, edge, **keys, tensors=tensors)


def layer_norm(c: Call) -> Value:
    first = c.get("axis", -1) % len(c.x.axes)
    axes = list(range(first, len(c.x.axes)))
    x = normalized(c, "layer_norm", axes, c.get("epsilon", 1e-5))
    bias = c.constant(2)
    return affine(c.b, x, c.weight(1), 0 if bias is None else bias)


def rms_norm(c: Call) -> Value:
    first = c.get("axis", -1) % len(c.x.axes)
    axes = list(range(first, len(c.x.axes)))
    return affine(c.b, normalized(c, "rms_norm", axes, c.get("epsilon", 1e-5)), c.weight(1), 0)


def plain_norm(c: Call) -> Value:
    """What patterns.py finds: (x − mean) / √(variance + ε) over the axes that it names."""
    return normalized(c, "layer_norm", c.get("axes"), c.get("epsilon"))
