"""Golden vectors for the engine's tests.

`python -m vectors.make_vectors`, in Training/, writes all of them; `… clip` the last one alone.

They go to Tests/Vectors: for every case NAME.isolde, what goes in and what PyTorch gives for the
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
import dataclasses
import sys
import zlib

import numpy as np
import soundfile
import torch
import torch.nn.functional as fn
from torch import Tensor

from isolde_training.config import DATA, RATE, ROOT, TEST_SET, NetworkConfig
from isolde_training.model.graph import Graph, parse
from isolde_training.model.kinds import KINDS, edge_of
from isolde_training.model.layer import Edge, Layer
from isolde_training.model.lower import graph_of, rounded
from isolde_training.model.model_file import Model, read, write
from isolde_training.model.whole import whole
from isolde_training.network.network import Network
from isolde_training.network.transform import Transform, phase_advance

from .cases import CASES

FOLDER = ROOT / "Tests" / "Vectors"
FRAMES = 12  # or more, so that some come out
ROW = ("name", "frames", "inputs", "outputs", "delay")


def fill(graph: Graph, rng: np.random.Generator, bias: bool, one: bool) -> None:
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
            for key, shape in KINDS[layer.kind].tensors(layer, inputs, edge).items():
                if key == "bias" and not bias:
                    continue
                inner = np.prod(shape[1:]) if len(shape) > 1 else 4
                inner = shape[0] * shape[3] / 2 if layer.kind == "upconv" and inner > 4 else inner
                tensors[key] = rng.standard_normal((1,) if one else shape) / np.sqrt(inner)
        for key, value in tensors.items():
            whole = value.dtype.kind == "i"
            graph.tensors[f"{layer.name}.{key}"] = value.astype(np.int32 if whole else np.float32)


def example(layer: Layer, kinds: set[str], frames: int, rng: np.random.Generator) -> Tensor:
    """An input [1, C, T, F] that fits the layers behind it."""
    shape = (1, layer.get("channels", 1), frames, layer.get("bins", 1))
    x = 1.5 * rng.standard_normal(shape).astype(np.float32)
    if kinds & {"log", "power"}:
        x = np.abs(x)
        x[..., :2, :3] = 0  # a zero is silence, not a fault
    if "running_norm" in kinds:
        x[:, :, [0, 1, 6, 7]] -= 10  # frames to be held, at the beginning too
    return torch.from_numpy(x)


def store(name: str, side: str, edges: dict[str, Tensor]) -> None:
    """Raw float32 of some edges [1, C, T, F]."""
    for edge, value in edges.items():
        part = "" if len(edges) == 1 else f".{edge}"
        frames = value[0].permute(1, 2, 0).contiguous().numpy()  # [T, F, C]
        frames.astype("<f4").tofile(FOLDER / f"{name}.{side}{part}.f32")


def layers() -> list[tuple]:
    """A file, inputs and outputs for every case."""
    table = []
    for name, text in CASES.items():
        rng, graph = np.random.default_rng(zlib.crc32(name.encode())), parse(text)
        fill(graph, rng, bias="no_bias" not in name, one=name == "prelu_one")
        if name.endswith("_half"):
            graph.half()
        kinds, edges = {layer.kind for layer in graph.layers}, graph.edges()
        sources = [x for x in graph.layers if x.kind == "input"]
        (delay,) = {edges[x.name].delay for x in graph.layers if x.kind == "output"}
        frames = max(FRAMES, 2 * delay)
        inputs = {x.name: example(x, kinds, frames, rng) for x in sources}
        outputs = whole(graph, inputs)
        outputs = {edge: value[:, :, : frames - delay] for edge, value in outputs.items()}
        write(Model(graph, 64, 256, 256, texts={"general.name": name}), FOLDER / f"{name}.isolde")
        store(name, "in", inputs)
        store(name, "out", outputs)
        table.append((name, frames, " ".join(inputs), " ".join(outputs), delay))
    return table


STUDIO = NetworkConfig(
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
LIVE = dataclasses.replace(
    STUDIO, window=128, synthesis=128, look=(0,) * 5, kernel=2, before=4, after=0
)


def small_network(c: NetworkConfig) -> Network:
    """A small random network whose gains reach from 0 to 1."""
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
    table = []
    for name, c, channels, count in (
        ("model", STUDIO, 1, 6000),
        ("model_stereo", STUDIO, 2, 2500),
        ("model_live", LIVE, 1, 6000),
    ):
        net = small_network(c)
        file = Model(graph_of(net), c.hop, c.window, c.synthesis, c.before, c.after)
        file.texts = {"general.name": "small"}
        file.graph.half()
        delay = (net.look + c.synthesis // c.hop + 1) * c.hop
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
        x, _ = soundfile.read(DATA / TEST_SET / "n02_mix.flac", dtype="int16")
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
