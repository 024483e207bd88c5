"""Safety checks: a model on sounds that it should leave alone, and on sounds that it should remove.

A row of the table is a case, a measure and its limit; its value is a mean over sounds, beside the
worst of them.
"""

from __future__ import annotations

import math
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from tqdm import tqdm

from ..config import RATE
from ..data.recordings import RECORDINGS
from ..model.lower import rounded
from ..network.checkpoint import load
from .evaluate import stems_of
from .figures import Figure, credit, dump, show
from .harm import bursts, fricative_level, level, lost, onset_level, share
from .material import RECORDED, SYNTHETIC, Material
from .measures import measure, si_sdr, to_16k

Sound = np.ndarray
Treat = Callable[[Sound], dict[str, Sound]]  # a mix to its stems
UNUSUAL = ("resynthesised", "whispered", "shouted", "sung", "laughing", "very low voice", "child")
LEVELS = (-50, -40, -30, -10, -3)  # dBFS of the peak, against one at -20
MUSIC = "n05"  # clip of the test set whose background is music


def speech(stems: dict[str, Sound]) -> Sound:
    return stems["voice"] + stems["reverb"]


def clean(m: Material, treat: Treat) -> Iterator[Figure]:
    """Dry voices of the test set, nothing else."""
    from pesq import pesq

    outs = [treat(x) for x in m.voices]
    for name, pick in (("voice", lambda s: s["voice"]), ("voice + reverb", speech)):
        pairs = [(x, pick(s)) for x, s in zip(m.voices, outs, strict=True)]
        ears = [[to_16k(x).astype(np.float32) for x in pair] for pair in pairs]
        row = ("clean speech", RECORDED)
        yield Figure(*row, f"PESQ, {name}", [pesq(16000, *e, "wb") for e in ears], low=4.3)
        yield Figure(*row, f"SI-SDR, {name}, dB", [si_sdr(*p) for p in pairs], low=32)
        yield Figure(*row, f"level, {name}, dB", [level(y, x) for x, y in pairs], -0.5, 0.5)


def unusual(m: Material, treat: Treat) -> Iterator[Figure]:
    """Voices unlike those of the training, alone: what is kept of them."""
    cases = {kind: m.unusual(kind) for kind in UNUSUAL}
    cases |= {"two at once": m.talkers(2), "three at once": m.talkers(3)}
    cases["telephone"] = m.telephone()
    for case, materials in cases.items():
        for material, sounds in materials.items():
            if not sounds:
                continue
            outs = [(x, treat(x)) for x in sounds]
            row = (case, material)
            yield Figure(*row, "kept, voice, dB", [level(s["voice"], x) for x, s in outs], low=-1)
            yield Figure(*row, "frames lost, %", [lost(x, speech(s)) for x, s in outs], high=5)
            values = [si_sdr(x, speech(s)) for x, s in outs]
            yield Figure(*row, "SI-SDR, voice + reverb, dB", values, low=20)


def music(m: Material, treat: Treat) -> Iterator[Figure]:
    """Speech 5 dB above music, with the measures of `measures.py`, some over the untreated mix."""
    found, before = [], []
    for stems in m.noisy(5, MUSIC)[:3]:
        found.append(measure(treat(stems["mix"])["voice"], stems))
        before.append(measure(stems["mix"], stems))
    row = ("speech over music", RECORDED)
    yield Figure(*row, "vkeep, dB", [f["vkeep"] for f in found], low=-1)
    for name, text in (
        ("sisdr", "SI-SDR gain, dB"),
        ("pesq", "PESQ gain"),
        ("estoi", "ESTOI gain"),
    ):
        pairs = zip(found, before, strict=True)
        yield Figure(*row, text, [f[name] - b[name] for f, b in pairs], low=0)
    yield Figure(*row, "music cut, dB", [f["acut"] for f in found])


