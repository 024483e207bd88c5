"""Gemm and MatMul: a matrix on a whole frame, on the channels of every bin, or on the bins."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from ..axes import Atom, Value, axis_of, reshaped, transposed
from ..builder import Builder
from ..call import Call
from ..refusal import RefusedError
from .slicing import merged_axis

SPARSE = 0.5  # of the numbers of a matrix over bins: fewer are `bands`


def matmul(c: Call) -> Value:
    if isinstance(c.given[0], Value) and isinstance(c.given[1], Value):
        hint = "attention is known over the bins of a frame, in its usual form with a softmax"
        raise RefusedError("a product of two values of the network", hint)
    if isinstance(c.given[1], Value):
        raise RefusedError("the matrix stands on the left", "transpose, so that x @ W remains")
    weight = c.weight(1)
    while weight.ndim > 2 and weight.shape[0] == 1:
        weight = weight[0]
    if weight.ndim == 3:
        return grouped(c, weight)
    if weight.ndim != 2:
        raise RefusedError(f"a matrix of shape {list(weight.shape)}", "only [in, out] is known")
    return product(c.b, c.x, weight)


def gemm(c: Call) -> Value:
    """alpha · x · W + beta · bias."""
    if c.get("transA", 0):
        raise RefusedError("transA", "export with the matrix on the right")
    weight = c.weight(1) * c.get("alpha", 1.0)
    bias = c.constant(2)
    bias = None if bias is None else np.ravel(bias) * c.get("beta", 1.0)
    return product(c.b, c.x, weight.T if c.get("transB", 0) else weight, bias)


def product(b: Builder, x: Value, weight: np.ndarray, bias: np.ndarray | None = None) -> Value:
    """x @ weight [in, out] + bias over the last axis."""
    x, inner = b.settle(x, time=False), x.axes[-1]
    if any(atom.time for atom in inner):
        raise RefusedError("a matrix over frames", "a convolution over time can stream")
    out, rest = axis_of(weight.shape[1]), x.rest(inner)
    bias = {} if bias is None else {"bias": np.broadcast_to(bias, weight.shape[1])}
    if not rest:
        return whole_frame(b, x, weight, bias, out)
    if x.memory == [*inner, *rest] and not bias and (rows := runs(weight.T)):
        x = b.arrange(x, inner, rest)
        edge = b.emit("bands", x.edge, bins=weight.shape[1], tensors=rows)
        return replace(x, edge=edge, memory=[*out, *rest], axes=[*x.axes[:-1], out])
    # every bin, that is every number of the other axes, by a convolution of 1 x 1
    x = b.arrange(x, rest, inner)
    edge = b.emit(
        "conv",
        x.edge,
        channels=weight.shape[1],
        kernel=(1, 1),
        tensors={"weight": weight.T[:, :, None, None], **bias},
    )
    return replace(x, edge=edge, memory=[*rest, *out], axes=[*x.axes[:-1], out])


def whole_frame(b: Builder, x: Value, weight: np.ndarray, bias: dict, out: tuple) -> Value:
    """A matrix on the frame; its columns take the frame's order, so that the frame can stay."""
    edge = b.emit(
        "dense",
        x.edge,
        channels=weight.shape[1],
        tensors={"weight": columns(x, weight.T), **bias},
    )
    return replace(x, edge=edge, memory=list(out), axes=[*x.axes[:-1], out])


def columns(x: Value, weight: np.ndarray) -> np.ndarray:
    """A matrix [out, in] whose columns count the last axis, made to count the memory."""
    inner = list(x.axes[-1])
    shape = [atom.size for atom in inner]
    order = np.arange(prod(shape)).reshape(shape)
    return weight[:, order.transpose([inner.index(atom) for atom in x.memory]).ravel()]


