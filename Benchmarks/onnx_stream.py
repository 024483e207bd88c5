"""A graph of the engine as an ONNX network that processes one frame, for other engines.

ONNX has no streams: past frames of a convolution and the memory of a GRU are inputs `state_…` and
outputs `next_…`. Frames are [1, channels, 1, bins]; those of one bin are rows, [1, channels].
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from isolde_training.model.graph import Graph
from isolde_training.model.layer import Edge, Layer

FUNCTIONS = {"relu": "Relu", "leaky_relu": "LeakyRelu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def stream_of(graph: Graph) -> onnx.ModelProto:
    """The same network, with the weights as float32."""
    return Writer(graph).model()


class Writer:
    """Adds the nodes of one layer after the other."""

    def __init__(self, graph: Graph):
        self.graph, self.edges = graph, graph.edges()
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.next: list[onnx.ValueInfoProto] = []

    def model(self) -> onnx.ModelProto:
        layers = self.graph.layers
        for layer in (layer for layer in layers if layer.kind == "input"):
            self.inputs.append(value(layer.name, frame(self.edges[layer.name])))
        for layer in layers:
            if layer.kind != "input":
                self.add(layer)
        graph = helper.make_graph(
            self.nodes, "stream", self.inputs, self.outputs + self.next, [*self.constants.values()]
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def add(self, layer: Layer) -> None:
        delays = {self.edges[name].delay for name in layer.inputs}
        write = getattr(self, f"write_{layer.kind}", None)
        if len(delays) > 1 or write is None and layer.kind not in FUNCTIONS:
            raise ValueError(f"{layer}: cannot be written as ONNX")
        own, activation = layer.name, layer.get("activation", "none")
        target = own if activation == "none" else f"{own}.linear"
        if write:
            write(layer, self.graph.tensors_of(layer), target)
        else:
            activation, target = layer.kind, layer.inputs[0]
        if activation != "none":
            slope = {"alpha": layer.get("slope", 0.01)} if activation == "leaky_relu" else {}
            self.node(FUNCTIONS[activation], [target], own, **slope)

    def node(self, kind: str, sources: list[str], *targets: str, **options: object) -> None:
        self.nodes.append(helper.make_node(kind, sources, targets, **options))

    def constant(self, name: str, array: np.ndarray) -> str:
        kind = np.int64 if array.dtype.kind == "i" else np.float32
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array, kind), name)
        return name

    def state(self, name: str, shape: list[int]) -> tuple[str, str]:
        """What goes in and what comes out."""
        self.inputs.append(value(f"state_{name}", shape))
        self.next.append(value(f"next_{name}", shape))
        return f"state_{name}", f"next_{name}"

    def row(self, name: str) -> str:
        """An edge as a row, its channels innermost."""
        edge = self.edges[name]
        if edge.bins == 1:
            return name
        self.node("Transpose", [name], f"{name}.turned", perm=[0, 2, 3, 1])
        shape = self.constant(f"row.{edge.size}", np.array([1, edge.size]))
        self.node("Reshape", [f"{name}.turned", shape], f"{name}.row")
        return f"{name}.row"

    def write_output(self, layer: Layer, _: dict[str, np.ndarray], target: str) -> None:
        self.node("Identity", list(layer.inputs), target)
        self.outputs.append(value(target, frame(self.edges[target])))

    def write_conv(self, layer: Layer, tensors: dict[str, np.ndarray], target: str) -> None:
        source, weight = layer.inputs[0], tensors["weight"]
        edge, past = self.edges[source], weight.shape[2] - 1
        if past:
            old, new = self.state(layer.name, [1, edge.channels, past, edge.bins])
            self.node("Concat", [old, source], f"{layer.name}.frames", axis=2)
            source = f"{layer.name}.frames"
            numbers = {"first": 1, f"end.{past + 1}": past + 1, "frames": 2}
            places = [self.constant(name, np.array([k])) for name, k in numbers.items()]
            self.node("Slice", [source, *places], new)
        pad = layer.get("pad", 0)
        pads = [0, pad, 0, layer.get("pad_above", pad)]
        self.convolve("Conv", layer, tensors, source, target, pads=pads)

    def write_upconv(self, layer: Layer, tensors: dict[str, np.ndarray], target: str) -> None:
        source, (_, crop) = layer.inputs[0], layer.pair("crop", (0, 0))
        whole = (self.edges[source].bins - 1) * layer.pair("stride")[1] - 2 * crop
        more = self.edges[layer.name].bins - whole - tensors["weight"].shape[3]
        options = {"pads": [0, crop, 0, crop], "output_padding": [0, more]}
        self.convolve("ConvTranspose", layer, tensors, source, target, **options)

    def convolve(
        self,
        kind: str,
        layer: Layer,
        tensors: dict[str, np.ndarray],
        source: str,
        target: str,
        **options: object,
    ) -> None:
        weights = [self.constant(f"{layer.name}.{key}", tensors[key]) for key in sorted(tensors)]
        weights.reverse()  # weight, bias
        strides, groups = list(layer.pair("stride")), layer.get("groups", 1)
        self.node(kind, [source, *weights], target, strides=strides, group=groups, **options)

    def write_dense(self, layer: Layer, tensors: dict[str, np.ndarray], target: str) -> None:
        x, out, groups = self.row(layer.inputs[0]), self.edges[layer.name], layer.get("groups", 1)
        weight = tensors["weight"].astype(np.float32)
        if groups > 1:  # a product of a row and a matrix for each group
            shape = self.constant(f"groups.{groups}", np.array([groups, 1, -1]))
            self.node("Reshape", [x, shape], f"{layer.name}.groups")
            x = f"{layer.name}.groups"
        y = f"{layer.name}.product"
        turned = self.constant(f"{layer.name}.weight", weight.swapaxes(-1, -2))
        self.node("MatMul", [x, turned], y)
        if "bias" in tensors:
            bias = tensors["bias"].reshape((groups, 1, -1) if groups > 1 else (1, -1))
            self.node("Add", [y, self.constant(f"{layer.name}.bias", bias)], f"{y}.biased")
            y = f"{y}.biased"
        if out.bins == 1:
            self.node("Reshape", [y, self.constant(f"row.{out.size}", np.array([1, -1]))], target)
            return
        shape = np.array([1, 1, out.bins, out.channels])
        name = self.constant(f"frame.{out.bins}.{out.channels}", shape)
        self.node("Reshape", [y, name], f"{layer.name}.bins")
        self.node("Transpose", [f"{layer.name}.bins"], target, perm=[0, 3, 1, 2])

    def write_gru(self, layer: Layer, tensors: dict[str, np.ndarray], target: str) -> None:
        hidden, x = layer.get("hidden", 0), self.row(layer.inputs[0])
        old, new = self.state(layer.name, [1, 1, hidden])

        def gates(key: str) -> np.ndarray:
            """ONNX has them in the order z, r, n."""
            r, z, n = np.split(tensors[key].astype(np.float32), 3)
            return np.concatenate([z, r, n])[None]

        weights = [
            self.constant(f"{layer.name}.w", gates("weight_ih")),
            self.constant(f"{layer.name}.r", gates("weight_hh")),
            self.constant(
                f"{layer.name}.b", np.concatenate([gates("bias_ih"), gates("bias_hh")], 1)
            ),
        ]
        axis = self.constant("axis", np.array([0]))
        self.node("Unsqueeze", [x, axis], f"{layer.name}.step")
        given = [f"{layer.name}.step", *weights, "", old]
        options = {"hidden_size": hidden, "linear_before_reset": 1}
        self.node("GRU", given, "", new, **options)
        self.node("Squeeze", [new, axis], target)

    def write_add(self, layer: Layer, _: dict[str, np.ndarray], target: str) -> None:
        self.node("Add", list(layer.inputs), target)

    def write_concat(self, layer: Layer, _: dict[str, np.ndarray], target: str) -> None:
        self.node("Concat", list(layer.inputs), target, axis=1)


def frame(edge: Edge) -> list[int]:
    return [1, edge.channels, 1, edge.bins] if edge.bins > 1 else [1, edge.channels]


def value(name: str, shape: list[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
