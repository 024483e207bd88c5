"""`dense`: a matrix times the flattened frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, flat, rows, timed, unflat, unrows

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, layer.get("channels", 0), layer.get("bins", 1))


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    return {"weight": (out.size, inputs[0].size), "bias": (out.size,)}


def step(s: Step) -> Frame:
    return unflat(s.tensors["weight"] @ flat(s.x) + s.tensors.get("bias", 0), s.out)


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    return unrows(fn.linear(rows(c.x), c.tensors["weight"], c.tensors.get("bias")), c.out)


KINDS = {
    "dense": Kind(
        step, clip, edge, tensors, macs=lambda layer, inputs, out, weights: weights["weight"].size
    )
}
