"""Small modules of PyTorch, imported and streamed: each must equal its own whole clip."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from isolde_training.importer.bring import Brought, Options, import_files, import_module
from isolde_training.importer.refusal import RefusedError
from isolde_training.model.library import LIBRARY

RUNNERS = [False, pytest.param(True, marks=pytest.mark.skipif(not LIBRARY.exists(), reason="make"))]


class Of(nn.Module):
    """A module made of a function and the layers that it uses."""

    def __init__(self, function: Callable, **layers: nn.Module):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def bring(
    module: nn.Module, folder: pathlib.Path, shape: tuple, layout: str, engine: bool = False
) -> Brought:
    torch.manual_seed(0)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.3, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
        if isinstance(layer, nn.LayerNorm | nn.PReLU):
            nn.init.normal_(layer.weight)
    options = Options(axes={"x": layout}, engine=engine)
    example = (torch.randn(shape),)
    return import_module(module, example, folder / "network.isolde", options, dynamo=False)


def causal(x: Tensor, frames: int) -> Tensor:
    return fn.pad(x, (0, 0, frames, 0))


def chomped(m: nn.Module, x: Tensor) -> Tensor:
    """Padded on both sides, then the frames that reach ahead cut off."""
    return m.conv(x)[:, :, :-2]


def per_bin(m: nn.Module, x: Tensor) -> Tensor:
    """[B, C, T, F] -> every bin a sequence of frames."""
    b, c, t, f = x.shape
    y = m.rnn(x.permute(0, 3, 2, 1).reshape(b * f, t, c))[0]
    return y.reshape(b, f, t, -1).permute(0, 3, 2, 1)


def over_bins(m: nn.Module, x: Tensor) -> Tensor:
    b, c, t, f = x.shape
    y = m.rnn(x.permute(0, 2, 3, 1).reshape(b * t, f, c))[0]
    return y.reshape(b, t, f, -1).permute(0, 3, 1, 2)


def flat(m: nn.Module, x: Tensor) -> Tensor:
    """Channels outermost, as PyTorch flattens; through a GRU and back."""
    b, c, t, f = x.shape
    y = m.out(m.rnn(x.transpose(1, 2).reshape(b, t, c * f))[0])
    return x + y.reshape(b, t, c, f).transpose(1, 2)


def among_bins(m: nn.Module, x: Tensor) -> Tensor:
    q, k, v = (y.permute(0, 2, 3, 1) for y in m.qkv(x).chunk(3, 1))  # [B, T, F, C]
    weight = (q @ k.transpose(2, 3) / 2.0).softmax(-1)
    return (weight @ v).permute(0, 3, 1, 2)


def last_frames(m: nn.Module, x: Tensor) -> Tensor:
    """Attention of every bin to its last five frames."""
    q, k, v = (y.permute(0, 3, 2, 1) for y in m.qkv(x).chunk(3, 1))  # [B, F, T, C]
    age = torch.arange(x.shape[2])[:, None] - torch.arange(x.shape[2])
    mask = torch.zeros(x.shape[2], x.shape[2]).masked_fill((age < 0) | (age >= 5), -1e9)
    weight = (q @ k.transpose(2, 3) / 2.0 + mask).softmax(-1)
    return (weight @ v).permute(0, 3, 2, 1)


def shuffled(m: nn.Module, x: Tensor) -> Tensor:
    b, c, t, f = x.shape
    return m.conv(x.view(b, 2, c // 2, t, f).transpose(1, 2).reshape(b, c, t, f))


def finer(m: nn.Module, x: Tensor) -> Tensor:
    """Sub-pixel: pairs of channels become neighbouring bins."""
    b, c, t, f = x.shape
    return x.view(b, 2, c // 2, t, f).permute(0, 2, 3, 4, 1).reshape(b, c // 2, t, 2 * f)


def norm_by_hand(m: nn.Module, x: Tensor) -> Tensor:
    less = x - x.mean((1, 3), keepdim=True)
    return less / (less.pow(2).mean((1, 3), keepdim=True) + 1e-5).sqrt()


def gelu_by_hand(m: nn.Module, x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / 2**0.5))


def in_time(m: nn.Module, x: Tensor) -> Tensor:
    y = m.down(x)
    return torch.cat([m.up(fn.elu(y))[:, :, : x.shape[2], : x.shape[3]], x], 1)


def twice(m: nn.Module, x: Tensor) -> Tensor:
    """One matrix whose output is read in two orders at once."""
    y = m.out(x.transpose(1, 2).flatten(2))  # [B, T, C * F]
    return y.unflatten(2, (4, 9)).transpose(1, 2) + y.unflatten(2, (9, 4)).permute(0, 3, 1, 2)


def stages(m: nn.Module, x: Tensor) -> Tensor:
    """Padding, two halves of the bins, a constant a bin, a mask for all channels."""
    low, high = fn.pad(x, (2, 1))[..., :-2].chunk(2, 3)
    y = torch.cat([high, low], 3) * torch.linspace(0, 1, 10)
    return y * y.mean(1, keepdim=True).sigmoid() + torch.arange(4.0).view(4, 1, 1)


conv = nn.Conv2d
BY = torch.randn(9, 4, 6, generator=torch.Generator().manual_seed(0))
GROUPS = torch.randn(12, 3, 5, generator=torch.Generator().manual_seed(1))
CASES: dict[str, nn.Module] = {
    "conv": conv(4, 6, 3, padding=1),
    "conv_stride": conv(4, 6, (2, 5), (1, 2), padding=(0, 2)),
    "conv_ahead": conv(4, 6, (5, 1), padding=(1, 0)),
    "conv_late": Of(lambda m, x: m.conv(causal(x, 4))[:, :, : x.shape[2]], conv=conv(4, 3, (2, 1))),
    "conv_groups": conv(4, 8, 3, padding=(2, 2), dilation=2, groups=2),
    "conv_causal": Of(lambda m, x: m.conv(causal(x, 4)), conv=conv(4, 4, 3, 1, (0, 1), (2, 1))),
    "conv_chomped": Of(chomped, conv=conv(4, 4, (3, 3), padding=(2, 1))),
    "conv_over_time": Of(
        lambda m, x: m.conv(x.transpose(2, 3).flatten(1, 2)), conv=nn.Conv1d(36, 7, 3, padding=1)
    ),
    "batch_norm": nn.Sequential(conv(4, 5, 1), nn.BatchNorm2d(5), nn.LeakyReLU(0.2)),
    "batch_norm_first": nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), conv(4, 5, 3, padding=1)),
    "upconv": nn.Sequential(
        conv(4, 6, 3, (1, 2)), nn.ConvTranspose2d(6, 4, 3, (1, 2), 1, (0, 1)), nn.BatchNorm2d(4)
    ),
    "upconv_groups": nn.ConvTranspose2d(4, 8, (3, 3), padding=(2, 1), dilation=(2, 1), groups=2),
    "time_stride": Of(
        in_time,
        down=conv(4, 5, 4, 2, padding=1),
        up=nn.ConvTranspose2d(5, 3, 4, 2, padding=(1, 1), output_padding=(0, 1)),
    ),
    "linear_bins": nn.Linear(9, 5),
    "einsum": Of(lambda m, x: torch.einsum("bctf,fck->btk", x, BY)[:, None]),
    "einsum_groups": Of(
        lambda m, x: torch.einsum(
            "btgi,gih->btgh", x.transpose(1, 2).reshape(1, x.shape[2], 12, 3), GROUPS
        ).flatten(2)
    ),
    "einsum_groups_bins": Of(lambda m, x: torch.einsum("bctf,fck->bktf", x, BY).relu() + 1),
    "upconv_depthwise": nn.ConvTranspose2d(4, 4, (1, 3), (1, 2), (0, 1), (0, 1), groups=4),
    "unfold": Of(lambda m, x: m.open(x).view(1, 12, 24, 9), open=nn.Unfold((1, 3), padding=(0, 1))),
    "linear_channels": Of(
        lambda m, x: m.fc(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), fc=nn.Linear(4, 6)
    ),
    "gru": Of(flat, rnn=nn.GRU(36, 8, batch_first=True), out=nn.Linear(8, 36)),
    "lstm": Of(flat, rnn=nn.LSTM(36, 8, 2, batch_first=True), out=nn.Linear(8, 36)),
    "gru_bins": Of(over_bins, rnn=nn.GRU(4, 3, batch_first=True, bidirectional=True)),
    "lstm_bins": Of(over_bins, rnn=nn.LSTM(4, 3, batch_first=True, bidirectional=True)),
    "gru_each": Of(per_bin, rnn=nn.GRU(4, 5, batch_first=True)),
    "layer_norm": nn.LayerNorm(9),
    "layer_norm_channels": Of(
        lambda m, x: m.norm(x.transpose(1, 3)).transpose(1, 3), norm=nn.LayerNorm(4)
    ),
    "layer_norm_frame": Of(lambda m, x: m.norm(x.transpose(1, 2)), norm=nn.LayerNorm((4, 9))),
    "layer_norm_by_hand": Of(norm_by_hand),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU("tanh"),
    "gelu_by_hand": Of(gelu_by_hand),
    "prelu": nn.Sequential(nn.PReLU(4), nn.PReLU()),
    "activations": nn.Sequential(
        nn.ELU(0.5), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Hardswish(), nn.Softplus(), nn.Hardtanh()
    ),
    "logarithm": Of(lambda m, x: (x + 1e-3).log() * x.sqrt()),  # of magnitudes
    "functions": Of(lambda m, x: ((x.abs() + 0.1).log() ** 2 + 1).sqrt().clamp(0.5, 2) - x / 3),
    "softmax": nn.Softmax(1),
    "max_pool": nn.Sequential(nn.MaxPool2d((1, 2)), nn.Upsample(scale_factor=(1, 2))),
    "avg_pool_time": Of(
        lambda m, x: fn.interpolate(fn.avg_pool2d(x, (2, 3), (2, 1)), scale_factor=(2.0, 1.0))
    ),
    "max_pool_same": nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, 1, 1)),
    "upsample_linear": Of(
        lambda m, x: fn.interpolate(m.conv(x), scale_factor=(2.0, 2.0), mode="bilinear"),
        conv=conv(4, 3, 2, 2),
    ),
    "stages": Of(stages),
    "twice": Of(twice, out=nn.Linear(36, 36)),
    "shuffle": Of(shuffled, conv=conv(4, 4, 1)),
    "finer": Of(finer),
    "flipped": Of(lambda m, x: x.flip(3)[:, ::2] + x[:, 1:3, :, [8, 1, 2, 3, 4, 5, 6, 7, 0]]),
    "reductions": Of(lambda m, x: x - x.mean(3, keepdim=True) * x.amax(1, keepdim=True) + x.sum(1)),
    "ahead": Of(lambda m, x: fn.pad(x[:, :, 2:], (0, 0, 0, 2)) - causal(x, 1)[:, :, :-1]),
    "attention_bins": Of(among_bins, qkv=conv(4, 12, 1)),
    "attention_time": Of(last_frames, qkv=conv(4, 12, 1)),
}


@pytest.mark.parametrize("engine", RUNNERS, ids=["python", "engine"][: len(RUNNERS)])
@pytest.mark.parametrize("name", CASES)
def test_streamed_equals_whole(name: str, engine: bool, tmp_path: pathlib.Path) -> None:
    found = bring(CASES[name], tmp_path, (1, 4, 24, 9), "NCTF", engine).agreement
    assert found.frames >= 12
    assert found.good, found


@pytest.mark.parametrize(
    ("layout", "shape"),
    [("NCTF", (1, 3, 16, 8)), ("NTFC", (1, 16, 8, 3)), ("NCFT", (1, 3, 8, 16))]
    + [("TF", (16, 8)), ("NTF", (1, 16, 8)), ("NFT", (1, 8, 16)), ("FTC", (8, 16, 3))],
)
def test_any_layout(layout: str, shape: tuple, tmp_path: pathlib.Path) -> None:
    brought = bring(Of(lambda m, x: (2 * x + 1).tanh()), tmp_path, shape, layout)
    assert brought.agreement.good and brought.agreement.delay == 0
    edge = brought.done.graph.edges()["x"]
    assert (edge.channels, edge.bins) == (3 if "C" in layout else 1, 8)


@pytest.mark.parametrize(
    ("name", "delay", "layers"),
    [
        ("batch_norm", 0, ["input", "conv", "leaky_relu", "output"]),
        ("conv", 1, ["input", "conv", "output"]),
        ("conv_ahead", 3, ["input", "conv", "output"]),
        ("conv_causal", 0, ["input", "conv", "output"]),
        ("conv_chomped", 0, ["input", "conv", "output"]),
        ("conv_groups", 2, ["input", "conv", "output"]),
        ("shuffle", 0, ["input", "shuffle", "conv", "output"]),
        ("gelu_by_hand", 0, ["input", "gelu", "output"]),
    ],
)
def test_least_delay_and_layers(
    name: str, delay: int, layers: list[str], tmp_path: pathlib.Path
) -> None:
    brought = bring(CASES[name], tmp_path, (1, 4, 24, 9), "NCTF")
    assert brought.agreement.delay == delay
    assert [layer.kind for layer in brought.done.graph.layers] == layers


REFUSALS: dict[str, tuple[nn.Module, str]] = {
    "mean of the clip": (
        Of(lambda m, x: x - x.mean(2, keepdim=True)),
        "ReduceMean.*over all frames",
    ),
    "instance norm": (nn.InstanceNorm2d(4), "InstanceNormalization"),
    "global pool": (nn.AdaptiveAvgPool2d(1), "GlobalAveragePool.*running mean"),
    "reflect": (conv(4, 4, 3, padding=1, padding_mode="reflect"), "Pad.*padding by reflect"),
    "whole attention": (Of(lambda m, x: last(x)), "attention over the whole clip"),
    "both ways": (
        Of(flat, rnn=nn.GRU(36, 4, batch_first=True, bidirectional=True), out=nn.Linear(8, 36)),
        "GRU.*bidirectional over time",
    ),
    "reversed": (Of(lambda m, x: x.flip(2)), "Slice.*some of the frames"),
    "frames joined": (Of(lambda m, x: torch.cat([x, x], 2)), "Concat.*frames one after the other"),
    "one frame": (Of(lambda m, x: x[:, :, 0]), "Gather.*single frames"),
    "time in numbers": (
        Of(lambda m, x: x + torch.arange(24.0).view(24, 1)),
        "Add.*a constant changes with time",
    ),
    "unknown": (Of(lambda m, x: x.cos()), "no layer for the operator Cos"),
    "last state": (
        Of(lambda m, x: x * m.rnn(x.permute(0, 2, 3, 1).flatten(2))[1], rnn=nn.GRU(36, 9)),
        "GRU",
    ),
    "half the frames": (nn.MaxPool2d((2, 1)), "comes once in 2 frames"),
    "quotient": (Of(lambda m, x: x / x.exp()), "Exp.*softplus"),
}


def last(x: Tensor) -> Tensor:
    q = x.permute(0, 3, 2, 1)  # [B, F, T, C]
    return ((q @ q.transpose(2, 3)).softmax(-1) @ q).permute(0, 3, 2, 1)


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_by_name(name: str, tmp_path: pathlib.Path) -> None:
    module, message = REFUSALS[name]
    with pytest.raises(RefusedError, match=message) as error:
        bring(module, tmp_path, (1, 4, 24, 9), "NCTF")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "network.isolde").exists()


def test_a_layout_that_is_not_told_is_asked_for(tmp_path: pathlib.Path) -> None:
    options = Options()
    with pytest.raises(RefusedError, match="which axis .* is time; give its layout: --axes"):
        import_module(nn.ReLU(), (torch.zeros(1, 2, 8, 4),), tmp_path / "x.isolde", options, False)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, (3, 3), padding=(1, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.conv(x).relu()
        return y, y.mean(1, keepdim=True)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 1, (1, 3), padding=(0, 1))

    def forward(self, coded: Tensor) -> Tensor:
        return self.conv(coded).sigmoid()


def files(folder: pathlib.Path) -> list[pathlib.Path]:
    """An encoder and a decoder, whose tensors have the same names."""
    torch.manual_seed(0)
    x, coded = torch.randn(1, 1, 24, 9), torch.randn(1, 4, 24, 9)
    ports = [(Encoder(), x, ["x"], ["coded", "level"]), (Decoder(), coded, ["coded"], ["mask"])]
    paths = [folder / "encoder.onnx", folder / "decoder.onnx"]
    for path, (module, given, inputs, outputs) in zip(paths, ports, strict=True):
        keys = {"input_names": inputs, "output_names": outputs, "dynamo": False}
        torch.onnx.export(module.eval(), (given,), path, **keys)
    return paths


def test_files_are_joined_by_the_names_of_what_they_pass_on(tmp_path: pathlib.Path) -> None:
    options = Options(axes={"x": "NCTF"}, engine=False)
    both = import_files(files(tmp_path), ["mask"], tmp_path / "net.isolde", options)
    assert both.agreement.good
    kinds = [(layer.name, layer.kind) for layer in both.done.graph.layers]
    assert [name for name, kind in kinds if kind in ("input", "output")] == ["x", "mask"]
    assert [kind for _, kind in kinds].count("conv") == 2
    whole = import_files(files(tmp_path), [], tmp_path / "net.isolde", options)
    outputs = [layer.name for layer in whole.done.graph.layers if layer.kind == "output"]
    assert outputs == ["coded", "level", "mask"]
    with pytest.raises(RefusedError, match="gain.*coded, level, mask"):
        import_files(files(tmp_path), ["gain"], tmp_path / "net.isolde", options)
