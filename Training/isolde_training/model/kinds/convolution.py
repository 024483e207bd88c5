"""`conv`: 2-D convolution over frames and bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, ahead, under

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    (_, width), (_, dilation) = layer.pair("kernel"), layer.pair("dilation")
    steps, stride = layer.pair("stride")
    pads = layer.get("pad", 0) + layer.get("pad_above", layer.get("pad", 0))
    bins = (inputs[0].bins + pads - dilation * (width - 1) - 1) // stride + 1
    return ahead(inputs[0], layer, steps, layer.get("channels", 0), bins)


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    group = inputs[0].channels // layer.get("groups", 1)
    return {"weight": (out.channels, group, *layer.pair("kernel")), "bias": (out.channels,)}


def step(s: Step) -> Frame:
    weight, groups = s.tensors["weight"], s.get("groups", 1)  # [out, in / groups, T, F]
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    (steps, stride), (apart, spacing) = s.layer.pair("stride"), s.layer.pair("dilation")
    pads = s.get("pad"), s.get("pad_above", s.get("pad"))
    y = np.zeros((groups, s.out.channels // groups, s.out.bins))
    for k in range(weight.shape[3]):
        last = s.j * steps + s.get("look")
        frame = np.pad(s.frame(last - apart * (weight.shape[3] - 1 - k)), ((0, 0), pads))
        frame = frame.reshape(groups, -1, frame.shape[1])
        for i in range(weight.shape[4]):
            part = frame[:, :, i * spacing :: stride][:, :, : s.out.bins]
            y += np.einsum("goi,gib->gob", weight[:, :, :, k, i], part)
    return y.reshape(s.out.channels, s.out.bins) + s.bias()


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    (frames, _), (apart, spacing) = c.layer.pair("kernel"), c.layer.pair("dilation")
    stride, pad = c.layer.pair("stride"), c.get("pad")
    x = fn.pad(under(c, apart * (frames - 1), stride[0]), (pad, c.get("pad_above", pad)))
    weight, bias, groups = c.tensors["weight"], c.tensors.get("bias"), c.get("groups", 1)
    return fn.conv2d(x, weight, bias, stride, 0, (apart, spacing), groups)[:, :, : c.frames]


KINDS = {
    "conv": Kind(
        step,
        clip,
        edge,
        tensors,
    )
}
