"""Groups of operators that form one layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .onnx_file import File, Node


class Producers:
    """The nodes that make each tensor, and constants by name."""

    def __init__(self, file: File):
        self.by = {name: node for node in file.nodes for name in node.outputs}
        self.constants = dict(file.constants)
        for node in file.nodes:
            if node.kind == "Constant":
                self.constants[node.outputs[0]] = np.asarray(next(iter(node.keys.values())))

    def find(self, name: str, *kinds: str) -> Node | None:
        """The node that makes a tensor, if it is one of these kinds; casts are skipped."""
        node = self.by.get(name)
        while node and node.kind in ("Cast", "Identity") and node.kind not in kinds:
            node = self.by.get(node.inputs[0])
        return node if node and node.kind in kinds else None

    def source(self, name: str) -> str:
        """The tensor itself, before casts."""
        node = self.by.get(name)
        while node and node.kind in ("Cast", "Identity"):
            name = node.inputs[0]
            node = self.by.get(name)
        return name

    def number(self, name: str) -> float | None:
        value = self.constants.get(self.source(name))
        return float(np.ravel(value)[0]) if value is not None and np.size(value) == 1 else None

    def beside(self, node: Node, number: float, tolerance: float = 1e-5) -> str | None:
        """The input of a sum or product whose other input is that number."""
        for value, other in (node.inputs, node.inputs[::-1]):
            found = self.number(other)
            if found is not None and abs(found - number) < tolerance:
                return value
        return None


def simplified(file: File) -> list[Node]:
    """The nodes with every pattern in place of its last one; the others are left unread."""
    made = Producers(file)
    return [
        gelu(node, made) or plain_norm(node, made) or attention(node, made) or node
        for node in file.nodes
    ]


def became(node: Node, kind: str, inputs: list[str], **keys: Any) -> Node:
    return replace(node, kind=kind, inputs=inputs, keys=keys)


def gelu(node: Node, made: Producers) -> Node | None:
    """0.5 · x · (1 + erf(x / √2)), in any order of the factors."""
    if node.kind != "Mul":
        return None
    factors: list[str] = []
    todo = list(node.inputs)
    while todo:  # all factors of the product
        name = todo.pop()
        inner = made.find(name, "Mul")
        if inner and len(factors) + len(todo) < 4:
            todo += inner.inputs
        else:
            factors.append(name)
    numbers = [made.number(name) for name in factors]
    if len(factors) != 3 or sum(n is not None and abs(n - 0.5) < 1e-6 for n in numbers) != 1:
        return None
    others = [name for name, n in zip(factors, numbers, strict=True) if n is None]
    for x, one in (others, others[::-1]) if len(others) == 2 else ():
        plus = made.find(one, "Add")
        inner = plus and made.beside(plus, 1)
        erf = inner and made.find(inner, "Erf")
        if not erf:
            continue
        scaled = made.find(erf.inputs[0], "Div", "Mul")
        root = 2**0.5 if scaled and scaled.kind == "Div" else 0.5**0.5
        if scaled and made.source(made.beside(scaled, root) or "") == made.source(x):
            return became(node, "Gelu", [x])
    return None


def plain_norm(node: Node, made: Producers) -> Node | None:
    """(x − mean) / √(mean of (x − mean)² + ε): by Div, or by Mul with a Reciprocal."""
    if node.kind == "Div":
        deviation, root = node.inputs
    elif node.kind == "Mul":
        inverse = [made.find(name, "Reciprocal") for name in node.inputs]
        if not any(inverse):
            return None
        place = 0 if inverse[0] else 1
        deviation, root = node.inputs[1 - place], inverse[place].inputs[0]
    else:
        return None
    less, square = made.find(deviation, "Sub"), made.find(root, "Sqrt")
    plus = square and made.find(square.inputs[0], "Add")
    if not less or not plus:
        return None
    for value, other in (plus.inputs, plus.inputs[::-1]):
        epsilon, mean = made.number(other), made.find(value, "ReduceMean")
        if epsilon is None or mean is None:
            continue
        power = made.find(mean.inputs[0], "Pow", "Mul")
        if not power or made.source(power.inputs[0]) != made.source(deviation):
            continue
        centre = made.find(less.inputs[1], "ReduceMean")
        if not centre or made.source(centre.inputs[0]) != made.source(less.inputs[0]):
            continue
        axes = centre.keys.get("axes")
        if axes is None and len(centre.inputs) > 1:
            axes = made.constants.get(made.source(centre.inputs[1]))
        if axes is None:
            continue
        axes = [int(i) for i in np.ravel(axes)]
        return became(node, "isolde.PlainNorm", [less.inputs[0]], axes=axes, epsilon=epsilon)
    return None


def attention(node: Node, made: Producers) -> Node | None:
    """softmax(scale · q @ kᵀ + mask) @ v, with the scale on q, on k, on both or on the product."""
    soft = made.find(node.inputs[0], "Softmax") if node.kind == "MatMul" else None
    if not soft or soft.get("axis", -1) not in (-1, 3):
        return None
    scale, mask, name = 1.0, "", soft.inputs[0]
    plus = made.find(name, "Add")
    if plus:
        name, mask = plus.inputs
    name, scale = unscaled(name, scale, made)
    product = made.find(name, "MatMul")
    if not product:
        return None
    q, scale = unscaled(product.inputs[0], scale, made)
    k, scale = unscaled(product.inputs[1], scale, made)
    inputs = [q, k, node.inputs[1], *([mask] if mask else [""])]
    return became(node, "isolde.Attention", inputs, scale=scale)


def unscaled(name: str, scale: float, made: Producers) -> tuple[str, float]:
    """A tensor before it was multiplied by a number, and the scale with that number in it."""
    node = made.find(name, "Mul", "Div")
    number = made.number(node.inputs[1]) if node else None
    if number is None:
        return name, scale
    return node.inputs[0], scale * number if node.kind == "Mul" else scale / number
