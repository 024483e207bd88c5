"""Scores of models that restore highs."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE
from isolde_training.evaluate import measures
from isolde_training.evaluate.extend import changed, evaluate, narrowed, score, show
from isolde_training.network.extender import Extender, ExtenderConfig


@pytest.fixture(autouse=True)
def without_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages that model a listener need not be there."""
    monkeypatch.setattr(measures, "by_ear", lambda r, y: {"pesq": 1.0, "dsig": 1.0, "dovrl": 1.0})


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """Three seconds of noise in syllables: the measures of speech need something to find."""
    t = np.arange(3 * RATE) / RATE
    rng = np.random.default_rng(1)
    tone = sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 60))
    x = (tone + 0.3 * rng.standard_normal(len(t))) * np.maximum(0, np.sin(2 * np.pi * 3 * t))
    return 0.1 * x / x.std()


def test_the_distance_tells_a_voice_without_highs(voice: np.ndarray) -> None:
    narrow = narrowed(voice, 4000)
    lost, kept = score(voice, narrow, narrow, 4000), score(voice, narrow, voice, 4000)
    assert kept["lsd"] == pytest.approx(0, abs=1e-6) and lost["lsd"] > 20
    assert lost["below"] < -100


def test_changes_below_the_edge_are_counted_above_it_not(voice: np.ndarray) -> None:
    t = np.arange(len(voice)) / RATE
    tone = 0.01 * voice.std() * 2**0.5 * np.sin(2 * np.pi * 1000 * t)
    assert changed(voice, voice + tone, 4000) == pytest.approx(-40, abs=2)
    high = np.sin(2 * np.pi * 6000 * t)
    assert changed(voice, voice + high, 4000) < -80


def test_the_table_has_a_row_for_each_edge(voice: np.ndarray, tmp_path: pathlib.Path) -> None:
    soundfile.write(tmp_path / "n01_voice.flac", voice * 0.5, RATE, subtype="PCM_24")
    with open(tmp_path / "index.csv", "w", newline="") as file:
        csv.writer(file).writerows([("clip", "kind"), ("n01", "noise"), ("r01", "reverb")])
    report = evaluate(Extender(ExtenderConfig(hidden=8)).eval(), tmp_path, "extend")
    assert set(report["voices"]["extend"]) == {
        f"n01 {edge}" for edge in (3400, 4000, 5500, 8000, 24000)
    }
    assert show(report["means"]).count("\n") == 16
    assert "lsd" not in report["means"]["extend"]["24000"]
