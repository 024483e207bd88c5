"""Converts an ONNX graph to an Isolde graph, node by node."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from onnx.reference import ReferenceEvaluator

from ..model.graph import Graph
from .axes import Value
from .builder import Builder
from .layout import input_value, layout_of
from .onnx_file import File, Node
from .ops.table import OPERATORS, SHAPES, Call
from .patterns import simplified
from .refusal import HINTS, RefusedError

FRAMES = 256  # of the clip on which shapes are worked out


@dataclass
class Imported:
    """A graph of ours, and where the tensors of the ONNX file went."""

    graph: Graph
    frames: int  # of the clip
    inputs: dict[str, Value] = field(default_factory=dict)  # by ONNX's names
    outputs: dict[str, Value] = field(default_factory=dict)
    # tensors between them, in order: the node, and the value of its edge
    between: dict[str, tuple[Node, Value]] = field(default_factory=dict)


def walk(
    file: File,
    layouts: dict[str, str] | None = None,
    time: int | None = None,
    frames: int = FRAMES,
    names: dict[str, str] | None = None,
) -> Imported:
    """The graph of a file. `names` renames inputs and outputs: {"onnx": "isolde"}."""
    b, names = Builder(), names or {}
    constants: dict[str, np.ndarray] = dict(file.constants)
    values: dict[str, Value] = {}
    nodes = needed(simplified(file), file.outputs)
    readers = Counter(file.outputs)  # of every tensor; to ask for a shape is not to read
    readers.update(name for node in nodes if node.kind not in SHAPES for name in node.inputs)
    done, known = Imported(b.graph, frames), []
    for x in file.inputs:
        layout = layout_of(x, (layouts or {}).get(x.name), time)
        value, channels, bins = input_value(names.get(x.name, x.name), x, layout, frames)
        value.edge = b.emit("input", name=value.edge, channels=channels, bins=bins)
        values[x.name] = done.inputs[x.name] = value
        b.waiting[value.edge] += readers[x.name]
        known.append(layout)

    for node in nodes:
        loop = node.kind in ("Loop", "Scan")  # their bodies may read values
        if not loop and all(name in constants or not name for name in node.inputs):
            fold(file, node, constants)
        elif node.kind == "CastLike" and node.inputs[0] in constants:  # all values are floats
            constants[node.outputs[0]] = constants[node.inputs[0]].astype(np.float32)
        elif node.kind in SHAPES:
            constants[node.outputs[0]] = SHAPES[node.kind](node, values[node.inputs[0]])
        else:
            apply(b, node, values, constants, readers)
            done.between |= {name: (node, values[name]) for name in node.outputs if name in values}

    for name in file.outputs:
        if name not in values:
            raise RefusedError(f"the output {name} does not depend on the input")
        value = whole_output(b, values[name], known)
        rate = b.edges[value.edge].rate
        if rate > 1:
            hint = "bring the frames back by transposed convolutions or upsampling"
            raise RefusedError(f"the output {name} comes once in {rate} frames", hint)
        ours = names.get(name, name if name.isidentifier() else "output")
        value.edge = b.emit("output", value.edge, name=ours)
        done.outputs[name] = value
    b.prune()
    return done


def needed(nodes: list[Node], outputs: list[str]) -> list[Node]:
    """The nodes on which an output depends."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return kept[::-1]


def fold(file: File, node: Node, constants: dict[str, np.ndarray]) -> None:
    """A node whose inputs are all known."""
    given = {name: constants[name] for name in node.inputs if name}
    if node.kind == "Unsqueeze" and "axes" in node.keys:  # before opset 13: onnx fails at it
        value = constants[node.inputs[0]]
        constants[node.outputs[0]] = np.expand_dims(value, tuple(node.keys["axes"]))
        return
    try:
        run = ReferenceEvaluator(node.proto, opsets={"": file.opset})
        for name, value in zip(node.outputs, run.run(None, given), strict=False):
            constants[name] = np.asarray(value)
    except Exception as error:
        hint = HINTS.get(node.kind, "try another --frames: the file may hold for one length only")
        raise RefusedError(f"{node}: {str(error).splitlines()[0][:200]}", hint) from error


def apply(
    b: Builder,
    node: Node,
    values: dict[str, Value],
    constants: dict[str, np.ndarray],
    readers: Counter[str],
) -> None:
    """Convert a node that works on frames."""
    work = OPERATORS.get(node.kind)
    if work is None:
        hint = HINTS.get(node.kind, "docs/import.md lists the operators there are")
        raise RefusedError(f"{node}: there is no layer for the operator {node.kind}", hint)
    given = [values.get(name, constants.get(name)) for name in node.inputs]
    edges = Counter(x.edge for x in given if isinstance(x, Value))
    b.waiting.subtract(edges)
    twice = Counter(edge for edge, count in edges.items() if count > 1)
    b.waiting.update(twice)  # what one input makes of the edge, the other must not meet
    b.origin = node.name
    try:
        out = work(Call(b, node, given))
    except RefusedError as refusal:
        raise RefusedError(f"{node}: {refusal.what}", refusal.hint) from refusal
    except (ValueError, LookupError, TypeError, StopIteration) as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RefusedError(f"{node}: not in a form that is known ({what})") from error
    b.waiting.subtract(twice)
    made = out if isinstance(out, list) else [out]
    if any(readers[name] for name in node.outputs[len(made) :]):
        hint = "only what comes frame by frame can be used, not the last state or places"
        raise RefusedError(f"{node}: more than its first output is used", hint)
    for name, value in zip(node.outputs, made, strict=False):
        values[name] = value
        b.waiting[value.edge] += readers[name]


def whole_output(b: Builder, x: Value, layouts: list[str]) -> Value:
    """An output in one edge, its bins and channels where an input of as many axes has them."""
    x = b.settle(x)
    layout = next((word for word in layouts if len(word) == len(x.axes)), None)
    if layout is None:
        return x
    by = {letter: axis for letter, axis in zip(layout, x.axes, strict=True) if letter in "FC"}
    bins, channels = by.get("F", ()), by.get("C", ())
    if {*bins, *channels} != set(x.memory):
        return x
    return b.arrange(x, bins, channels)
