"""A graph run frame by frame in numpy, as the engine runs it: slow, and written to be read.

Frame j of an edge stands for input frame j · rate and exists as soon as input frame
j · rate + delay is in. All frames of an edge are kept; a layer reads those that it needs for
frame j (zeros before frame 0), never one that does not exist yet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .graph import Graph
from .layer import ACTIVATIONS, Edge, Layer

Frame = np.ndarray  # [channels, bins], float64


class Stream:
    """Feed frames with `push`; outputs come `delay` frames late."""

    def __init__(self, graph: Graph):
        self.graph, self.edges = graph, graph.edges()
        self.frames: dict[str, list[Frame]] = {layer.name: [] for layer in graph.layers}
        self.state: dict[str, dict] = {layer.name: {} for layer in graph.layers}
        self.delay = max(self.edges[x.name].delay for x in graph.layers if x.kind == "output")
        self.count = 0

    def push(self, inputs: dict[str, Frame]) -> dict[str, Frame]:
        """One frame of every input; the outputs that are due, each at its own delay."""
        due: dict[str, Frame] = {}
        for layer in self.graph.layers:
            edge, frames = self.edges[layer.name], self.frames[layer.name]
            j, rest = divmod(self.count - edge.delay, edge.rate)
            if j < 0 or rest:
                continue
            if layer.kind == "input":
                frames.append(np.asarray(inputs[layer.name], np.float64))
                continue
            step = Step(layer, j, edge, self.state[layer.name], self)
            y = STEPS[layer.kind](step)
            frames.append(activate(layer.get("activation", "none"), y))
            if layer.kind == "output":
                due[layer.name] = frames[-1]
        self.count += 1
        return due


@dataclass
class Step:
    """The making of frame j of a layer."""

    layer: Layer
    j: int
    out: Edge
    state: dict[str, Any]
    stream: Stream

    def frame(self, j: int, of: int = 0) -> Frame:
        """Frame j of an input, zeros before frame 0."""
        name = self.layer.inputs[of]
        edge = self.stream.edges[name]
        return self.stream.frames[name][j] if j >= 0 else np.zeros((edge.channels, edge.bins))

    @property
    def x(self) -> Frame:
        return self.frame(self.j)

    @property
    def given(self) -> list[Frame]:
        return [self.frame(self.j, i) for i in range(len(self.layer.inputs))]

    def get(self, key: str, default: Any = 0) -> Any:
        return self.layer.get(key, default)

    def tensor(self, key: str, default: Any = None) -> Any:
        value = self.stream.graph.tensors.get(f"{self.layer.name}.{key}")
        return default if value is None else value.astype(np.float64)

    def bias(self) -> np.ndarray:
        return self.tensor("bias", np.zeros(1))[:, None]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def activate(kind: str, x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """PyTorch's function of that name."""
    return {
        "none": lambda: x,
        "relu": lambda: np.maximum(x, 0),
        "leaky_relu": lambda: np.where(x > 0, x, slope * x),
        "elu": lambda: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        "sigmoid": lambda: sigmoid(x),
        "tanh": lambda: np.tanh(x),
        "silu": lambda: x * sigmoid(x),
        "softplus": lambda: np.logaddexp(0, x),
        "hard_sigmoid": lambda: np.clip(x / 6 + 0.5, 0, 1),
        "gelu": lambda: 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
        "hard_swish": lambda: x * np.clip(x / 6 + 0.5, 0, 1),
        "hard_tanh": lambda: np.clip(x, -1, 1),
    }[kind]()


def flat(x: Frame) -> np.ndarray:
    return x.T.ravel()  # channels innermost


def unflat(x: np.ndarray, out: Edge) -> Frame:
    return x.reshape(out.bins, out.channels).T


