"""The graph of a model file as text: building, reading, shapes and delays.

docs/model-file.md states the layers. `layer.py` holds what a line is, `rules.py` the shapes and
timings; `stream.py` runs a graph frame by frame and `whole.py` a whole clip at once, to check what
is exported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .layer import ACTIVATIONS, Edge, Layer, Value, spell
from .rules import edge_of, shapes

__all__ = ["ACTIVATIONS", "Edge", "Graph", "Layer", "Value", "edge_of", "parse", "shapes", "spell"]
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
        for key, shape in shapes(layer, inputs, out).items():
            value = self.tensors.get(f"{layer.name}.{key}")
            if value is None and key == "bias":
                continue
            if value is not None and layer.kind == "prelu" and value.shape == (1,):
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


def read(text: str) -> Value:
    if pair := re.fullmatch(r"(\d+)x(\d+)", text):
        return int(pair[1]), int(pair[2])
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
