"""What is worth keeping of a run: settings, log, curve, and a checkpoint to go on from."""

from __future__ import annotations

import pathlib
import shutil

import torch

from ..network.checkpoint import write
from .curve import draw


def publish(run: pathlib.Path, folder: pathlib.Path) -> None:
    """Copy a finished run; checkpoint.pt is model.pt.

    The weights as they were trained, so that `export` and `evaluate` give the published model
    again. Not the optimiser's state: it is twice as large, a new schedule warms it up in a minute,
    and a repository keeps every version for ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "log.csv"):
        shutil.copyfile(run / name, folder / name)
    if (run / "checks.csv").exists():
        shutil.copyfile(run / "checks.csv", folder / "checks.csv")
    draw(run / "log.csv", folder / "curve.png", folder / "checks.csv")
    # Of a GPU's run too, the weights are those of a processor.
    model = torch.load(run / "model.pt", weights_only=True, map_location="cpu")
    write(model, folder / "checkpoint.pt")
