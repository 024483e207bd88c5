"""The two networks that engines are compared with: one description, written as .isolde and as ONNX.

Causal U-Nets: 3x3 convolutions with two past frames, stride 2 over the bins on the way down, (1,3)
transposed convolutions on the way up, leaky ReLU, at the end a sigmoid mask of 3 stems over 257
bins. In ONNX, which has no streams, the past frames of each convolution go in and come out.

`small`: 129, 65, 33, 17 bins inside, skips added; 3.25 MMAC a frame, 94 k weights.
`large`: 257, 129, 65, 33 bins inside, skips joined, one more 3x3 at the bottom; 10.7 MMAC, 163 k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from isolde_training.model.graph import Graph
from onnx import TensorProto, helper, numpy_helper

BINS = 257
CHANNELS = (16, 32, 48, 64)
SLOPE = 0.01  # of the leaky ReLU
PAST = 2  # frames


@dataclass
class Step:
    """A layer of either form. `kind`: conv (3x3), point (1x1), up, add or concat."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    channels: int
    inner: int = 0  # input channels
    stride: int = 1
    source_bins: int = 0
    activation: str = "leaky_relu"


def describe(is_large: bool) -> list[Step]:
    steps: list[Step] = []
    skips = []
    edge, channels, bins = "x", 1, BINS
    for i, wide in enumerate(CHANNELS):
        stride = 1 if is_large and i == 0 else 2
        steps.append(Step(f"down{i}", "conv", (edge,), wide, channels, stride, bins))
        edge, channels, bins = f"down{i}", wide, (bins - 1) // stride + 1
        skips.append(edge)
    if is_large:
        steps.append(Step("bottom", "conv", (edge,), channels, channels, 1, bins))
        edge = "bottom"
    for i, wide in reversed(list(enumerate(CHANNELS[:-1]))):
        steps.append(Step(f"up{i}", "up", (edge,), wide, channels, 2, bins))
        bins = 2 * bins - 1
        steps.append(Step(f"skip{i}", "concat" if is_large else "add", (f"up{i}", skips[i]), wide))
        inner = 2 * wide if is_large else wide
        steps.append(Step(f"mix{i}", "conv", (f"skip{i}",), wide, inner, 1, bins))
        edge, channels = f"mix{i}", wide
    last = "point" if is_large else "up"
    steps.append(
        Step("last", last, (edge,), 3, channels, 2 if last == "up" else 1, bins, "sigmoid")
    )
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


def isolde_graph(is_large: bool) -> Graph:
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


def onnx_model(is_large: bool) -> onnx.ModelProto:
    """Inputs `x` and `state_…`, outputs `mask` and `next_…`; [1, channels, frames, bins]."""
    steps = describe(is_large)
    nodes = []
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 1, BINS])]
    outputs = [helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, 3, 1, BINS])]
    constants = [
        numpy_helper.from_array(np.array(value, np.int64), name)
        for name, value in (("newest", [1]), ("end", [1 + PAST]), ("frames", [2]))
    ]

    def node(kind: str, sources: list[str], target: str, **options: object) -> None:
        nodes.append(helper.make_node(kind, sources, [target], **options))

    for name, (weight, bias) in weights(steps).items():
        constants.append(numpy_helper.from_array(weight, f"{name}.weight"))
        constants.append(numpy_helper.from_array(bias, f"{name}.bias"))
    for s in steps:
        if s.kind == "add":
            node("Add", list(s.inputs), s.name)
            continue
        if s.kind == "concat":
            node("Concat", list(s.inputs), s.name, axis=1)
            continue
        source = s.inputs[0]
        if s.kind == "conv":
            shape = [1, s.inner, PAST, s.source_bins]
            for list_, prefix in ((inputs, "state"), (outputs, "next")):
                list_.append(
                    helper.make_tensor_value_info(f"{prefix}_{s.name}", TensorProto.FLOAT, shape)
                )
            node("Concat", [f"state_{s.name}", source], f"{s.name}.frames", axis=2)
            source = f"{s.name}.frames"
            node("Slice", [source, "newest", "end", "frames"], f"next_{s.name}")
        side = 0 if s.kind == "point" else 1
        node(
            "ConvTranspose" if s.kind == "up" else "Conv",
            [source, f"{s.name}.weight", f"{s.name}.bias"],
            f"{s.name}.sum",
            strides=[1, s.stride],
            pads=[0, side, 0, side],
        )
        if s.activation == "sigmoid":
            node("Sigmoid", [f"{s.name}.sum"], "mask")
        else:
            node("LeakyRelu", [f"{s.name}.sum"], s.name, alpha=SLOPE)
    graph = helper.make_graph(nodes, "yardstick", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
