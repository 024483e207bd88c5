"""Scores of a model that restores highs: voices of the test set without theirs.

lsd    Log-spectral distance above the edge, up to 16 kHz, in dB; lower is better (`measures.py`).
below  Power of the change below the edge, relative to the recording's there, in dB; 1/12 octave at
       the edge itself, where filters fall, is left out.
pesq, dsig, dovrl
       By the voice as it was: at 16 kHz, so of what lies below 8 kHz.
nisqa  NISQA's overall score, of the whole band; left out without `torchmetrics` and `librosa`.

Dry voices are low-passed at 3.4, 4, 5.5 and 8 kHz, or not at all, where `below` counts all; they
go through two codecs; voices with noise and in rooms are low-passed at 4 kHz, and compared with
the whole recording. Beside the model stands ffmpeg's `aexciter`, which adds harmonics of what
lies above half the edge; it is told the edge, which the model finds.
"""

from __future__ import annotations

import csv
import json
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy import fft as sf
from tqdm import tqdm

from ..config import RATE
from ..model.lower import rounded
from ..network.checkpoint import load
from ..network.extender import Extender
from . import measures
from .evaluate import read

EDGES = (3400, 4000, 5500, 8000)  # Hz
CODECS = {  # edge in Hz, and what ffmpeg is told
    "GSM": (4000, ["-ar", "8000", "-c:a", "libgsm", "-f", "gsm"]),
    "Opus, 10 kb/s": (
        10000,
        ["-c:a", "libopus", "-application", "voip", "-b:a", "10k", "-f", "ogg"],
    ),
}
SOUND = ["-f", "f32le", "-ar", str(RATE), "-ac", "1"]  # likewise, of a sound here
TOP = 16000  # Hz
STEEP = 0.05  # of the edge, over which the low-pass falls
MEASURES = {  # digits, and the head of the column
    "lsd": (1, "LSD above the edge, dB"),
    "below": (0, "change below it, dB"),
    "pesq": (2, "PESQ"),
    "dsig": (2, "DNSMOS SIG"),
    "dovrl": (2, "DNSMOS OVRL"),
    "nisqa": (2, "NISQA"),
}
Row = dict[str, float]


def narrowed(x: np.ndarray, edge: float) -> np.ndarray:
    """A sound [N] without what lies above the edge, and with the rounding of 16 bits."""
    f = sf.rfftfreq(len(x), 1 / RATE)
    y = sf.irfft(sf.rfft(x) * np.clip((edge - f) / (STEEP * edge) + 1, 0, 1), len(x))
    return np.round(y * 32768) / 32768


