"""DeepFilterNet on Isolde's frames as the graph of a model file."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from ..network.deepfilter import BANDS, LEVEL_FLOOR, LOW, PATH, DeepFilterNet, Head
from .graph import Graph
from .tensors import sparse, tensors

FORM: dict[str, str] = {"taps_of": "masked"}  # keys of `Model` that are not the defaults


class Writer:
    """Adds the layers of the network to a graph."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.add = self.graph.add

    def conv(self, name: str, x: str, layer: nn.Module, **keys: object) -> str:
        """A convolution over frames and bins; one that doubles the bins is transposed."""
        weight, keys = layer.weight, {"groups": layer.groups, **keys}
        if layer.groups == 1:
            del keys["groups"]
        if isinstance(layer, nn.ConvTranspose2d):
            return self.add(
                name,
                "upconv",
                x,
                channels=weight.shape[1] * layer.groups,
                kernel=tuple(weight.shape[2:]),
                stride=2,
                crop=weight.shape[3] // 2,
                bins=2 * self.graph.edges()[x].bins,
                **keys,
                tensors=tensors(layer),
            )
        keys |= {"stride": 2} if layer.stride[1] == 2 else {}
        keys |= {"pad": layer.padding[1]} if layer.padding[1] else {}
        kernel = tuple(weight.shape[2:])
        return self.add(
            name, "conv", x, channels=len(weight), kernel=kernel, **keys, tensors=tensors(layer)
        )

    def separable(self, name: str, x: str, layer: nn.Module) -> str:
        self.conv(f"{name}.depth", x, layer.depth)
        return self.conv(name, f"{name}.depth", layer.point, activation="relu")

    def grouped(self, name: str, x: str, weight: Tensor, **keys: object) -> str:
        """A matrix for each group; [groups, out, in]."""
        keys = {"channels": weight.shape[0] * weight.shape[1], "groups": len(weight)} | keys
        return self.add(name, "dense", x, **keys, tensors={"weight": weight})

    def memory(self, name: str, x: str, gru: nn.GRU) -> str:
        """Consecutive GRUs."""
        state = tensors(gru)
        for k in range(gru.num_layers):
            end = f"_l{k}"
            own = {key.removesuffix(end): v for key, v in state.items() if key.endswith(end)}
            x = self.add(f"{name}{k + 1}", "gru", x, hidden=gru.hidden_size, tensors=own)
        return x


