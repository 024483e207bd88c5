"""A small speech enhancer of the GTCRN kind, written in PyTorch, streamed by the engine.

After Rong et al. 2024, "GTCRN: a speech enhancement model requiring ultralow computational
resources": bins merged into bands, neighbours of a band as channels, strided convolutions, blocks
of pointwise and depthwise dilated convolutions with PReLU, a recurrent attention over time and a
channel shuffle, grouped GRUs over the bins (both directions) and over the frames with layer norms
over the frame, transposed convolutions, a complex mask.

    python examples/torch_crn.py
"""

from __future__ import annotations

import argparse
import pathlib

import torch
import torch.nn.functional as fn
from show import Exported, pytorch, show
from torch import Tensor, nn


class Bands(nn.Module):
    """The lowest bins as they are, those above merged into triangles; and back."""

    def __init__(self, bins: int, kept: int, bands: int):
        super().__init__()
        centres = torch.logspace(0, 1, bands + 2).sub(1).div(9).mul(bins - kept)
        place = torch.arange(bins - kept)[:, None] + 0.5
        rise = (place - centres[:-2]) / (centres[1:-1] - centres[:-2])
        fall = (centres[2:] - place) / (centres[2:] - centres[1:-1])
        weight = torch.minimum(rise, fall).clamp(0)  # [bins - kept, bands]
        self.kept = kept
        self.register_buffer("weight", weight / weight.sum(0).clamp(0.5))

    def merge(self, x: Tensor) -> Tensor:  # [B, C, T, F] -> [B, C, T, bands]
        return torch.cat([x[..., : self.kept], x[..., self.kept :] @ self.weight], -1)

    def split(self, x: Tensor) -> Tensor:
        return torch.cat([x[..., : self.kept], x[..., self.kept :] @ self.weight.T], -1)


def neighbours(x: Tensor) -> Tensor:
    """Each band with the one below and the one above. [B, C, T, F] -> [B, 3C, T, F]."""
    wide = fn.pad(x, (1, 1))
    return torch.cat([wide[..., :-2], x, wide[..., 2:]], 1)


class Strided(nn.Module):
    """A convolution, or a transposed one, over the bins, with stride 2."""

    def __init__(self, given: int, out: int, groups: int, up: bool, last: bool = False):
        super().__init__()
        kind = nn.ConvTranspose2d if up else nn.Conv2d
        self.conv = kind(given, out, (1, 5), (1, 2), (0, 2), groups=groups)
        self.norm = nn.BatchNorm2d(out)
        self.act = nn.Tanh() if last else nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.norm(self.conv(x)))


