"""Golden vectors for the engine's tests: `python make_vectors.py`, or `… clip` for the last one.

Writes to Tests/Vectors, for every case, NAME.isolde, what goes in and what PyTorch gives for the
whole clip. Files `NAME.in.f32`, `NAME.out.f32` are little-endian float32, frame after frame, a
frame flattened with its channels innermost; with several inputs or outputs `NAME.in.EDGE.f32`.
The outputs hold `frames - delay` frames: output frame j belongs to input frame j and is due when
frame j + delay has gone in. Cases with the input `audio` are whole models: samples in, stems out
(channels of a sample innermost), already moved back by the delay.

`studio_clip` is a noisy recording and what Bundle/models/studio.isolde makes of it, as FLAC; make
it anew whenever that file changes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable

import numpy as np
import soundfile
import torch
import torch.nn.functional as fn
from torch import Tensor

from isolde_training.config import DATA, RATE, ROOT, NetworkConfig
from isolde_training.export import graph_of, rounded
from isolde_training.graph import ACTIVATIONS, Edge, Graph, Layer, edge_of, parse, shapes
from isolde_training.model_file import Model, read, write
from isolde_training.network import Network
from isolde_training.transform import Transform, frame_rates, phase_advance, running_mean

FOLDER = ROOT / "Tests" / "Vectors"
FRAMES = 12
ROW = ("name", "frames", "inputs", "outputs", "delay")


def conv(x: str, **keys: object) -> str:
    """A graph of one convolution; `x` holds the keys of the input."""
    text = ", ".join(f"{key}={value}" for key, value in keys.items())
    return f"x = input({x})\ny = conv(x, {text})\nz = output(y)"


def one(x: str, layer: str) -> str:
    """A graph of one layer."""
    return f"x = input({x})\ny = {layer}\nz = output(y)"


def two(layer: str) -> str:
    """A graph of one layer with two inputs."""
    inputs = "a = input(channels=3, bins=5)\nb = input(channels=3, bins=5)"
    return f"{inputs}\ny = {layer}\nz = output(y)"


UNET = """
x = input(channels=2, bins=24)
e1 = conv(x, channels=5, kernel=3x5, stride=2, pad=2, look=1, activation=relu)
e2 = conv(e1, channels=7, kernel=3x3, stride=2, pad=1, look=1, activation=relu)
e3 = conv(e2, channels=8, kernel=3x3, stride=2, pad=1, look=2, activation=relu)
d = dense(e3, channels=16, activation=relu)
m = gru(d, hidden=16)
s = dense(m, channels=8, bins=3)
b = add(e3, s)
u3 = upconv(b, channels=7, kernel=4, stride=2, crop=1)
s2 = conv(e2, channels=7, kernel=1x1)
d2 = add(u3, s2, activation=relu)
u2 = upconv(d2, channels=5, kernel=4, stride=2, crop=1)
s1 = conv(e1, channels=5, kernel=1x1)
d1 = add(u2, s1, activation=relu)
mask = upconv(d1, channels=2, kernel=2, stride=2, activation=sigmoid)
masked = multiply(x, mask)
z = output(masked)
"""

JOIN = """
x = input(channels=2, bins=6)
a = conv(x, channels=3, kernel=1x1)
b = conv(a, channels=3, kernel=2x1, look=1)
c = conv(b, channels=3, kernel=3x3, pad=1, look=2)
ab = concat(a, b)
abc = concat(ab, c)
y = conv(abc, channels=2, kernel=1x1)
w = subtract(x, y)
z = output(w)
"""

CASES = {
    "conv_odd": conv("channels=3, bins=10", channels=7, kernel="3x3", pad=1),
    "conv_look": conv("channels=3, bins=10", channels=5, kernel="3x3", pad=1, look=1),
    "conv_ahead": conv("channels=7, bins=9", channels=3, kernel="3x1", look=2),
    "conv_future": conv("channels=4, bins=6", channels=4, kernel="2x1", look=4),
    "conv_valid": conv("channels=3, bins=11", channels=3, kernel="2x5"),
    "conv_stride": conv(
        "channels=4, bins=24", channels=16, kernel="3x5", stride=2, pad=2, activation="relu"
    ),
    "conv_stride_odd": conv("channels=3, bins=23", channels=7, kernel="1x4", stride=3, pad=1),
    "conv_wide": conv("channels=32, bins=12", channels=48, kernel="3x3", stride=2, pad=1, look=1),
    "conv_groups": conv("channels=6, bins=8", channels=9, kernel="2x3", pad=1, groups=3),
    "conv_depthwise": conv("channels=7, bins=9", channels=7, kernel="3x3", pad=1, groups=7),
    "conv_dilation": conv(
        "channels=3, bins=15", channels=4, kernel="3x3", pad=3, dilation="2x3", look=2
    ),
    "conv_pointwise": conv("channels=7, bins=9", channels=3, kernel="1x1", activation="elu"),
    "conv_no_bias": conv("channels=16, bins=5", channels=16, kernel="1x1"),
    "upconv_odd": one("channels=5, bins=6", "upconv(x, channels=3, kernel=3, stride=2)"),
    "upconv_crop": one("channels=7, bins=6", "upconv(x, channels=3, kernel=4, stride=2, crop=1)"),
    "upconv_relu": one(
        "channels=32, bins=6",
        "upconv(x, channels=32, kernel=4, stride=2, crop=1, activation=relu)",
    ),
    "upconv_pair": one("channels=16, bins=7", "upconv(x, channels=2, kernel=2, stride=2)"),
    "upconv_three": one("channels=3, bins=5", "upconv(x, channels=4, kernel=5, stride=3, crop=2)"),
    "upconv_gaps": one("channels=3, bins=5", "upconv(x, channels=2, kernel=1, stride=2)"),
    "dense": one("channels=3, bins=7", "dense(x, channels=5, bins=3, activation=tanh)"),
    "dense_wide": one("channels=16, bins=3", "dense(x, channels=33, activation=relu)"),
    "gru": one("channels=3, bins=5", "gru(x, hidden=7)"),
    "gru_wide": one("channels=16, bins=2", "gru(x, hidden=32)"),
    "layer_norm": one("channels=7, bins=6", "layer_norm(x)"),
    "layer_norm_epsilon": one("channels=16, bins=3", "layer_norm(x, epsilon=0.1)"),
    "running_norm_bin": one("bins=6", "running_norm(x, over=bin, rate=0.2, hold=-1)"),
    "running_norm_frame": one("bins=6", "running_norm(x, over=frame, rate=0.2, hold=-1)"),
    "running_norm_channels": one(
        "channels=2, bins=3", "running_norm(x, over=bin, rate=0.3, hold=-1)"
    ),
    "bands": one("bins=12", "bands(x, bins=5)"),
    "bands_channels": one("channels=3, bins=4", "bands(x, bins=9)"),
    "add": two("add(a, b, activation=relu)"),
    "subtract": two("subtract(a, b)"),
    "multiply": two("multiply(a, b, activation=sigmoid)"),
    "concat": two("concat(a, b)"),
    "slice": one("channels=5, bins=4", "slice(x, first=1, channels=3)"),
    "crop": one("channels=3, bins=9", "crop(x, first=2, bins=5)"),
    "pad": one("channels=3, bins=5", "pad(x, bins=8)"),
    "activations": "x = input(channels=2, bins=8)\n"
    + "".join(f"y_{k} = {k}(x)\n{k} = output(y_{k})\n" for k in ACTIVATIONS)
    + "y_slope = leaky_relu(x, slope=0.2)\nslope = output(y_slope)",
    "clamp": one("channels=2, bins=8", "clamp(x, low=-0.5, high=1.25)"),
    "scale": one("channels=2, bins=8", "scale(x, factor=-1.5, offset=0.25)"),
    "log": one("channels=1, bins=16", "log(x, floor=0.0000000000001, factor=0.5)"),
    "power": one("channels=2, bins=8", "power(x, exponent=2.2222223)"),
    "join": JOIN,
    "unet": UNET,
    "unet_half": UNET,
}


def fill(graph: Graph, rng: np.random.Generator, bias: bool) -> None:
    """Random tensors for every layer, of a size that keeps values near 1."""
    edges: dict[str, Edge] = {}
    for layer in graph.layers:
        inputs = [edges[name] for name in layer.inputs]
        edge = edges[layer.name] = edge_of(layer, inputs)
        if layer.kind == "bands":
            rows, wide = edge.bins, inputs[0].bins
            count = rng.integers(1, 4, rows)
            tensors = {
                "first": np.minimum(rng.integers(0, wide, rows), wide - count),
                "count": count,
                "value": rng.uniform(0, 1, count.sum()),
            }
        else:
            tensors = {}
            for key, shape in shapes(layer, inputs, edge).items():
                if key == "bias" and not bias:
                    continue
                inner = np.prod(shape[1:]) if len(shape) > 1 else 4
                inner = shape[0] * shape[3] / 2 if layer.kind == "upconv" and inner > 4 else inner
                tensors[key] = rng.standard_normal(shape) / np.sqrt(inner)
        for key, value in tensors.items():
            whole = value.dtype.kind == "i"
            graph.tensors[f"{layer.name}.{key}"] = value.astype(np.int32 if whole else np.float32)


def example(layer: Layer, kinds: set[str], rng: np.random.Generator) -> Tensor:
    """An input of FRAMES frames [1, C, T, F] that fits the layers behind it."""
    shape = (1, layer.get("channels", 1), FRAMES, layer.get("bins", 1))
    x = 1.5 * rng.standard_normal(shape).astype(np.float32)
    if kinds & {"log", "power"}:
        x = np.abs(x)
        x[..., :2, :3] = 0  # a zero is silence, not a fault
    if "running_norm" in kinds:
        x[:, :, [0, 1, 6, 7]] -= 10  # frames to be held, at the beginning too
    return torch.from_numpy(x)


@torch.no_grad()
def whole(graph: Graph, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """All outputs of a graph with PyTorch's layers, all frames at once. [1, C, T, F]."""
    edges, values = graph.edges(), dict(inputs)

    def tensor(layer: Layer, key: str) -> Tensor | None:
        value = graph.tensors.get(f"{layer.name}.{key}")
        whole = value is not None and value.dtype == np.int32
        return None if value is None else torch.from_numpy(value if whole else value.astype("f4"))

    def rows(x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(2)  # [1, T, F * C], channels innermost

    for layer in graph.layers:
        if layer.kind == "input":
            continue
        get, kind, out = layer.get, layer.kind, edges[layer.name]
        given = [values[name] for name in layer.inputs]
        x, weight, bias = given[0], tensor(layer, "weight"), tensor(layer, "bias")
        if kind == "conv":
            (t, _), (dt, df) = get("kernel", (1, 1)), get("dilation", (1, 1))
            look, span = get("look", 0), dt * (t - 1)
            x = fn.pad(x, (0, 0, max(span - look, 0), look))[:, :, max(look - span, 0) :]
            stride, pad = (1, get("stride", 1)), (0, get("pad", 0))
            y = fn.conv2d(x, weight, bias, stride, pad, (dt, df), get("groups", 1))
        elif kind == "upconv":
            stride, crop = (1, get("stride", 1)), (0, get("crop", 0))
            y = fn.conv_transpose2d(x, weight, bias, stride, crop)
        elif kind == "dense":
            y = fn.linear(rows(x), weight, bias).unflatten(2, (out.bins, out.channels))
            y = y.permute(0, 3, 1, 2)
        elif kind == "gru":
            gru = torch.nn.GRU(weight_of(tensor, layer), out.channels, batch_first=True)
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            gru.load_state_dict({f"{name}_l0": tensor(layer, name) for name in names})
            y = gru(rows(x))[0].transpose(1, 2)[..., None]
        elif kind == "layer_norm":
            norm = fn.layer_norm(
                x.movedim(1, -1), (out.channels,), weight, bias, get("epsilon", 1e-5)
            )
            y = norm.movedim(-1, 1)
        elif kind == "running_norm":
            y = running_norm(layer, x)
        elif kind == "bands":
            first, count = tensor(layer, "first").tolist(), tensor(layer, "count").tolist()
            matrix, at, value = torch.zeros(out.bins, x.shape[-1]), 0, tensor(layer, "value")
            for b, (f, n) in enumerate(zip(first, count, strict=True)):
                matrix[b, f : f + n], at = value[at : at + n], at + n
            y = x @ matrix.T
        elif kind in ("add", "subtract", "multiply"):
            y = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul}[kind](*given)
        elif kind == "concat":
            y = torch.cat(given, 1)
        elif kind == "slice":
            y = x[:, get("first", 0) :][:, : out.channels]
        elif kind == "crop":
            y = x[..., get("first", 0) :][..., : out.bins]
        elif kind == "pad":
            y = fn.pad(x, (0, out.bins - x.shape[-1]))
        elif kind == "clamp":
            y = x.clamp(get("low", 0), get("high", 0))
        elif kind == "scale":
            y = x * get("factor", 1) + get("offset", 0)
        elif kind == "log":
            y = torch.log10(x + get("floor", 0)) * get("factor", 1)
        elif kind == "power":
            y = x ** get("exponent", 1)
        elif kind == "output":
            y = x
        else:
            y = activation(kind, layer)(x)
        values[layer.name] = activation(get("activation", "none"), layer)(y)
    return {x.name: values[x.name] for x in graph.layers if x.kind == "output"}


