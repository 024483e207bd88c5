"""The networks that engines are compared with, as graphs of the engine.

Causal U-Nets: 3x3 convolutions with two past frames, stride 2 over the bins on the way down, (1,3)
transposed convolutions on the way up, leaky ReLU, at the end a sigmoid mask of 3 stems over 257
bins.

`small`: 129, 65, 33, 17 bins inside, skips added; 3.25 MMAC a frame, 94 k weights.
`large`: 257, 129, 65, 33 bins inside, skips joined, one more 3x3 at the bottom; 10.7 MMAC, 163 k.

`deepfilter`: DeepFilterNet 2 for two stems, as Isolde ships it, without features and masks.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, replace

import numpy as np

from isolde_training.model import model_file
from isolde_training.model.graph import Graph

BINS = 257
CHANNELS = (16, 32, 48, 64)
SLOPE = 0.01  # of the leaky ReLU


@dataclass
class Step:
    """A layer. `kind`: conv (3x3), point (1x1), up, add or concat."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    channels: int
    inner: int = 0  # input channels
    stride: int = 1
    activation: str = "leaky_relu"


def describe(is_large: bool) -> list[Step]:
    steps: list[Step] = []
    skips = []
    edge, channels = "x", 1
    for i, wide in enumerate(CHANNELS):
        stride = 1 if is_large and i == 0 else 2
        steps.append(Step(f"down{i}", "conv", (edge,), wide, channels, stride))
        edge, channels = f"down{i}", wide
        skips.append(edge)
    if is_large:
        steps.append(Step("bottom", "conv", (edge,), channels, channels))
        edge = "bottom"
    for i, wide in reversed(list(enumerate(CHANNELS[:-1]))):
        steps.append(Step(f"up{i}", "up", (edge,), wide, channels, 2))
        steps.append(Step(f"skip{i}", "concat" if is_large else "add", (f"up{i}", skips[i]), wide))
        inner = 2 * wide if is_large else wide
        steps.append(Step(f"mix{i}", "conv", (f"skip{i}",), wide, inner))
        edge, channels = f"mix{i}", wide
    last = "point" if is_large else "up"
    steps.append(Step("last", last, (edge,), 3, channels, 2 if last == "up" else 1, "sigmoid"))
    return steps


def weights(steps: list[Step]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Weight and bias of every layer that has them, as PyTorch lays them out."""
    rng = np.random.default_rng(1)
    made = {}
    for step in steps:
        if step.kind in ("add", "concat"):
            continue
        time, taps = {"conv": (3, 3), "point": (1, 1), "up": (1, 3)}[step.kind]
        outer = (step.inner, step.channels) if step.kind == "up" else (step.channels, step.inner)
        size = 1 / np.sqrt(step.inner * time * taps)
        made[step.name] = (
            (size * rng.standard_normal((*outer, time, taps))).astype(np.float32),
            (0.1 * rng.standard_normal(step.channels)).astype(np.float32),
        )
    return made


def unet(is_large: bool) -> Graph:
    steps = describe(is_large)
    tensors = weights(steps)
    graph = Graph()
    graph.add("x", "input", bins=BINS)
    for s in steps:
        if s.kind in ("add", "concat"):
            graph.add(s.name, s.kind, *s.inputs)
            continue
        weight, bias = tensors[s.name]
        keys = {"channels": s.channels, "kernel": weight.shape[2:], "stride": (1, s.stride)}
        keys |= {"crop": (0, 1)} if s.kind == "up" else {"pad": weight.shape[3] // 2}
        graph.add(
            f"{s.name}.sum",
            "upconv" if s.kind == "up" else "conv",
            *s.inputs,
            tensors={"weight": weight, "bias": bias},
            **keys,
        )
        slope = {"slope": SLOPE} if s.activation == "leaky_relu" else {}
        graph.add(s.name, s.activation, f"{s.name}.sum", **slope)
    graph.add("mask", "output", "last")
    return graph


def deepfilter(path: pathlib.Path) -> Graph:
    """The network of a model file between features and masks, which are its inputs and outputs.

    Without look-ahead: the same layers at the same cost, and no first frames for which a network
    that ONNX describes has nothing to wait with.
    """
    whole, graph = model_file.read(path).graph, Graph()
    edges, features, results = (
        whole.edges(),
        ("levels", "low"),
        {"gains": "mask", "filters": "taps"},
    )
    for name in features:
        graph.add(name, "input", channels=edges[name].channels, bins=edges[name].bins)
    before = {"power", "spectrum", "energy", "level", *features}
    behind = {"wide", *results.values()}
    for layer in whole.layers:
        if layer.name not in before | behind:
            keys = {key: value for key, value in layer.keys.items() if key != "look"}
            graph.layers.append(replace(layer, keys=keys))
    names = tuple(f"{layer.name}." for layer in graph.layers)
    graph.tensors = {key: value for key, value in whole.tensors.items() if key.startswith(names)}
    for source, name in results.items():
        graph.add(name, "output", source)
    return graph
