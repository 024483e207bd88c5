"""`bands`: a sparse matrix over the bins, one run of weights for each output bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, wide

if TYPE_CHECKING:
    from torch import Tensor


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    """`value` as well: as many as `count` says, so it is checked by its use."""
    return {"first": (out.bins,), "count": (out.bins,)}


def step(s: Step) -> Frame:
    y, at = np.zeros((s.out.channels, s.out.bins)), 0
    runs = zip(s.tensors["first"], s.tensors["count"], strict=True)
    for b, (first, count) in enumerate(runs):
        values = s.tensors["value"][at : at + count]
        y[:, b], at = s.x[:, first : first + count] @ values, at + count
    return y


def clip(c: Clip) -> Tensor:
    first, count = c.tensors["first"].tolist(), c.tensors["count"].tolist()
    value, at = c.tensors["value"], 0
    matrix = value.new_zeros(c.out.bins, c.x.shape[-1])
    for b, (f, n) in enumerate(zip(first, count, strict=True)):
        matrix[b, f : f + n], at = value[at : at + n], at + n
    return c.x @ matrix.T


KINDS = {
    "bands": Kind(
        step,
        clip,
        wide,
        tensors,
    )
}