def weight_of(tensor: Callable, layer: Layer) -> int:
    return tensor(layer, "weight_ih").shape[1]


def activation(kind: str, layer: Layer) -> Callable[[Tensor], Tensor]:
    if kind == "none":
        return lambda x: x
    if kind == "leaky_relu":
        return lambda x: fn.leaky_relu(x, layer.get("slope", 0.01))
    names = {"sigmoid": "sigmoid", "tanh": "tanh", "hard_sigmoid": "hardsigmoid"}
    return (
        getattr(torch, kind) if kind in ("sigmoid", "tanh") else getattr(fn, names.get(kind, kind))
    )


def running_norm(layer: Layer, x: Tensor) -> Tensor:
    """[1, C, T, F], by the closed form that the training uses."""
    rows = x.movedim(2, 1).flatten(2)  # [1, T, C * F]
    frame = rows.mean(2)
    rates = frame_rates(frame, layer.get("rate", 0), layer.get("hold", 0))
    if layer.get("over", "bin") == "frame":
        mean = running_mean(frame[..., None], rates)  # [1, T, 1]
        return x - mean[:, None]
    mean = running_mean(rows, rates).unflatten(2, (x.shape[1], x.shape[3]))
    return x - mean.movedim(1, 2)


def store(name: str, side: str, edges: dict[str, Tensor]) -> None:
    """Raw float32 of some edges [1, C, T, F]."""
    for edge, value in edges.items():
        part = "" if len(edges) == 1 else f".{edge}"
        frames = value[0].permute(1, 2, 0).contiguous().numpy()  # [T, F, C]
        frames.astype("<f4").tofile(FOLDER / f"{name}.{side}{part}.f32")


