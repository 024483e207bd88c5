"""Loss on recordings that were held out: only those are drawn, and nothing else differs."""

from __future__ import annotations

import pathlib

import pytest

from isolde_training.config import Config
from isolde_training.data import packs
from isolde_training.data.mixer import Mixer
from isolde_training.train.train import Run
from isolde_training.train.unheard import unheard

Folders = tuple[pathlib.Path, pathlib.Path]


def test_rows_differ_in_what_is_held_out_alone(
    tmp_path: pathlib.Path, folders: Folders, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "held_out.txt"
    path.write_text("speech/0\nnoise/1\n")
    monkeypatch.setattr(packs, "HELD_OUT", path)
    Run(tmp_path, config, Mixer(config.mix, *folders)).save()
    found = unheard(tmp_path / "model.pt", *folders, groups=1)
    assert list(found) == [
        "all heard",
        "voices never heard",
        "ambiences never heard",
        "neither heard",
    ]
    assert len({mean for mean, _ in found.values()}) == 4
    assert found == unheard(tmp_path / "model.pt", *folders, groups=1)
