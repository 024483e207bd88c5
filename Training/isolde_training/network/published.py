"""The published weights of DeepFilterNet 2, read from its ONNX graphs, to start training from.

A folder holds enc.onnx, erb_dec.onnx and df_dec.onnx, of `dfn2` or `dfn2_ll`.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .checkpoint import described, write
from .deepfilter import LOW, PUBLISHED, DeepFilterConfig, DeepFilterNet, Head

TAPS = 5  # of the published filter
KINDS = ("Conv", "ConvTranspose", "GRU", "Einsum")


class Part:
    """One graph: its constants by name, and its nodes that have weights, in their order."""

    def __init__(self, path: pathlib.Path):
        import onnx
        from onnx import numpy_helper

        graph = onnx.load(path).graph
        self.constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.nodes: Iterator[Any] = iter([n for n in graph.node if n.op_type in KINDS])

    def next(self) -> list[Tensor]:
        """The constants of the next node: weight and bias, or those of a GRU."""
        names = [name for name in next(self.nodes).input[1:] if name in self.constants]
        return [torch.from_numpy(np.array(self.constants[name])) for name in names]

    def sort(self) -> None:
        """Sort nodes by kind, where those of two branches are interleaved."""
        self.nodes = iter(sorted(self.nodes, key=lambda node: KINDS.index(node.op_type)))

    def fill(self, *layers: nn.Module) -> None:
        """Copy the weights of the next nodes into these layers."""
        for layer in layers:
            if isinstance(layer, nn.GRU):
                for k in range(layer.num_layers):
                    self.fill_gru(layer, k)
                continue
            weight, *bias = self.next()
            layer.weight.copy_(weight.mT if weight.ndim == 3 else weight)  # grouped: [G, in, out]
            if bias:
                layer.bias.copy_(bias[0])

    def fill_gru(self, layer: nn.GRU, k: int) -> None:
        """Copy a GRU: ONNX's gates are z, r, n, PyTorch's r, z, n."""
        w, r, b = self.next()[:3]
        parts = {"weight_ih": w[0], "weight_hh": r[0]}
        parts |= dict(zip(("bias_ih", "bias_hh"), b[0].chunk(2), strict=True))
        for name, value in parts.items():
            z, reset, n = value.chunk(3)
            getattr(layer, f"{name}_l{k}").copy_(torch.cat([reset, z, n]))


@torch.no_grad()
def load(folder: pathlib.Path, c: DeepFilterConfig | None = None) -> DeepFilterNet:
    """The published network of a folder; both stems begin as its voice.

    Frames and taps that `c` has beside the published ones begin at zero.
    """
    c = c or PUBLISHED[folder.name]
    net = DeepFilterNet(c)
    enc, dec, df = (Part(folder / f"{name}.onnx") for name in ("enc", "erb_dec", "df_dec"))

    for first in (net.erb0, net.low0):
        weight, *bias = enc.next()
        first.weight.zero_()[:, :, : weight.shape[2]] = weight
        if bias:
            first.bias.copy_(bias[0])
        layers = (net.erb1, net.erb2, net.erb3) if first is net.erb0 else ()
        for s in layers:
            enc.fill(s.depth, s.point)
    enc.fill(net.low0p, net.low1.depth, net.low1.point, net.embed, net.ein, net.egru)

    voice = net.heads[-1]
    dec.fill(net.din, net.dgru, net.dout)
    for skip, up in zip(voice.skip, voice.up, strict=False):
        dec.fill(skip, up.depth, up.point)
    dec.fill(voice.skip[3], voice.gain)

    def put(layer: nn.Module, key: str, axis: int, values: Tensor, bins: int = 1) -> None:
        """Put taps on an axis [bin][tap][part]: zeros first, the published taps last."""
        rows = getattr(layer, key).zero_().unflatten(axis, (bins, c.taps, 2))
        rows.narrow(axis + 1, c.taps - TAPS, TAPS).copy_(values.unflatten(axis, (bins, TAPS, 2)))

    df.sort()
    df.fill(voice.path)
    weight, bias = df.next()
    put(voice.mix, "weight", 0, weight)
    put(voice.mix, "bias", 0, bias)
    df.fill(net.fgru, net.fin)
    put(voice.fan, "weight", 1, df.next()[0].mT, LOW // 8)
    for head in net.heads:
        head.load_state_dict(voice.state_dict())
    return net.eval()


def begin(folder: pathlib.Path, more: int, before: int, is_open: bool, run: pathlib.Path) -> None:
    """Write RUN/model.pt, a checkpoint of the published network, to train on from or to export."""
    c = extended(folder.name, more, before)
    net = load(folder, c)
    if is_open:
        open_up(net.heads[0], c)
    run.mkdir(parents=True, exist_ok=True)
    write(described(net), run / "model.pt")


@torch.no_grad()
def open_up(head: Head, c: DeepFilterConfig) -> None:
    """Let the head of voice + reverb begin by passing nearly everything that the gains leave.

    The published head takes reverb away, as it should for the voice. Nothing is quite zero: a ReLU
    at zero would not learn.
    """
    head.mix.weight.mul_(0.1)
    head.mix.bias.fill_(0.01)
    head.mix.bias[2 * c.before] = 1  # the real part of the tap on the frame itself
    head.fan.weight.mul_(0.1)
    head.gain.bias.add_(1)


def extended(name: str, more: int = 0, before: int = 0) -> DeepFilterConfig:
    """A published shape with `more` frames of look-ahead and taps `before` those there are."""
    c = PUBLISHED[name]
    return dataclasses.replace(
        c, look=c.look + more, frames=c.frames + more, before=c.before + before
    )
