"""The safety checks: changing nothing passes those of voices, muting those of noise."""

from __future__ import annotations

import json
import pathlib
import sys
import types

import numpy as np
import pytest

from isolde_training.config import RATE
from isolde_training.data.recordings import RECORDINGS
from isolde_training.evaluate import probe
from isolde_training.evaluate.figures import Figure, dump, read, show
from isolde_training.evaluate.material import RECORDED, SYNTHETIC, at, telephone


class Tiny:
    """Material of arithmetic: bursts of noise as voices, steady noise as ambience."""

    def __init__(self, seconds: int) -> None:
        rng, t = np.random.default_rng(0), np.arange(seconds * RATE) / RATE
        dull = (t % 0.5 < 0.2) * rng.standard_normal(len(t))
        sharp = (t % 0.5 > 0.45) * np.sin(2 * np.pi * 7000 * t)
        self.voices = [at(dull + sharp)]
        self.ambiences = [rng.standard_normal(len(t))]

    def unusual(self, kind: str):
        return {RECORDED: [], SYNTHETIC: self.voices[:1]}

    def talkers(self, number: int):
        return {SYNTHETIC: self.voices[:1]}

    def telephone(self):
        return {RECORDED: self.voices[:1]}

    def noisy(self, snr: float, music: str = ""):
        pairs = zip(self.voices, self.ambiences, strict=True)
        rows = [{"voice": v, "ambience": 10 ** (-(snr + 26) / 20) * a} for v, a in pairs]
        return [row | {"mix": sum(row.values()), "reverb": 0 * row["voice"]} for row in rows]

    def noises(self):
        return {RECORDED: [0.01 * x for x in self.ambiences]}


@pytest.fixture(autouse=True)
def no_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    """PESQ is no part of this, and not on every machine."""
    monkeypatch.setitem(sys.modules, "pesq", types.SimpleNamespace(pesq=lambda *a: 4.64))
    ears = {"pesq": 4.64, "estoi": 1.0}
    monkeypatch.setattr("isolde_training.evaluate.measures.by_ear", lambda r, y: ears)


def stems(gain):
    """A separation that passes a share of the input, which may depend on it, to the voice."""

    def treat(x: np.ndarray) -> dict[str, np.ndarray]:
        voice = x * gain(x)
        return {"voice": voice, "reverb": 0 * x, "ambience": x - voice}

    return treat


def missed(treat, *cases, seconds: int = 2) -> set[str]:
    return {f.case for f in probe.probe(treat, Tiny(seconds), cases) if not f.met}


def test_passing_all_fails_on_noise_alone() -> None:
    found = missed(stems(lambda x: 1), *probe.CASES, seconds=7)
    assert found == {"noise alone", "noise of -80 dBFS"}


def test_muting_all_fails_on_every_voice() -> None:
    mute = stems(lambda x: 1e-4)
    found = missed(mute, probe.clean, probe.unusual, probe.music, probe.details)
    assert {"clean speech", "child", "telephone", "speech over music"} <= found
    assert {"word onsets, clean", "sibilants, clean", "word onsets, at 10 dB"} <= found
    assert not missed(mute, probe.noise, probe.levels)


def test_a_gate_by_level_is_caught() -> None:
    found = missed(stems(lambda x: np.abs(x).max() > 0.01), probe.levels)
    assert found == {"input at -50 dBFS", "input at -40 dBFS"}


def test_a_slow_start_is_caught() -> None:
    fade = np.minimum(1, np.arange(7 * RATE) / (2 * RATE))
    found = missed(stems(lambda x: np.resize(fade, len(x))), probe.transients, seconds=7)
    assert "first second" in found


def test_limits_judge_the_mean_or_every_value() -> None:
    values = [0.4, -0.6, 0.1]
    assert Figure("a", SYNTHETIC, "b", values, -0.5, 0.5).met
    assert not Figure("a", SYNTHETIC, "b", values, -0.5, 0.5, every=True).met
    assert Figure("a", SYNTHETIC, "b", values, -0.5, 0.5).worst == -0.6
    assert Figure("a", SYNTHETIC, "b", values, low=0.2).worst == -0.6
    assert Figure("a", SYNTHETIC, "b", values, high=0.2).worst == 0.4
    assert not Figure("a", SYNTHETIC, "b", [np.nan], low=0).met


def test_table_and_json_say_what_was_missed() -> None:
    figures = [
        Figure("a", RECORDED, "x", [1.0, 3.0], low=3),
        Figure("a", RECORDED, "y", [-0.001, 0.0]),
        Figure("b", SYNTHETIC, "x", [1.0], high=3),
    ]
    lines = show(figures).splitlines()
    assert lines[2].startswith("1 of 2 checks passed; those missed are bold.")
    assert lines[-3:] == [
        "| a | 2 recorded | x | **2.00** | 1.00 | ≥ 3 |",
        "|  |  | y | 0.00 |  |  |",
        "| b | 1 synthetic | x | 1.00 |  | ≤ 3 |",
    ]
    rows = json.loads(dump(figures, RECORDINGS[:1]))
    assert [row["met"] for row in rows["figures"]] == [False, True, True]
    assert rows["recordings"][0]["commit"] == RECORDINGS[0].commit


def test_a_telephone_ends_at_4_khz() -> None:
    x = telephone(np.random.default_rng(0).standard_normal(RATE))
    power = np.abs(np.fft.rfft(x)) ** 2  # by Hz
    assert len(x) == RATE and power[4500:].sum() < 1e-3 * power[500:3000].sum()


def test_figures_come_back_from_json(tmp_path: pathlib.Path) -> None:
    figures = [Figure("input", "recorded", "level, dB", [0.1, -0.7], -0.5, 0.5, every=True)]
    path = tmp_path / "probe.json"
    path.write_text(dump(figures, RECORDINGS[:1]))
    assert read(path) == (figures, list(RECORDINGS[:1]))