def details(m: Material, treat: Treat) -> Iterator[Figure]:
    """Word onsets and fricatives, in silence and in noise."""
    for case, loud, limit in (("clean", 0, -1), ("at 10 dB", 1, -3)):
        first, sharp = [], []
        for stems in m.noisy(10):
            voice, ambience = stems["voice"], loud * stems["ambience"]
            mix = voice + ambience
            kept = share(voice, mix, speech(treat(mix)))
            first.append(onset_level(voice, kept, ambience))
            sharp.append(fricative_level(voice, kept))
        first, sharp = ([x for x in values if not math.isnan(x)] for values in (first, sharp))
        yield Figure(f"word onsets, {case}", RECORDED, "first 50 ms, dB", first, -1, 1)
        yield Figure(f"sibilants, {case}", RECORDED, "4 … 12 kHz, dB", sharp, low=limit)


def levels(m: Material, treat: Treat) -> Iterator[Figure]:
    """A clean voice at other input levels: the output level should follow."""
    moved = {db: [] for db in LEVELS}
    for stems in m.noisy(15)[:2]:
        mix = stems["mix"][: 4 * RATE]
        mix = mix / np.abs(mix).max()
        plain = level(treat(mix * 0.1)["voice"], mix * 0.1)
        for db in LEVELS:
            x = mix * 10 ** (db / 20)
            moved[db].append(level(treat(x)["voice"], x) - plain)
    for db, values in moved.items():
        yield Figure(f"input at {db} dBFS", RECORDED, "level, dB", values, -0.5, 0.5, every=True)


def noise(m: Material, treat: Treat) -> Iterator[Figure]:
    """Background and silence alone."""
    for material, sounds in m.noises().items():
        outs = [(x, treat(x)["voice"]) for x in sounds]
        row = ("noise alone", material)
        yield Figure(*row, "left in voice, dB", [level(y, x) for x, y in outs], high=-33)
        yield Figure(*row, "bursts, dB", [bursts(x, y) for x, y in outs], high=6)
    faint = 1e-4 * np.random.default_rng(1).standard_normal(3 * RATE)
    row = ("noise of -80 dBFS", SYNTHETIC)
    yield Figure(*row, "left in voice, dB", [level(treat(faint)["voice"], faint)], high=-33)
    peak = max(np.abs(x).max() for x in treat(np.zeros(2 * RATE)).values())
    row = ("digital silence", SYNTHETIC)
    yield Figure(*row, "peak of all stems, dBFS", [20 * math.log10(peak + 1e-10)], high=-120)


def transients(m: Material, treat: Treat) -> Iterator[Figure]:
    """The first second of a stream, against the same second after 5 s of the same sound."""
    later, second = 5 * RATE, RATE
    found = {"first second": [], "after digital silence": []}
    for stems in m.noisy(10):
        parts = [stems[name][later : later + second] for name in ("voice", "ambience")]
        warm = shares(parts, speech(treat(stems["mix"][: later + 2 * second]))[later:][:second])
        tail = stems["mix"][later : later + 2 * second]
        for before, values in zip((0, second), found.values(), strict=True):
            cold = speech(treat(np.concatenate([np.zeros(before), tail])))[before:][:second]
            values.append([a - b for a, b in zip(shares(parts, cold), warm, strict=True)])
    for case, values in found.items():
        voice, ambience = zip(*values, strict=True)
        yield Figure(case, RECORDED, "voice kept, against later, dB", list(voice), -1, 1)
        yield Figure(case, RECORDED, "noise left, against later, dB", list(ambience), -3, 3)


def shares(parts: list[Sound], out: Sound) -> list[float]:
    """Levels of the parts of a mix in an output."""
    return [level(share(part, sum(parts), out), part) for part in parts]


CASES = (clean, unusual, music, details, levels, noise, transients)


def probe(treat: Treat, m: Material, cases: Sequence[Callable] = CASES) -> list[Figure]:
    """The figures of some cases."""
    return [f for case in tqdm(cases, unit="case", disable=None) for f in case(m, treat)]


def probe_run(
    checkpoint: pathlib.Path, test_set: pathlib.Path, cache: pathlib.Path, path: pathlib.Path | None
) -> None:
    """The figures of a checkpoint as its model file will hold it: Markdown, and JSON in `path`.

    On one core, so that they do not depend on the number of cores.
    """
    torch.set_num_threads(1)
    net = rounded(load(checkpoint)[0])
    figures = probe(lambda x: stems_of(net, x), Material(test_set, cache))
    used = [r for r in RECORDINGS if r.file(cache).exists()]
    print(show(figures))
    print(credit(used))
    if path:
        path.write_text(dump(figures, used))
