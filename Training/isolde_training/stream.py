"""A graph run frame by frame in numpy, as the engine runs it: slow, and written to be read.

A layer gets the newest frame of each of its inputs (channels x bins) and gives one, or nothing as
long as its look-ahead is not filled. What a layer remembers lies in its `state`.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from .graph import ACTIVATIONS, Graph, Layer

Frame = np.ndarray  # [channels, bins], float64


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))


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
    }[kind]()


class Stream:
    """Feed frames with `push`; outputs come `delay` frames late."""

    def __init__(self, graph: Graph):
        self.graph, self.edges = graph, graph.edges()
        self.state: dict[str, dict[str, Any]] = {layer.name: {} for layer in graph.layers}
        self.delay = max(self.edges[x.name].delay for x in graph.layers if x.kind == "output")

    def push(self, inputs: dict[str, Frame]) -> dict[str, Frame]:
        """One frame of every input; the outputs that are due, each at its own delay."""
        frames: dict[str, Frame | None] = {}
        for layer in self.graph.layers:
            if layer.kind == "input":
                frames[layer.name] = np.asarray(inputs[layer.name], np.float64)
                continue
            given = [self.wait(layer, name, frames[name]) for name in layer.inputs]
            ready = all(frame is not None for frame in given)
            frames[layer.name] = self.step(layer, given) if ready else None
        return {
            x.name: frames[x.name]
            for x in self.graph.layers
            if x.kind == "output" and frames[x.name] is not None
        }

    def wait(self, layer: Layer, name: str, frame: Frame | None) -> Frame | None:
        """Hold an input back until the latest of the layer's inputs has its frame too."""
        latest = max(self.edges[i].delay for i in layer.inputs)
        queue = self.state[layer.name].setdefault(("queue", name), deque())
        if frame is not None:
            queue.append(frame)
        return queue.popleft() if len(queue) > latest - self.edges[name].delay else None

    def tensor(self, layer: Layer, key: str, default: Any = None) -> Any:
        value = self.graph.tensors.get(f"{layer.name}.{key}")
        return default if value is None else value.astype(np.float64)

    def step(self, layer: Layer, given: list[Frame]) -> Frame | None:
        """Frame j of a layer from frame j of its inputs (from frame j + look in a `conv`)."""
        get, x, kind, state = layer.get, given[0], layer.kind, self.state[layer.name]
        out = self.edges[layer.name]
        if kind in ACTIVATIONS:
            return activate(kind, x, get("slope", 0.01))
        y: Frame | None = x
        if kind == "conv":
            y = self.conv(layer, x, state)
        elif kind == "upconv":
            y = self.upconv(layer, x)
        elif kind == "dense":
            y = self.tensor(layer, "weight") @ x.T.ravel() + self.tensor(layer, "bias", 0)
            y = y.reshape(out.bins, out.channels).T
        elif kind == "gru":
            y = self.gru(layer, x.T.ravel(), state)[:, None]
        elif kind == "layer_norm":
            y = (x - x.mean(0)) / np.sqrt(x.var(0) + get("epsilon", 1e-5))
            y = (
                y * self.tensor(layer, "weight")[:, None]
                + self.tensor(layer, "bias", np.zeros(1))[:, None]
            )
        elif kind == "running_norm":
            y = self.running_norm(layer, x, state)
        elif kind == "bands":
            y, at = np.zeros((out.channels, out.bins)), 0
            rows = zip(self.tensor(layer, "first"), self.tensor(layer, "count"), strict=True)
            for b, (first, count) in enumerate((int(p), int(q)) for p, q in rows):
                values = self.tensor(layer, "value")[at : at + count]
                y[:, b], at = x[:, first : first + count] @ values, at + count
        elif kind in ("add", "subtract", "multiply"):
            operate = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply}[kind]
            for other in given[1:]:
                y = operate(y, other)
        elif kind == "concat":
            y = np.concatenate(given)
        elif kind == "slice":
            y = x[get("first", 0) :][: out.channels]
        elif kind == "crop":
            y = x[:, get("first", 0) :][:, : out.bins]
        elif kind == "pad":
            y = np.pad(x, ((0, 0), (0, out.bins - x.shape[1])))
        elif kind == "clamp":
            y = np.clip(x, get("low", 0), get("high", 0))
        elif kind == "scale":
            y = x * get("factor", 1) + get("offset", 0)
        elif kind == "log":
            y = np.log10(x + get("floor", 0)) * get("factor", 1)
        elif kind == "power":
            y = x ** get("exponent", 1)
        return None if y is None else activate(get("activation", "none"), y)

    def conv(self, layer: Layer, x: Frame, state: dict) -> Frame | None:
        get, weight = layer.get, self.tensor(layer, "weight")  # [out, in / groups, T, F]
        (frames, width), pad = get("kernel", (1, 1)), get("pad", 0)
        steps, apart = get("dilation", (1, 1))
        past = state.setdefault("past", deque(maxlen=steps * (frames - 1) + 1))
        if not past:
            past.extend([np.zeros((x.shape[0], x.shape[1] + 2 * pad))] * past.maxlen)
        past.append(np.pad(x, ((0, 0), (pad, pad))))
        state["seen"] = state.get("seen", 0) + 1
        if state["seen"] <= get("look", 0):
            return None
        out, groups, stride = self.edges[layer.name], get("groups", 1), get("stride", 1)
        y = np.zeros((groups, out.channels // groups, out.bins))
        weight = weight.reshape(groups, -1, *weight.shape[1:])
        for k in range(frames):
            frame = past[k * steps].reshape(groups, -1, past[0].shape[1])
            for i in range(width):
                part = frame[:, :, i * apart :: stride][:, :, : out.bins]
                y += np.einsum("goi,gib->gob", weight[:, :, :, k, i], part)
        return y.reshape(out.channels, out.bins) + self.tensor(layer, "bias", np.zeros(1))[:, None]

    def upconv(self, layer: Layer, x: Frame) -> Frame:
        get, weight = layer.get, self.tensor(layer, "weight")[:, :, 0]  # [in, out, F]
        width, stride, crop = get("kernel", 1), get("stride", 1), get("crop", 0)
        y = np.zeros((weight.shape[1], (x.shape[1] - 1) * stride + width))
        for i in range(width):
            y[:, i : i + (x.shape[1] - 1) * stride + 1 : stride] += weight[:, :, i].T @ x
        y = y[:, crop : y.shape[1] - crop]
        return y + self.tensor(layer, "bias", np.zeros(1))[:, None]

    def gru(self, layer: Layer, x: np.ndarray, state: dict) -> np.ndarray:
        h = state.get("h", np.zeros(layer.get("hidden", 0)))
        a = self.tensor(layer, "weight_ih") @ x + self.tensor(layer, "bias_ih", 0)
        b = self.tensor(layer, "weight_hh") @ h + self.tensor(layer, "bias_hh", 0)
        (ar, az, an), (br, bz, bn) = np.split(a, 3), np.split(b, 3)
        r, z = sigmoid(ar + br), sigmoid(az + bz)
        state["h"] = (1 - z) * np.tanh(an + r * bn) + z * h
        return state["h"]

    def running_norm(self, layer: Layer, x: Frame, state: dict) -> Frame:
        mean, count = state.get("mean", np.zeros(())), state.get("count", 0)
        value = x if layer.get("over", "bin") == "bin" else x.mean()
        if x.mean() >= layer.get("hold", -np.inf):
            count += 1
            mean = mean + max(1 / count, layer.get("rate", 0)) * (value - mean)
        state["mean"], state["count"] = mean, count
        return x - mean