def layers() -> list[tuple]:
    """A file, inputs and outputs for every case."""
    table = []
    for number, (name, text) in enumerate(CASES.items()):
        rng, graph = np.random.default_rng(number), parse(text)
        fill(graph, rng, bias="no_bias" not in name)
        if name.endswith("_half"):
            graph.half()
        kinds, edges = {layer.kind for layer in graph.layers}, graph.edges()
        inputs = {x.name: example(x, kinds, rng) for x in graph.layers if x.kind == "input"}
        outputs = whole(graph, inputs)
        (delay,) = {edges[edge].delay for edge in outputs}
        outputs = {edge: value[:, :, : FRAMES - delay] for edge, value in outputs.items()}
        write(Model(graph, 64, 256, 256, texts={"general.name": name}), FOLDER / f"{name}.isolde")
        store(name, "in", inputs)
        store(name, "out", outputs)
        table.append((name, FRAMES, " ".join(inputs), " ".join(outputs), delay))
    return table


def small_network() -> Network:
    """A small random network of Studio's shape whose gains reach from 0 to 1."""
    c = NetworkConfig(
        window=256,
        hop=64,
        synthesis=256,
        narrow=16,
        wide=16,
        channels=(8, 8, 12, 16, 16),
        hidden=24,
        before=2,
        tau=0.1,
    )
    torch.manual_seed(3)
    net = Network(c).eval()
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if name.endswith("norm.weight"):
                value.uniform_(0.7, 1.5)
            elif name.endswith("norm.bias"):
                value.normal_(0, 0.3)
            elif name.endswith("running_var"):
                value.uniform_(0.3, 1.0)
        net.gains.bias.zero_()
        net.gains.weight.mul_(4)
        net.filter.weight.normal_(0, 0.1)
    return rounded(net)


