"""DeepFilterNet 2 or 3 as published, from its three ONNX files: a model file for `isolde clean`.

H. Schröter et al., 2022 and 2023; MIT or Apache-2.0. FOLDER holds enc.onnx, erb_dec.onnx,
df_dec.onnx and config.ini. Windows, features and their first values are the published ones.
With a recording, the engine's voice is compared with that of ONNX Runtime and libDF.

    python examples/deepfilternet.py FOLDER [SOUND.wav] [-o NAME.isolde]
"""

from __future__ import annotations

import argparse
import configparser
import pathlib
from dataclasses import dataclass

import numpy as np
import onnxruntime
import soundfile
from show import FOLDER  # it also finds isolde_training

from isolde_training.importer.bring import Options, import_files, summary
from isolde_training.model.graph import Graph
from isolde_training.model.model_file import Model, write
from isolde_training.model.separator import Separator

RATE, KEEP = 48000, 0.99  # Hz; of the running means, a frame: a second
PARTS = ("enc", "erb_dec", "df_dec")
AXES = {"feat_erb": "NCTF", "feat_spec": "NCTF"}
FLOOR = 1e-10  # of a band's power


@dataclass(frozen=True)
class Published:
    """What config.ini says of a network."""

    folder: pathlib.Path

    def __post_init__(self) -> None:
        ini = configparser.ConfigParser()
        ini.read(self.folder / "config.ini")
        df, net = ini["df"], ini["deepfilternet"]
        values = {
            "window": int(df["fft_size"]),
            "hop": int(df["hop_size"]),
            "bands": int(df["nb_erb"]),
            "low": int(df["nb_df"]),
            "taps": int(net.get("df_order", df.get("df_order", "5"))),
            "look": int(net["conv_lookahead"]),
            "after": int(net.get("df_lookahead", df.get("df_lookahead", "0"))),
            "masked": ini["train"]["model"]
            != "deepfilternet3",  # the filter of 3 is beside the gains
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def before(self) -> int:
        return self.taps - 1 - self.after

    def libdf(self):
        import libdf

        return libdf.DF(RATE, self.window, self.hop, self.bands, 2)

    def widths(self) -> np.ndarray:
        return self.libdf().erb_widths().astype(int)


def network(p: Published) -> tuple[Graph, str]:
    """The three files as one network, and what the importer says of it."""
    path = FOLDER / f"{p.folder.name}.network.isolde"
    files = [p.folder / f"{name}.onnx" for name in PARTS]
    brought = import_files(files, ["m", "coefs"], path, Options(axes=AXES, hop=p.hop))
    text = summary(brought, path, p.hop)
    if not brought.agreement.good:
        raise SystemExit(text)
    return brought.done.graph, text


def separator(p: Published, inner: Graph) -> Model:
    """The network with its features before it and its masks behind it."""
    g, bins, widths = Graph(), p.window // 2 + 1, p.widths()
    scale = (p.window / 2) ** 0.5 / p.window  # libDF's spectra over ours
    first = np.cumsum(widths) - widths
    g.add("power", "input", bins=bins)
    g.add("spectrum", "input", channels=2, bins=p.low)
    mean = {"first": first, "count": widths, "value": np.repeat(scale**2 / widths, widths)}
    g.add("energy", "bands", "power", bins=p.bands, tensors=mean)
    g.add("level", "log", "energy", floor=FLOOR, factor=10.0)
    start = {"start": np.linspace(-60, -90, p.bands)}
    g.add("levels", "running_norm", "level", over="bin", rate=1 - KEEP, tensors=start)
    g.add("erb", "scale", "levels", factor=1 / 40)
    start = {"start": np.linspace(1e-3, 1e-4, p.low) / scale}
    g.add("unit", "unit_norm", "spectrum", rate=1 - KEEP, floor=1e-15, tensors=start)
    g.add("spec", "scale", "unit", factor=scale**0.5)
    # Frame j of the features is frame j + look of the stream, and nothing is known of those before.
    for name, x in (("feat_erb", "erb"), ("feat_spec", "spec")):
        g.add(name, "max_pool", x, kernel=(1, 1), stride=(1, 1), look=p.look)
    for layer in inner.layers:
        if layer.kind not in ("input", "output"):
            g.layers.append(layer)
    g.tensors |= inner.tensors
    made = {layer.name: layer.inputs[0] for layer in inner.layers if layer.kind == "output"}

    band = np.repeat(np.arange(p.bands), widths)
    wide = {"first": band, "count": np.ones(bins, int), "value": np.ones(bins)}
    g.add("both", "concat", made["m"], made["m"])  # of voice + reverb, and of voice
    g.add("wide", "bands", "both", bins=bins, tensors=wide)
    g.add("mask", "output", "wide")
    g.add("coefs", "reshape", made["coefs"], channels=2 * p.taps, bins=p.low)
    g.add("parts", "shuffle", "coefs", groups=p.taps)  # [tap][part] to [part][tap]
    g.add("filters", "concat", "parts", "parts")
    g.add("taps", "output", "filters")
    texts = {
        "general.name": p.folder.name,
        "general.author": "H. Schröter, A. N. Escalante-B., T. Rosenkranz, A. Maier",
        "general.license": "MIT OR Apache-2.0",
    }
    of = "masked" if p.masked else "input"
    return Model(g, p.hop, p.window, p.window, p.before, p.after, texts, of, "vorbis")


def published(p: Published, x: np.ndarray) -> np.ndarray:
    """The voice of a recording [N] by ONNX Runtime and libDF, in time with it."""
    import libdf

    state, widths = p.libdf(), p.libdf().erb_widths()
    spectra = state.analysis(np.pad(x, (0, -len(x) % p.hop + p.window))[None])  # [1, T, K]
    low = libdf.unit_norm(np.ascontiguousarray(spectra[..., : p.low]), KEEP)
    features = {
        "feat_erb": libdf.erb_norm(libdf.erb(spectra, widths), KEEP)[:, None],
        "feat_spec": np.stack([low.real, low.imag], 1),
    }
    if p.look:
        ends = ((0, 0), (0, 0), (0, p.look), (0, 0))
        features = {key: np.pad(value[:, :, p.look :], ends) for key, value in features.items()}
    for name in PARTS:
        session = onnxruntime.InferenceSession(p.folder / f"{name}.onnx")
        given = {x.name: features[x.name] for x in session.get_inputs()}
        names = [x.name for x in session.get_outputs()]
        features |= dict(zip(names, session.run(names, given), strict=True))
    gains, taps = features["m"], features["coefs"]
    frames = spectra.shape[1]
    taps = taps.reshape(frames, p.low, p.taps, 2) @ np.array([1, 1j], np.complex64)
    out = spectra * np.repeat(gains[0], widths.astype(int), axis=-1)
    weighed = (out if p.masked else spectra)[0, :, : p.low]
    near = np.pad(weighed, ((p.before, p.after), (0, 0)))
    out[0, :, : p.low] = sum(near[k : k + frames] * taps[:, :, k] for k in range(p.taps))
    y = state.synthesis(np.ascontiguousarray(out, np.complex64))[0]
    delay = p.window - p.hop
    return y[delay : delay + len(x)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="of the ONNX files and config.ini")
    parser.add_argument("sound", type=pathlib.Path, nargs="?", help="a recording at 48 kHz")
    parser.add_argument("-o", "--out", type=pathlib.Path, help="build/examples/FOLDER.isolde")
    a = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    p = Published(a.folder)
    graph, text = network(p)
    print(text.replace(f"{FOLDER}/", ""))
    out = a.out or FOLDER / f"{p.folder.name}.isolde"
    write(separator(p, graph), out)
    print(f"{out}: a model for `isolde clean --model`")
    if a.sound is None:
        return
    x, rate = soundfile.read(a.sound, dtype="float32", always_2d=True)
    if rate != RATE:
        raise SystemExit(f"{a.sound}: {rate} Hz, expected {RATE}")
    wanted, found = published(p, x[:, 0]), Separator(out)(x[:, 0])[0]
    end = len(x) - 2 * p.window  # what comes after a recording is silence here, nothing there
    apart = 10 * np.log10(np.square(found - wanted)[:end].sum() / np.square(wanted)[:end].sum())
    print(f"the engine's voice differs from that of ONNX Runtime and libDF by {apart:.1f} dB")
    if apart > -80:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
