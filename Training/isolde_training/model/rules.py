"""What every kind of layer makes of shapes and timings, and the tensors that it must have.

One row of `RULES` a kind; docs/model-file.md states the same in words. A rule raises a ValueError
when its layer cannot be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .layer import ACTIVATIONS, Edge, Layer

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Rule:
    """The edge that a kind gives, and its tensors (`bias` may be missing)."""

    edge: Callable[[Layer, list[Edge]], Edge]
    tensors: Callable[[Layer, list[Edge], Edge], Shapes] = lambda layer, inputs, out: {}


def joined(inputs: list[Edge]) -> tuple[int, int]:
    """Rate and delay of edges that meet."""
    if len({edge.rate for edge in inputs}) > 1:
        raise ValueError("rates differ")
    return inputs[0].rate, max(edge.delay for edge in inputs)


def timed(inputs: list[Edge], channels: int, bins: int) -> Edge:
    """An edge whose frame j is made of frame j of all inputs."""
    rate, delay = joined(inputs)
    if channels < 1 or bins < 1:
        raise ValueError("nothing is left")
    return Edge(channels, bins, delay, rate)


def ahead(x: Edge, layer: Layer, stride: int, channels: int, bins: int) -> Edge:
    """An edge whose frame j ends at frame j · stride + look of the input."""
    return Edge(channels, bins, x.delay + layer.get("look", 0) * x.rate, x.rate * stride)


def spread(x: Edge, factor: int, wait: int, channels: int, bins: int) -> Edge:
    """An edge with `factor` frames for one of the input, `wait` of its own frames later."""
    if x.rate % factor:
        raise ValueError(f"{factor} frames for one need a time stride before them")
    rate = x.rate // factor
    return Edge(channels, bins, x.delay + wait * rate, rate)


def source(layer: Layer, inputs: list[Edge]) -> Edge:
    return Edge(layer.get("channels", 1), layer.get("bins", 0), 0)


def same(layer: Layer, inputs: list[Edge]) -> Edge:
    if len({(edge.channels, edge.bins) for edge in inputs}) > 1:
        raise ValueError("shapes differ")
    return timed(inputs, inputs[0].channels, inputs[0].bins)


def conv(layer: Layer, inputs: list[Edge]) -> Edge:
    (_, width), (_, dilation) = layer.pair("kernel"), layer.pair("dilation")
    steps, stride = layer.pair("stride")
    pads = layer.get("pad", 0) + layer.get("pad_above", layer.get("pad", 0))
    bins = (inputs[0].bins + pads - dilation * (width - 1) - 1) // stride + 1
    return ahead(inputs[0], layer, steps, layer.get("channels", 0), bins)


def conv_tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    group = inputs[0].channels // layer.get("groups", 1)
    return {"weight": (out.channels, group, *layer.pair("kernel")), "bias": (out.channels,)}


def upconv(layer: Layer, inputs: list[Edge]) -> Edge:
    (_, width), (factor, stride) = layer.pair("kernel"), layer.pair("stride")
    wait, crop = layer.pair("crop", (0, 0))
    bins = (inputs[0].bins - 1) * stride - 2 * crop + width
    return spread(inputs[0], factor, wait, layer.get("channels", 0), layer.get("bins", bins))


def upconv_tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    weight = (inputs[0].channels, out.channels, *layer.pair("kernel"))
    return {"weight": weight, "bias": (out.channels,)}


def dense(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, layer.get("channels", 0), layer.get("bins", 1))


def dense_tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    return {"weight": (out.size, inputs[0].size), "bias": (out.size,)}


def recurrent(layer: Layer, inputs: list[Edge]) -> Edge:
    over, hidden = layer.get("over", "time"), layer.get("hidden", 0)
    if over == "time":
        return timed(inputs, hidden, 1)
    both = over == "bins" and layer.get("direction", "forward") == "both"
    return timed(inputs, hidden * (2 if both else 1), inputs[0].bins)


def recurrent_tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    gates = (3 if layer.kind == "gru" else 4) * layer.get("hidden", 0)
    x, h, groups = inputs[0], layer.get("hidden", 0), layer.get("groups", 1)
    given = x.size if layer.get("over", "time") == "time" else x.channels
    front = (groups,) if groups > 1 else ()
    one = {
        "weight_ih": (*front, gates // groups, given // groups),
        "weight_hh": (*front, gates // groups, h // groups),
        "bias_ih": (*front, gates // groups),
        "bias_hh": (*front, gates // groups),
    }
    both = layer.get("direction", "forward") == "both"
    return one | ({f"{key}_reverse": shape for key, shape in one.items()} if both else {})


def norm_tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    size = out.size if layer.get("over", "channels") == "frame" else out.channels
    return {"weight": (size,), "bias": (size,)}


def wide(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, inputs[0].channels, layer.get("bins", 0))


def concat(layer: Layer, inputs: list[Edge]) -> Edge:
    if len({edge.bins for edge in inputs}) > 1:
        raise ValueError("bins differ")
    return timed(inputs, sum(edge.channels for edge in inputs), inputs[0].bins)


def slice_(layer: Layer, inputs: list[Edge]) -> Edge:
    channels = layer.get("channels", 0)
    if layer.get("first", 0) + channels > inputs[0].channels:
        raise ValueError("outside the channels")
    return timed(inputs, channels, inputs[0].bins)


def crop(layer: Layer, inputs: list[Edge]) -> Edge:
    if layer.get("first", 0) + layer.get("bins", 0) > inputs[0].bins:
        raise ValueError("outside the bins")
    return wide(layer, inputs)


def reshape(layer: Layer, inputs: list[Edge]) -> Edge:
    out = timed(inputs, layer.get("channels", 0), layer.get("bins", 0))
    if out.size != inputs[0].size:
        raise ValueError(f"{out.size} values from {inputs[0].size}")
    return out


def shuffle(layer: Layer, inputs: list[Edge]) -> Edge:
    if inputs[0].channels % layer.get("groups", 1):
        raise ValueError("the groups do not divide the channels")
    return same(layer, inputs)


def transpose(layer: Layer, inputs: list[Edge]) -> Edge:
    return timed(inputs, inputs[0].bins, inputs[0].channels)


def pool(layer: Layer, inputs: list[Edge]) -> Edge:
    kernel = layer.pair("kernel")
    steps, stride = layer.pair("stride", kernel)
    x = inputs[0]
    return ahead(x, layer, steps, x.channels, (x.bins - kernel[1]) // stride + 1)


def upsample(layer: Layer, inputs: list[Edge]) -> Edge:
    steps, stride = layer.pair("factor")
    wait = steps // 2 if layer.get("mode", "nearest") == "linear" else 0
    x = inputs[0]
    return spread(x, steps, wait, x.channels, x.bins * stride)


def channels_of(key: str) -> Callable[[Layer, list[Edge], Edge], Shapes]:
    return lambda layer, inputs, out: {key: (out.channels,)}


RULES: dict[str, Rule] = {
    "input": Rule(source),
    "conv": Rule(conv, conv_tensors),
    "upconv": Rule(upconv, upconv_tensors),
    "dense": Rule(dense, dense_tensors),
    "gru": Rule(recurrent, recurrent_tensors),
    "lstm": Rule(recurrent, recurrent_tensors),
    "layer_norm": Rule(same, norm_tensors),
    "rms_norm": Rule(same, channels_of("weight")),
    "bands": Rule(wide, lambda layer, inputs, out: {"first": (out.bins,), "count": (out.bins,)}),
    "pad": Rule(wide),
    "crop": Rule(crop),
    "slice": Rule(slice_),
    "concat": Rule(concat),
    "attention": Rule(same),
    "shuffle": Rule(shuffle),
    "reshape": Rule(reshape),
    "transpose": Rule(transpose),
    "max_pool": Rule(pool),
    "avg_pool": Rule(pool),
    "upsample": Rule(upsample),
    "prelu": Rule(same, channels_of("weight")),
} | dict.fromkeys(
    ("add", "subtract", "multiply", "running_norm", "softmax", "clamp", "scale", "log", "power")
    + ("output",)
    + ACTIVATIONS,
    Rule(same),
)


def edge_of(layer: Layer, inputs: list[Edge]) -> Edge:
    """The edge that a layer gives."""
    if layer.kind not in RULES:
        raise ValueError("unknown kind")
    return RULES[layer.kind].edge(layer, inputs)


def shapes(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    """The tensors that a layer must have; `bands.value` is checked by its use."""
    return RULES[layer.kind].tensors(layer, inputs, out)
