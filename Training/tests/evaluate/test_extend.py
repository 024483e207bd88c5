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
    monkeypatch.setattr(measures, "nisqa", lambda y: None)


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


def test_the_table_has_three_rows_for_each_kind_of_recording(
    voice: np.ndarray, tmp_path: pathlib.Path
) -> None:
    for name in ("n01_voice", "n01_mix", "r01_mix"):
        soundfile.write(tmp_path / f"{name}.flac", voice * 0.5, RATE, subtype="PCM_24")
    with open(tmp_path / "index.csv", "w", newline="") as file:
        csv.writer(file).writerows([("clip", "kind"), ("n01", "noise"), ("r01", "reverb")])
    report = evaluate(Extender(ExtenderConfig(hidden=8)).eval(), tmp_path, "extend")
    means = report["means"]["extend"]
    assert [kind for kind in means if "dry" in kind and "Hz" in kind] == [
        f"dry, {edge} Hz" for edge in (3400, 4000, 5500, 8000)
    ]
    assert "with noise, 4000 Hz" in means and "with reverb, 4000 Hz" in means
    assert show(report["means"]).count("\n") == 1 + 3 * len(means)
    assert "lsd" not in means["dry, full band"] and "lsd" in means["dry, GSM"]
    assert set(report["recordings"]["extend"]["with reverb, 4000 Hz"]) == {"r01"}
