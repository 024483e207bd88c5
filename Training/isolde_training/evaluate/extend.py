"""Scores of a model that restores highs: dry voices of the test set, low-passed.

lsd    Log-spectral distance above the edge, up to 16 kHz, in dB; lower is better (`measures.py`).
below  Power of what was changed below the edge, over the recording's there, in dB; 1/12 octave at
       the edge itself, where filters fall, is left out.
pesq, dsig, dovrl
       By the voice as it was: at 16 kHz, so of what lies below 8 kHz.
nisqa  NISQA's overall score, of the whole band; left out without `torchmetrics` and `librosa`.

Edges are 3.4, 4, 5.5 and 8 kHz, and none: a full-band voice, of which `below` counts all. Beside
the model stands ffmpeg's `aexciter`, which adds harmonics of what lies above half the edge; it is
told the edge, which the model finds.
"""

from __future__ import annotations

import csv
import json
import pathlib
import subprocess
from typing import Any

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


def excited(x: np.ndarray, edge: float) -> np.ndarray:
    """What ffmpeg's exciter makes of a sound [N]."""
    form = ["-f", "f32le", "-ar", str(RATE), "-ac", "1"]
    effect = f"aexciter=freq={np.clip(edge / 2, 2000, 12000):g}:ceil=16000:amount=2"
    command = ["ffmpeg", "-v", "error", *form, "-i", "-", "-af", effect, *form, "-"]
    done = subprocess.run(command, input=x.astype("<f4").tobytes(), capture_output=True, check=True)
    return np.resize(np.frombuffer(done.stdout, "<f4").astype(np.float64), len(x))


def changed(x: np.ndarray, y: np.ndarray, edge: float) -> float:
    """Level of y - x below the edge over that of x, in dB."""
    f = sf.rfftfreq(len(x), 1 / RATE)
    held = f < edge * 2 ** (-1 / 12)
    d, own = (np.abs(sf.rfft(v)[held]) ** 2 for v in (y - x, x))
    return measures.power_db(d.sum(), own.sum(), 1e-12 * own.sum())


def score(full: np.ndarray, x: np.ndarray, y: np.ndarray, edge: float) -> Row:
    """Of a voice, the same without its highs, and what was made of that."""
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


def voices(clips: pathlib.Path) -> dict[str, np.ndarray]:
    """The dry voices of a set of clips: those that were mixed with noise alone."""
    with open(clips / "index.csv", newline="") as file:
        names = [row["clip"] for row in csv.DictReader(file) if row["kind"] == "noise"]
    return {name: read(clips / f"{name}_voice.flac") for name in names}


def evaluate(net: Extender, clips: pathlib.Path, name: str) -> dict[str, Any]:
    """All scores: means by edge, untreated and restored, and every voice."""
    found: dict[str, dict[str, Row]] = {"untreated": {}, "ffmpeg aexciter": {}, name: {}}
    cases = [(v, edge) for v in voices(clips).items() for edge in (*EDGES, RATE / 2)]
    for (voice, full), edge in tqdm(cases, unit="voice", disable=None):
        x = narrowed(full, edge) if edge < RATE / 2 else full
        with torch.no_grad():
            y = (
                net.extend(torch.from_numpy(x.astype(np.float32))[None, None])[0, 0]
                .double()
                .numpy()
            )
        for what, z in zip(found, (x, excited(x, edge), y), strict=True):
            found[what][f"{voice} {edge:g}"] = score(full, x, z, edge)
    means: dict[str, dict[str, Row]] = {}
    for what, rows in found.items():
        for edge in (*EDGES, RATE / 2):
            own = [row for case, row in rows.items() if case.endswith(f" {edge:g}")]
            means.setdefault(what, {})[f"{edge:g}"] = {
                m: float(np.mean([row[m] for row in own])) for m in MEASURES if m in own[0]
            }
    return {"means": means, "voices": found}


def show(means: dict[str, dict[str, Row]]) -> str:
    """A table in Markdown."""
    heads = [head for _, head in MEASURES.values()]
    lines = [f"| edge, Hz |  | {' | '.join(heads)} |", "| --- | --- |" + " --- |" * len(heads)]
    for edge in next(iter(means.values())):
        for what, table in means.items():
            row = table[edge]
            cells = (f"{row[m]:.{d}f}" if m in row else "-" for m, (d, _) in MEASURES.items())
            name = "none" if float(edge) == RATE / 2 else edge
            lines.append(f"| {name} | {what} | {' | '.join(cells)} |")
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
