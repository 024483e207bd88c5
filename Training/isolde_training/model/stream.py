"""A graph run frame by frame in numpy, as the engine runs it: slow, and written to be read.

Frame j of an edge stands for input frame j · rate and exists as soon as input frame
j · rate + delay is in. All frames of an edge are kept; a layer reads those that it needs for
frame j (zeros before frame 0), never one that does not exist yet.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import Graph
from .kinds import KINDS
from .kinds.functions import activated
from .kinds.kind import Frame, Step, Tensors


class Stream:
    """Feed frames with `push`; outputs are delayed by `delay` frames."""

    def __init__(self, graph: Graph):
        self.graph, self.edges = graph, graph.edges()
        self.frames: dict[str, list[Frame]] = {layer.name: [] for layer in graph.layers}
        self.state: dict[str, dict[str, Any]] = {layer.name: {} for layer in graph.layers}
        self.tensors = {layer.name: doubled(graph.tensors_of(layer)) for layer in graph.layers}
        self.delay = max(self.edges[x.name].delay for x in graph.layers if x.kind == "output")
        self.count = 0

    def push(self, inputs: dict[str, Frame]) -> dict[str, Frame]:
        """Take one frame of every input; return the outputs that are due, each at its own delay."""
        due: dict[str, Frame] = {}
        for layer in self.graph.layers:
            edge, frames = self.edges[layer.name], self.frames[layer.name]
            j, rest = divmod(self.count - edge.delay, edge.rate)
            if j < 0 or rest:
                continue
            if layer.kind == "input":
                frames.append(np.asarray(inputs[layer.name], np.float64))
                continue
            given = [(self.edges[name], self.frames[name]) for name in layer.inputs]
            step = Step(layer, j, given, edge, self.tensors[layer.name], self.state[layer.name])
            y = KINDS[layer.kind].step(step)
            frames.append(activated(layer.get("activation", "none"), layer, y))
            if layer.kind == "output":
                due[layer.name] = frames[-1]
        self.count += 1
        return due


def doubled(tensors: Tensors) -> Tensors:
    """Tensors with floats as float64; integers stay."""
    return {k: v if v.dtype == np.int32 else v.astype(np.float64) for k, v in tensors.items()}
