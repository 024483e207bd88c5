"""`dense`: a matrix times the flattened frame; in groups, each with a matrix of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, flat, rows, timed, unflat, unrows

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, layer.get("channels", 0), layer.get("bins", 1))


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    groups = layer.get("groups", 1)
    front = (groups,) if groups > 1 else ()
    return {"weight": (*front, out.size // groups, inputs[0].size // groups), "bias": (out.size,)}


def step(s: Step) -> Frame:
    x = flat(s.x).reshape(s.get("groups", 1), -1)
    weight = s.tensors["weight"].reshape(len(x), -1, x.shape[1])  # [groups, out, in]
    y = (weight @ x[:, :, None]).ravel()
    return unflat(y + s.tensors.get("bias", 0), s.out)


def clip(c: Clip) -> Tensor:
    import torch
    from torch.nn import functional as fn

    x, weight, bias = rows(c.x), c.tensors["weight"], c.tensors.get("bias")
    if weight.ndim == 2:
        return unrows(fn.linear(x, weight, bias), c.out)
    y = torch.einsum("btgi,goi->btgo", x.unflatten(2, (len(weight), -1)), weight).flatten(2)
    return unrows(y if bias is None else y + bias, c.out)


KINDS = {"dense": Kind(step, clip, edge, tensors)}