def runs(rows: np.ndarray) -> dict[str, np.ndarray] | None:
    """Tensors of `bands` for a matrix [out, in] of which little is not zero; None if it is full."""
    first, count, values = [], [], []
    for row in rows:
        used = np.flatnonzero(row)
        start, end = (used[0], used[-1] + 1) if len(used) else (0, 1)
        first.append(start)
        count.append(end - start)
        values.append(row[start:end])
    if sum(count) > SPARSE * rows.size:
        return None
    return {
        "first": np.array(first, np.int32),
        "count": np.array(count, np.int32),
        "value": np.concatenate(values),
    }


def grouped(c: Call, weight: np.ndarray) -> Value:
    """x [.., G, .., in] @ W [G, in, out]: every group by its own matrix."""
    x = c.b.settle(c.x, time=False)
    if len(x.axes) < 3 or len(x.axes[-3]) != 1 or x.axes[-3][0].time or not x.axes[-1]:
        raise RefusedError(f"a matrix of shape {list(weight.shape)} on {x.shape}")
    return by_group(c.b, x, x.axes[-3][0], weight)


def by_group(b: Builder, x: Value, group: Atom, weight: np.ndarray) -> Value:
    """x @ W [G, in, out] over the last axis, a matrix for each element of the atom `group`."""
    groups, given, made = weight.shape
    inner, out = x.axes[-1], axis_of(made)
    rest = [atom for atom in x.rest(inner) if atom is not group]
    axes = [*x.axes[:-1], out]
    if not rest:  # the whole frame
        x = b.ordered(x, [group, *inner])
        keys = {"channels": groups * made, "groups": groups}
        edge = b.emit("dense", x.edge, **keys, tensors={"weight": weight.transpose(0, 2, 1)})
        return replace(x, edge=edge, memory=[group, *out], axes=axes)
    x = b.arrange(x, rest, [group, *inner])
    kernel = weight.transpose(0, 2, 1).reshape(groups * made, given, 1, 1)
    keys = {"channels": groups * made, "kernel": (1, 1), "groups": groups}
    edge = b.emit("conv", x.edge, **keys, tensors={"weight": kernel})
    return replace(x, edge=edge, memory=[*rest, group, *out], axes=axes)


def einsum(c: Call) -> Value:
    """A value and a constant matrix, whichever way its axes are written."""
    given, _, out = c.get("equation").replace(" ", "").partition("->")
    names, hint = given.split(","), "only a value times a constant matrix, or one for each group"
    if len(names) != 2 or not out or len({*map(type, c.given)}) != 2:
        raise RefusedError(f"{c.get('equation')}", hint)
    place = 0 if isinstance(c.given[0], Value) else 1
    x, weight = c.b.settle(c.value(place), time=False), c.weight(1 - place)
    have, of = names[place], names[1 - place]
    summed = [letter for letter in of if letter not in out]
    both = [letter for letter in of if letter in out and letter in have]  # groups
    new = [letter for letter in of if letter in out and letter not in both]
    if len(both) > 1 or set(summed) - set(have) or len(set(have)) < len(have):
        raise RefusedError(f"{c.get('equation')}", hint)
    kept = [letter for letter in have if letter not in summed]
    axes = [x.axes[have.index(letter)] for letter in kept]
    last = tuple(atom for letter in summed for atom in x.axes[have.index(letter)])
    weight = weight.transpose([of.index(letter) for letter in [*both, *summed, *new]])
    sizes = list(weight.shape[len(both) + len(summed) :])
    weight = weight.reshape(*weight.shape[: len(both)], -1, prod(sizes))
    x = replace(x, axes=[*axes, last])
    if both:
        place = kept.index(both[0])
        if not x.axes[place] or not last or any(atom.time for atom in x.axes[place]):
            raise RefusedError(f"{c.get('equation')} on {x.shape}", hint)
        x = merged_axis(c, x, place)
        y = by_group(c.b, x, x.axes[place][0], weight)
    else:
        y = product(c.b, x, weight)  # [kept…, new]
    y = reshaped(y, [*y.shape[:-1], *sizes])
    return transposed(y, [[*kept, *new].index(letter) for letter in out])
