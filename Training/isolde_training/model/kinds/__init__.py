"""Every kind of layer, one file for each or for a few that belong together.

A file has a row `Kind(step, clip, edge, tensors, …)` for each of its kinds in a table `KINDS`. To
add a kind, write its file beside these; docs/engine.md tells the other places.
"""

from __future__ import annotations

import importlib
import pkgutil

from ..layer import Edge, Layer
from .kind import Kind

KINDS: dict[str, Kind] = {}
for _, file, _ in pkgutil.iter_modules(__path__):
    KINDS |= getattr(importlib.import_module(f"{__name__}.{file}"), "KINDS", {})


def edge_of(layer: Layer, inputs: list[Edge]) -> Edge:
    """The edge of a layer; an impossible layer is a ValueError."""
    kind = KINDS.get(layer.kind)
    if kind is None:
        raise ValueError("unknown kind")
    if len(inputs) not in kind.inputs:
        first, last = kind.inputs[0], kind.inputs[-1]
        wanted = f"{first}" if first == last else f"{first} to {last}"
        raise ValueError(f"{len(inputs)} inputs, expected {wanted}")
    out = kind.edge(layer, inputs)
    if out.channels < 1 or out.bins < 1:
        raise ValueError("nothing is left")
    return out
