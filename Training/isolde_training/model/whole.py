"""A graph run with PyTorch's own layers, all frames of a clip at once: what the engine must equal.

An edge is a tensor [1, channel, frame, bin] with one frame for every `rate` input frames. The last
frames of an edge with look-ahead are made with zeros after the clip; the engine never gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from ..network.transform import frame_rates, running_mean
from .graph import Graph
from .layer import ACTIVATIONS, Edge, Layer


@dataclass
class Call:
    """A layer with what it is given."""

    layer: Layer
    given: list[Tensor]  # [1, C, T, F]
    out: Edge
    frames: int  # of its output
    tensors: dict[str, Tensor]

    @property
    def x(self) -> Tensor:
        return self.given[0]

    def tensor(self, key: str) -> Tensor | None:
        return self.tensors.get(key)


@torch.no_grad()
def whole(graph: Graph, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """All outputs of a graph. [1, C, T, F]."""
    edges, values = graph.edges(), dict(inputs)
    (count,) = {x.shape[2] for x in inputs.values()}
    for layer in graph.layers:
        if layer.kind == "input":
            continue
        out, prefix = edges[layer.name], f"{layer.name}."
        tensors = {
            key.removeprefix(prefix): torch.from_numpy(
                value if value.dtype == np.int32 else value.astype("f4")
            )
            for key, value in graph.tensors.items()
            if key.startswith(prefix) and "." not in key.removeprefix(prefix)
        }
        given = [values[name] for name in layer.inputs]
        frames = -(-count // out.rate)
        y = WHOLE[layer.kind](Call(layer, given, out, frames, tensors))
        values[layer.name] = activation(layer.get("activation", "none"), layer)(y)
    return {x.name: values[x.name] for x in graph.layers if x.kind == "output"}


def rows(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1).flatten(2)  # [1, T, F * C], channels innermost


def unrows(x: Tensor, out: Edge) -> Tensor:
    return x.unflatten(2, (out.bins, out.channels)).permute(0, 3, 1, 2)  # [1, C, T, F]


def under(c: Call, span: int, stride: int) -> Tensor:
    """Frames such that the first kernel of `span` + 1 frames ends at frame `look`."""
    look = c.layer.get("look", 0)
    x = fn.pad(c.x, (0, 0, max(span - look, 0), look + span + stride))
    return x[:, :, max(look - span, 0) :]


def conv(c: Call) -> Tensor:
    (frames, _), (dt, df) = c.layer.pair("kernel"), c.layer.pair("dilation")
    stride, pad = c.layer.pair("stride"), c.layer.get("pad", 0)
    x = fn.pad(under(c, dt * (frames - 1), stride[0]), (pad, c.layer.get("pad_above", pad)))
    groups = c.layer.get("groups", 1)
    y = fn.conv2d(x, c.tensor("weight"), c.tensor("bias"), stride, 0, (dt, df), groups)
    return y[:, :, : c.frames]


def upconv(c: Call) -> Tensor:
    stride, (wait, crop) = c.layer.pair("stride"), c.layer.pair("crop", (0, 0))
    y = fn.conv_transpose2d(c.x, c.tensor("weight"), None, stride)
    y = fn.pad(y, (0, max(crop + c.out.bins - y.shape[3], 0), 0, wait + stride[0]))
    y = y[:, :, wait:][:, :, : c.frames, crop:][..., : c.out.bins]
    bias = c.tensor("bias")
    return y if bias is None else y + bias[:, None, None]


def dense(c: Call) -> Tensor:
    return unrows(fn.linear(rows(c.x), c.tensor("weight"), c.tensor("bias")), c.out)


def recurrent(c: Call) -> Tensor:
    """PyTorch's GRU or LSTM, one module for every group and direction."""
    over, direction = c.layer.get("over", "time"), c.layer.get("direction", "forward")
    if over == "time":
        x = rows(c.x)  # [1, T, F * C]
    elif over == "bins":
        x = c.x[0].permute(1, 2, 0)  # [T, F, C]: every frame is a sequence
    else:
        x = c.x[0].permute(2, 1, 0)  # [F, T, C]: every bin is a sequence
    y = torch.cat([one_way(c, x, way) for way in ways(direction)], -1)
    if over == "time":
        return unrows(y, c.out)
    return y.permute(2, 0, 1)[None] if over == "bins" else y.permute(2, 1, 0)[None]


def ways(direction: str) -> list[tuple[str, bool]]:
    """End of the tensors' names, and whether the sequence is read backwards."""
    return {
        "forward": [("", False)],
        "backward": [("", True)],
        "both": [("", False), ("_reverse", True)],
    }[direction]


def one_way(c: Call, x: Tensor, way: tuple[str, bool]) -> Tensor:
    """[sequence, step, value] through all groups side by side."""
    (end, backwards), groups = way, c.layer.get("groups", 1)
    parts = []
    for g, part in enumerate(x.chunk(groups, -1)):
        hidden = c.layer.get("hidden", 0) // groups
        kind = nn.GRU if c.layer.kind == "gru" else nn.LSTM
        module = kind(part.shape[-1], hidden, batch_first=True)
        for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            value = c.tensors[key + end]
            getattr(module, f"{key}_l0").copy_(value[g] if groups > 1 else value)
        y = module(part.flip(1) if backwards else part)[0]
        parts.append(y.flip(1) if backwards else y)
    return torch.cat(parts, -1)


