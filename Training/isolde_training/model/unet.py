"""The U-Net as a graph of the engine: batch norms folded."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn

from ..network.network import Network
from .graph import Graph
from .tensors import sparse, tensors

FORM: dict[str, str] = {}  # keys of `Model` that are not the defaults


def scale_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """A batch norm with fixed statistics, as a factor and an offset per channel."""
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    return scale, norm.bias - norm.running_mean * scale


def add_memory(g: Graph, x: str, net: Network) -> str:
    """The recurrent layer with its residual; returns the name of the sum."""
    memory, size = net.memory, net.c.channels[-1]
    keys = {"channels": net.c.hidden, "activation": "relu"}
    g.add("squeeze", "dense", x, **keys, tensors=tensors(memory.down))
    gru = {key.removesuffix("_l0"): value for key, value in tensors(memory.gru).items()}
    g.add("memory", "gru", "squeeze", hidden=net.c.hidden, tensors=gru)
    bins = memory.up.out_features // size
    g.add("spread", "dense", "memory", channels=size, bins=bins, tensors=tensors(memory.up))
    return g.add("bottom", "add", x, "spread")


def add_features(g: Graph, net: Network) -> str:
    """The inputs, and the network's features of them; returns the name of the features."""
    c = net.c
    f = c.narrow + c.wide
    g.add("power", "input", bins=c.window // 2 + 1)
    g.add("advance", "input", channels=2, bins=c.narrow)
    g.add("energy", "bands", "power", bins=f, tensors=sparse(net.mean))
    g.add("level", "log", "energy", floor=1e-13, factor=0.5)
    for name, over in (("whole", "frame"), ("band", "bin")):
        g.add(f"over_{name}", "running_norm", "level", over=over, rate=net.rate, hold=c.hold)
    g.add("levels", "concat", "over_whole", "over_band")
    g.add("limited", "clamp", "levels", low=-2.5, high=2.5)
    g.add("phase", "pad", "advance", bins=f)
    return g.add("features", "concat", "limited", "phase")


def add_encoder(g: Graph, x: str, net: Network) -> list[str]:
    """The encoder, batch norms folded; returns the names of its layers' outputs."""
    outputs = []
    for k, layer in enumerate(net.encoder, 1):
        scale, shift = scale_and_shift(layer.norm)
        weight = layer.conv.weight * scale[:, None, None, None]
        out, _, frames, width = weight.shape
        x = g.add(
            f"encode{k}",
            "conv",
            x,
            channels=out,
            kernel=(frames, width),
            stride=2,
            pad=width // 2,
            look=layer.look,
            activation="relu",
            tensors={"weight": weight, "bias": shift},
        )
        outputs.append(x)
    return outputs


def add_decoder(g: Graph, x: str, skips: list[str], net: Network) -> str:
    """The decoder with its skip connections, batch norms folded; returns the name of its output."""
    for k, layer in zip(range(len(net.decoder), 0, -1), net.decoder, strict=True):
        scale, shift = scale_and_shift(layer.norm)
        up, skip = layer.conv.weight * scale[:, None, None], layer.skip.weight
        skip, out = skip * scale[:, None, None, None], up.shape[1]
        up = {"weight": up, "bias": shift}
        g.add(f"up{k}", "upconv", x, channels=out, kernel=4, stride=2, crop=1, tensors=up)
        g.add(
            f"skip{k}", "conv", skips[k - 1], channels=out, kernel=(1, 1), tensors={"weight": skip}
        )
        x = g.add(f"decode{k}", "add", f"up{k}", f"skip{k}", activation="relu")
    return x


def add_outputs(g: Graph, x: str, net: Network) -> None:
    """The outputs `mask` and, with a filter, `taps`."""
    c = net.c
    keys = {"kernel": 2, "stride": 2}
    g.add(
        "share", "upconv", x, channels=2, **keys, activation="sigmoid", tensors=tensors(net.gains)
    )
    g.add("stretched", "scale", "share", factor=c.top)
    g.add("reached", "clamp", "stretched", low=0.0, high=c.limit)
    g.add("speech", "slice", "reached", first=0, channels=1)
    g.add("direct", "slice", "reached", first=1, channels=1)
    g.add("voice", "multiply", "speech", "direct")
    g.add("both", "concat", "speech", "voice")
    g.add("gain", "power", "both", exponent=1 / c.law)
    g.add("wide", "bands", "gain", bins=c.window // 2 + 1, tensors=sparse(net.bands.T))
    g.add("mask", "output", "wide")
    if net.filter is not None:
        g.add("low", "crop", x, first=0, bins=c.narrow // 2)
        g.add("filter", "upconv", "low", channels=4 * net.taps, **keys, tensors=tensors(net.filter))
        g.add("taps", "output", "filter")


@torch.no_grad()
def graph_of(net: Network) -> Graph:
    """The graph of a network."""
    g = Graph()
    skips = add_encoder(g, add_features(g, net), net)
    x = skips[-1] if net.memory is None else add_memory(g, skips[-1], net)
    add_outputs(g, add_decoder(g, x, skips, net), net)
    return g


def rounded(net: Network) -> Network:
    """The same network with the batch norms folded and the weights as the file holds them."""
    net, graph = copy.deepcopy(net).eval(), graph_of(net)
    graph.half()

    def put(parameter: Tensor, name: str) -> None:
        parameter.copy_(torch.from_numpy(graph.tensors[name].astype(np.float32)))

    def pass_through(norm: nn.BatchNorm2d, bias: str) -> None:
        norm.weight.fill_(1)
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        put(norm.bias, bias)

    with torch.no_grad():
        for k, layer in enumerate(net.encoder, 1):
            put(layer.conv.weight, f"encode{k}.weight")
            pass_through(layer.norm, f"encode{k}.bias")
        for k, layer in zip(range(len(net.decoder), 0, -1), net.decoder, strict=True):
            put(layer.conv.weight, f"up{k}.weight")
            put(layer.skip.weight, f"skip{k}.weight")
            pass_through(layer.norm, f"up{k}.bias")
        if net.memory is not None:
            put(net.memory.down.weight, "squeeze.weight")
            put(net.memory.up.weight, "spread.weight")
            put(net.memory.gru.weight_ih_l0, "memory.weight_ih")
            put(net.memory.gru.weight_hh_l0, "memory.weight_hh")
        put(net.gains.weight, "share.weight")
        if net.filter is not None:
            put(net.filter.weight, "filter.weight")
    return net
