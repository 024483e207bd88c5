"""The arguments of an operator's conversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .axes import Atom, Value
from .builder import Builder
from .onnx_file import Node
from .refusal import RefusedError


@dataclass
class Call:
    """A node and its inputs: values that come frame by frame, constants, None where left out."""

    b: Builder
    node: Node
    given: list[Value | np.ndarray | None]

    def get(self, key: str, default: Any = None) -> Any:
        return self.node.get(key, default)

    @property
    def x(self) -> Value:
        return self.value(0)

    def value(self, number: int) -> Value:
        x = self.given[number]
        if not isinstance(x, Value):
            raise RefusedError(f"input {number} is a constant", "only the other inputs may be one")
        return x

    def constant(self, number: int, key: str = "", default: Any = None) -> Any:
        """A constant input, or the attribute that older opsets have in its place."""
        x = self.given[number] if number < len(self.given) else None
        if isinstance(x, Value):
            hint = "weights and sizes must be constants: export with model.eval()"
            raise RefusedError(f"input {number} is worked out by the network", hint)
        return self.get(key, default) if x is None else x

    def numbers(self, number: int, key: str = "") -> list[int] | None:
        """A constant input, or attribute, as a list of integers."""
        x = self.constant(number, key)
        return None if x is None else [int(n) for n in np.ravel(x)]

    def weight(self, number: int) -> np.ndarray:
        x = self.constant(number)
        if x is None:
            raise RefusedError("the weights are missing")
        return np.asarray(x, np.float32)


@dataclass
class Window:
    """One axis under a kernel: of time or of frequency."""

    place: int  # axis of the tensor
    kernel: int
    stride: int
    dilation: int
    before: int  # zeros
    after: int

    @property
    def span(self) -> int:
        return self.dilation * (self.kernel - 1)

    def size(self, given: int) -> int:
        return (given + self.before + self.after - self.span - 1) // self.stride + 1


def windows(c: Call, kernel: list[int]) -> list[Window]:
    """The axes under the kernel of a convolution or a pool, paddings in numbers."""
    n, first = len(kernel), len(c.x.axes) - len(kernel)
    strides, apart = c.get("strides", [1] * n), c.get("dilations", [1] * n)
    pads, auto = c.get("pads", [0] * 2 * n), c.get("auto_pad", "NOTSET")
    found = []
    for i in range(n):
        window = Window(first + i, kernel[i], strides[i], apart[i], pads[i], pads[n + i])
        if auto.startswith("SAME"):
            size = c.x.shape[first + i]
            total = max((-(-size // strides[i]) - 1) * strides[i] + window.span + 1 - size, 0)
            window.before = total // 2 if auto == "SAME_UPPER" else -(-total // 2)
            window.after = total - window.before
        found.append(window)
    return found


@dataclass
class Plane:
    """The axes under a kernel sorted out: at most one of time and one of frequency."""

    time: Window
    bins: Window
    batch: list[Atom]  # of the frame: bins that share the weights, one by one
    along: list[Atom]  # of the frame: the bins under the kernel


def plane(c: Call, found: list[Window]) -> Plane:
    """Which window is of time and which of frequency; axes of 1 under a kernel of 1 are neither."""
    x = c.x
    time, bins = None, None
    for window in found:
        axis = x.axes[window.place]
        if any(atom.time for atom in axis):
            if len(axis) > 1:
                raise RefusedError("the kernel runs over time and frequency in one axis")
            time = window
        elif not axis and window == Window(window.place, 1, 1, 1, 0, 0):
            continue
        elif bins is None:
            bins = window
        else:
            raise RefusedError(
                "the kernel runs over two axes of a frame", "one of time, one of bins"
            )
    none = Window(-1, 1, 1, 1, 0, 0)
    batch = [atom for atom in x.axes[0] if not atom.time]
    along = list(x.axes[bins.place]) if bins else []
    if batch and bins and bins != Window(bins.place, 1, 1, 1, 0, 0):
        raise RefusedError("the kernel runs over bins, and there are others beside")
    return Plane(time or none, bins or none, batch, along)
