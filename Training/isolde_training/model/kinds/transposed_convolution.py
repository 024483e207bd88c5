"""`upconv`: transposed convolution over frames and bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Shapes, Step, spread

if TYPE_CHECKING:
    from torch import Tensor


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    (_, width), (factor, stride) = layer.pair("kernel"), layer.pair("stride")
    wait, crop = layer.pair("crop", (0, 0))
    bins = (inputs[0].bins - 1) * stride - 2 * crop + width
    return spread(inputs[0], factor, wait, layer.get("channels", 0), layer.get("bins", bins))


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    group = out.channels // layer.get("groups", 1)
    weight = (inputs[0].channels, group, *layer.pair("kernel"))
    return {"weight": weight, "bias": (out.channels,)}


def step(s: Step) -> Frame:
    weight, groups = s.tensors["weight"], s.get("groups", 1)  # [in, out / groups, T, F]
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    (factor, stride), (wait, crop) = s.layer.pair("stride"), s.layer.pair("crop", (0, 0))
    bins, width = s.inputs[0][0].bins, weight.shape[4]
    whole = max((bins - 1) * stride + width, crop + s.out.bins)
    y = np.zeros((groups, s.out.channels // groups, whole))
    for k in range(weight.shape[3]):
        j, rest = divmod(s.j + wait - k, factor)
        if rest:
            continue
        x = s.frame(j).reshape(groups, -1, bins)
        for i in range(width):
            part = np.einsum("gio,gib->gob", weight[:, :, :, k, i], x)
            y[:, :, i : i + (bins - 1) * stride + 1 : stride] += part
    return y.reshape(s.out.channels, whole)[:, crop:][:, : s.out.bins] + s.bias()


def clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    stride, (wait, crop) = c.layer.pair("stride"), c.layer.pair("crop", (0, 0))
    y = fn.conv_transpose2d(c.x, c.tensors["weight"], None, stride, groups=c.get("groups", 1))
    y = fn.pad(y, (0, max(crop + c.out.bins - y.shape[3], 0), 0, wait + stride[0]))
    y = y[:, :, wait:][:, :, : c.frames, crop:][..., : c.out.bins]
    bias = c.tensors.get("bias")
    return y if bias is None else y + bias[:, None, None]


KINDS = {"upconv": Kind(step, clip, edge, tensors)}
