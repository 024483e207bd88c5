"""Sums and products of values and constants, with broadcasting."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from ..affine import affine
from ..axes import Value, axis_of, matched
from ..call import Call
from ..refusal import RefusedError
from .slicing import merged_axis


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
    try:
        p, q = matched(p, q)
    except RefusedError:  # 3 x 2 beside 2 x 3
        for k in range(-min(len(p.axes), len(q.axes)), 0):
            if not any(atom.time for atom in (*p.axes[k], *q.axes[k])):
                p, q = (merged_axis(c, x, len(x.axes) + k) for x in (p, q))
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