def layer_norm(c: Call) -> Tensor:
    frame = c.layer.get("over", "channels") == "frame"
    x = rows(c.x) if frame else c.x.movedim(1, -1)
    norm = nn.LayerNorm(x.shape[-1], c.layer.get("epsilon", 1e-5))
    norm.weight.copy_(c.tensor("weight"))
    norm.bias.copy_(c.tensor("bias"))
    return unrows(norm(x), c.out) if frame else norm(x).movedim(-1, 1)


def rms_norm(c: Call) -> Tensor:
    norm = nn.RMSNorm(c.out.channels, c.layer.get("epsilon", 1e-6))
    norm.weight.copy_(c.tensor("weight"))
    return norm(c.x.movedim(1, -1)).movedim(-1, 1)


def running_norm(c: Call) -> Tensor:
    """By the closed form that the training uses."""
    parts = c.x.movedim(2, 1).flatten(2)  # [1, T, C * F]
    frame = parts.mean(2)
    rates = frame_rates(frame, c.layer.get("rate", 0), c.layer.get("hold", 0))
    if c.layer.get("over", "bin") == "frame":
        mean = running_mean(frame[..., None], rates)  # [1, T, 1]
        return c.x - mean[:, None]
    mean = running_mean(parts, rates).unflatten(2, (c.x.shape[1], c.x.shape[3]))
    return c.x - mean.movedim(1, 2)


def bands(c: Call) -> Tensor:
    first, count = c.tensors["first"].tolist(), c.tensors["count"].tolist()
    matrix, at, value = torch.zeros(c.out.bins, c.x.shape[-1]), 0, c.tensors["value"]
    for b, (f, n) in enumerate(zip(first, count, strict=True)):
        matrix[b, f : f + n], at = value[at : at + n], at + n
    return c.x @ matrix.T


def attention(c: Call) -> Tensor:
    heads, over = c.layer.get("heads", 1), c.layer.get("over", "bins")
    q, k, v = (x.unflatten(1, (heads, -1)) for x in c.given)  # [1, head, d, T, F]
    if over == "bins":
        order, back, mask = (0, 1, 3, 4, 2), (0, 1, 4, 2, 3), None  # [1, head, T, F, d]
    else:
        order, back = (0, 1, 4, 3, 2), (0, 1, 4, 3, 2)  # [1, head, F, T, d]
        age = torch.arange(c.frames)[:, None] - torch.arange(c.frames)
        mask = (age >= 0) & (age < c.layer.get("window", 1))
    q, k, v = (x.permute(order) for x in (q, k, v))
    return fn.scaled_dot_product_attention(q, k, v, mask).permute(back).flatten(1, 2)


def pool(c: Call) -> Tensor:
    kernel = c.layer.pair("kernel")
    stride = c.layer.pair("stride", kernel)
    x = under(c, kernel[0] - 1, stride[0])
    pooled = (fn.max_pool2d if c.layer.kind == "max_pool" else fn.avg_pool2d)(x, kernel, stride)
    return pooled[:, :, : c.frames]


def upsample(c: Call) -> Tensor:
    (t, f), linear = c.layer.pair("factor"), c.layer.get("mode", "nearest") == "linear"
    y = fn.interpolate(c.x, scale_factor=(t, f), mode="bilinear" if linear else "nearest")
    return y[:, :, : c.frames]


def prelu(c: Call) -> Tensor:
    return fn.prelu(c.x, c.tensors["weight"])


def activation(kind: str, layer: Layer) -> Callable[[Tensor], Tensor]:
    """PyTorch's function of that name."""
    if kind == "none":
        return lambda x: x
    if kind == "leaky_relu":
        return lambda x: fn.leaky_relu(x, layer.get("slope", 0.01))
    return {
        "hard_sigmoid": fn.hardsigmoid,
        "hard_swish": fn.hardswish,
        "hard_tanh": fn.hardtanh,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
    }.get(kind) or getattr(fn, kind)


def function(c: Call) -> Tensor:
    return activation(c.layer.kind, c.layer)(c.x)


def by(c: Call, key: str, default: float = 0) -> float:
    return c.layer.get(key, default)


WHOLE: dict[str, Callable[[Call], Tensor]] = {
    "conv": conv,
    "upconv": upconv,
    "dense": dense,
    "gru": recurrent,
    "lstm": recurrent,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "running_norm": running_norm,
    "bands": bands,
    "attention": attention,
    "max_pool": pool,
    "avg_pool": pool,
    "upsample": upsample,
    "prelu": prelu,
    "add": lambda c: sum(c.given[1:], c.x),
    "subtract": lambda c: c.given[0] - c.given[1],
    "multiply": lambda c: c.given[0] * c.given[1],
    "concat": lambda c: torch.cat(c.given, 1),
    "shuffle": lambda c: fn.channel_shuffle(c.x, c.layer.get("groups", 1)),
    "reshape": lambda c: unrows(rows(c.x), c.out),
    "transpose": lambda c: c.x.transpose(1, 3),
    "slice": lambda c: c.x[:, c.layer.get("first", 0) :][:, : c.out.channels],
    "crop": lambda c: c.x[..., c.layer.get("first", 0) :][..., : c.out.bins],
    "pad": lambda c: fn.pad(c.x, (0, c.out.bins - c.x.shape[-1])),
    "softmax": lambda c: c.x.softmax(1),
    "clamp": lambda c: c.x.clamp(by(c, "low"), by(c, "high")),
    "scale": lambda c: c.x * by(c, "factor", 1) + by(c, "offset"),
    "log": lambda c: torch.log10(c.x + by(c, "floor")) * by(c, "factor", 1),
    "power": lambda c: c.x ** by(c, "exponent", 1),
    "output": lambda c: c.x,
} | dict.fromkeys(ACTIVATIONS, function)
