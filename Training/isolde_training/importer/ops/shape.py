"""Operators that only move numbers; most change nothing but the description of the axes."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from ..axes import Value, axis_of, reshaped, transposed
from ..call import Call
from ..refusal import RefusedError
from .pool import enlarged
from .slicing import cut, merged_axis


def transpose(c: Call) -> Value:
    return transposed(c.x, c.get("perm") or list(range(len(c.x.axes)))[::-1])


def reshape(c: Call) -> Value:
    shape, given = c.numbers(1, "shape"), c.x.shape
    if not c.get("allowzero", 0):
        shape = [given[i] if n == 0 else n for i, n in enumerate(shape)]
    if -1 in shape:
        rest = -prod(shape)
        shape[shape.index(-1)] = prod(given) // max(rest, 1)
    x = cuttable(c, shape)
    try:
        return repeats(c, reshaped(x, shape))
    except RefusedError:  # 3 x 2 as 2 x 3: not by cutting atoms, but of one it can be made
        for place in range(len(x.axes)):
            if not any(atom.time for atom in x.axes[place]):
                x = merged_axis(c, x, place)
        return reshaped(x, shape)


def repeats(c: Call, x: Value) -> Value:
    """Copies that have become part of an axis: each of its elements is repeated."""
    for place, axis in enumerate(x.axes):
        if len(axis) < 2 or axis[-1] not in c.b.copies:
            continue
        copies = axis[-1]
        apart = replace(x, axes=[*x.axes[:place], axis[:-1], axis[-1:], *x.axes[place + 1 :]])
        before, after = c.b.copies[copies]
        if apart.edge == after:  # as `copied` left it: back to what was before
            once = replace(apart, edge=before, memory=apart.memory[1:])
        else:
            once = cut(c, apart, place + 1, 0, 1)
        once = replace(once, axes=[a for i, a in enumerate(once.axes) if i != place + 1])
        once = c.b.settle(once, time=axis[0].time)
        factors = [copies.size if i == place else 1 for i in range(len(once.axes))]
        x = enlarged(c, once if len(axis) == 2 else merged_axis(c, once, place), factors, "nearest")
    return x


def cuttable(c: Call, shape: list[int]) -> Value:
    """A value whose zeros are in the edge, unless the reshape leaves those axes unchanged."""
    return c.b.settle(c.x, time=False) if c.x.pads and shape != c.x.shape else c.x


def flatten(c: Call) -> Value:
    axis, shape = c.get("axis", 1), c.x.shape
    axis = axis + len(shape) if axis < 0 else axis
    shape = [prod(shape[:axis]), prod(shape[axis:])]
    return reshaped(cuttable(c, shape), shape)


def squeeze(c: Call) -> Value:
    axes = c.numbers(1, "axes")
    if axes is None:
        gone = {i for i, axis in enumerate(c.x.axes) if not axis}
    else:
        gone = {c.x.axis(i) for i in axes}
    return replace(c.x, axes=[axis for i, axis in enumerate(c.x.axes) if i not in gone])


def unsqueeze(c: Call) -> Value:
    axes, places = list(c.x.axes), c.numbers(1, "axes")
    for place in sorted(i % (len(axes) + len(places)) for i in places):
        axes.insert(place, ())
    return replace(c.x, axes=axes)


def expand(c: Call) -> Value:
    """Copies along axes of 1."""
    return copied(c, c.numbers(1), "expand")


def tile(c: Call) -> Value:
    return copied(c, c.numbers(1), "tile")


def copied(c: Call, counts: list[int], kind: str) -> Value:
    x = c.b.settle(c.x, time=False)
    x = replace(x, axes=[()] * (len(counts) - len(x.axes)) + x.axes)
    axes, copies = list(x.axes), []
    for i, (axis, n) in enumerate(zip(x.axes, counts, strict=True)):
        if n == 1 or (kind == "expand" and x.shape[i] == n):
            continue
        if any(atom.time for atom in axis):
            raise RefusedError("copies of frames")
        new = axis_of(n)
        axes[i], copies = (*new, *axis), [*copies, *new]
    if not copies:
        return x
    count = x.size(x.memory)
    edge = c.b.emit("upsample", c.b.shaped(x, 1, count), factor=(1, prod(a.size for a in copies)))
    if len(copies) == 1:
        c.b.copies[copies[0]] = (x.edge, edge)
    return Value(edge, [*copies, *x.memory], axes, x.ahead)


def shape_of(node, x: Value) -> np.ndarray:
    """The operator Shape: sizes are known; that of time is the clip's."""
    if node.kind == "Size":
        return np.array(prod(x.shape), np.int64)
    return np.array(x.shape[node.get("start", 0) : node.get("end")], np.int64)
