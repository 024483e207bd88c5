"""Scores of a model on a set with known stems, per kind of clip, beside the untreated mix.

A set is a folder with `index.csv` (columns clip and kind) and CLIP_mix.flac, CLIP_voice.flac,
CLIP_reverb.flac, CLIP_ambience.flac, mono, 48 kHz.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import soundfile
import torch
from tqdm import tqdm

from ..config import RATE
from ..model.lower import rounded
from ..network.checkpoint import load
from ..network.network import Network
from .measures import DIGITS, NAMES, SILENT, measure, power_db, si_sdr

STEMS = ("voice", "reverb", "ambience")
BACKGROUND = "background"  # what people and the command line call the third one
Scores = dict[str, dict[str, float]]  # of a clip or a kind, by the name of the measure
Treat = Callable[[str, np.ndarray], dict[str, np.ndarray]]  # clip and mix to stems


def read(path: pathlib.Path) -> np.ndarray:
    x, rate = soundfile.read(path, dtype="float64", always_2d=True)
    if rate != RATE or x.shape[1] != 1:
        raise SystemExit(f"{path}: {x.shape[1]} channels at {rate} Hz, expected 1 at {RATE}")
    return x[:, 0]


def stems_of(net: Network, x: np.ndarray) -> dict[str, np.ndarray]:
    """A network's stems of a mono sound [N]."""
    with torch.no_grad():
        stems = net.separate(torch.from_numpy(x.astype(np.float32))[None, None])[0, 0]
    return dict(zip(STEMS, stems.double().numpy(), strict=True))


def from_folder(folder: pathlib.Path, clip: str) -> dict[str, np.ndarray]:
    """Stems that another program wrote: CLIP_STEM.wav, CLIP-STEM.wav, CLIP/STEM.wav or, the voice,
    CLIP.wav."""
    found = {}
    for stem, word in zip(STEMS, ("voice", "reverb", BACKGROUND), strict=True):
        names = [f"{clip}{mark}{x}" for x in (stem, word) for mark in "_-/"]
        for name in (*names, clip) if stem == "voice" else names:
            for path in (folder / f"{name}{suffix}" for suffix in (".wav", ".flac")):
                if path.is_file() and stem not in found:
                    found[stem] = read(path)
    if "voice" not in found:
        raise SystemExit(f"{folder}: no voice of clip {clip}")
    return found


def score(job: tuple[pathlib.Path, str, dict[str, np.ndarray] | None]) -> dict[str, float]:
    """Measures of one clip; without stems, those of the unprocessed mix."""
    clip_set, clip, stems = job
    want = {stem: read(clip_set / f"{clip}_{stem}.flac") for stem in ("mix", *STEMS)}
    if stems is None:
        return measure(want["mix"], want)
    for stem, x in stems.items():
        if len(x) != len(want["mix"]):
            raise SystemExit(f"{clip} {stem}: {len(x)} samples, expected {len(want['mix'])}")
    out = measure(stems["voice"], want)
    for stem, name in (("reverb", "sdr_rev"), ("ambience", "sdr_amb")):
        if stem in stems and np.mean(want[stem] ** 2) >= SILENT:
            out[name] = si_sdr(want[stem], stems[stem])
    if len(stems) == 3:
        rest = sum(stems.values()) - want["mix"]
        out["sumerr"] = power_db(np.mean(rest**2), np.mean(want["mix"] ** 2), 1e-20)
    return out


def means(clips: Scores, kinds: dict[str, str]) -> Scores:
    """Means by kind, `all` last; clips without a measure do not count in its mean."""
    table = {}
    for kind in (*sorted(set(kinds.values())), "all"):
        rows = [row for clip, row in clips.items() if kind in ("all", kinds[clip])]
        values = {name: [row[name] for row in rows if name in row] for name in NAMES}
        table[kind] = {name: float(np.mean(v)) for name, v in values.items() if v}
    return table


def show(tables: dict[str, Scores]) -> str:
    """A table in Markdown, grouped by kind."""
    kinds = next(iter(tables.values()))
    names = [
        n for n in NAMES if any(n in row for table in tables.values() for row in table.values())
    ]
    lines = [f"| kind | what | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    for kind in kinds:
        for what, table in tables.items():
            row = table[kind]
            cells = (f"{row[n]:.{DIGITS.get(n, 1)}f}" if n in row else "-" for n in names)
            lines.append(f"| {kind} | {what} | {' | '.join(cells)} |")
    return "\n".join(lines)


def evaluate(
    clip_set: pathlib.Path, treat: Treat, name: str, untreated: bool, jobs: int
) -> dict[str, Any]:
    """All scores: means by kind, and every clip."""
    if not (clip_set / "index.csv").exists():
        raise SystemExit(f"{clip_set}: no clips here (no index.csv)")
    with open(clip_set / "index.csv", newline="") as file:
        kinds = {row["clip"]: row["kind"] for row in csv.DictReader(file)}
    work = [(clip_set, clip, treat(clip, read(clip_set / f"{clip}_mix.flac"))) for clip in kinds]
    if untreated:
        work += [(clip_set, clip, None) for clip in kinds]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that are started now
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        found = list(tqdm(pool.imap(score, work), total=len(work), unit="clip", disable=None))
    clips = {name: dict(zip(kinds, found, strict=False))}
    if untreated:
        clips = {"untreated": dict(zip(kinds, found[len(kinds) :], strict=True))} | clips
    tables = {what: means(rows, kinds) for what, rows in clips.items()}
    return {"means": tables, "clips": clips, "kinds": kinds}


def evaluate_run(
    checkpoint: pathlib.Path,
    clip_set: pathlib.Path,
    path: pathlib.Path | None,
    untreated: bool,
    jobs: int,
) -> None:
    """Scores of a checkpoint as its model file will hold it: a table, and JSON in `path`."""
    net, config = load(checkpoint)
    net = rounded(net)
    report = evaluate(clip_set, lambda clip, x: stems_of(net, x), config.name, untreated, jobs)
    finish(report, path)


def evaluate_folder(
    folder: pathlib.Path,
    clip_set: pathlib.Path,
    path: pathlib.Path | None,
    untreated: bool,
    jobs: int,
) -> None:
    """Scores of stems that another program wrote."""
    report = evaluate(
        clip_set, lambda clip, x: from_folder(folder, clip), folder.name, untreated, jobs
    )
    finish(report, path)


def finish(report: dict[str, Any], path: pathlib.Path | None) -> None:
    print(show(report["means"]))
    if path:
        path.write_text(json.dumps(report, indent=1) + "\n")
