"""Checks on the way: what they write, and when they are due."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import soundfile
import torch

from isolde_training.config import RATE, Config
from isolde_training.mixer import Mixer
from isolde_training.train import Run
from isolde_training.validate import Checks, validate


def test_a_check_appends_scores_and_draws(
    tmp_path: pathlib.Path, folders: tuple[pathlib.Path, pathlib.Path], config: Config
) -> None:
    clips, run = tmp_path / "steering", tmp_path / "run"
    clips.mkdir()
    (clips / "index.csv").write_text("clip,kind\nn03,noise\n")
    rng, t = np.random.default_rng(0), np.arange(2 * RATE) / RATE
    voice = 0.1 * rng.standard_normal(len(t)) * (np.sin(2 * np.pi * 3 * t) > 0)
    ambience = 0.01 * rng.standard_normal(len(t))
    stems = {"voice": voice, "reverb": 0 * t, "ambience": ambience, "mix": voice + ambience}
    for stem, x in stems.items():
        soundfile.write(clips / f"n03_{stem}.flac", x, RATE, subtype="PCM_24")
    run.mkdir()
    one = Run(run, config, Mixer(config.mix, *folders))
    one.save()
    threads = torch.get_num_threads()
    for _ in range(2):
        validate(run, run / "model.pt", clips, 1)
    torch.set_num_threads(threads)
    with open(run / "checks.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["noise", "all"] * 2
    assert all(float(row["acut"]) and row["estoi"] and not row["rcut"] for row in rows)
    assert (run / "spectrograms.png").stat().st_size > 10000


def test_checks_are_due_by_the_clock_one_at_a_time(tmp_path: pathlib.Path) -> None:
    checks = Checks(tmp_path, 10, tmp_path)
    assert not checks.due(9.9) and checks.due(10)
    (tmp_path / "model.pt").write_bytes(b"no weights")
    checks.start(12, tmp_path / "model.pt")  # fails, and the run goes on
    checks.finish()
    assert checks.process.returncode != 0 and (tmp_path / "checks.log").stat().st_size > 0
    assert not checks.due(21.9) and checks.due(22)
    assert not Checks(tmp_path, 0, tmp_path).due(1e9)
