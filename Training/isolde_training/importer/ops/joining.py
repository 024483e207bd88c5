"""Concat and Pad: axes that become longer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..axes import Atom, Value, axis_of, matched
from ..call import Call
from ..refusal import RefusedError
from .slicing import cut, merged_axis


def concat(c: Call) -> Value:
    """Channels of all inputs one after the other; other axes are made the channels for it."""
    values = [x for x in c.given if isinstance(x, Value)]
    axis = values[0].axis(c.get("axis"))
    if len(values) < len(c.given):
        return padded(c, axis)
    if any(atom.time for atom in values[0].axes[axis]):
        hint = "pad the convolution instead; caches of past frames are the engine's work"
        raise RefusedError("frames one after the other", hint)
    move = len({x.ahead for x in values}) > 1
    values = [c.b.settle(x, time=move) for x in values]
    values = aligned(c, values, axis)
    rest = values[0].rest(values[0].axes[axis])
    order = [
        (k, i)
        for atom in rest
        for k, a in enumerate(values[0].axes)
        for i, other in enumerate(a)
        if other is atom
    ]
    edges = []
    for x in values:
        x = c.b.arrange(x, [x.axes[k][i] for k, i in order], x.axes[axis])
        edges.append(x.edge)
    out = axis_of(sum(x.shape[axis] for x in values))
    axes = [*values[0].axes[:axis], out, *values[0].axes[axis + 1 :]]
    return Value(c.b.emit("concat", *edges), [*rest, *out], axes, values[0].ahead)


def aligned(c: Call, values: list[Value], axis: int) -> list[Value]:
    """Values with the same cuts in all axes but one, which is a single atom."""
    values = [merged_axis(c, x, axis) for x in values]
    parts = [without(x, axis) for x in values]
    for _ in range(2):  # the cuts of the last reach the first, then all the others
        for i in range(1, len(parts)):
            parts[0], parts[i] = matched(parts[0], parts[i])
    return [put_back(part, x, axis) for part, x in zip(parts, values, strict=True)]


def without(x: Value, axis: int) -> Value:
    """The value without an axis, for comparison."""
    return replace(x, axes=[() if i == axis else a for i, a in enumerate(x.axes)])


def put_back(x: Value, whole: Value, axis: int) -> Value:
    return replace(x, axes=[whole.axes[i] if i == axis else a for i, a in enumerate(x.axes)])


def padded(c: Call, axis: int) -> Value:
    """One value between zeros."""
    values = [i for i, x in enumerate(c.given) if isinstance(x, Value)]
    zeros = [x for x in c.given if not isinstance(x, Value)]
    if len(values) > 1 or any(np.any(x) for x in zeros):
        raise RefusedError("a value beside a constant", "only zeros around one value are known")
    place = values[0]
    before = sum(x.shape[axis] for x in c.given[:place])
    return zeros_around(c, c.given[place], axis, before, sum(x.shape[axis] for x in zeros) - before)


def pad(c: Call) -> Value:
    """Zeros around, which a convolution takes up."""
    pads, value = c.numbers(1, "pads"), c.constant(2, "value", 0)
    mode = c.get("mode", "constant")
    if mode != "constant":
        raise RefusedError(f"padding by {mode}", "pad with zeros: train with padding_mode='zeros'")
    axes = c.numbers(3) if len(c.given) > 3 and c.given[3] is not None else None
    axes = range(len(c.x.axes)) if axes is None else axes
    x, n = c.x, len(pads) // 2
    if any(pads) and np.any(np.asarray(value, np.float32)):
        raise RefusedError(f"padding with {np.ravel(value)[0]}", "pad with zeros")
    for i, axis in enumerate(axes):
        before, after = pads[i], pads[n + i]
        if before < 0 or after < 0:
            size = x.shape[axis]
            x = cut(c, x, x.axis(axis), max(-before, 0), size - max(-after, 0))
        if before > 0 or after > 0:
            x = zeros_around(c, x, x.axis(axis), max(before, 0), max(after, 0))
    return x


def zeros_around(c: Call, x: Value, axis: int, before: int, after: int) -> Value:
    atoms = x.axes[axis]
    if any(atom.time for atom in atoms):
        if len(atoms) > 1:
            raise RefusedError("zeros in an axis of time and frequency")
        x = c.b.settle(x) if x.ahead > 0 and before else x
        later = (Atom(atoms[0].size + before + after, time=True),)
        axes = [*x.axes[:axis], later, *x.axes[axis + 1 :]]
        return replace(x, axes=axes, ahead=x.ahead - before)
    x = merged_axis(c, x, axis)
    if not x.axes[axis]:  # an atom whose one number is where it was
        (new,) = axis_of(1 + before + after)
        axes = [*x.axes[:axis], (new,), *x.axes[axis + 1 :]]
        pads = {**x.pads, new: (before, after)}
        return replace(x, memory=[new, *x.memory], axes=axes, pads=pads)
    (old,) = x.axes[axis]
    (new,) = axis_of(old.size + before + after)
    below, above = x.pads.get(old, (0, 0))
    pads = {atom: p for atom, p in x.pads.items() if atom is not old}
    memory = [new if atom is old else atom for atom in x.memory]
    axes = [*x.axes[:axis], (new,), *x.axes[axis + 1 :]]
    pads[new] = (below + before, above + after)
    return replace(x, memory=memory, axes=axes, pads=pads)
