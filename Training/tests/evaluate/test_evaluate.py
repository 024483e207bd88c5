"""Scores of stems that other programs wrote: found under the names that are in use."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE
from isolde_training.evaluate.evaluate import evaluate, from_folder


@pytest.mark.parametrize(
    "names",
    [
        ("a_voice.wav", "a_reverb.wav", "a_ambience.wav"),
        ("a-voice.wav", "a-reverb.wav", "a-background.wav"),  # as `isolde clean --stems` does
        ("a/voice.flac", "a/reverb.flac", "a/background.flac"),
        ("a.wav",),
    ],
)
def test_stems_are_found(tmp_path: pathlib.Path, names: tuple[str, ...]) -> None:
    (tmp_path / "a").mkdir()
    for k, name in enumerate(names, 1):
        soundfile.write(tmp_path / name, np.full(10, k / 4), RATE)
    found = from_folder(tmp_path, "a")
    assert [x[0] for x in found.values()] == [k / 4 for k in range(1, len(names) + 1)]
    assert list(found) == ["voice", "reverb", "ambience"][: len(names)]


def test_a_missing_voice_and_a_missing_set_are_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SystemExit, match="no voice of clip a"):
        from_folder(tmp_path, "a")
    with pytest.raises(SystemExit, match="no clips here"):
        evaluate(tmp_path, lambda clip, x: {}, "x", False, 1)
