"""An ONNX file as a list of nodes with their attributes, and constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import compose, helper, inliner, numpy_helper

from .refusal import RefusedError


@dataclass
class Node:
    """An operator in the graph."""

    kind: str  # ONNX's op_type
    name: str
    inputs: list[str]  # "" where one is left out
    outputs: list[str]
    keys: dict[str, Any]  # attributes: numbers, strings, lists, arrays
    proto: onnx.NodeProto

    def get(self, key: str, default: Any = None) -> Any:
        return self.keys.get(key, default)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


@dataclass
class Tensor:
    """An input of the network: its name and shape, None where any size will do."""

    name: str
    shape: list[int | None]


@dataclass
class File:
    """The contents of a file."""

    nodes: list[Node]
    constants: dict[str, np.ndarray]
    inputs: list[Tensor]
    outputs: list[str]
    opset: int
    model: onnx.ModelProto


def value_of(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def read(model: onnx.ModelProto) -> File:
    """The parts of a model; functions of its own are written out."""
    model = inliner.inline_local_functions(model)
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    inputs = [
        Tensor(x.name, [d.dim_value or None for d in x.type.tensor_type.shape.dim])
        for x in model.graph.input
        if x.name not in constants
    ]
    nodes = [
        Node(
            node.op_type,
            node.name or (node.output[0] if node.output else ""),
            list(node.input),
            list(node.output),
            {a.name: value_of(a) for a in node.attribute},
            node,
        )
        for node in model.graph.node
    ]
    (opset,) = (o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    outputs = [x.name for x in model.graph.output]
    return File(nodes, constants, inputs, outputs, opset, model)


def joined(models: dict[str, onnx.ModelProto]) -> onnx.ModelProto:
    """Several models joined by name: an output of one is the input of that name of a later one."""
    whole, given = onnx.ModelProto(), set()
    for number, (name, model) in enumerate(models.items()):
        if number == 0:
            whole.CopyFrom(model)
            del whole.graph.node[:], whole.graph.initializer[:], whole.graph.value_info[:]
            del whole.graph.input[:], whole.graph.output[:]
        held = {t.name for t in model.graph.initializer}
        ports = {x.name for x in model.graph.input if x.name not in held}
        given_now = {x.name for x in model.graph.output}
        for x in model.graph.input:
            if x.name in ports - given:
                whole.graph.input.append(x)
                given.add(x.name)
        graph = compose.add_prefix_graph(
            model.graph, f"{name}/", rename_inputs=False, rename_outputs=False
        )
        whole.graph.node.extend(graph.node)
        whole.graph.initializer.extend(graph.initializer)
        whole.graph.output.extend(model.graph.output)
        given |= given_now
    return whole


def selected(model: onnx.ModelProto, outputs: list[str]) -> onnx.ModelProto:
    """The model with only these outputs."""
    found = {x.name: x for x in model.graph.output}
    if missing := [name for name in outputs if name not in found]:
        raise RefusedError(f"there is no output {missing[0]}", f"there are {', '.join(found)}")
    del model.graph.output[:]
    model.graph.output.extend(found[name] for name in outputs)
    return model
