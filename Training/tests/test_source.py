"""Stored lessons are those that the first steps of a run without a store would hear."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import torch

from isolde_training import source
from isolde_training.config import Config
from isolde_training.loss import Loss
from isolde_training.mixer import Mixer
from isolde_training.network import Network
from isolde_training.source import Mixing, Stored

Folders = tuple[pathlib.Path, pathlib.Path]


@pytest.fixture
def given(folders: Folders, config: Config) -> tuple[Config, Mixer, Loss]:
    torch.manual_seed(0)
    config.train.lessons = 5 * config.mix.batch * config.mix.seconds / 3600
    loss = Loss(config.train, Network(config.network).eval())
    return config, Mixer(config.mix, *folders), loss


def test_what_is_stored_is_what_the_steps_would_hear(
    tmp_path: pathlib.Path, given: tuple[Config, Mixer, Loss]
) -> None:
    mixing, stored = Mixing(*given), Stored(tmp_path, *given, 0)
    heard = [mixing.lesson(k) for k in range(5)]
    assert stored.lessons.parts.keys() == heard[0].keys()
    for name, part in stored.lessons.parts.items():
        wanted = torch.cat([lesson[name] for lesson in heard]).numpy()
        np.testing.assert_allclose(part, wanted, rtol=1e-3, atol=1e-6)


def test_what_is_whole_is_not_mixed_again(
    tmp_path: pathlib.Path, given: tuple[Config, Mixer, Loss], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Stored(tmp_path, *given, 0).lesson(3)
    monkeypatch.setattr(source, "Mixing", None)
    again = Stored(tmp_path, *given, 0).lesson(3)
    assert all(torch.equal(part, again[name]) for name, part in first.items())


def test_others_are_of_mixtures_that_no_step_hears(given: tuple[Config, Mixer, Loss]) -> None:
    one, (config, *_) = Mixing(*given), given
    steps = [one.lesson(k)["near"] for k in range(3)]
    others = [lesson["near"] for lesson in one.others(2, 2 * config.mix.batch)]
    assert len(others) == 2
    assert not any(torch.equal(a, b) for a in others for b in steps)
