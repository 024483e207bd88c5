"""The validation set, used to steer runs: 24 clips from recordings and rooms unused in training.

It has the form of the test set (see `evaluate.py`). `prepare` makes it once, from the recordings in
`held_out.txt` and from rooms outside the bank, so the test set stays unseen until a choice is made.
"""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import scipy.signal
import soundfile

from ..config import RATE
from .packs import Pack
from .rooms import room, split

KINDS = ("noise", "reverb", "reverb+noise")
CLIPS = 8  # of each kind
SECONDS = 6
SNR = (0, 2.5, 5, 5, 7.5, 10, 12.5, 15)  # dB, active level of the voice against the background
RT60 = (0.3, 1.1)  # s, of the rooms
FIRST_ROOM = 10**6  # seeds from here on; the bank's begin at 0


def rooms(count: int) -> list[np.ndarray]:
    """One response of each of the first `count` rooms whose RT60 lies in the range."""
    found, seed = [], FIRST_ROOM
    while len(found) < count:
        rng = np.random.default_rng(seed)
        response, rt = room(rng, places=2)[seed % 2]  # now near, now far
        if RT60[0] <= rt <= RT60[1]:
            found.append(response)
        seed += 1
    return found


def active(x: np.ndarray) -> float:
    """RMS over the 20 ms frames within 30 dB of the loudest."""
    power = (x[: len(x) // 960 * 960].reshape(-1, 960) ** 2).mean(1)
    return float(np.sqrt(power[power > power.max() * 1e-3].mean() + 1e-20))


def loop(x: np.ndarray, count: int) -> np.ndarray:
    """The first `count` samples of a sound, repeated where it is shorter."""
    return np.resize(x, count)


def build(folder: pathlib.Path, data: pathlib.Path, cache: pathlib.Path) -> None:
    """Write the clips and `index.csv`; the folder appears only when it is complete."""
    speech, noise = (Pack(data, name, cache / "packs") for name in ("speech", "noise"))
    if not (speech.held_out and noise.held_out):
        raise SystemExit(f"{data}: none of the recordings in held_out.txt is here")
    responses, n, rows = rooms(2 * CLIPS), SECONDS * RATE, []
    aside = folder.with_name(folder.name + ".part")
    aside.mkdir(parents=True, exist_ok=True)
    for k in range(len(KINDS) * CLIPS):
        kind, at = KINDS[k // CLIPS], k % CLIPS
        x = loop(speech.sound(speech.held_out[k % len(speech.held_out)], RATE // 10), n)
        early, late, ambience = x, np.zeros(n), np.zeros(n)
        if "reverb" in kind:
            parts = split(responses[k - CLIPS])
            early, late = (scipy.signal.fftconvolve(x, part)[:n] for part in parts)
        if "noise" in kind:
            ambience = loop(noise.sound(noise.held_out[(5 * k) % len(noise.held_out)]), n)
            ambience = ambience / (ambience.std() + 1e-9) * active(early + late)
            ambience = ambience * 10 ** (-SNR[at] / 20)
        stems = np.stack([early, late, ambience])
        stems *= 0.7 / max(np.abs(stems.sum(0)).max(), np.abs(stems).max())
        clip = f"{''.join(word[0] for word in kind.split('+'))}{at + 1:02d}"
        for name, y in zip(("voice", "reverb", "ambience"), stems, strict=True):
            soundfile.write(aside / f"{clip}_{name}.flac", y, RATE, subtype="PCM_24")
        soundfile.write(aside / f"{clip}_mix.flac", stems.sum(0), RATE, subtype="PCM_24")
        rows.append((clip, kind))
    with open(aside / "index.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("clip", "kind"), *rows])
    aside.rename(folder)
