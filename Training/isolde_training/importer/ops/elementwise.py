"""Elementwise functions."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np

from ..affine import affine
from ..axes import Value
from ..call import Call
from ..constants import channels_of, full, on_frame
from ..refusal import RefusedError


def function(kind: str):
    """A function that we have under that name."""
    return lambda c: c.b.function(c.x, kind)


def same(c: Call) -> Value:
    return c.x


def cast(c: Call) -> Value:
    if c.get("to") not in (1, 10, 11, 16):  # float, half, double, bfloat16
        raise RefusedError("a cast to whole numbers")
    return c.x


def cast_like(c: Call) -> Value:
    if not isinstance(c.given[1], Value) and np.asarray(c.given[1]).dtype.kind != "f":
        raise RefusedError("a cast to whole numbers")
    return c.x


def leaky_relu(c: Call) -> Value:
    slope = c.get("alpha", 0.01)
    if abs(slope - 0.01) < 1e-7:
        return c.b.function(c.x, "leaky_relu")
    return c.b.function(c.x, "leaky_relu", slope=float(slope))


def elu(c: Call) -> Value:
    """With alpha: alpha · elu(x) + (1 − alpha) · relu(x)."""
    alpha = c.get("alpha", 1.0)
    if alpha == 1:
        return c.b.function(c.x, "elu")
    x = c.b.settle(c.x, time=False)
    below = c.b.emit("scale", c.b.emit("elu", x.edge), factor=float(alpha))
    above = c.b.emit("scale", c.b.emit("relu", x.edge), factor=1 - float(alpha))
    return replace(x, edge=c.b.emit("add", below, above))


def selu(c: Call) -> Value:
    gamma, alpha = c.get("gamma", 1.0507009873554805), c.get("alpha", 1.6732632423543772)
    c.node.keys["alpha"] = alpha
    return affine(c.b, elu(c), gamma, 0)


def hard_sigmoid(c: Call) -> Value:
    alpha, beta = c.get("alpha", 0.2), c.get("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return c.b.function(c.x, "hard_sigmoid")
    x = affine(c.b, c.x, alpha, beta)
    return replace(x, edge=c.b.emit("clamp", x.edge, low=0.0, high=1.0))


def gelu(c: Call) -> Value:
    if c.get("approximate", "none") == "none":
        return c.b.function(c.x, "gelu")
    x = c.b.settle(c.x, time=False)  # 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
    square = c.b.emit("multiply", x.edge, x.edge)
    inner = c.b.emit(
        "scale", square, factor=0.044715 * (2 / np.pi) ** 0.5, offset=(2 / np.pi) ** 0.5
    )
    inner = c.b.emit("tanh", c.b.emit("multiply", x.edge, inner))
    inner = c.b.emit("scale", inner, factor=0.5, offset=0.5)
    return replace(x, edge=c.b.emit("multiply", x.edge, inner))


def clip(c: Call) -> Value:
    low, high = c.constant(1, "min", -3.4e38), c.constant(2, "max", 3.4e38)
    return clamped(c, float(np.ravel(low)[0]), float(np.ravel(high)[0]))


def clamped(c: Call, low: float, high: float) -> Value:
    if (low, high) == (-1, 1):
        return c.b.function(c.x, "hard_tanh")
    return c.b.function(c.x, "clamp", low=max(low, -3e38), high=min(high, 3e38))


def limit(c: Call) -> Value:
    """Max or Min with one number."""
    if len(c.given) != 2 or isinstance(c.given[1], Value) and isinstance(c.given[0], Value):
        raise RefusedError("of several values", "only with a constant")
    if isinstance(c.given[1], Value):
        c.given.reverse()
    bound = np.unique(c.constant(1))
    if len(bound) != 1:
        raise RefusedError("with more than one number")
    if c.node.kind == "Max" and bound[0] == 0:
        return c.b.function(c.x, "relu")
    low, high = (float(bound[0]), 3e38) if c.node.kind == "Max" else (-3e38, float(bound[0]))
    return clamped(c, low, high)


def prelu(c: Call) -> Value:
    x = c.b.settle(c.x, time=False)
    slope = on_frame(x, c.weight(1))
    count = channels_of(x, slope)
    edge = c.b.shaped(x, x.size(x.memory) // count, count) if count > 1 else x.edge
    weight = full(x, slope)[-count:]
    return replace(x, edge=c.b.emit("prelu", edge, tensors={"weight": weight}))


def absolute(c: Call) -> Value:
    """relu(x) + relu(−x)."""
    x = c.b.settle(c.x, time=False)
    below = c.b.emit("relu", c.b.emit("scale", x.edge, factor=-1.0))
    return replace(x, edge=c.b.emit("add", c.b.emit("relu", x.edge), below))


def power(c: Call) -> Value:
    exponent = {"Sqrt": 0.5, "Reciprocal": -1.0}.get(c.node.kind)
    if exponent is None:
        (exponent,) = np.unique(c.constant(1)).tolist()
    x = c.b.settle(c.x, time=False)
    if exponent in (2, 3):
        edge = c.b.emit("multiply", x.edge, x.edge)
        return replace(x, edge=c.b.emit("multiply", edge, x.edge) if exponent == 3 else edge)
    return replace(x, edge=c.b.emit("power", x.edge, exponent=float(exponent)))


def logarithm(c: Call) -> Value:
    """log10(x) · ln 10."""
    x = c.b.settle(c.x, time=False)
    return replace(x, edge=c.b.emit("log", x.edge, floor=0.0, factor=log(10)))


def negative(c: Call) -> Value:
    return affine(c.b, c.x, -1, 0)


def softmax(c: Call) -> Value:
    x = c.b.settle(c.x, time=False)
    axis = x.axes[x.axis(c.get("axis", -1))]
    if any(atom.time for atom in axis):
        raise RefusedError("over all frames", "attention over a window of frames can stream")
    x = c.b.arrange(x, x.rest(axis), axis)
    return replace(x, edge=c.b.emit("softmax", x.edge))
