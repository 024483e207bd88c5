"""Functions of one element: the activations, and `clamp`, `scale`, `log`, `power`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..layer import Layer
from .kind import Clip, Frame, Kind, Step

if TYPE_CHECKING:
    from torch import Tensor


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))


# PyTorch's name of each, and the same in numpy.
ACTIVATIONS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "relu": ("relu", lambda x: np.maximum(x, 0)),
    "leaky_relu": ("leaky_relu", lambda x, slope=0.01: np.where(x > 0, x, slope * x)),
    "elu": ("elu", lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "sigmoid": ("sigmoid", sigmoid),
    "tanh": ("tanh", np.tanh),
    "silu": ("silu", lambda x: x * sigmoid(x)),
    "softplus": ("softplus", lambda x: np.logaddexp(0, x)),
    "hard_sigmoid": ("hardsigmoid", lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    "gelu": ("gelu", lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))),
    "hard_swish": ("hardswish", lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hard_tanh": ("hardtanh", lambda x: np.clip(x, -1, 1)),
}


def slope_of(kind: str, layer: Layer) -> tuple[float, ...]:
    """The function's arguments besides x."""
    return (layer.get("slope", 0.01),) if kind == "leaky_relu" else ()


def activated(kind: str, layer: Layer, x: Frame) -> Frame:
    """A frame after a function; `none` leaves it as it is."""
    return x if kind == "none" else ACTIVATIONS[kind][1](x, *slope_of(kind, layer))


def activated_clip(kind: str, layer: Layer, x: Tensor) -> Tensor:
    """The same of a whole clip."""
    import torch
    from torch.nn import functional as fn

    if kind == "none":
        return x
    name = ACTIVATIONS[kind][0]
    return getattr(torch if name in ("sigmoid", "tanh") else fn, name)(x, *slope_of(kind, layer))


def function(s: Step) -> Frame:
    return activated(s.layer.kind, s.layer, s.x)


def function_clip(c: Clip) -> Tensor:
    return activated_clip(c.layer.kind, c.layer, c.x)


def log_clip(c: Clip) -> Tensor:
    return (c.x + c.get("floor")).log10() * c.get("factor", 1)


KINDS = dict.fromkeys(ACTIVATIONS, Kind(function, function_clip)) | {
    "clamp": Kind(
        lambda s: np.clip(s.x, s.get("low"), s.get("high")),
        lambda c: c.x.clamp(c.get("low"), c.get("high")),
    ),
    "scale": Kind(
        lambda s: s.x * s.get("factor", 1) + s.get("offset"),
        lambda c: c.x * c.get("factor", 1) + c.get("offset"),
    ),
    "log": Kind(lambda s: np.log10(s.x + s.get("floor")) * s.get("factor", 1), log_clip),
    "power": Kind(lambda s: s.x ** s.get("exponent", 1), lambda c: c.x ** c.get("exponent", 1)),
}
