"""Lessons go by their number, hold nothing of other steps, and a teacher has its say in them."""

from __future__ import annotations

import pathlib

import pytest
import torch

from isolde_training.config import Config
from isolde_training.data.mixer import Mixer
from isolde_training.network.checkpoint import write
from isolde_training.network.network import Network
from isolde_training.train.loss import Loss
from isolde_training.train.source import Source

Folders = tuple[pathlib.Path, pathlib.Path]


@pytest.fixture
def given(folders: Folders, config: Config) -> tuple[Config, Mixer, Loss]:
    torch.manual_seed(0)
    loss = Loss(config.train, Network(config.network).eval())
    return config, Mixer(config.mix, *folders), loss


@pytest.mark.parametrize("pool", [1, 2])
def test_a_source_that_begins_later_gives_the_same(
    given: tuple[Config, Mixer, Loss], pool: int
) -> None:
    given[0].mix.pool = pool
    whole, later = Source(*given), Source(*given, step=3)
    heard = [whole.lesson(step) for step in range(5)]
    for step in (3, 4):
        again = later.lesson(step)
        assert all(torch.equal(part, again[name]) for name, part in heard[step].items())


def test_others_are_of_mixtures_that_no_step_hears(given: tuple[Config, Mixer, Loss]) -> None:
    one, (config, *_) = Source(*given), given
    steps = [one.lesson(k)["near"] for k in range(3)]
    others = [lesson["near"] for lesson in one.others(2, 2 * config.mix.batch)]
    assert len(others) == 2
    assert not any(torch.equal(a, b) for a in others for b in steps)


def test_teachers_change_what_is_wanted_and_not_what_is_heard(
    tmp_path: pathlib.Path, given: tuple[Config, Mixer, Loss]
) -> None:
    config = given[0]
    alone = Source(*given).lesson(3)
    for seed, name in enumerate(("teacher", "second")):
        torch.manual_seed(seed)
        net = Network(config.network).state_dict()
        write({"config": config.dump(), "net": net}, tmp_path / f"{name}.pt")
        setattr(config.train, name, str(tmp_path / f"{name}.pt"))
    source = Source(*given)
    taught = source.lesson(3)
    assert source.teacher.second and source.teacher.share == config.train.taught
    torch.testing.assert_close(alone["features"], taught["features"], rtol=0, atol=1e-3)
    assert (alone["want"] - taught["want"]).abs().max() > 0.1


def test_a_second_teacher_needs_a_first_one(given: tuple[Config, Mixer, Loss]) -> None:
    given[0].train.second = "second.pt"
    with pytest.raises(SystemExit, match="train.teacher=NETWORK"):
        Source(*given)
