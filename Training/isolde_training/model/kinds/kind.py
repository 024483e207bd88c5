"""A kind of layer: its edge and tensors, one frame in numpy, a whole clip in PyTorch.

A frame is float64 [channels, bins], a clip a tensor [1, channel, frame, bin]. PyTorch is imported
by the functions that run clips alone, so graphs can be written and read without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..layer import Edge, Layer

if TYPE_CHECKING:
    from torch import Tensor

Frame = np.ndarray
Shapes = dict[str, tuple[int, ...]]
Tensors = Mapping[str, np.ndarray]  # of one layer, by key


@dataclass
class Step:
    """Frame j of a layer: its inputs, tensors and state."""

    layer: Layer
    j: int
    inputs: list[tuple[Edge, list[Frame]]]  # shape and all frames so far of each
    out: Edge
    tensors: Tensors  # floats as float64
    state: dict[str, Any]  # what the layer keeps between frames

    def frame(self, j: int, of: int = 0) -> Frame:
        """Frame j of an input, zeros before frame 0."""
        edge, frames = self.inputs[of]
        return frames[j] if j >= 0 else np.zeros((edge.channels, edge.bins))

    @property
    def x(self) -> Frame:
        return self.frame(self.j)

    @property
    def given(self) -> list[Frame]:
        return [self.frame(self.j, i) for i in range(len(self.inputs))]

    def get(self, key: str, default: Any = 0) -> Any:
        return self.layer.get(key, default)

    def bias(self) -> np.ndarray:
        """[channels, 1], zeros where the layer has none."""
        return self.tensors.get("bias", np.zeros(1))[:, None]


@dataclass
class Clip:
    """A layer with whole clips as its inputs."""

    layer: Layer
    given: list[Tensor]  # [1, C, T, F]
    out: Edge
    frames: int  # of its output
    tensors: dict[str, Tensor]  # floats as float32

    @property
    def x(self) -> Tensor:
        return self.given[0]

    def get(self, key: str, default: Any = 0) -> Any:
        return self.layer.get(key, default)


EdgeRule = Callable[[Layer, list[Edge]], Edge]


def same(layer: Layer, inputs: list[Edge]) -> Edge:
    """All inputs and the output have one shape."""
    if len({(edge.channels, edge.bins) for edge in inputs}) > 1:
        raise ValueError("shapes differ")
    return timed(inputs, inputs[0].channels, inputs[0].bins)


@dataclass(frozen=True)
class Kind:
    """One kind of layer. A rule raises a ValueError for an impossible layer."""

    step: Callable[[Step], Frame]  # frame j, as the engine makes it
    clip: Callable[[Clip], Tensor]  # all frames by PyTorch's own layers: what the engine must equal
    edge: EdgeRule = same
    tensors: Callable[[Layer, list[Edge], Edge], Shapes] = lambda layer, inputs, out: {}
    optional: tuple[str, ...] = ("bias",)  # tensors that may be missing
    shared: tuple[str, ...] = ()  # tensors that may be one number for all channels
    inputs: range = range(1, 2)  # how many there may be
    # Golden vectors by name: the keys of the input `x`, and the layer.
    examples: Mapping[str, tuple[str, str]] = field(default_factory=dict)


# Shape and timing


def timed(inputs: list[Edge], channels: int, bins: int) -> Edge:
    """An edge whose frame j depends on frame j of all inputs."""
    if len({edge.rate for edge in inputs}) > 1:
        raise ValueError("rates differ")
    return Edge(channels, bins, max(edge.delay for edge in inputs), inputs[0].rate)


def ahead(x: Edge, layer: Layer, stride: int, channels: int, bins: int) -> Edge:
    """An edge whose frame j ends at frame j · stride + look of the input."""
    return Edge(channels, bins, x.delay + layer.get("look", 0) * x.rate, x.rate * stride)


def spread(x: Edge, factor: int, wait: int, channels: int, bins: int) -> Edge:
    """An edge with `factor` frames per input frame, delayed by `wait` of its own frames."""
    if x.rate % factor:
        raise ValueError(f"{factor} frames for one need a time stride before them")
    rate = x.rate // factor
    return Edge(channels, bins, x.delay + wait * rate, rate)


def wide(layer: Layer, inputs: list[Edge]) -> Edge:
    """The number of bins that the layer states."""
    return timed(inputs, inputs[0].channels, layer.get("bins", 0))


# Flattened frames have their channels innermost, as in the engine's memory


def flat(x: Frame) -> np.ndarray:
    return x.T.ravel()


def unflat(x: np.ndarray, out: Edge) -> Frame:
    return x.reshape(out.bins, out.channels).T


def rows(x: Tensor) -> Tensor:
    """[1, C, T, F] to [1, T, F * C]."""
    return x.permute(0, 2, 3, 1).flatten(2)


def unrows(x: Tensor, out: Edge) -> Tensor:
    """[1, T, F * C] to [1, C, T, F]."""
    return x.unflatten(2, (out.bins, out.channels)).permute(0, 3, 1, 2)


def under(c: Clip, span: int, stride: int) -> Tensor:
    """Frames such that the first kernel of `span` + 1 frames ends at frame `look`."""
    from torch.nn.functional import pad

    look = c.get("look")
    x = pad(c.x, (0, 0, max(span - look, 0), look + span + stride))
    return x[:, :, max(look - span, 0) :]
