"""`slice`, `crop`, `pad`, `shuffle`, `reshape`, `transpose`: the same values, rearranged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .kind import Clip, Frame, Kind, Step, flat, rows, same, timed, unflat, unrows, wide

if TYPE_CHECKING:
    from torch import Tensor


def slice_edge(layer: Layer, inputs: list[Edge]) -> Edge:
    channels = layer.get("channels", 0)
    if layer.get("first", 0) + channels > inputs[0].channels:
        raise ValueError("outside the channels")
    return timed(inputs, channels, inputs[0].bins)


def crop_edge(layer: Layer, inputs: list[Edge]) -> Edge:
    if layer.get("first", 0) + layer.get("bins", 0) > inputs[0].bins:
        raise ValueError("outside the bins")
    return wide(layer, inputs)


def reshape_edge(layer: Layer, inputs: list[Edge]) -> Edge:
    out = timed(inputs, layer.get("channels", 0), layer.get("bins", 0))
    if out.size != inputs[0].size:
        raise ValueError(f"{out.size} values from {inputs[0].size}")
    return out


def transpose_edge(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, inputs[0].bins, inputs[0].channels)


def shuffle_edge(layer: Layer, inputs: list[Edge]) -> Edge:
    if inputs[0].channels % layer.get("groups", 1):
        raise ValueError("the groups do not divide the channels")
    return same(layer, inputs)


def shuffle(s: Step) -> Frame:
    groups, x = s.get("groups", 1), s.x
    return x.reshape(groups, -1, x.shape[1]).swapaxes(0, 1).reshape(x.shape)


def shuffle_clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    return fn.channel_shuffle(c.x, c.get("groups", 1))


def pad_clip(c: Clip) -> Tensor:
    from torch.nn import functional as fn

    return fn.pad(c.x, (0, c.out.bins - c.x.shape[-1]))


KINDS = {
    "slice": Kind(
        lambda s: s.x[s.get("first") :][: s.out.channels],
        lambda c: c.x[:, c.get("first") :][:, : c.out.channels],
        slice_edge,
    ),
    "crop": Kind(
        lambda s: s.x[:, s.get("first") :][:, : s.out.bins],
        lambda c: c.x[..., c.get("first") :][..., : c.out.bins],
        crop_edge,
    ),
    "pad": Kind(
        lambda s: np.pad(s.x, ((0, 0), (0, s.out.bins - s.x.shape[1]))),
        pad_clip,
        wide,
    ),
    "shuffle": Kind(shuffle, shuffle_clip, shuffle_edge),
    "reshape": Kind(
        lambda s: unflat(flat(s.x), s.out),
        lambda c: unrows(rows(c.x), c.out),
        reshape_edge,
    ),
    "transpose": Kind(lambda s: s.x.T, lambda c: c.x.transpose(1, 3), transpose_edge),
}
