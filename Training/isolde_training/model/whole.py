"""A graph run with PyTorch's own layers, all frames of a clip at once: what the engine must equal.

An edge is a tensor [1, channel, frame, bin] with one frame for every `rate` input frames. The last
frames of an edge with look-ahead are made with zeros after the clip; the engine never gives them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .graph import Graph
from .kinds import KINDS
from .kinds.functions import activated_clip
from .kinds.kind import Clip, Tensors


@torch.no_grad()
def whole(graph: Graph, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """All outputs of a graph, [1, C, T, F]."""
    edges, values = graph.edges(), dict(inputs)
    (count,) = {x.shape[2] for x in inputs.values()}
    for layer in graph.layers:
        if layer.kind == "input":
            continue
        out = edges[layer.name]
        given = [values[name] for name in layer.inputs]
        clip = Clip(layer, given, out, -(-count // out.rate), torched(graph.tensors_of(layer)))
        y = KINDS[layer.kind].clip(clip)
        values[layer.name] = activated_clip(layer.get("activation", "none"), layer, y)
    return {x.name: values[x.name] for x in graph.layers if x.kind == "output"}


def torched(tensors: Tensors) -> dict[str, Tensor]:
    """Tensors with floats as float32; integers stay."""
    return {
        key: torch.from_numpy(value if value.dtype == np.int32 else value.astype("f4"))
        for key, value in tensors.items()
    }