def conv(s: Step) -> Frame:
    weight, groups = s.tensor("weight"), s.get("groups", 1)  # [out, in / groups, T, F]
    weight = weight.reshape(groups, -1, *weight.shape[1:])
    (steps, stride), (apart, wide) = s.layer.pair("stride"), s.layer.pair("dilation")
    pads = s.get("pad"), s.get("pad_above", s.get("pad"))
    y = np.zeros((groups, s.out.channels // groups, s.out.bins))
    for k in range(weight.shape[3]):
        last = s.j * steps + s.get("look")
        frame = np.pad(s.frame(last - apart * (weight.shape[3] - 1 - k)), ((0, 0), pads))
        frame = frame.reshape(groups, -1, frame.shape[1])
        for i in range(weight.shape[4]):
            part = frame[:, :, i * wide :: stride][:, :, : s.out.bins]
            y += np.einsum("goi,gib->gob", weight[:, :, :, k, i], part)
    return y.reshape(s.out.channels, s.out.bins) + s.bias()


def upconv(s: Step) -> Frame:
    weight = s.tensor("weight")  # [in, out, T, F]
    (factor, stride), (wait, crop) = s.layer.pair("stride"), s.layer.pair("crop", (0, 0))
    bins, width = s.frame(-1).shape[1], weight.shape[3]
    y = np.zeros((s.out.channels, max((bins - 1) * stride + width, crop + s.out.bins)))
    for k in range(weight.shape[2]):
        j, rest = divmod(s.j + wait - k, factor)
        if rest:
            continue
        x = s.frame(j)
        for i in range(width):
            y[:, i : i + (bins - 1) * stride + 1 : stride] += weight[:, :, k, i].T @ x
    return y[:, crop:][:, : s.out.bins] + s.bias()


def dense(s: Step) -> Frame:
    return unflat(s.tensor("weight") @ flat(s.x) + s.tensor("bias", 0), s.out)


def recurrent(s: Step) -> Frame:
    over, direction = s.get("over", "time"), s.get("direction", "forward")
    hidden = s.get("hidden")
    if over == "time":
        s.state["h"] = unit(s, flat(s.x), s.state.get("h"), "")
        return unflat(s.state["h"][0], s.out)
    if over == "each":
        states = s.state.setdefault("h", [None] * s.out.bins)
        for b in range(s.out.bins):
            states[b] = unit(s, s.x[:, b], states[b], "")
        return np.stack([h[0] for h in states], 1)
    y = np.zeros((s.out.channels, s.out.bins))
    ways = {"forward": [(1, "")], "backward": [(-1, "")], "both": [(1, ""), (-1, "_reverse")]}
    for k, (way, end) in enumerate(ways[direction]):
        state = None
        for b in range(s.out.bins)[::way]:
            state = unit(s, s.x[:, b], state, end)
            y[k * hidden : (k + 1) * hidden, b] = state[0]
    return y


def unit(s: Step, x: np.ndarray, state: list[np.ndarray] | None, end: str) -> list[np.ndarray]:
    """One step of a GRU [h] or an LSTM [h, c], all groups."""
    groups, hidden, gru = s.get("groups", 1), s.get("hidden"), s.layer.kind == "gru"
    state = state or [np.zeros(hidden)] * (1 if gru else 2)
    wi, wh, bi, bh = (
        s.tensor(key + end) for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    if groups == 1:
        wi, wh, bi, bh = wi[None], wh[None], bi[None], bh[None]
    x, old = x.reshape(groups, -1), [h.reshape(groups, -1) for h in state]
    a = np.einsum("goi,gi->go", wi, x) + bi
    b = np.einsum("goi,gi->go", wh, old[0]) + bh
    if gru:
        (ar, az, an), (br, bz, bn) = np.split(a, 3, 1), np.split(b, 3, 1)
        r, z = sigmoid(ar + br), sigmoid(az + bz)
        return [((1 - z) * np.tanh(an + r * bn) + z * old[0]).ravel()]
    i, f, g, o = np.split(a + b, 4, 1)
    c = sigmoid(f) * old[1] + sigmoid(i) * np.tanh(g)
    return [(sigmoid(o) * np.tanh(c)).ravel(), c.ravel()]


def layer_norm(s: Step) -> Frame:
    epsilon, weight, bias = s.get("epsilon", 1e-5), s.tensor("weight"), s.tensor("bias", 0)
    if s.get("over", "channels") == "frame":
        x = flat(s.x)
        return unflat((x - x.mean()) / np.sqrt(x.var() + epsilon) * weight + bias, s.out)
    y = (s.x - s.x.mean(0)) / np.sqrt(s.x.var(0) + epsilon)
    return y * weight[:, None] + s.bias()


def rms_norm(s: Step) -> Frame:
    x = s.x
    scale = 1 / np.sqrt(np.square(x).mean(0) + s.get("epsilon", 1e-6))
    return x * scale * s.tensor("weight")[:, None]


def running_norm(s: Step) -> Frame:
    mean, count, x = s.state.get("mean", np.zeros(())), s.state.get("count", 0), s.x
    value = x if s.get("over", "bin") == "bin" else x.mean()
    if x.mean() >= s.get("hold", -np.inf):
        count += 1
        mean = mean + max(1 / count, s.get("rate")) * (value - mean)
    s.state["mean"], s.state["count"] = mean, count
    return x - mean


def bands(s: Step) -> Frame:
    y, at = np.zeros((s.out.channels, s.out.bins)), 0
    for b, (first, count) in enumerate(zip(s.tensor("first"), s.tensor("count"), strict=True)):
        values = s.tensor("value")[at : at + int(count)]
        y[:, b], at = s.x[:, int(first) : int(first + count)] @ values, at + int(count)
    return y


def attention(s: Step) -> Frame:
    heads, d = s.get("heads", 1), s.out.channels // s.get("heads", 1)
    q = s.x.reshape(heads, d, -1)
    if s.get("over", "bins") == "bins":
        k, v = (s.frame(s.j, i).reshape(heads, d, -1) for i in (1, 2))
        weight = softmax(np.einsum("hdb,hdc->hbc", q, k) / np.sqrt(d), 2)
        return np.einsum("hbc,hdc->hdb", weight, v).reshape(s.x.shape)
    times = range(max(s.j - s.get("window", 1) + 1, 0), s.j + 1)
    k, v = (np.stack([s.frame(t, i).reshape(heads, d, -1) for t in times]) for i in (1, 2))
    weight = softmax(np.einsum("hdb,thdb->thb", q, k) / np.sqrt(d), 0)
    return np.einsum("thb,thdb->hdb", weight, v).reshape(s.x.shape)


def pool(s: Step) -> Frame:
    (frames, width), last = s.layer.pair("kernel"), s.get("look")
    steps, stride = s.layer.pair("stride", (frames, width))
    last += s.j * steps
    under = [
        s.frame(last - t)[:, i::stride][:, : s.out.bins]
        for t in range(frames)
        for i in range(width)
    ]
    return np.max(under, 0) if s.layer.kind == "max_pool" else np.mean(under, 0)


def upsample(s: Step) -> Frame:
    steps, stride = s.layer.pair("factor")
    if s.get("mode", "nearest") == "nearest":
        return s.frame(s.j // steps).repeat(stride, 1)
    t, after = between(s.j, steps)
    x = (1 - after) * s.frame(t) + (after * s.frame(t + 1) if after else 0)
    y = np.zeros((s.out.channels, s.out.bins))
    for b in range(s.out.bins):
        i, above = between(b, stride)
        y[:, b] = (1 - above) * x[:, i] + above * x[:, min(i + 1, x.shape[1] - 1)]
    return y


def between(place: int, factor: int) -> tuple[int, float]:
    """The element below a place of the upsampled axis, and how far it is to the next."""
    at = max((place + 0.5) / factor - 0.5, 0)
    return int(at), at - int(at)


def shuffle(s: Step) -> Frame:
    groups, x = s.get("groups", 1), s.x
    return x.reshape(groups, -1, x.shape[1]).swapaxes(0, 1).reshape(x.shape)


STEPS: dict[str, Callable[[Step], Frame]] = {
    "conv": conv,
    "upconv": upconv,
    "dense": dense,
    "gru": recurrent,
    "lstm": recurrent,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "running_norm": running_norm,
    "bands": bands,
    "attention": attention,
    "max_pool": pool,
    "avg_pool": pool,
    "upsample": upsample,
    "shuffle": shuffle,
    "prelu": lambda s: np.where(s.x > 0, s.x, s.x * s.tensor("weight")[:, None]),
    "softmax": lambda s: softmax(s.x, 0),
    "add": lambda s: sum(s.given[1:], s.x),
    "subtract": lambda s: s.given[0] - s.given[1],
    "multiply": lambda s: np.prod(s.given, 0),
    "concat": lambda s: np.concatenate(s.given),
    "slice": lambda s: s.x[s.get("first") :][: s.out.channels],
    "crop": lambda s: s.x[:, s.get("first") :][:, : s.out.bins],
    "pad": lambda s: np.pad(s.x, ((0, 0), (0, s.out.bins - s.x.shape[1]))),
    "reshape": lambda s: unflat(flat(s.x), s.out),
    "transpose": lambda s: s.x.T,
    "clamp": lambda s: np.clip(s.x, s.get("low"), s.get("high")),
    "scale": lambda s: s.x * s.get("factor", 1) + s.get("offset"),
    "log": lambda s: np.log10(s.x + s.get("floor")) * s.get("factor", 1),
    "power": lambda s: s.x ** s.get("exponent", 1),
    "output": lambda s: s.x,
} | {kind: lambda s: activate(s.layer.kind, s.x, s.get("slope", 0.01)) for kind in ACTIVATIONS}
