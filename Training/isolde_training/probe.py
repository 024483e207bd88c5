"""Does it do harm? A model on clean speech, on noise alone, on other levels, after silence."""

from __future__ import annotations

import csv
import pathlib

import numpy as np

from .config import RATE
from .evaluate import read, stems_of
from .export import rounded
from .measures import power_db, si_sdr, to_16k
from .train import load


def level(x: np.ndarray, reference: np.ndarray) -> float:
    """Power of x over that of the reference in dB."""
    return power_db(np.mean(x**2), np.mean(reference**2), 1e-20)


def probe(checkpoint: pathlib.Path, valid: pathlib.Path) -> dict[str, float]:
    """Means over the clips of kind `noise`, whose voices are dry. All but PESQ in dB.

    `clean …`: a voice goes in without noise. `noise left`: noise goes in without a voice; level of
    the voice output. `level …`: how far the output of a quieter or louder clip, scaled back, is
    from the plain one. `silence …`: voice after one second of digital silence against without.
    """
    from pesq import pesq

    net = rounded(load(checkpoint)[0])
    with open(valid / "index.csv", newline="") as file:
        clips = [row["clip"] for row in csv.DictReader(file) if row["kind"] == "noise"]
    rows = []
    for clip in clips:
        mix, voice, ambience = (
            read(valid / f"{clip}_{stem}.flac") for stem in ("mix", "voice", "ambience")
        )
        clean = stems_of(net, voice)["voice"]
        ears = (x.astype(np.float32) for x in (to_16k(voice), to_16k(clean)))
        plain = stems_of(net, mix)["voice"]
        row = {
            "clean PESQ": pesq(RATE // 3, *ears, "wb"),
            "clean SI-SDR": si_sdr(voice, clean),
            "clean level": level(clean, voice),
            "noise left": level(stems_of(net, ambience)["voice"], ambience),
        }
        for db in (-30, 10):
            gain = 10 ** (db / 20)
            other = stems_of(net, mix * gain)["voice"] / gain
            row[f"level {db:+d} dB"] = level(other - plain, plain)
        late = stems_of(net, np.concatenate([np.zeros(RATE), mix]))["voice"][RATE:]
        row["silence before, whole clip"] = level(late, plain)
        row["silence before, first second"] = level(late[:RATE], plain[:RATE])
        rows.append(row)
    silent = stems_of(net, np.zeros(RATE))
    means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return means | {"peak from silence": float(max(np.abs(x).max() for x in silent.values()))}


def show(found: dict[str, float]) -> str:
    return "\n".join(f"{key:30} {value:8.2f}" for key, value in found.items())