def ffmpeg(data: bytes, *options: str) -> bytes:
    """Standard input and output of ffmpeg."""
    command = ["ffmpeg", "-v", "error", *options, "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def excited(x: np.ndarray, edge: float) -> np.ndarray:
    """A sound [N] through ffmpeg's exciter."""
    effect = f"aexciter=freq={np.clip(edge / 2, 2000, 12000):g}:ceil=16000:amount=2"
    made = ffmpeg(x.astype("<f4").tobytes(), *SOUND, "-i", "-", "-af", effect, *SOUND)
    return np.resize(np.frombuffer(made, "<f4").astype(np.float64), len(x))


def coded(x: np.ndarray, codec: list[str]) -> np.ndarray:
    """A sound [N] through one of the codecs."""
    packets = ffmpeg(x.astype("<f4").tobytes(), *SOUND, "-i", "-", *codec)
    y = np.frombuffer(ffmpeg(packets, "-f", codec[-1], "-i", "-", *SOUND), "<f4")
    return np.pad(y.astype(np.float64), (0, max(len(x) - len(y), 0)))[: len(x)]


def changed(x: np.ndarray, y: np.ndarray, edge: float) -> float:
    """Level of y - x below the edge over that of x, in dB."""
    f = sf.rfftfreq(len(x), 1 / RATE)
    held = f < edge * 2 ** (-1 / 12)
    d, own = (np.abs(sf.rfft(v)[held]) ** 2 for v in (y - x, x))
    return measures.power_db(d.sum(), own.sum(), 1e-12 * own.sum())


def score(full: np.ndarray, x: np.ndarray, y: np.ndarray, edge: float) -> Row:
    """Scores of a voice: `full`, `x` without its highs, `y` restored."""
    row = {"below": changed(x, y, edge)}
    if edge < RATE / 2:
        f = np.arange(1025) * RATE / 2048
        above = (f > edge * 1.05) & (f < TOP)
        r, z = (np.abs(measures.spectra(v)[:, above]) ** 2 for v in (full, y))
        row["lsd"] = measures.log_spectral_distance(r, z)
    heard = measures.by_ear(measures.to_16k(full), measures.to_16k(y))
    row |= {name: heard[name] for name in ("pesq", "dsig", "dovrl") if name in heard}
    found = measures.nisqa(y)
    return row if found is None else row | {"nisqa": found}


class Case(NamedTuple):
    """A recording [N] that lost its highs above the edge in Hz, and the whole one [N]."""

    kind: str
    clip: str
    full: np.ndarray
    x: np.ndarray
    edge: float


def cases(clips: pathlib.Path) -> Iterator[Case]:
    """Those of a set of clips; the dry voices are those that were mixed with noise alone."""
    with open(clips / "index.csv", newline="") as file:
        rows = [(row["clip"], row["kind"]) for row in csv.DictReader(file)]
    for clip, kind in rows:
        if kind == "noise":
            voice = read(clips / f"{clip}_voice.flac")
            for edge in EDGES:
                yield Case(f"dry, {edge} Hz", clip, voice, narrowed(voice, edge), edge)
            yield Case("dry, full band", clip, voice, voice, RATE / 2)
            for codec, (edge, options) in CODECS.items():
                yield Case(f"dry, {codec}", clip, voice, coded(voice, options), edge)
        if kind in ("noise", "reverb"):
            mix = read(clips / f"{clip}_mix.flac")
            yield Case(f"with {kind}, 4000 Hz", clip, mix, narrowed(mix, 4000), 4000)


def evaluate(net: Extender, clips: pathlib.Path, name: str) -> dict[str, Any]:
    """All scores: means by kind of recording, untreated and restored, and every one of them."""
    found: dict[str, dict[str, dict[str, Row]]] = {"untreated": {}, "ffmpeg aexciter": {}, name: {}}
    for kind, clip, full, x, edge in tqdm(cases(clips), unit="recording", disable=None):
        with torch.no_grad():
            y = net.extend(torch.from_numpy(x.astype(np.float32))[None, None])[0, 0]
        for what, z in zip(found, (x, excited(x, edge), y.double().numpy()), strict=True):
            found[what].setdefault(kind, {})[clip] = score(full, x, z, edge)
    means: dict[str, dict[str, Row]] = {what: {} for what in found}
    for what, kinds in found.items():
        for kind, rows in kinds.items():
            own = list(rows.values())
            means[what][kind] = {
                m: float(np.mean([row[m] for row in own])) for m in MEASURES if m in own[0]
            }
    return {"means": means, "recordings": found}


def show(means: dict[str, dict[str, Row]]) -> str:
    """A table in Markdown."""
    heads = [head for _, head in MEASURES.values()]
    lines = [f"| voice |  | {' | '.join(heads)} |", "| --- | --- |" + " --- |" * len(heads)]
    for kind in next(iter(means.values())):
        for what, table in means.items():
            row = table[kind]
            cells = (f"{row[m]:.{d}f}" if m in row else "-" for m, (d, _) in MEASURES.items())
            lines.append(f"| {kind} | {what} | {' | '.join(cells)} |")
    return "\n".join(lines)


def table(scores: pathlib.Path) -> str:
    """The table of a published run."""
    return show(json.loads(scores.read_text())["means"])


def evaluate_run(checkpoint: pathlib.Path, clips: pathlib.Path, path: pathlib.Path | None) -> None:
    """Scores of a checkpoint as its model file will hold it: a table, and JSON in `path`."""
    net, config = load(checkpoint)
    report = evaluate(rounded(net), clips, config.name)
    print(show(report["means"]))
    if path:
        path.write_text(json.dumps(report, indent=1) + "\n")
