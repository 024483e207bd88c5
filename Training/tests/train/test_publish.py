"""What is published of a run is enough to use it and to go on from it."""

from __future__ import annotations

import pathlib

import torch

from isolde_training.config import Config
from isolde_training.data.mixer import Mixer
from isolde_training.network.checkpoint import load
from isolde_training.train.publish import publish
from isolde_training.train.train import Run


def test_weights_settings_log_and_curve_are_kept_and_no_optimiser(
    tmp_path: pathlib.Path, folders: tuple[pathlib.Path, pathlib.Path], config: Config
) -> None:
    run, kept = tmp_path / "run", tmp_path / "kept"
    run.mkdir()
    Run(run, config, Mixer(config.mix, *folders)).train()
    publish(run, kept)
    names = sorted(path.name for path in kept.iterdir())
    assert names == ["checkpoint.pt", "config.json", "curve.png", "log.csv"]
    assert "best" not in torch.load(kept / "checkpoint.pt", weights_only=True)
    (net, _), (again, _) = load(run / "model.pt"), load(kept / "checkpoint.pt")
    for value, other in zip(net.state_dict().values(), again.state_dict().values(), strict=True):
        rounded = value.half().float() if value.dim() > 1 else value
        assert torch.equal(rounded, other)
    saved = torch.load(kept / "checkpoint.pt", weights_only=True)["net"].values()
    assert all(v.dtype == torch.float16 for v in saved if v.dim() > 1)
    assert all(v.untyped_storage().nbytes() == v.nbytes for v in saved)
