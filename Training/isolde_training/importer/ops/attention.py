"""Attention, as patterns.py recognises it: softmax(scale · q kᵀ + mask) v."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..axes import Axis, Value, frame, transposed
from ..call import Call
from ..refusal import RefusedError

NEVER = -1e4  # a mask below this lets nothing through


def attention(c: Call) -> Value:
    """q [.., N, d], kᵀ [.., d, N], v [.., N, d]; N the bins of a frame, or frames under a mask."""
    q, k, v = (c.b.settle(c.value(i)) for i in range(3))
    n = len(k.axes)
    k = transposed(k, [*range(n - 2), n - 1, n - 2])
    over_time = any(atom.time for atom in q.axes[-2])
    scale = c.get("scale") * q.shape[-1] ** 0.5
    if abs(scale - 1) > 1e-6:
        q = replace(q, edge=c.b.emit("scale", q.edge, factor=float(scale)))
    placed, heads, keys = [], 1, {}
    for x in (q, k, v):
        along, inner = x.axes[-2], x.axes[-1]
        outer: Axis = tuple(atom for axis in x.axes[:-2] for atom in frame(axis))
        if over_time:  # every (bin, head) is a bin that attends alone
            placed.append(c.b.arrange(x, outer, inner))
        else:
            heads = x.size(outer)
            placed.append(c.b.arrange(x, along, [*outer, *inner]))
    if over_time:
        keys = {"over": "time", "window": window(c.constant(3), q.shape[-2])}
    elif c.constant(3) is not None and np.any(c.constant(3)):
        raise RefusedError("a mask over the bins")
    heads = heads if heads > 1 else None
    edge = c.b.emit("attention", *(x.edge for x in placed), heads=heads, **keys)
    return replace(placed[2], edge=edge)  # [.., N, d] like v


def window(mask: np.ndarray | None, frames: int) -> int:
    """How many frames a mask [frame, frame] lets through, the current one the last."""
    hint = "mask all but the last frames: frame i sees i - window + 1 ... i"
    if mask is None:
        raise RefusedError("attention over the whole clip", hint)
    seen = np.broadcast_to(mask, (*mask.shape[:-2], frames, frames)).reshape(-1, frames, frames)[0]
    seen = seen > NEVER if seen.dtype != bool else seen
    count = int(seen[-1].sum())
    age = np.arange(frames)[:, None] - np.arange(frames)
    if not np.array_equal(seen, (age >= 0) & (age < count)) or count == frames:
        raise RefusedError("a mask that is no window of past frames", hint)
    return count