def test_sound(channels: int, count: int) -> np.ndarray:
    """Tones, noise, a click, digital silence before and between. float32 [channels, count]."""
    rng, t = np.random.default_rng(5), np.arange(count) / RATE
    x = 0.02 * rng.standard_normal((channels, count))
    for k, f in enumerate((440, 3000, 9100)):
        x[k % channels] += 0.15 * np.sin(2 * np.pi * f * t * (1 + 2 * t))
    x *= 0.3 + 0.7 * (np.sin(2 * np.pi * 9 * t) > 0)
    x[:, count // 3] += 0.8
    x[:, : count // 10] = 0
    x[:, count // 2 : count // 2 + count // 12] = 0
    return x.astype(np.float32)


def model() -> list[tuple]:
    """Whole models: sound in, stems out."""
    net, table = small_network(), []
    c = net.c
    file = Model(graph_of(net), c.hop, c.window, c.synthesis, c.before, c.after)
    file.texts = {"general.name": "small"}
    file.graph.half()
    delay = (net.look + c.synthesis // c.hop + 1) * c.hop
    for name, channels, count in (("model", 1, 6000), ("model_stereo", 2, 2500)):
        write(file, FOLDER / f"{name}.isolde")
        x = test_sound(channels, count)
        with torch.no_grad():
            stems = net.separate(torch.from_numpy(x)[None])[0].numpy()  # [A, 3, N]
        x.T.astype("<f4").tofile(FOLDER / f"{name}.in.f32")
        for k, stem in enumerate(("voice", "reverb", "ambience")):
            stems[:, k].T.astype("<f4").tofile(FOLDER / f"{name}.out.{stem}.f32")
        table.append((name, count, "audio", "voice reverb ambience", delay))
    return table


@torch.no_grad()
def separate(model: Model, x: Tensor) -> Tensor:
    """Stems [3, N] of a sound [N] by the graph of a model file, with PyTorch's layers."""
    c = NetworkConfig(window=model.window, hop=model.hop, synthesis=model.synthesis)
    transform, edges, n = Transform(c), model.graph.edges(), len(x)
    low, delay = edges["advance"].bins, edges["mask"].delay
    rest = (delay + c.synthesis // c.hop) * c.hop + -n % c.hop
    spectrum = transform(fn.pad(x, (0, rest))[None])  # [1, T, K]
    power = spectrum.abs().square()[:, None]
    advance = phase_advance(spectrum[:, None, :, :low], c.hop, c.window).permute(0, 3, 1, 2)
    found = whole(model.graph, {"power": power, "advance": advance})
    count = model.before + 1 + model.after
    taps = found["taps"][0].unflatten(0, (2, 2, count))  # [stem, part, tap, T, n]
    taps = torch.complex(taps[:, 0], taps[:, 1])  # [stem, tap, T, n]
    near = fn.pad(torch.view_as_real(spectrum[0]), (0, 0, 0, 0, model.before, model.after))
    near = torch.view_as_complex(near.contiguous()).unfold(0, count, 1)  # [T, K, tap]
    added = torch.einsum("sktn,tnk->stn", taps, near[:, : taps.shape[3]])
    y = spectrum.repeat(2, 1, 1)  # [stem, T, K]
    y[..., : taps.shape[3]] += added
    full, voice = transform.inverse(y * found["mask"][0])[:, :n]
    return torch.stack([voice, full - voice, x - full])


def clip() -> None:
    """One second of speech in a cafe through the Studio model."""
    path = FOLDER / "studio_clip.in.flac"
    if not path.exists():
        x, _ = soundfile.read(DATA / "valid" / "n02_mix.flac", dtype="int16")
        soundfile.write(path, x[RATE : 2 * RATE], RATE, subtype="PCM_16")
    x, _ = soundfile.read(path, dtype="float32")
    stems = separate(read(ROOT / "Bundle" / "models" / "studio.isolde"), torch.from_numpy(x))
    for name, stem in zip(("voice", "reverb", "ambience"), stems.numpy(), strict=True):
        soundfile.write(FOLDER / f"studio_clip.out.{name}.flac", stem, RATE, subtype="PCM_24")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    clip()
    if sys.argv[1:] == ["clip"]:
        return
    table = layers() + model()
    with open(FOLDER / "vectors.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(ROW)
        out.writerows(table)


if __name__ == "__main__":
    main()
