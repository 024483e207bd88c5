"""One line of a graph, and its edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

LONGEST = 17  # characters of a number: the engine reads as many digits
Value = int | float | str | tuple[int, int]  # a pair is time x frequency


@dataclass
class Layer:
    """One line: `name = kind(inputs…, key=value, …)`."""

    name: str
    kind: str
    inputs: tuple[str, ...] = ()
    keys: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        keys = [f"{key}={spell(value)}" for key, value in self.keys.items()]
        return f"{self.name} = {self.kind}({', '.join([*self.inputs, *keys])})"

    def get(self, key: str, default: Value) -> Any:
        return self.keys.get(key, default)

    def pair(self, key: str, default: tuple[int, int] = (1, 1)) -> tuple[int, int]:
        """An option time x frequency; a single number is of frequency, with time by default."""
        value = self.keys.get(key, default)
        return value if isinstance(value, tuple) else (int(default[0] > 0), value)


@dataclass
class Edge:
    """Shape and timing of a layer's output: frame j exists as of input frame j · rate + delay."""

    channels: int
    bins: int
    delay: int  # in input frames
    rate: int = 1  # input frames for one of its frames

    @property
    def size(self) -> int:
        return self.channels * self.bins


def spell(value: Value) -> str:
    """A value as text: decimal, with an exponent where it would be long."""
    if isinstance(value, tuple):
        return f"{value[0]}x{value[1]}"
    if isinstance(value, float):
        text = np.format_float_positional(np.float32(value), trim="-")
        if len(text.strip("-")) > LONGEST:
            text = np.format_float_scientific(np.float32(value), trim="-", exp_digits=1)
        return text.replace("e+", "e")
    return str(value)
