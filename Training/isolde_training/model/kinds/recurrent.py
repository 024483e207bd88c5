"""`gru` and `lstm`: over the frames, along the bins of a frame, or over the frames of each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..layer import Edge, Layer
from .functions import sigmoid
from .kind import (
    Clip,
    Frame,
    Kind,
    Shapes,
    Step,
    flat,
    rows,
    timed,
    unflat,
    unrows,
)

if TYPE_CHECKING:
    from torch import Tensor

WAYS = {  # end of the tensors' names, and the step along the bins
    "forward": [("", 1)],
    "backward": [("", -1)],
    "both": [("", 1), ("_reverse", -1)],
}


def edge(layer: Layer, inputs: list[Edge]) -> Edge:
    over, hidden = layer.get("over", "time"), layer.get("hidden", 0)
    if over == "time":
        return timed(inputs, hidden, 1)
    both = over == "bins" and layer.get("direction", "forward") == "both"
    return timed(inputs, hidden * (2 if both else 1), inputs[0].bins)


def tensors(layer: Layer, inputs: list[Edge], out: Edge) -> Shapes:
    gates = (3 if layer.kind == "gru" else 4) * layer.get("hidden", 0)
    x, h, groups = inputs[0], layer.get("hidden", 0), layer.get("groups", 1)
    given = x.size if layer.get("over", "time") == "time" else x.channels
    front = (groups,) if groups > 1 else ()
    one = {
        "weight_ih": (*front, gates // groups, given // groups),
        "weight_hh": (*front, gates // groups, h // groups),
        "bias_ih": (*front, gates // groups),
        "bias_hh": (*front, gates // groups),
    }
    ways = WAYS[layer.get("direction", "forward")]
    return {f"{key}{end}": shape for end, _ in ways for key, shape in one.items()}


def step(s: Step) -> Frame:
    over, hidden = s.get("over", "time"), s.get("hidden")
    if over == "time":
        s.state["h"] = unit(s, flat(s.x), s.state.get("h"), "")
        return unflat(s.state["h"][0], s.out)
    if over == "each":
        states = s.state.setdefault("h", [None] * s.out.bins)
        for b in range(s.out.bins):
            states[b] = unit(s, s.x[:, b], states[b], "")
        return np.stack([h[0] for h in states], 1)
    y = np.zeros((s.out.channels, s.out.bins))
    for k, (end, way) in enumerate(WAYS[s.get("direction", "forward")]):
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
        s.tensors[key + end] for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
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


def clip(c: Clip) -> Tensor:
    """One of PyTorch's modules for every group and direction."""
    import torch

    over = c.get("over", "time")
    if over == "time":
        x = rows(c.x)  # [1, T, F * C]
    elif over == "bins":
        x = c.x[0].permute(1, 2, 0)  # [T, F, C]: every frame is a sequence
    else:
        x = c.x[0].permute(2, 1, 0)  # [F, T, C]: every bin is a sequence
    ways = WAYS[c.get("direction", "forward")]
    y = torch.cat([one_way(c, x, end, way) for end, way in ways], -1)
    if over == "time":
        return unrows(y, c.out)
    return y.permute(2, 0, 1)[None] if over == "bins" else y.permute(2, 1, 0)[None]


def one_way(c: Clip, x: Tensor, end: str, way: int) -> Tensor:
    """[sequence, step, value] through all groups side by side."""
    import torch
    from torch import nn

    groups, parts = c.get("groups", 1), []
    for g, part in enumerate(x.chunk(groups, -1)):
        kind = nn.GRU if c.layer.kind == "gru" else nn.LSTM
        module = kind(part.shape[-1], c.get("hidden") // groups, batch_first=True)
        for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            value = c.tensors[key + end]
            getattr(module, f"{key}_l0").copy_(value[g] if groups > 1 else value)
        y = module(part.flip(1) if way < 0 else part)[0]
        parts.append(y.flip(1) if way < 0 else y)
    return torch.cat(parts, -1)


KINDS = dict.fromkeys(("gru", "lstm"), Kind(step, clip, edge, tensors, optional=()))