@torch.no_grad()
def graph_of(net: DeepFilterNet) -> Graph:
    """The graph of a network. Scales of the features are in the weights."""
    c, w = net.c, Writer()
    running = {"rate": net.rate, "start": "weighted"}
    w.add("power", "input", bins=c.window // 2 + 1)
    w.add("spectrum", "input", channels=2, bins=LOW)
    mean = net.bands * (net.scale**2 / net.bands.sum(1, keepdim=True))
    w.add("energy", "bands", "power", bins=BANDS, tensors=sparse(mean))
    w.add("level", "log", "energy", floor=c.floor, factor=0.25)
    w.add("levels", "running_norm", "level", over="bin", **running)
    norm = {"floor": LEVEL_FLOOR / net.scale}
    norm |= {"level": c.level / net.scale} if c.level else {}
    w.add("low", "unit_norm", "spectrum", **running, **norm)

    e0 = w.conv("erb0", "levels", net.erb0, look=c.look, activation="relu")
    e1 = w.separable("erb1", e0, net.erb1)
    e2 = w.separable("erb2", e1, net.erb2)
    e3 = w.separable("erb3", e2, net.erb3)
    first = nn.Conv2d(2, 64, net.low0.kernel_size, padding=(0, 1), groups=2, bias=False)
    first.weight.copy_(net.low0.weight * net.scale**0.5)  # the root halves the scale's exponent
    w.conv("low0.depth", "low", first, look=c.look)
    c0 = w.conv("low0", "low0.depth", net.low0p, activation="relu")
    w.separable("low1", c0, net.low1)
    w.grouped("embed", "low1", net.embed.weight, activation="relu")
    halves = net.ein.weight.chunk(2)  # what the groups read: the bands, the low bins
    w.grouped("ein.erb", e3, halves[0], activation="relu")
    w.grouped("ein.low", "embed", halves[1], activation="relu")
    w.add("ein", "concat", "ein.erb", "ein.low")
    x = w.memory("emb", "ein", net.egru)

    w.grouped("din", x, net.din.weight, activation="relu")
    y = w.memory("dec", "din", net.dgru)
    w.add("dec", "add", "din", y)
    d = w.grouped("dout", "dec", net.dout.weight, channels=64, bins=8, activation="relu")
    stems = []
    for stem, head in zip(("speech", "voice"), net.heads, strict=True):
        stems.append(gains(w, stem, head, (e0, e1, e2, e3), d))
    w.add("gains", "concat", *stems)
    w.add("wide", "bands", "gains", bins=c.window // 2 + 1, tensors=sparse(net.bands.T))
    w.add("mask", "output", "wide")
    taps(w, net, c0, x)
    return w.graph


def gains(w: Writer, stem: str, head: Head, e: tuple[str, ...], d: str) -> str:
    """The decoder of a head."""
    for k, (skip, x) in enumerate(zip(head.skip, reversed(e), strict=True)):
        name = f"{stem}.{k}"
        w.conv(f"{name}.skip", x, skip, activation="relu")
        d = w.add(f"{name}.sum", "add", f"{name}.skip", d)
        d = w.separable(name, d, head.up[k]) if k < 3 else d
    return w.conv(stem, d, head.gain, activation="sigmoid")


def taps(w: Writer, net: DeepFilterNet, c0: str, x: str) -> None:
    """The filters of all heads, each layer as one."""

    def ordered(rows: Tensor, axis: int) -> Tensor:
        """[tap][part] of an axis as the file has them: [part][tap]."""
        return (
            rows.unflatten(axis, (net.c.taps, 2)).transpose(axis, axis + 1).flatten(axis, axis + 1)
        )

    w.grouped("fin", x, net.fin.weight, activation="relu")
    y = w.memory("filter", "fin", net.fgru)
    w.add("filter", "add", "fin", y)
    fans = [head.fan.weight.unflatten(1, (LOW // 8, -1)) for head in net.heads]  # [8, bin, ·, 32]
    fan = torch.cat([ordered(weight, 2) for weight in fans], 2)
    keys = {"channels": fan.shape[2], "bins": LOW, "activation": "tanh"}
    w.grouped("fan", "filter", fan.flatten(1, 2), **keys)
    # [group][stem][·], as the channels of a convolution in groups stand
    paths = torch.stack([head.path.weight.unflatten(0, (2, -1)) for head in net.heads], 1)
    path = nn.Conv2d(64, len(net.heads) * PATH, paths.shape[4:], groups=2, bias=False)
    path.weight.copy_(paths.flatten(0, 2))
    w.conv("path.frames", c0, path)
    mix = nn.Conv2d(path.out_channels, fan.shape[2], 1)
    mix.weight.zero_()
    blocks = mix.weight.unflatten(0, (len(net.heads), -1)).unflatten(2, (2, len(net.heads), -1))
    for k, head in enumerate(net.heads):
        blocks[k, :, :, k] = ordered(head.mix.weight, 0).unflatten(1, (2, -1))
    mix.bias.copy_(torch.cat([ordered(head.mix.bias, 0) for head in net.heads]))
    w.conv("path", "path.frames", mix, activation="relu")
    w.add("filters", "add", "fan", "path")
    w.add("taps", "output", "filters")


def rounded(net: DeepFilterNet) -> DeepFilterNet:
    """The same network with the weights as the file holds them."""
    net = copy.deepcopy(net).eval()
    for name, value in net.state_dict().items():
        if value.ndim > 1:
            scale = net.scale**0.5 if name == "low0.weight" else 1
            value.copy_((value * scale).half().float() / scale)
    return net
