"""The validation set: never heard in training, in the form that `evaluate` reads."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from isolde_training.config import DATA, RATE, Config
from isolde_training.data import packs, validation_set
from isolde_training.data.mixer import Mixer
from isolde_training.data.packs import Pack
from isolde_training.data.rooms import LEAD
from isolde_training.evaluate.evaluate import read

Folders = tuple[pathlib.Path, pathlib.Path]


@pytest.fixture
def held_out(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "held_out.txt"
    path.write_text("speech/0\nnoise/1\n")
    monkeypatch.setattr(packs, "HELD_OUT", path)


def response(rng: np.random.Generator, places: int = 4) -> list[tuple[np.ndarray, float]]:
    """A room without its simulation."""
    h = 0.1 * rng.standard_normal(9000) * np.exp(-np.arange(9000) / 2000)
    h[LEAD] = 1
    return [(h.astype(np.float32), float(rng.uniform(0.1, 1.5)))] * places


def test_held_out_recordings_are_never_drawn(
    folders: Folders, config: Config, held_out: None
) -> None:
    mixer = Mixer(config.mix, *folders)
    assert [mixer.speech.held_out, mixer.noise.held_out] == [[0], [1]]
    rng, first = np.random.default_rng(0), mixer.speech.sound(0)
    drawn = [mixer.speech.cut(rng, len(first)) for _ in range(30)]
    assert not any(np.array_equal(x, first) for x in drawn)
    open_ones = Pack(folders[0], "speech", folders[1] / "packs")
    assert open_ones.weight[0] == 0 and abs(open_ones.weight.sum() - 1) < 1e-9


def test_clips_sum_up_and_have_what_their_kind_says(
    tmp_path: pathlib.Path, folders: Folders, held_out: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_set, "room", response)
    monkeypatch.setattr(validation_set, "CLIPS", 2)
    monkeypatch.setattr(validation_set, "SECONDS", 1)
    folder = tmp_path / "validation"
    validation_set.build(folder, *folders)
    lines = (folder / "index.csv").read_text().split()[1:]
    assert lines == ["n01,noise", "n02,noise", "r01,reverb", "r02,reverb"] + [
        "rn01,reverb+noise",
        "rn02,reverb+noise",
    ]
    for line in lines:
        clip, kind = line.split(",")
        stems = {s: read(folder / f"{clip}_{s}.flac") for s in ("voice", "reverb", "ambience")}
        mix = read(folder / f"{clip}_mix.flac")
        assert len(mix) == RATE and np.abs(sum(stems.values()) - mix).max() < 4 / 2**23
        assert stems["voice"].any() and np.abs(mix).max() > 0.3
        assert stems["reverb"].any() == ("reverb" in kind)
        assert stems["ambience"].any() == ("noise" in kind)


def test_without_held_out_recordings_nothing_is_written(
    tmp_path: pathlib.Path, folders: Folders
) -> None:
    with pytest.raises(SystemExit, match="held_out.txt"):
        validation_set.build(tmp_path / "validation", *folders)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not DATA.exists(), reason="no packs beside the repository")
def test_all_that_is_held_out_exists() -> None:
    known = {path.rsplit(".", 1)[0] for path in packs.bandwidths(DATA)}
    assert set(packs.HELD_OUT.read_text().split()) <= known
