"""An `Extender` as the graph of a model file."""

from __future__ import annotations

import copy

import numpy as np
import torch

from ..network.extender import (
    AROUND,
    FIRST,
    FLOOR,
    HIGHEST,
    LAW,
    LOW,
    LOWEST,
    PERIOD,
    SOURCE,
    Extender,
)
from .graph import Graph
from .tensors import sparse, tensors

FORM: dict[str, str] = {"task": "extend"}  # keys of `Model` that are not the defaults


def ones(bins: int, first: list[int], count: list[int]) -> dict[str, np.ndarray]:
    """Tensors of `bands` that sum runs of bins."""
    assert len(first) == len(count) == bins
    runs = {"first": np.array(first, np.int32), "count": np.array(count, np.int32)}
    return runs | {"value": np.ones(max(sum(count), 1), np.float32)}


def twice(g: Graph, name: str, x: str) -> str:
    """Duplicate a row for real and imaginary parts."""
    return g.add(name, "concat", x, x)


def add_level(g: Graph, net: Extender) -> None:
    """`level`, the running mean of the low bins' power, and its root."""
    mean = torch.zeros(1, net.c.window // 2 + 1)
    mean[0, FIRST:LOW] = 1 / (LOW - FIRST)
    g.add("low", "bands", "power", bins=1, tensors=sparse(mean))
    g.add("over", "running_norm", "low", over="bin", rate=net.rate)
    g.add("level", "subtract", "low", "over")
    g.add("floored", "scale", "level", offset=FLOOR)
    g.add("root", "power", "floored", exponent=0.5)


def add_excitation(g: Graph) -> None:
    """`moved`: low bins over the magnitude around them, in the bins that are filled."""
    weights = torch.tensor(AROUND, dtype=torch.float32)
    kernel = (weights / weights.sum()).expand(1, 2, 1, -1)
    width = len(AROUND)
    g.add("square", "multiply", "spectrum", "spectrum")
    g.add(
        "around",
        "conv",
        "square",
        channels=1,
        kernel=width,
        pad=width // 2,
        tensors={"weight": kernel},
    )
    g.add("raised", "scale", "around", offset=FLOOR)
    g.add("inverse", "power", "raised", exponent=-0.5)
    g.add("flat", "multiply", "spectrum", twice(g, "inverses", "inverse"))
    first = [SOURCE + k % PERIOD for k in range(HIGHEST - LOWEST)]
    g.add(
        "moved", "bands", "flat", bins=len(first), tensors=ones(len(first), first, [1] * len(first))
    )


@torch.no_grad()
def graph_of(net: Extender) -> Graph:
    """The graph of a network."""
    c, g, n = net.c, Graph(), HIGHEST - LOWEST
    g.add("power", "input", bins=c.window // 2 + 1)
    g.add("spectrum", "input", channels=2, bins=LOW)
    g.add("noise", "input", channels=2, bins=n)
    add_level(g, net)
    add_excitation(g)

    mean = net.member / net.member.sum(1, keepdim=True)
    g.add("energy", "bands", "power", bins=net.bands, tensors=sparse(mean))
    g.add("band", "log", "energy", floor=FLOOR, factor=0.5)
    g.add("whole", "log", "level", floor=FLOOR, factor=0.5)
    g.add("wholes", "upsample", "whole", factor=net.bands)
    g.add("levels", "subtract", "band", "wholes")
    x = g.add(
        "into", "dense", "levels", channels=c.hidden, activation="relu", tensors=tensors(net.into)
    )
    state = tensors(net.gru)
    for k in range(net.gru.num_layers):
        own = {key.removesuffix(f"_l{k}"): v for key, v in state.items() if key.endswith(f"_l{k}")}
        x = g.add(f"memory{k + 1}", "gru", x, hidden=c.hidden, tensors=own)
    g.add("sum", "add", "into", x)

    root = g.add("roots", "upsample", "root", factor=n)
    last = net.member[-net.filled :, LOWEST:HIGHEST]
    for part, (name, activation, spread) in enumerate(
        (
            ("tone", "softplus", net.spread),
            ("hiss", "softplus", net.spread),
            ("gate", "hard_sigmoid", last),
        )
    ):
        rows = slice(part * net.filled, (part + 1) * net.filled)
        own = {"weight": net.out.weight[rows], "bias": net.out.bias[rows]}
        g.add(
            f"{name}.out", "dense", "sum", channels=net.filled, activation=activation, tensors=own
        )
        x = g.add(f"{name}.band", "reshape", f"{name}.out", channels=1, bins=net.filled)
        if activation == "softplus":
            x = g.add(f"{name}.power", "power", x, exponent=LAW)
        g.add(name, "bands", x, bins=n, tensors=sparse(spread.T))
    g.add("open", "multiply", root, "gate")
    for name, excitation in (("tone", "moved"), ("hiss", "noise")):
        g.add(f"{name}.gain", "multiply", "open", name)
        g.add(f"{name}.part", "multiply", excitation, twice(g, f"{name}.gains", f"{name}.gain"))
    g.add("highs", "add", "tone.part", "hiss.part")
    first = [0] * LOWEST + list(range(n)) + [0] * (c.window // 2 + 1 - HIGHEST)
    count = [0] * LOWEST + [1] * n + [0] * (c.window // 2 + 1 - HIGHEST)
    g.add("whole.fill", "bands", "highs", bins=len(first), tensors=ones(len(first), first, count))
    g.add("fill", "output", "whole.fill")
    return g


def rounded(net: Extender) -> Extender:
    """The same network with the weights as the file holds them."""
    net = copy.deepcopy(net).eval()
    for value in net.state_dict().values():
        if value.ndim > 1:
            value.copy_(value.half().float())
    return net
