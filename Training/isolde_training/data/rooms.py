"""Simulated rooms: impulse responses at 48 kHz, computed once with pyroomacoustics.

A response has its direct sound at sample LEAD with a peak of 1 and ends where 60 dB of its energy
have gone. The bank is one flat int16 file; row i of `index.npy` is start, length and RT60 in ms.
`python -m isolde_training.data.rooms FOLDER ROOMS` makes one, as `prepare` does.
"""

from __future__ import annotations

import pathlib
import sys
from multiprocessing import Pool

import numpy as np
from tqdm import tqdm

from ..config import RATE

LEAD = 48  # samples before the direct sound, 1 ms
EARLY = 2400  # samples of early reflections after it, 50 ms: they belong to the voice
FADE = 96  # samples of cross-fade between early and late
SCALE = 16384  # of int16, so that a peak of 1 leaves 6 dB of room
PLACES = 4  # microphones in a room


def room(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """One shoebox, one talker, some microphones: a list of (response, RT60 in s)."""
    import pyroomacoustics as pra

    size = np.array([rng.uniform(2, 12), rng.uniform(2, 9), rng.uniform(2.2, 4.5)])  # m
    x, y, z = size
    volume, surface = x * y * z, 2 * (x * y + x * z + y * z)
    wanted = float(np.exp(rng.uniform(np.log(0.1), np.log(1.5))))
    rt = max(wanted, 0.161 * volume / surface * 1.1)  # Sabine: s
    absorbed = min(0.161 * volume / (surface * rt), 0.95)
    absorbed = absorbed * rng.uniform(0.7, 1.9) ** np.linspace(-1, 1, 7)  # 125 Hz … 8 kHz
    octaves = [125 * 2**k for k in range(7)]
    table = {"coeffs": np.clip(absorbed, 0.01, 0.98).tolist(), "center_freqs": octaves}
    walls = pra.Material(table, float(rng.uniform(0.05, 0.6)))
    box = pra.ShoeBox(
        size,
        fs=RATE,
        materials=walls,
        max_order=int(rng.integers(4, 9)),
        ray_tracing=True,
        air_absorption=True,
    )
    box.set_ray_tracing(n_rays=2500, receiver_radius=0.4, time_thres=rt * 1.1, energy_thres=1e-7)
    talker = rng.uniform(0.4, size - 0.4)
    near = np.clip(talker + rng.normal(0, 0.4, 3), 0.2, size - 0.2)
    far = [rng.uniform(0.3, size - 0.3) for _ in range(PLACES - 1)]
    box.add_source(talker)
    box.add_microphone_array(np.stack([near, *far], 1))
    box.compute_rir()
    return [(tidy(r[0]), rt) for r in box.rir]


def tidy(h: np.ndarray) -> np.ndarray:
    """Direct sound at LEAD with peak 1, cut at -60 dB of the energy, faded out, at most 1.5 s."""
    h = h[max(int(np.argmax(np.abs(h) > 0.5 * np.abs(h).max())) - LEAD, 0) :]
    left = np.cumsum((h**2)[::-1])[::-1]
    gone = int(np.argmax(left < 1e-6 * left[0])) or len(h)
    end = min(max(gone, 960), int(1.5 * RATE), len(h))
    h = h[:end] / np.abs(h[: 2 * LEAD]).max()
    h[-480:] *= np.linspace(1, 0, min(480, end))
    return h.astype(np.float32)


def early_share(count: int) -> np.ndarray:
    """How much of each sample of a response is direct sound + first 50 ms, float32 [count]."""
    return np.clip((LEAD + EARLY + FADE - np.arange(count, dtype=np.float32)) / FADE, 0, 1)


def split(h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Direct sound + first 50 ms, and the rest, cross-faded; both start where h starts."""
    gain = early_share(len(h))
    return h * gain, h * (1 - gain)


class Bank:
    """The responses of a folder that `build` wrote, mapped from disk."""

    def __init__(self, folder: pathlib.Path):
        self.index = np.load(folder / "index.npy")
        self.samples = np.memmap(folder / "rirs.i16", np.int16, "r")

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, i: int) -> np.ndarray:
        start, length, _ = self.index[i]
        return self.samples[start : start + length].astype(np.float32) / SCALE


def numbered(number: int) -> list[tuple[np.ndarray, int]]:
    """The responses of room `number` as int16, each with its RT60 in ms."""
    found = room(np.random.default_rng(number))
    return [(np.clip(h * SCALE, -32767, 32767).astype(np.int16), int(rt * 1000)) for h, rt in found]


def build(folder: pathlib.Path, rooms: int) -> None:
    """Simulate `rooms` rooms, room k from seed k, on all processors; existing rooms are kept.

    A bank of fewer rooms grows, one of more stays as it is. `index.part` has a row a response, with
    the number of its room; a bank that was stopped goes on after the last whole room.
    """
    index, part = folder / "index.npy", folder / "index.part"
    done = np.load(index) if index.exists() else np.zeros((0, 3), np.int64)
    if len(done) >= rooms * PLACES:
        return
    folder.mkdir(parents=True, exist_ok=True)
    known = np.fromfile(part, np.int64) if part.exists() else np.zeros(0, np.int64)
    known = known[: len(known) // 4 * 4].reshape(-1, 4)
    if len(known) < len(done):
        known = np.column_stack([np.arange(len(done)) // PLACES, done])
    first = len(known) // PLACES
    known = known[: first * PLACES]
    at = int(known[-1, 1:3].sum()) if first else 0
    known.tofile(part)
    with Pool() as pool, open(folder / "rirs.i16", "ab") as sounds, open(part, "ab") as rows:
        sounds.truncate(2 * at)
        done = pool.imap(numbered, range(first, rooms))
        bar = tqdm(done, total=rooms, initial=first, desc="rooms", unit="room", disable=None)
        for number, responses in enumerate(bar, first):
            for h, rt in responses:
                h.tofile(sounds)
                sounds.flush()
                np.array([number, at, len(h), rt], np.int64).tofile(rows)
                at += len(h)
            rows.flush()
    whole = index.with_suffix(".new.npy")
    np.save(whole, np.fromfile(part, np.int64).reshape(-1, 4)[:, 1:])
    whole.replace(index)
    part.unlink()


if __name__ == "__main__":
    build(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
