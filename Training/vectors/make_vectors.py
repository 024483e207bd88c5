"""Golden vectors for the engine's tests.

`python -m vectors.make_vectors`, in Training/, writes all of them; `… clip` the last one alone.

They go to Tests/Vectors: for every case NAME.isolde, what goes in and what PyTorch gives for the
whole clip. Files `NAME.in.f32`, `NAME.out.f32` are little-endian float32, frame after frame, a
frame flattened with its channels innermost; with several inputs or outputs `NAME.in.EDGE.f32`.
The outputs hold `frames - delay` frames: output frame j belongs to input frame j and is due when
frame j + delay has gone in. Cases with the input `audio` are whole models: samples in, stems out
(channels of a sample innermost), already moved back by the delay.

A file that holds the same is left as it is: those of format 1 show that the engine still reads it,
and the last bits of a sum depend on the processor.

`studio_clip` is a noisy recording and what Bundle/models/studio.isolde makes of it, as FLAC; make
it anew whenever that file changes.
"""

from __future__ import annotations

import csv
import dataclasses
import pathlib
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
from isolde_training.network.deepfilter import linked
from isolde_training.network.network import Network
from isolde_training.network.transform import Transform, phase_advance

from .cases import CASES, FILTER

FOLDER = ROOT / "Tests" / "Vectors"
FRAMES = 12  # or more, so that some come out
ROW = ("name", "frames", "inputs", "outputs", "delay")


def fill(
    graph: Graph,
    rng: np.random.Generator,
    bias: bool = True,
    one: bool = False,
    start: bool = False,
) -> None:
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
                if key == "bias" and not bias or key == "start" and not start:
                    continue
                inner = np.prod(shape[1:]) if len(shape) > 1 else 4
                inner = shape[0] * shape[3] / 2 if layer.kind == "upconv" and inner > 4 else inner
                tensors[key] = rng.standard_normal((1,) if one else shape) / np.sqrt(inner)
            if layer.kind == "unit_norm" and start:  # means of magnitudes
                tensors["start"] = np.abs(tensors["start"])
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


def holds(path: pathlib.Path, values: np.ndarray) -> bool:
    """Whether the file has these values, but for rounding."""
    if not path.exists():
        return False
    old = np.fromfile(path, "<f4") if path.suffix == ".f32" else soundfile.read(path)[0]
    return old.size == values.size and np.allclose(old, values.ravel(), rtol=1e-5, atol=1e-6)


def store_values(path: pathlib.Path, values: np.ndarray) -> None:
    """Raw float32, or FLAC of one channel."""
    if holds(path, values):
        return
    if path.suffix == ".f32":
        values.astype("<f4").tofile(path)
    else:
        soundfile.write(path, values, RATE, subtype="PCM_24")


def store_model(model: Model, path: pathlib.Path) -> None:
    """Writes the file of a model."""
    old = read(path) if path.exists() else None
    if old and old.graph.text() == model.graph.text():
        tensors = zip(old.graph.tensors.items(), model.graph.tensors.items(), strict=True)
        same = all(
            a == b and v.dtype == w.dtype and np.array_equal(v, w) for (a, v), (b, w) in tensors
        )
        if same and dataclasses.replace(old, graph=model.graph) == model:
            return
    write(model, path)


def store(name: str, side: str, edges: dict[str, Tensor]) -> None:
    """Raw float32 of some edges [1, C, T, F]."""
    for edge, value in edges.items():
        part = "" if len(edges) == 1 else f".{edge}"
        frames = value[0].permute(1, 2, 0).contiguous().numpy()  # [T, F, C]
        store_values(FOLDER / f"{name}.{side}{part}.f32", frames)


