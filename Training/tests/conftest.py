"""Tiny packs and rooms, made on the spot."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE, Config, config_from
from isolde_training.rooms import LEAD, SCALE


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, pathlib.Path]:
    """A data folder and a cache folder."""
    data, cache = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cache")
    rng, rows = np.random.default_rng(0), []
    for name, count, seconds in (("speech", 3, 2.0), ("noise", 3, 1.0), ("rir", 2, 0.2)):
        (data / name).mkdir()
        for k in range(count):
            x = 0.1 * rng.standard_normal(int(seconds * RATE))
            if name == "rir":
                x *= np.exp(-np.arange(len(x)) / 1500)
                x[24] = 0.9
            path = data / name / f"{k}.flac"
            soundfile.write(path, x, RATE)
            rows.append((path.relative_to(data).as_posix(), "yes", "20000"))
    soundfile.write(data / "speech" / "closed.flac", np.zeros(RATE), RATE)
    rows.append(("speech/closed.flac", "no", "20000"))
    with open(data / "index.csv", "w", newline="") as file:
        csv.writer(file).writerows([("path", "open", "bandwidth_hz"), *rows])

    (cache / "rooms").mkdir()
    h = 0.05 * rng.standard_normal(12000) * np.exp(-np.arange(12000) / 3000)
    h[:LEAD], h[LEAD] = 0, 1
    (h * SCALE).astype(np.int16).tofile(cache / "rooms" / "rirs.i16")
    np.save(cache / "rooms" / "index.npy", np.array([[0, 12000, 400]]))
    return data, cache


@pytest.fixture
def config() -> Config:
    """A network and a run that take a second."""
    return config_from(
        {
            "network": {
                "window": 256,
                "hop": 64,
                "synthesis": 256,
                "narrow": 16,
                "wide": 16,
                "channels": [4, 4, 4, 4, 4],
                "hidden": 8,
            },
            "mix": {"seconds": 0.4, "batch": 2, "reuse": 2, "ramp": 0.5, "silence": 0.5},
            "train": {
                "steps": 6,
                "warm": 2,
                "bf16": False,
                "compile": False,
                "ranks": 1,
                "device": "cpu",
                "log": 2,
                "save": 3,
            },
        }
    )
