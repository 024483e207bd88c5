"""GRU and LSTM: over the frames, over the bins of a frame, or over the frames for every bin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..axes import Value, axis_of
from ..call import Call
from ..refusal import RefusedError
from .dense import columns

ORDER = {  # places of our gates among ONNX's
    "GRU": (1, 0, 2),  # z r n -> r z n
    "LSTM": (0, 2, 3, 1),  # i o f g -> i f g o
}
PLAIN = {"GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}


def recurrent(c: Call) -> list[Value]:
    """[step, sequence, input] to [step, direction, sequence, hidden]."""
    kind, hidden, way = c.node.kind, c.get("hidden_size"), c.get("direction", "forward")
    check(c)
    x = c.b.settle(c.x)
    step, batch, inner = x.axes
    over_time = any(atom.time for atom in step)
    if over_time and way != "forward":
        raise RefusedError(f"{way} over time", "a stream has no end to begin at: use one direction")
    keys, order = {"hidden": hidden}, None  # of the columns: that of the input
    if over_time and len(step) == 1 and not batch:
        over, order = "time", replace(x, axes=[inner])  # the whole frame, in memory order
    elif over_time and len(step) == 1:
        over, x = "each", c.b.arrange(x, batch, inner)
    elif len(batch) == 1 and batch[0].time:
        over, x = "bins", c.b.arrange(x, step, inner)
    else:
        raise RefusedError(
            f"the sequences of {x.shape} lie neither over the frames nor over the bins",
            "[frames, 1 or bins, …] or [bins, frames, …]",
        )
    if over != "time":
        keys["over"] = over
    if way != "forward":
        keys["direction"] = {"bidirectional": "both", "reverse": "backward"}[way]
    tensors: dict[str, np.ndarray] = {}
    for d in range(2 if way == "bidirectional" else 1):
        end = "_reverse" if d else ""
        tensors |= {f"{key}{end}": w for key, w in gates(c, kind, d, order).items()}
    edge = c.b.emit(kind.lower(), x.edge, **keys, tensors=tensors)
    ways, out = axis_of(2 if way == "bidirectional" else 1), axis_of(hidden)
    bins = {"time": (), "each": batch, "bins": step}[over]
    y = Value(edge, [*bins, *ways, *out], [step, ways, batch, out])
    return [y]


def check(c: Call) -> None:
    """Refuse what the layers cannot do."""
    if c.node.kind == "GRU" and not c.get("linear_before_reset", 0):
        hint = "PyTorch's GRU and Keras's with reset_after=True apply it after the product"
        raise RefusedError("the reset gate works before the product", hint)
    if c.get("layout", 0):
        raise RefusedError("layout=1", "export with layout=0")
    if c.get("clip") is not None:
        raise RefusedError("clip")
    ways = 2 if c.get("direction") == "bidirectional" else 1
    if (c.get("activations") or PLAIN[c.node.kind] * ways) != PLAIN[c.node.kind] * ways:
        raise RefusedError(f"activations {c.get('activations')}", "only sigmoid and tanh are known")
    if c.constant(4) is not None and np.any(np.asarray(c.constant(4)) != c.x.shape[0]):
        raise RefusedError("sequence lengths")
    for place in (5, 6):
        state = c.constant(place)
        if state is not None and np.any(state):
            raise RefusedError("a state to begin with that is not zero")
    if c.node.kind == "LSTM" and c.constant(7) is not None and np.any(c.constant(7)):
        raise RefusedError("peepholes")


def gates(c: Call, kind: str, d: int, order: Value | None) -> dict[str, np.ndarray]:
    """The tensors of one direction: ONNX's gates, and its columns, in our order."""

    def ours(w: np.ndarray) -> np.ndarray:
        parts = np.split(w, len(ORDER[kind]))
        return np.concatenate([parts[i] for i in ORDER[kind]])

    w, r = ours(c.weight(1)[d]), ours(c.weight(2)[d])
    bias = c.constant(3)
    bias = np.zeros(2 * len(w), np.float32) if bias is None else bias[d]
    first, second = np.split(bias, 2)
    return {
        "weight_ih": w if order is None else columns(order, w),
        "weight_hh": r,
        "bias_ih": ours(first),
        "bias_hh": ours(second),
    }
