"""Mixtures: stems that sum up, the same ones every time."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import torch

from isolde_training.config import RATE, Config
from isolde_training.data.mixer import Mixer, whispered
from isolde_training.data.packs import Pack
from isolde_training.data.rooms import split, tidy
from isolde_training.data.synthetic import KINDS
from isolde_training.network.network import Network
from isolde_training.train.loss import Loss

Folders = tuple[pathlib.Path, pathlib.Path]


def test_stems_are_finite_and_their_sum_fits_the_scale(folders: Folders, config: Config) -> None:
    mixer = Mixer(config.mix, *folders)
    for step in range(20):
        stems, corners = mixer.combine(mixer.rendered(step), step)
        assert stems.shape == (2, 3, mixer.count) and corners.shape == (2,)
        assert stems.isfinite().all() and stems.sum(1).abs().max() <= 1


def test_mixtures_depend_on_seed_and_number_alone(folders: Folders, config: Config) -> None:
    first, second = Mixer(config.mix, *folders), Mixer(config.mix, *folders)
    second[3], second[8]  # what was drawn before makes no difference
    same = [m.combine(m.rendered(5), 11)[0] for m in (first, second)]
    assert torch.equal(*same)
    assert not torch.equal(same[0], first.combine(first.rendered(5), 12)[0])


def test_what_the_loss_sees_sums_to_the_mixture(folders: Folders, config: Config) -> None:
    mixer, net = Mixer(config.mix, *folders), Network(config.network)
    stems, corners = mixer.combine(mixer.rendered(0), 0)
    corners[0] = 8000
    mix, target, _ = Loss(config.train, net).spectra(stems, corners)
    ambience = net.transform(stems[1:, 2])
    torch.testing.assert_close(target[1:, 0] + ambience, mix[1:])
    high = mix[0, :, int(12000 / 48000 * 256) :].abs().max()
    assert high < 1e-4 * mix[0].abs().max()  # band-limited


def test_only_open_recordings_are_taken(folders: Folders) -> None:
    assert len(Pack(folders[0], "speech", folders[1] / "packs")) == 3


def test_no_cry_is_drawn_as_noise_and_actors_more_often(
    tmp_path: pathlib.Path, folders: Folders
) -> None:
    cache = tmp_path / "packs"
    Pack(folders[0], "noise", cache)
    names = ("noise/human/baby-cry_1", "speech/sdap_actor", "noise/rain")
    (cache / "noise.txt").write_text("\n".join(names))
    cry, actor, rain = Pack(folders[0], "noise", cache).weight
    assert cry == 0 and actor == pytest.approx(8 * rain)


def test_a_whisper_keeps_the_words_and_loses_the_harmonics() -> None:
    t = np.arange(2 * RATE) / RATE
    vowel = sum(np.sin(2 * np.pi * 150 * k * t) for k in range(1, 30)) * (t % 0.5 < 0.25)
    whisper = whispered(np.random.default_rng(1), vowel)
    assert whisper.shape == vowel.shape and np.isfinite(whisper).all()

    def share(x: np.ndarray) -> float:
        """Of the power within 10 Hz of a harmonic: a seventh of the noise's."""
        f, power = np.fft.rfftfreq(len(x), 1 / RATE), np.abs(np.fft.rfft(x)) ** 2
        speech = (f > 1000) & (f < 4000)
        near = np.abs((f + 75) % 150 - 75) < 10
        return power[speech & near].sum() / power[speech].sum()

    assert share(vowel) > 0.9 and share(whisper) < 0.25
    frames = (whisper[: RATE // 2 * 4].reshape(-1, RATE // 4) ** 2).mean(1)
    assert frames[::2].min() > 30 * frames[1::2].max()


def test_early_and_late_sound_sum_to_the_response() -> None:
    h = np.random.default_rng(0).standard_normal(9000).astype(np.float32)
    h[100] = 20
    h = tidy(h)
    early, late = split(h)
    np.testing.assert_allclose(early + late, h, atol=1e-6)
    assert not late[:2400].any() and not early[2600:].any()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_synthetic_ambience_is_sound(kind) -> None:
    x = kind(np.random.default_rng(1), 4800)
    assert x.shape == (4800,) and x.dtype == np.float32 and np.isfinite(x).all() and x.std() > 0
