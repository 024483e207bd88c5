"""Tiny packs and rooms, and settings to match."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE, Config, config_from
from isolde_training.data.pretend import pretend


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, pathlib.Path]:
    """A data folder and a cache folder."""
    data, cache = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cache")
    pretend(data, cache)
    soundfile.write(data / "speech" / "closed.flac", np.zeros(RATE), RATE)
    with open(data / "index.csv", "a", newline="") as file:
        csv.writer(file).writerow(("speech/closed.flac", "no", "20000"))
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
                "norms": 4,
            },
        }
    )
