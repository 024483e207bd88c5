"""The measures on sounds whose scores are known."""

from __future__ import annotations

import numpy as np
import pytest

from isolde_training.evaluate.evaluate import means, show
from isolde_training.evaluate.measures import log_spectral_distance, measure, si_sdr, spectra

RNG = np.random.default_rng(0)


@pytest.fixture
def stems() -> dict[str, np.ndarray]:
    """A voice-like sound (modulated noise) in noise, one second."""
    t = np.arange(48000) / 48000
    voice = 0.1 * RNG.standard_normal(48000) * (np.sin(2 * np.pi * 3 * t) > 0)
    ambience = 0.01 * RNG.standard_normal(48000)
    mix = voice + ambience
    return {"mix": mix, "voice": voice, "reverb": np.zeros(48000), "ambience": ambience}


def test_si_sdr_of_a_mix_is_its_snr(stems: dict[str, np.ndarray]) -> None:
    snr = 10 * np.log10((stems["voice"] ** 2).sum() / (stems["ambience"] ** 2).sum())
    assert abs(si_sdr(stems["voice"], stems["mix"]) - snr) < 0.1
    assert si_sdr(stems["voice"], 0.5 * stems["voice"]) == 100


def test_three_decibels_are_three_decibels_of_lsd() -> None:
    p = np.abs(spectra(RNG.standard_normal(48000))) ** 2
    assert abs(log_spectral_distance(p, p * 10**0.3) - 3) < 1e-3


def test_turning_the_mix_down_keeps_and_cuts_alike(
    stems: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isolde_training.evaluate.measures.by_ear", lambda r, y: {})
    out = measure(0.1 * stems["mix"], stems)
    assert abs(out["vkeep"] + 20) < 1e-6 and abs(out["acut"] - 20) < 1e-6 and "rcut" not in out


def test_a_clip_without_voice_has_its_residue_alone(stems: dict[str, np.ndarray]) -> None:
    stems |= {"voice": np.zeros(48000), "mix": stems["ambience"]}
    out = measure(0.5 * stems["mix"], stems)
    assert set(out) == {"resid"} and abs(out["resid"] + 6.02) < 0.01


def test_means_are_by_kind_and_leave_out_what_is_missing() -> None:
    clips = {"a": {"pesq": 1.0, "rcut": 4.0}, "b": {"pesq": 2.0}, "c": {"pesq": 4.5}}
    table = means(clips, {"a": "noise", "b": "noise", "c": "reverb"})
    assert table["noise"] == {"pesq": 1.5, "rcut": 4.0} and table["all"]["pesq"] == 2.5
    assert "| reverb | ours | 4.50 | - |" in show({"ours": table})
