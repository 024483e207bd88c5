"""Slice, Gather and Split: parts of an axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..axes import Atom, Axis, Value, axis_of, frame, merged, reshaped
from ..call import Call
from ..refusal import RefusedError


def merged_axis(c: Call, x: Value, axis: int) -> Value:
    """The axis as one atom."""
    atoms = frame(x.axes[axis])
    if len(atoms) > 1:
        x = c.b.settle(x, time=False)
        at = x.memory.index(atoms[0])
        if x.memory[at : at + len(atoms)] != list(atoms):
            x = c.b.arrange(x, x.rest(atoms), atoms)
        x = merged(x, axis)
    return x


def slice_(c: Call) -> Value:
    starts, ends = c.numbers(1, "starts"), c.numbers(2, "ends")
    axes = c.numbers(3, "axes") if len(c.given) > 3 or c.get("axes") else None
    steps = c.numbers(4) if len(c.given) > 4 else None
    x = c.x
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = x.axis(axes[i] if axes else i)
        size = x.shape[axis]
        first, last, step = slice(start, end, steps[i] if steps else 1).indices(size)
        x = (
            cut(c, x, axis, first, last)
            if step == 1
            else picked(c, x, axis, range(first, last, step))
        )
    return x


def cut(c: Call, x: Value, axis: int, start: int, end: int) -> Value:
    """Elements start … end − 1 of an axis."""
    size = x.shape[axis]
    start, end = max(start, 0), min(end, size)
    if (start, end) == (0, size):
        return x
    if any(atom.time for atom in x.axes[axis]):
        return frames_cut(c, x, axis, start, end)
    x = merged_axis(c, c.b.settle(x, time=False), axis)
    (atom,) = x.axes[axis]
    at, out = x.memory.index(atom), axis_of(end - start)
    outer, inner = x.memory[:at], x.memory[at + 1 :]
    y = replace(
        x,
        memory=[*outer, *out, *inner],
        axes=[*x.axes[:axis], out, *x.axes[axis + 1 :]],
    )
    layer, edge = c.b.alone(x), c.b.edges[x.edge]
    plain = layer is not None and layer.kind == "upconv" and "activation" not in layer.keys
    if plain and not outer and edge.bins == atom.size:  # part of the crop that it has
        times, bins = layer.pair("crop", (0, 0))
        layer.keys |= {"crop": (times, bins + start), "bins": end - start}
        c.b.edges[x.edge] = replace(edge, bins=end - start)
        return y
    if not outer and atom.size == edge.bins:
        return replace(y, edge=c.b.emit("crop", x.edge, first=start, bins=end - start))
    each = x.size(inner)
    edge = c.b.shaped(x, x.size(outer), atom.size * each)
    edge = c.b.emit("slice", edge, first=start * each, channels=(end - start) * each)
    return replace(y, edge=edge)


def frames_cut(c: Call, x: Value, axis: int, start: int, end: int) -> Value:
    """The last frames are those that the stream has not reached; the first are look-ahead."""
    (old,) = x.axes[axis] if len(x.axes[axis]) == 1 else (None,)
    if old is None:
        raise RefusedError("a slice of an axis of time and frequency")
    if end - start < max(old.size // 2, 2):
        raise RefusedError(f"frames {start} to {end} of {old.size}", "a stream has no last frame")
    layer, ahead = c.b.alone(x), x.ahead + start
    plain = layer is not None and layer.kind == "upconv" and "activation" not in layer.keys
    if plain and not x.ahead:  # part of the crop that it has
        times, bins = layer.pair("crop", (0, 0))
        layer.keys["crop"] = (times + start, bins)
        c.b.retime(layer)
        ahead = 0
    axes = [*x.axes[:axis], (Atom(end - start, time=True),), *x.axes[axis + 1 :]]
    return replace(x, axes=axes, ahead=ahead)


def picked(c: Call, x: Value, axis: int, places: range | np.ndarray) -> Value:
    """Some elements of an axis in any order, by a matrix over bins with one 1 a row."""
    places = list(places)
    if places and places == list(range(places[0], places[0] + len(places))):
        return cut(c, x, axis, places[0], places[-1] + 1)
    if any(atom.time for atom in x.axes[axis]):
        raise RefusedError("some of the frames", "use a stride in time")
    x = merged_axis(c, c.b.settle(x, time=False), axis)
    (atom,) = x.axes[axis]
    at, out = x.memory.index(atom), axis_of(len(places))
    outer, inner = x.memory[:at], x.memory[at + 1 :]
    first = [o * atom.size + p for o in range(x.size(outer)) for p in places]
    rows = {"first": np.array(first, np.int32), "count": np.ones(len(first), np.int32)}
    edge = c.b.shaped(x, x.size([*outer, atom]), x.size(inner))
    edge = c.b.emit(
        "bands", edge, bins=len(first), tensors=rows | {"value": np.ones(len(first), np.float32)}
    )
    axes: list[Axis] = [*x.axes[:axis], out, *x.axes[axis + 1 :]]
    return replace(x, edge=edge, memory=[*outer, *out, *inner], axes=axes)


def gather(c: Call) -> Value:
    """Some elements of an axis, which becomes as many axes as the places have."""
    places, x = np.asarray(c.constant(1)), c.x
    axis = x.axis(c.get("axis", 0))
    size = x.shape[axis]
    flat = [int(p) % size for p in places.ravel()]
    if flat != list(range(size)):
        if any(atom.time for atom in x.axes[axis]):
            raise RefusedError("single frames", "a stream has no first or last frame")
        if size > 1:
            x = picked(c, x, axis, flat)
        elif len(flat) > 1:
            raise RefusedError("copies of an axis of 1", "use expand")
    x = c.b.settle(x, time=False) if places.ndim > 1 else x
    return reshaped(x, [*x.shape[:axis], *places.shape, *x.shape[axis + 1 :]])


def split(c: Call) -> list[Value]:
    axis = c.x.axis(c.get("axis", 0))
    size, sizes = c.x.shape[axis], c.numbers(1, "split")
    if sizes is None:
        count = c.get("num_outputs") or len(c.node.outputs)
        each = -(-size // count)
        sizes = [min(each, size - i * each) for i in range(count)]
    if any(atom.time for atom in c.x.axes[axis]):
        raise RefusedError("parts of a clip")
    ends = np.cumsum(sizes).tolist()
    return [cut(c, c.x, axis, end - n, end) for n, end in zip(sizes, ends, strict=True)]