def layers() -> list[tuple]:
    """A file, inputs and outputs for every case."""
    table = []
    for name, text in CASES.items():
        rng, graph = np.random.default_rng(zlib.crc32(name.encode())), parse(text)
        fill(graph, rng, "no_bias" not in name, name == "prelu_one", name.endswith("_start"))
        if name.endswith("_half"):
            graph.half()
        kinds, edges = {layer.kind for layer in graph.layers}, graph.edges()
        sources = [x for x in graph.layers if x.kind == "input"]
        (delay,) = {edges[x.name].delay for x in graph.layers if x.kind == "output"}
        frames = max(FRAMES, 2 * delay)
        inputs = {x.name: example(x, kinds, frames, rng) for x in sources}
        outputs = whole(graph, inputs)
        outputs = {edge: value[:, :, : frames - delay] for edge, value in outputs.items()}
        file = Model(graph, 64, 256, 256, texts={"general.name": name})
        store_model(file, FOLDER / f"{name}.isolde")
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
        store_model(file, FOLDER / f"{name}.isolde")
        x = test_sound(channels, count)
        with torch.no_grad():
            stems = net.separate(torch.from_numpy(x)[None])[0].numpy()  # [A, 3, N]
        table.append(sounds(name, x, stems, delay))
    for name, channels, taps_of, windows in (
        ("model_masked", 1, "masked", "sine"),
        ("model_masked_stereo", 2, "masked", "sine"),
        ("model_filtered", 1, "input", "vorbis"),
    ):
        graph = parse(FILTER)
        fill(graph, np.random.default_rng(1))
        graph.half()
        file = Model(graph, 64, 128, 128, 1, 2, {"general.name": "small"}, taps_of, windows)
        store_model(file, FOLDER / f"{name}.isolde")
        x = test_sound(channels, 2500)
        x[1:] *= -0.5  # the tones of the second channel are not those of the first
        look = graph.edges()["mask"].delay
        look = look + file.after if taps_of == "masked" else max(look, file.after)
        stems = separate(file, torch.from_numpy(x)).numpy()
        table.append(sounds(name, x, stems, (look + 3) * file.hop))
    return table


def sounds(name: str, x: np.ndarray, stems: np.ndarray, delay: int) -> tuple:
    """Writes [A, N] and [A, 3, N]; the row of the table."""
    store_values(FOLDER / f"{name}.in.f32", x.T)
    for k, stem in enumerate(("voice", "reverb", "ambience")):
        store_values(FOLDER / f"{name}.out.{stem}.f32", stems[:, k].T)
    return (name, x.shape[1], "audio", "voice reverb ambience", delay)


@torch.no_grad()
def separate(model: Model, x: Tensor) -> Tensor:
    """Stems [A, 3, N] of a sound [A, N] by the graph of a model file, with PyTorch's layers."""
    c = NetworkConfig(window=model.window, hop=model.hop, synthesis=model.synthesis)
    transform, edges, n = Transform(c, model.windows), model.graph.edges(), x.shape[1]
    delay = max(edge.delay for edge in edges.values()) + model.after
    rest = (delay + c.synthesis // c.hop) * c.hop + -n % c.hop
    spectra = transform(fn.pad(x, (0, rest)))  # [A, T, K]
    inputs = {"power": spectra.abs().square().mean(0)[None, None]}
    if "advance" in edges:
        low = spectra[None, ..., : edges["advance"].bins]
        inputs["advance"] = phase_advance(low, c.hop, c.window).permute(0, 3, 1, 2)
    if "spectrum" in edges:
        low = linked(spectra[None, ..., : edges["spectrum"].bins], c.hop)
        inputs["spectrum"] = torch.view_as_real(low).permute(0, 3, 1, 2)
    found = whole(model.graph, inputs)
    mask = found["mask"][0].clamp(0, 1)  # [stem, T, K]
    count = model.before + 1 + model.after
    taps = found["taps"][0].unflatten(0, (2, 2, count))  # [stem, part, tap, T, n]
    taps = torch.complex(taps[:, 0], taps[:, 1])  # [stem, tap, T, n]
    stems, bins = [], taps.shape[3]
    for spectrum in spectra:
        y = spectrum * mask  # [stem, T, K]
        weighed = y if model.taps_of == "masked" else spectrum.expand_as(y)
        near = fn.pad(torch.view_as_real(weighed), (0, 0, 0, 0, model.before, model.after))
        near = torch.view_as_complex(near.contiguous()).unfold(1, count, 1)  # [stem, T, K, tap]
        filtered = torch.einsum("sktn,stnk->stn", taps, near[:, :, :bins])
        if model.taps_of == "residual":
            filtered = y[..., :bins] + filtered * mask[..., :bins]
        y[..., :bins] = filtered
        stems.append(transform.inverse(y)[:, :n])
    full, voice = torch.stack(stems, 1)  # [A, N]
    return torch.stack([voice, full - voice, x - full], 1)


def clip() -> None:
    """One second of speech in a cafe through the Studio model."""
    path = FOLDER / "studio_clip.in.flac"
    if not path.exists():
        x, _ = soundfile.read(DATA / TEST_SET / "n02_mix.flac", dtype="int16")
        soundfile.write(path, x[RATE : 2 * RATE], RATE, subtype="PCM_16")
    x, _ = soundfile.read(path, dtype="float32")
    studio = read(ROOT / "Bundle" / "models" / "studio.isolde")
    (stems,) = separate(studio, torch.from_numpy(x)[None]).numpy()
    for name, stem in zip(("voice", "reverb", "ambience"), stems, strict=True):
        store_values(FOLDER / f"studio_clip.out.{name}.flac", stem)


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
