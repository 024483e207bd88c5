"""The loop: it learns, it stops and goes on, and what it leaves can be used."""

from __future__ import annotations

import csv
import pathlib

import pytest
import torch

from isolde_training.config import Config, read_config
from isolde_training.data.mixer import Mixer
from isolde_training.model.export import cost
from isolde_training.model.library import LIBRARY
from isolde_training.network.checkpoint import load
from isolde_training.network.network import Network
from isolde_training.train.loss import Loss
from isolde_training.train.train import Run, open_log

Folders = tuple[pathlib.Path, pathlib.Path]
CONFIGS = pathlib.Path(__file__).parents[2] / "configs"


def run(folder: pathlib.Path, config: Config, folders: Folders, steps: int) -> dict:
    """Train up to some step; all further steps stay for another call."""
    folder.mkdir(exist_ok=True)
    one = Run(folder, config, Mixer(config.mix, *folders))
    while one.step < steps:
        one.advance(one.done(0))
    one.save()
    return one.net.state_dict()


@pytest.mark.parametrize("pool", [1, 2])
def test_a_resumed_run_equals_an_uninterrupted_one(
    tmp_path: pathlib.Path, folders: Folders, config: Config, pool: int
) -> None:
    config.mix.pool = pool
    whole = run(tmp_path / "whole", config, folders, 7)
    run(tmp_path / "parts", config, folders, 5)  # in the middle of a group
    parts = run(tmp_path / "parts", config, folders, 7)
    for name, value in whole.items():
        assert torch.equal(value, parts[name]), name


def test_the_log_of_a_resumed_run_has_no_line_twice(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "log.csv"
    for step in (0, 4):  # the second process goes on from step 4
        log = open_log(path, step)
        for k in range(step + 2, 9, 2):
            log.writerow((k, 0, 0, 0, 0, 0))
        del log
    with open(path, newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["2", "4", "6", "8"]


def test_a_run_leaves_log_checkpoint_and_model(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    Run(tmp_path, config, Mixer(config.mix, *folders)).train()
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [2, 4, 6]
    net, back = load(tmp_path / "model.pt")
    assert back.network == config.network and not net.training
    assert torch.load(tmp_path / "last.pt", weights_only=True)["step"] == 6


def test_a_run_that_pauses_goes_on(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    config.train.minutes, config.train.pause = 1e9, 1e-9
    for _ in range(2):  # each call does one step at least, then its time is over
        Run(tmp_path, config, Mixer(config.mix, *folders)).train()
    assert 1 <= torch.load(tmp_path / "last.pt", weights_only=True)["step"] < 6
    config.train.minutes = config.train.pause = 0
    Run(tmp_path, config, Mixer(config.mix, *folders)).train()
    assert torch.load(tmp_path / "model.pt", weights_only=True)["step"] == 6


def test_the_loss_falls_on_one_batch(folders: Folders, config: Config) -> None:
    torch.manual_seed(0)
    net, mixer = Network(config.network), Mixer(config.mix, *folders)
    loss = Loss(config.train, net)
    lesson = loss.lesson(*mixer.combine(mixer.rendered(0), 0))
    best = torch.optim.Adam(net.parameters(), 1e-2)
    values = []
    for _ in range(15):
        value = loss(lesson)
        net.zero_grad()
        value.backward()
        best.step()
        values.append(value.item())
    assert values[-1] < 0.8 * values[0]


def test_a_step_that_overflows_changes_nothing(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    config.train.decay = 0
    one = Run(tmp_path, config, Mixer(config.mix, *folders))
    one.source.lesson = lambda step: {}
    one.loss = lambda _: sum(p.sum() for p in one.net.parameters()) * float("inf")
    before = [p.clone() for p in one.net.parameters()]
    one.advance(0)
    assert all(map(torch.equal, before, one.net.parameters()))


def test_the_loudness_of_errors_comes_on_top(folders: Folders, config: Config) -> None:
    torch.manual_seed(0)
    net, mixer = Network(config.network).eval(), Mixer(config.mix, *folders)
    batch, found = mixer.combine(mixer.rendered(3), 3), []  # has a voice
    for loud in (0.0, 1.0, 2.0):
        config.train.loud = loud
        loss = Loss(config.train, net)
        found.append(loss(loss.lesson(*batch)).item())
    assert found[1] > found[0] and found[2] - found[0] == pytest.approx(
        2 * (found[1] - found[0]), rel=1e-3
    )


@pytest.mark.parametrize("linear", [0.0, 0.5])
def test_loss_in_bands_equals_the_sum_over_bins(
    folders: Folders, config: Config, linear: float
) -> None:
    torch.manual_seed(0)
    config.train.keep, config.train.linear = (1.0, 1.0), linear
    net, mixer = Network(config.network).eval(), Mixer(config.mix, *folders)
    loss = Loss(config.train, net)
    stems, corners = mixer.combine(mixer.rendered(0), 0)
    mix, target, level = loss.spectra(stems, corners)
    with torch.no_grad():
        gain, low = net.analyse(mix[:, None])
        y = net.apply(mix, gain, low) * level[:, None]
        s, law = target * level[:, None], net.c.law
        a, b = (torch.polar((v.abs().square() + 1e-8) ** (law / 2), v.angle()) for v in (y, s))
        phase = config.train.phase
        bins = (1 - phase) * (a.abs() - b.abs()).square() + phase * (a - b).abs().square()
        narrow = config.network.narrow
        bins[..., :narrow] += linear * (y - s).abs().square()[..., :narrow]
        whole = (bins * loss.weight).sum() / (2 * mix.numel())
        found = loss(loss.lesson(stems, corners))
        assert abs(found - whole) < 0.02 * whole  # gains meet between two bands


def test_silence_gives_silence_and_level_does_not_matter(config: Config) -> None:
    torch.manual_seed(0)
    net = Network(config.network).eval()
    x = 0.1 * torch.randn(1, 1, 64 * 60)
    with torch.no_grad():
        assert not net.separate(torch.zeros(1, 1, 64 * 20)).any()
        difference = net.separate(x / 100) * 100 - net.separate(x)
    assert difference.abs().max() < 1e-3 * x.abs().max()


@pytest.mark.skipif(not LIBRARY.exists(), reason="libisolde is not built")
@pytest.mark.parametrize(
    ("name", "most", "size", "latency"), [("studio", 400, 1.2e6, 4096), ("live", 40, 3e5, 1536)]
)
def test_models_keep_to_their_budgets(name: str, most: float, size: float, latency: int) -> None:
    config = read_config(CONFIGS / f"{name}.toml")
    net, c = Network(config.network).eval(), config.network
    assert cost(net) <= most and 2 * sum(p.numel() for p in net.parameters()) < size
    assert (net.look + c.synthesis // c.hop + 1) * c.hop == latency
