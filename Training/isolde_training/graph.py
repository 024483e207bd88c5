"""The graph of a model file as text: building, reading, shapes and delays.

docs/model-file.md states the layers. An edge has channels, bins and a delay in frames; `stream.py`
runs a graph frame by frame, slowly, to check what is exported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Value = int | float | str | tuple[int, int]  # a pair is time x frequency
ACTIVATIONS = (
    "relu",
    "leaky_relu",
    "elu",
    "sigmoid",
    "tanh",
    "silu",
    "softplus",
    "hard_sigmoid",
)
LINE = re.compile(r"([\w.]+)\s*=\s*(\w+)\((.*)\)")


@dataclass
class Layer:
    """One line: `name = kind(inputs…, key=value, …)`."""

    name: str
    kind: str
    inputs: tuple[str, ...] = ()
    keys: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        keys = [f"{key}={spell(value)}" for key, value in self.keys.items()]
        return f"{self.name} = {self.kind}({', '.join([*self.inputs, *keys])})"

    def get(self, key: str, default: Value) -> Any:
        return self.keys.get(key, default)


@dataclass
class Edge:
    """Shape and delay of what a layer gives."""

    channels: int
    bins: int
    delay: int  # frames

    @property
    def size(self) -> int:
        return self.channels * self.bins


class Graph:
    """Layers in order, and their tensors by name."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.tensors: dict[str, np.ndarray] = {}

    def add(
        self,
        name: str,
        kind: str,
        *inputs: str,
        tensors: Mapping[str, Any] | None = None,
        **keys: Value,
    ) -> str:
        """Append a layer; gives its name, to be used as an input."""
        self.layers.append(Layer(name, kind, inputs, keys))
        for key, value in (tensors or {}).items():
            array = np.asarray(value)
            whole = array.dtype.kind in "iu"
            self.tensors[f"{name}.{key}"] = array.astype(np.int32 if whole else np.float32)
        return name

    def text(self) -> str:
        return "".join(f"{layer}\n" for layer in self.layers)

    def half(self) -> None:
        """Round all weights of two or more dimensions to fp16; biases stay."""
        for name, value in self.tensors.items():
            if value.dtype == np.float32 and value.ndim > 1:
                self.tensors[name] = value.astype(np.float16)

    def edges(self) -> dict[str, Edge]:
        """Shape and delay of every edge; a wrong graph is a ValueError that names the layer."""
        edges: dict[str, Edge] = {}
        for layer in self.layers:
            try:
                inputs = [edges[name] for name in layer.inputs]
                edges[layer.name] = edge_of(layer, inputs)
                self.check(layer, inputs, edges[layer.name])
            except (KeyError, ValueError) as error:
                raise ValueError(f"{layer}: {error}") from error
        return edges

    def check(self, layer: Layer, inputs: list[Edge], out: Edge) -> None:
        for key, shape in shapes(layer, inputs, out).items():
            value = self.tensors.get(f"{layer.name}.{key}")
            if value is None and key == "bias":
                continue
            if value is None or value.shape != shape:
                found = None if value is None else value.shape
                raise ValueError(f"{key} is {found}, expected {shape}")


def parse(text: str) -> Graph:
    """A graph without its tensors."""
    graph = Graph()
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f"not a layer: {line}")
        name, kind, rest = match.groups()
        inputs, keys = [], {}
        for part in filter(None, (part.strip() for part in rest.split(","))):
            key, equals, value = part.partition("=")
            if equals:
                keys[key.strip()] = read(value.strip())
            else:
                inputs.append(part)
        graph.layers.append(Layer(name, kind, tuple(inputs), keys))
    return graph


def spell(value: Value) -> str:
    """A value as the graph writes it: numbers decimal, never with an exponent."""
    if isinstance(value, tuple):
        return f"{value[0]}x{value[1]}"
    if isinstance(value, float):
        return np.format_float_positional(np.float32(value), trim="-")
    return str(value)


def read(text: str) -> Value:
    if pair := re.fullmatch(r"(\d+)x(\d+)", text):
        return int(pair[1]), int(pair[2])
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def edge_of(layer: Layer, inputs: list[Edge]) -> Edge:
    """The rule of shape and delay of a kind."""
    get, kind = layer.get, layer.kind
    if kind == "input":
        return Edge(get("channels", 1), get("bins", 0), 0)
    first = inputs[0]
    channels, bins, delay = first.channels, first.bins, max(edge.delay for edge in inputs)
    if kind == "conv":
        (_, width), (_, dilation) = get("kernel", (1, 1)), get("dilation", (1, 1))
        channels, delay = get("channels", 0), delay + get("look", 0)
        bins = (bins + 2 * get("pad", 0) - dilation * (width - 1) - 1) // get("stride", 1) + 1
    elif kind == "upconv":
        channels = get("channels", 0)
        bins = (bins - 1) * get("stride", 1) - 2 * get("crop", 0) + get("kernel", 0)
    elif kind == "dense":
        channels, bins = get("channels", 0), get("bins", 1)
    elif kind == "gru":
        channels, bins = get("hidden", 0), 1
    elif kind in ("bands", "pad"):
        bins = get("bins", 0)
    elif kind == "crop":
        bins = get("bins", 0)
        if get("first", 0) + bins > first.bins:
            raise ValueError("outside the bins")
    elif kind == "slice":
        channels = get("channels", 0)
        if get("first", 0) + channels > first.channels:
            raise ValueError("outside the channels")
    elif kind == "concat":
        channels = sum(edge.channels for edge in inputs)
        if len({edge.bins for edge in inputs}) > 1:
            raise ValueError("bins differ")
    elif kind in ("add", "subtract", "multiply"):
        if len({(edge.channels, edge.bins) for edge in inputs}) > 1:
            raise ValueError("shapes differ")
    elif kind not in (*ACTIVATIONS, *SAME):
        raise ValueError("unknown kind")
    return Edge(channels, bins, delay)


SAME = ("layer_norm", "running_norm", "clamp", "scale", "log", "power", "output")  # shape stays


def shapes(layer: Layer, inputs: list[Edge], out: Edge) -> dict[str, tuple[int, ...]]:
    """The tensors that a layer must have; `bands.value` is checked by its use."""
    get, kind = layer.get, layer.kind
    if kind == "conv":
        group = inputs[0].channels // get("groups", 1)
        weight = (out.channels, group, *get("kernel", (1, 1)))
        return {"weight": weight, "bias": (out.channels,)}
    if kind == "upconv":
        weight = (inputs[0].channels, out.channels, 1, get("kernel", 0))
        return {"weight": weight, "bias": (out.channels,)}
    if kind == "dense":
        return {"weight": (out.size, inputs[0].size), "bias": (out.size,)}
    if kind == "gru":
        h = get("hidden", 0)
        gates = {"weight_ih": (3 * h, inputs[0].size), "weight_hh": (3 * h, h)}
        return gates | {"bias_ih": (3 * h,), "bias_hh": (3 * h,)}
    if kind == "layer_norm":
        return {"weight": (out.channels,), "bias": (out.channels,)}
    if kind == "bands":
        return {"first": (out.bins,), "count": (out.bins,)}
    return {}
