"""Functions of every number, and sums and products of values and constants."""

from __future__ import annotations

from dataclasses import replace
from math import log, prod

import numpy as np

from ..affine import affine
from ..axes import Value, axis_of, matched
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


def binary(c: Call) -> Value:
    """Add, Sub, Mul, Div: of two values, or of a value and a constant."""
    kind, (a, q) = c.node.kind, c.given
    if isinstance(a, Value) and isinstance(q, Value):
        if kind == "Div":
            hint = "multiply by a power: x * y.pow(-1)"
            raise RefusedError("a quotient of two values of the network", hint)
        return joined(c, {"Add": "add", "Sub": "subtract", "Mul": "multiply"}[kind], a, q)
    if isinstance(q, Value):  # a constant first
        if kind == "Div":
            raise RefusedError("a constant by a value", "x.pow(-1) is known")
        x, constant = widened(c, q, np.shape(a)), np.asarray(a, np.float32)
        return affine(
            c.b, x, *{"Add": (1, constant), "Sub": (-1, constant)}.get(kind, (constant, 0))
        )
    a, constant = widened(c, a, np.shape(q)), np.asarray(q, np.float32)
    by = {"Add": (1, constant), "Sub": (1, -constant), "Mul": (constant, 0)}
    return affine(c.b, a, *(by[kind] if kind in by else (1 / constant, 0)))


def widened(c: Call, x: Value, shape: tuple[int, ...]) -> Value:
    """A value repeated along the axes of 1 where a constant of that shape is longer."""
    axes = [()] * (len(shape) - len(x.axes)) + x.axes
    new = {i - len(shape): axis_of(n) for i, n in enumerate(shape) if n > 1}
    new = {i: axis for i, axis in new.items() if not axes[i]}
    copies = [atom for axis in new.values() for atom in axis]
    if not copies:
        return replace(x, axes=axes)
    x, count = c.b.settle(x, time=False), prod(atom.size for atom in copies)
    ones = {"weight": np.ones((count, 1, 1, 1))}
    edge = c.b.shaped(x, x.size(x.memory), 1)
    edge = c.b.emit("conv", edge, channels=count, kernel=(1, 1), tensors=ones)
    axes = [new.get(i - len(axes), axis) for i, axis in enumerate(axes)]
    return Value(edge, [*x.memory, *copies], axes, x.ahead)


def many(c: Call) -> Value:
    """Sum of several values."""
    total = c.given[0]
    for other in c.given[1:]:
        total = joined(c, "add", total, other)
    return total


def joined(c: Call, kind: str, p: Value, q: Value) -> Value:
    """Two values, each repeated along the axes that only the other has."""
    move = p.ahead != q.ahead
    p, q = (c.b.settle(x, time=move) for x in (p, q))
    p, q = matched(p, q)
    front = max(len(p.axes), len(q.axes))
    p, q = (replace(x, axes=[()] * (front - len(x.axes)) + x.axes) for x in (p, q))
    names = {}  # atoms of q by the name that p has for them
    for mine, other in zip(p.axes, q.axes, strict=True):
        if mine and other:
            names |= dict(zip(other, mine, strict=True))
    axes = [mine or other for mine, other in zip(p.axes, q.axes, strict=True)]
    q = replace(q, memory=[names.get(atom, atom) for atom in q.memory])
    longer, shorter = (p, q) if len(p.memory) >= len(q.memory) else (q, p)
    wanted = [atom for atom in longer.memory]
    wanted = [atom for atom in shorter.memory if atom not in wanted] + wanted
    edges = [repeated(c, x, wanted) for x in (p, q)]
    target = c.b.edges[p.edge] if p.memory == wanted else c.b.edges[longer.edge]
    shape = (target.bins, target.channels)
    if shape[0] * shape[1] != p.size(wanted):
        shape = (1, p.size(wanted))
    edges = [c.b.shaped(replace(p, edge=edge), *shape) for edge in edges]
    return Value(c.b.emit(kind, *edges), wanted, axes, p.ahead)


def repeated(c: Call, x: Value, wanted: list) -> str:
    """An edge with the memory that is wanted: the atoms that x lacks are copies."""
    lacking = [atom for atom in wanted if atom not in x.memory]
    count, kept = x.size(lacking), [atom for atom in wanted if atom in x.memory]
    if not lacking:
        return c.b.arrange(x, *halves(c, x, wanted)).edge
    if wanted == [*kept, *lacking]:  # innermost: a convolution of ones
        x = c.b.arrange(x, kept, [])
        ones = {"weight": np.ones((count, 1, 1, 1))}
        return c.b.emit("conv", x.edge, channels=count, kernel=(1, 1), tensors=ones)
    x = c.b.arrange(x, [], kept)
    edge = c.b.emit("upsample", x.edge, factor=(1, count))  # outermost: frames repeated over bins
    y = replace(x, edge=edge, memory=[*lacking, *kept])
    return c.b.arrange(y, *halves(c, y, wanted)).edge


def halves(c: Call, x: Value, wanted: list) -> tuple[list, list]:
    """Bins and channels: as the edge has them, if it has them so."""
    edge = c.b.edges[x.edge]
    for cut in range(len(wanted) + 1):
        if x.size(wanted[:cut]) == edge.bins:
            return wanted[:cut], wanted[cut:]
    return [], wanted
