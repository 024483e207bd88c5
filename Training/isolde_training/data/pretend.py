"""Tiny packs of noise and one room, for tests and for trying a machine without recordings.

`python -m isolde_training.data.pretend FOLDER` writes FOLDER/data and FOLDER/cache.
"""

from __future__ import annotations

import csv
import pathlib
import sys

import numpy as np
import soundfile

from ..config import RATE
from .rooms import LEAD, SCALE


def pretend(data: pathlib.Path, cache: pathlib.Path) -> None:
    """Write three voices, three backgrounds and two measured rooms, and a bank of one room."""
    rng, rows = np.random.default_rng(0), []
    for name, count, seconds in (("speech", 3, 2.0), ("noise", 3, 1.0), ("rir", 2, 0.2)):
        (data / name).mkdir(parents=True)
        for k in range(count):
            x = 0.1 * rng.standard_normal(int(seconds * RATE))
            if name == "rir":
                x *= np.exp(-np.arange(len(x)) / 1500)
                x[24] = 0.9
            path = data / name / f"{k}.flac"
            soundfile.write(path, x, RATE)
            rows.append((path.relative_to(data).as_posix(), "yes", "20000"))
    with open(data / "index.csv", "w", newline="") as file:
        csv.writer(file).writerows([("path", "open", "bandwidth_hz"), *rows])

    (cache / "rooms").mkdir(parents=True)
    h = 0.05 * rng.standard_normal(12000) * np.exp(-np.arange(12000) / 3000)
    h[:LEAD], h[LEAD] = 0, 1
    (h * SCALE).astype(np.int16).tofile(cache / "rooms" / "rirs.i16")
    np.save(cache / "rooms" / "index.npy", np.array([[0, 12000, 400]]))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    pretend(folder / "data", folder / "cache")