class Remembering(nn.Module):
    """Gains for the channels of a frame, by a GRU over the frames on their power."""

    def __init__(self, channels: int):
        super().__init__()
        self.gru = nn.GRU(channels, 2 * channels, batch_first=True)
        self.gain = nn.Linear(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        power = x.square().mean(-1)  # [B, C, T]
        gain = self.gain(self.gru(power.transpose(1, 2))[0]).sigmoid()  # [B, T, C]
        return x * gain.transpose(1, 2)[..., None]


class Block(nn.Module):
    """Half of the channels through a causal dilated block, then shuffled with the others."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        half, inner, self.past = channels // 2, channels, 2 * dilation
        self.first = nn.Sequential(nn.Conv2d(3 * half, inner, 1), nn.BatchNorm2d(inner), nn.PReLU())
        self.depth = nn.Conv2d(
            inner, inner, 3, padding=(0, 1), dilation=(dilation, 1), groups=inner
        )
        self.norm = nn.Sequential(nn.BatchNorm2d(inner), nn.PReLU(inner))
        self.last = nn.Sequential(nn.Conv2d(inner, half, 1), nn.BatchNorm2d(half))
        self.remember = Remembering(half)

    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)  # [B, C / 2, T, F]
        y = fn.pad(self.first(neighbours(a)), (0, 0, self.past, 0))  # frames of the past
        y = self.remember(self.last(self.norm(self.depth(y))))
        y = torch.stack([y, b], 2)  # [B, C / 2, 2, T, F]: the halves take turns
        return y.flatten(1, 2)


class Grouped(nn.Module):
    """A GRU for each half of the values."""

    def __init__(self, given: int, hidden: int, both: bool = False):
        super().__init__()
        keys = {"batch_first": True, "bidirectional": both}
        self.a = nn.GRU(given // 2, hidden // 2, **keys)
        self.b = nn.GRU(given // 2, hidden // 2, **keys)

    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, -1)
        return torch.cat([self.a(a)[0], self.b(b)[0]], -1)


class DualPath(nn.Module):
    """A GRU over the bins of a frame, both directions, then one over the frames for every bin."""

    def __init__(self, channels: int, bins: int):
        super().__init__()
        self.intra = Grouped(channels, channels // 2, both=True)
        self.intra_out = nn.Linear(channels, channels)
        self.intra_norm = nn.LayerNorm((bins, channels), eps=1e-8)
        self.inter = Grouped(channels, channels)
        self.inter_out = nn.Linear(channels, channels)
        self.inter_norm = nn.LayerNorm((bins, channels), eps=1e-8)

    def forward(self, x: Tensor) -> Tensor:
        b, c, t, f = x.shape
        x = x.permute(0, 2, 3, 1)  # [B, T, F, C]
        y = self.intra_out(self.intra(x.reshape(b * t, f, c)))
        x = x + self.intra_norm(y.reshape(b, t, f, c))
        y = x.transpose(1, 2).reshape(b * f, t, c)
        y = self.inter_out(self.inter(y)).reshape(b, f, t, c).transpose(1, 2)
        x = x + self.inter_norm(y)
        return x.permute(0, 3, 1, 2)  # [B, C, T, F]


class Enhancer(nn.Module):
    """Real and imaginary part [B, 2, T, F] to the same, cleaned."""

    def __init__(self, bins: int = 257, kept: int = 65, bands: int = 64, channels: int = 16):
        super().__init__()
        self.bands = Bands(bins, kept, bands)
        deep = ((kept + bands - 1) // 2 + 1 - 1) // 2 + 1
        self.down = nn.ModuleList(
            [Strided(9, channels, 1, False), Strided(channels, channels, 2, False)]
        )
        self.encode = nn.ModuleList([Block(channels, d) for d in (1, 2, 5)])
        self.middle = nn.Sequential(DualPath(channels, deep), DualPath(channels, deep))
        self.decode = nn.ModuleList([Block(channels, d) for d in (5, 2, 1)])
        self.up = nn.ModuleList(
            [Strided(channels, channels, 2, True), Strided(channels, 2, 1, True, last=True)]
        )

    def forward(self, x: Tensor) -> Tensor:
        level = (x.square().sum(1, keepdim=True) + 1e-12).sqrt()  # [B, 1, T, F]
        y = neighbours(self.bands.merge(torch.cat([level, x], 1)))
        skips = []
        for layer in (*self.down, *self.encode):
            y = layer(y)
            skips.append(y)
        y = self.middle(y)
        for layer in (*self.decode, *self.up):
            y = layer(y + skips.pop())
        mask = self.bands.split(y)  # [B, 2, T, F], complex
        real = x[:, 0] * mask[:, 0] - x[:, 1] * mask[:, 1]
        imaginary = x[:, 1] * mask[:, 0] + x[:, 0] * mask[:, 1]
        return torch.stack([real, imaginary], 1)


def build(frames: int = 64, **keys) -> tuple[nn.Module, tuple[Tensor]]:
    """The network with random weights, and an example of its input."""
    torch.manual_seed(4)
    net = Enhancer(**keys).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.3, 1.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    bins = keys.get("bins", 257)
    return net, (torch.zeros(1, 2, frames, bins),)


def export(folder: pathlib.Path, frames: int = 128, dynamo: bool = False, **keys) -> Exported:
    (net, example), path = build(frames, **keys), folder / "torch_crn.onnx"
    extra = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(net, example, path, dynamo=dynamo, input_names=["spectrum"], **extra)
    return path, ("PyTorch", pytorch(net))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=128, help="of the exported clip")
    parser.add_argument("--dynamo", action="store_true", help="use PyTorch's newer exporter")
    a = parser.parse_args()
    show(lambda folder: export(folder, a.frames, a.dynamo), {"spectrum": "NCTF"}, ("cleaned",))


if __name__ == "__main__":
    main()
