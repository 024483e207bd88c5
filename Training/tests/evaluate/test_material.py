"""What the probe hears: levels and SNR are what is asked for, and recordings may be missing."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE
from isolde_training.evaluate.harm import active
from isolde_training.evaluate.material import RECORDED, SYNTHETIC, Material, at


@pytest.fixture
def material(tmp_path: pathlib.Path) -> Material:
    """A set of validation of three clips of noise and one of reverb, a second each."""
    rng = np.random.default_rng(0)
    rows = [("n1", "noise"), ("r1", "reverb"), ("n2", "noise"), ("n3", "noise")]
    with open(tmp_path / "index.csv", "w", newline="") as file:
        csv.writer(file).writerows([("clip", "kind"), *rows])
    for k, (clip, _) in enumerate(rows):
        beat = np.arange(RATE) % 12000 < 8000
        voice = 0.02 * (k + 1) * beat * rng.standard_normal(RATE)
        ambience = np.sin(np.arange(RATE) * (k + 1) / 10) * 0.1
        for name, x in (("voice", voice), ("ambience", ambience)):
            soundfile.write(tmp_path / f"{clip}_{name}.flac", x, RATE)
    return Material(tmp_path, tmp_path / "cache", 0.5)


def test_voices_and_noises_have_their_level(material: Material) -> None:
    assert [active(x) for x in material.voices] == pytest.approx([-26] * 3)
    noises = material.noises()
    assert len(noises[RECORDED]) == 3 and len(noises[SYNTHETIC]) == 5
    for x in (*noises[RECORDED], *noises[SYNTHETIC]):
        assert 20 * np.log10(x.std()) == pytest.approx(-40)
    assert np.abs(at(np.eye(1, RATE)[0])).max() < 0.9  # a click is no reason to clip


def test_mixtures_have_the_snr_and_sum_up(material: Material) -> None:
    for stems in material.noisy(10):
        level = 20 * np.log10(stems["ambience"].std())
        assert active(stems["voice"]) - level == pytest.approx(10)
        np.testing.assert_array_equal(stems["mix"], stems["voice"] + stems["ambience"])
    over_music = material.noisy(5, "n2")
    assert len(over_music) == 2  # not the clip whose music it is
    one, other = (x["ambience"] / x["ambience"].std() for x in over_music)
    np.testing.assert_allclose(one, other)


def test_people_at_once_are_a_sum(material: Material) -> None:
    (first,) = material.talkers(3)[SYNTHETIC]
    np.testing.assert_allclose(first, at(sum(material.voices)))
    assert len(material.talkers(2)[SYNTHETIC]) == 2


def test_unusual_voices_are_made_where_none_is_recorded(material: Material) -> None:
    pytest.importorskip("pyworld")
    soundfile.write(
        material.test_set / "n1_voice.flac", 0.3 * np.sin(np.cumsum(np.full(RATE, 0.02))) ** 9, RATE
    )
    soundfile.write(
        material.test_set / "n2_voice.flac", 0.3 * np.sin(np.cumsum(np.full(RATE, 0.03))) ** 9, RATE
    )
    sounds = material.unusual("child")
    assert sounds[RECORDED] == [] and len(sounds[SYNTHETIC]) == 2
    assert len(sounds[SYNTHETIC][0]) == pytest.approx(RATE / 2, rel=0.05)
    assert material.telephone()[RECORDED] == []
