"""Operators that only move numbers: nearly all of them are a change of description."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from ..axes import Atom, Axis, Value, axis_of, frame, matched, merged, reshaped, transposed
from ..call import Call
from ..refusal import RefusedError
from .pool import enlarged


def transpose(c: Call) -> Value:
    return transposed(c.x, c.get("perm") or list(range(len(c.x.axes)))[::-1])


def reshape(c: Call) -> Value:
    shape, given = c.numbers(1, "shape"), c.x.shape
    if not c.get("allowzero", 0):
        shape = [given[i] if n == 0 else n for i, n in enumerate(shape)]
    if -1 in shape:
        rest = -prod(shape)
        shape[shape.index(-1)] = prod(given) // max(rest, 1)
    return repeats(c, reshaped(cuttable(c, shape), shape))


def repeats(c: Call, x: Value) -> Value:
    """Copies that have become part of an axis: each of its elements comes several times."""
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
    """A value whose zeros are in the edge unless the reshape leaves those axes as they are."""
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
    for i in range(1, len(values)):  # the same cuts in all, but for the axis itself
        for k in (0, i):
            values[k] = merged_axis(c, values[k], axis)
        one, other = (without(values[k], axis) for k in (0, i))
        one, other = matched(one, other)
        values[0], values[i] = (put_back(v, values[k], axis) for k, v in ((0, one), (i, other)))
    for i in range(1, len(values) - 1):  # the first may have been cut again since
        one, other = matched(without(values[0], axis), without(values[i], axis))
        values[i] = put_back(other, values[i], axis)
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


def without(x: Value, axis: int) -> Value:
    """For comparison: the axis is left out."""
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
    if not x.axes[axis]:
        raise RefusedError("zeros beside an axis of 1", "write it as a concatenation of channels")
    (old,) = x.axes[axis]
    (new,) = axis_of(old.size + before + after)
    below, above = x.pads.get(old, (0, 0))
    pads = {atom: p for atom, p in x.pads.items() if atom is not old}
    memory = [new if atom is old else atom for atom in x.memory]
    axes = [*x.axes[:axis], (new,), *x.axes[axis + 1 :]]
    pads[new] = (below + before, above + after)
    return replace(x, memory=memory, axes=axes, pads=pads)


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
    places, x = c.constant(1), c.x
    axis = x.axis(c.get("axis", 0))
    if any(atom.time for atom in x.axes[axis]):
        raise RefusedError("single frames", "a stream has no first or last frame")
    size = x.shape[axis]
    flat = [int(p) % size for p in np.ravel(places)]
    if size > 1:
        x = picked(c, x, axis, flat)
    if np.ndim(places) == 0:
        return replace(x, axes=[a for i, a in enumerate(x.axes) if i != axis])
    return x


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


def shape_of(node, x: Value) -> np.ndarray:
    """The one operator that asks for sizes: they are known, time is that of the clip at hand."""
    if node.kind == "Size":
        return np.array(prod(x.shape), np.int64)
    return np.array(x.shape[node.get("start", 0) : node.get("end")], np.int64)
