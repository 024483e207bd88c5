"""The graph of a model file as text: building, reading, shapes and delays.

docs/model-file.md states the layers. `layer.py` holds what a line is, `kinds/` what each kind of
layer does; `stream.py` runs a graph frame by frame and `whole.py` a whole clip at once, to check
what is exported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .kinds import KINDS, edge_of
from .layer import Edge, Layer, Value

LINE = re.compile(r"([\w.]+)\s*=\s*(\w+)\((.*)\)")


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
        """Append a layer; return its name, for use as an input."""
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
        """Shape and timing of every edge; a wrong graph is a ValueError that names the layer."""
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
        """Raise a ValueError unless a layer has the tensors that it needs."""
        kind, own = KINDS[layer.kind], self.tensors_of(layer)
        for key, shape in kind.tensors(layer, inputs, out).items():
            found = own[key].shape if key in own else None
            if found is None and key in kind.optional or found == (1,) and key in kind.shared:
                continue
            if found != shape:
                raise ValueError(f"{key} is {found}, expected {shape}")

    def tensors_of(self, layer: Layer) -> dict[str, np.ndarray]:
        """The tensors of one layer, by key."""
        start = f"{layer.name}."
        named = {k.removeprefix(start): v for k, v in self.tensors.items() if k.startswith(start)}
        return {key: value for key, value in named.items() if "." not in key}


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


def read(text: str) -> Value:
    if pair := re.fullmatch(r"(\d+)x(\d+)", text):
        return int(pair[1]), int(pair[2])
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
