"""Pools, means over an axis and upsampling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..axes import Atom, Value, axis_of, frame
from ..call import Call, plane, windows
from ..refusal import CAUSAL, RefusedError
from .joining import zeros_around

NOT_NEGATIVE = ("relu", "sigmoid", "softplus", "hard_sigmoid", "softmax")
NEAREST = {  # coordinate_transformation_mode, nearest_mode: those that repeat each number
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
    ("pytorch_half_pixel", "round_prefer_floor"),
}


def pool(c: Call) -> Value:
    kind = "max_pool" if c.node.kind == "MaxPool" else "avg_pool"
    found = windows(c, c.get("kernel_shape"))
    p = plane(c, found)
    padding = any(w.before or w.after for w in found)
    if p.time.dilation > 1 or p.bins.dilation > 1:
        raise RefusedError("dilation in a pool")
    if kind == "avg_pool" and padding and not c.get("count_include_pad", 0):
        raise RefusedError("padding that is not counted", "count_include_pad=True, or no padding")
    made = c.b.layers[c.x.edge]
    if (
        kind == "max_pool"
        and padding
        and not {made.kind, made.get("activation", "")} & set(NOT_NEGATIVE)
    ):
        raise RefusedError("padding of a maximum", "pool without padding, or after a relu")
    x = c.x
    if p.bins.before or p.bins.after or x.pads:
        x = widened(c, x, p.bins.place, p.bins.before, p.bins.after)
    if x.ahead > 0 and p.time.before:
        x = c.b.settle(x)
    look = p.time.span - p.time.before + x.ahead
    if look < 0:
        raise RefusedError("zeros before the first frame that reach over the whole pool")
    along = x.axes[p.bins.place] if p.bins.place >= 0 else ()
    rest = [*p.batch, *frame(x.axes[1])]
    x = c.b.arrange(x, along, rest)
    axes, size = list(x.axes), x.shape
    if p.time.place >= 0:
        axes[p.time.place] = (Atom(p.time.size(size[p.time.place]), time=True),)
    if p.bins.place >= 0:
        bins = (size[p.bins.place] - p.bins.span - 1) // p.bins.stride + 1
        axes[p.bins.place] = axis_of(bins)
    edge = c.b.emit(
        kind,
        x.edge,
        kernel=(p.time.kernel, p.bins.kernel),
        stride=(p.time.stride, p.bins.stride),
        look=look or None,
    )
    if (
        c.get("ceil_mode", 0)
        and c.b.edges[edge].bins != -(-(size[p.bins.place] - p.bins.kernel) // p.bins.stride) + 1
    ):
        raise RefusedError("ceil_mode", "pool over sizes that fit")
    out = axes[p.bins.place] if p.bins.place >= 0 else ()
    return Value(edge, [*out, *rest], axes)


def widened(c: Call, x: Value, axis: int, before: int, after: int) -> Value:
    """Zeros around the bins, in the edge."""
    return c.b.settle(zeros_around(c, x, axis, before, after), time=False)


def reduced(c: Call) -> Value:
    """A maximum, a mean or a sum over an axis of the frame."""
    kind, x = c.node.kind, c.b.settle(c.x, time=False)
    axes = c.numbers(1, "axes")
    places = sorted(x.axis(i) for i in (range(len(x.axes)) if axes is None else axes))
    inner = [atom for i in places for atom in x.axes[i]]
    if any(atom.time for atom in inner):
        raise RefusedError("over all frames", CAUSAL)
    count, rest = x.size(inner), x.rest(inner)
    inner = [atom for atom in x.memory if atom in set(inner)]
    outermost = x.memory == [*inner, *rest]
    if kind == "ReduceMax" or (kind == "ReduceMean" and outermost):
        x = c.b.arrange(x, inner, rest)
        pool_kind = "max_pool" if kind == "ReduceMax" else "avg_pool"
        edge = c.b.emit(pool_kind, x.edge, kernel=(1, count), stride=(1, 1))
    else:
        weight = np.full((1, count, 1, 1), 1 / count if kind == "ReduceMean" else 1.0)
        x = c.b.arrange(x, rest, inner)
        edge = c.b.emit("conv", x.edge, channels=1, kernel=(1, 1), tensors={"weight": weight})
    if c.get("keepdims", 1):
        axes = [() if i in places else axis for i, axis in enumerate(x.axes)]
    else:
        axes = [axis for i, axis in enumerate(x.axes) if i not in places]
    return replace(x, edge=edge, memory=rest, axes=axes)


def resize(c: Call) -> Value:
    """Whole factors along time and frequency."""
    x = c.b.settle(c.x)
    scales, sizes = (c.constant(1, "scales"), None) if len(c.given) < 3 else (c.constant(2), None)
    if len(c.given) > 3:
        sizes = c.constant(3)
    if sizes is not None and np.size(sizes):
        factors = [n / m for n, m in zip(np.ravel(sizes).tolist(), x.shape, strict=True)]
    else:
        factors = np.ravel(scales).tolist()
    if any(f != round(f) or f < 1 for f in factors):
        raise RefusedError(f"factors {factors}", "only whole factors, and only larger")
    return enlarged(c, x, [round(f) for f in factors], mode_of(c))


def mode_of(c: Call) -> str:
    mode, place = c.get("mode", "nearest"), c.get("coordinate_transformation_mode", "half_pixel")
    if c.node.kind == "Upsample":
        place = "asymmetric"
    if mode == "nearest":
        if (place, c.get("nearest_mode", "round_prefer_floor")) in NEAREST:
            return mode
        if c.node.kind == "Upsample":
            return mode
    elif mode == "linear" and place in ("half_pixel", "pytorch_half_pixel"):
        return mode
    raise RefusedError(f"{mode}, {place}", "nearest, or (bi)linear with align_corners=False")


def enlarged(c: Call, x: Value, factors: list[int], mode: str) -> Value:
    time, bins, axis = 1, 1, None
    for place, factor in enumerate(factors):
        if factor == 1:
            continue
        if len(x.axes[place]) == 1 and x.axes[place][0].time:
            time = factor
        elif axis is None:
            axis, bins = place, factor
        else:
            raise RefusedError(f"factors {factors}", "one of time and one of frequency")
    along = x.axes[axis] if axis is not None else ()
    rest = x.rest(along)
    x = c.b.arrange(x, along, rest) if axis is not None else x
    edge = c.b.emit(
        "upsample", x.edge, factor=(time, bins), mode=None if mode == "nearest" else mode
    )
    axes, memory = list(x.axes), list(x.memory)
    for place, atoms in enumerate(x.axes):
        if atoms and atoms[0].time and len(atoms) == 1:
            axes[place] = (Atom(atoms[0].size * time, time=True),)
    if axis is not None:
        axes[axis] = axis_of(x.size(along) * bins)
        memory = [*axes[axis], *rest]
    return Value(edge, memory, axes)
