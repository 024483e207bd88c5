"""Checks on the way: what they write, and when they are due."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE, Config
from isolde_training.data.mixer import Mixer
from isolde_training.evaluate.evaluate import Treat, read
from isolde_training.train import validate
from isolde_training.train.train import Run
from isolde_training.train.validate import Checks


def test_a_check_appends_scores_and_draws(
    tmp_path: pathlib.Path,
    folders: tuple[pathlib.Path, pathlib.Path],
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The measures themselves, which need more packages, are those of `evaluate`."""
    clips, run = tmp_path / "validation", tmp_path / "run"
    clips.mkdir()
    rng, t = np.random.default_rng(0), np.arange(2 * RATE) / RATE
    voice = 0.1 * rng.standard_normal(len(t)) * (np.sin(2 * np.pi * 3 * t) > 0)
    for stem, x in (("voice", voice), ("mix", voice + 0.01 * rng.standard_normal(len(t)))):
        soundfile.write(clips / f"n03_{stem}.flac", x, RATE, subtype="PCM_24")

    def scored(clips: pathlib.Path, treat: Treat, name: str, untreated: bool, jobs: int) -> dict:
        stems = treat("n03", read(clips / "n03_mix.flac"))
        level = 20 * np.log10(np.std(stems["voice"]) / np.std(voice))
        assert np.isfinite(level) and not untreated
        return {"means": {name: {"noise": {"vkeep": level}, "all": {"vkeep": level}}}}

    monkeypatch.setattr(validate, "evaluate", scored)
    run.mkdir()
    one = Run(run, config, Mixer(config.mix, *folders))
    one.save()
    for _ in range(2):
        validate.validate(run, run / "model.pt", clips, 1)
    with open(run / "checks.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["noise", "all"] * 2
    assert all(float(row["vkeep"]) and not row["pesq"] for row in rows)
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
