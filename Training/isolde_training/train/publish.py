"""Keeps the results of a run: settings, log, curve, and a checkpoint to resume from."""

from __future__ import annotations

import pathlib
import shutil

import torch

from ..network.checkpoint import write
from .curve import draw


def publish(run: pathlib.Path, folder: pathlib.Path) -> None:
    """Copy a finished run; checkpoint.pt is model.pt in half precision.

    The repository keeps every version for ever, so it holds only what continuing needs: matrices in
    fp16, as model files do, and no optimiser's state, which is twice as large and which a new
    schedule warms up in a minute. `export` reproduces the published model, except that some weights
    are rounded by one bit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "log.csv"):
        shutil.copyfile(run / name, folder / name)
    if (run / "checks.csv").exists():
        shutil.copyfile(run / "checks.csv", folder / "checks.csv")
    draw(run / "log.csv", folder / "curve.png", folder / "checks.csv")
    model = torch.load(run / "model.pt", weights_only=True, map_location="cpu")
    net = {name: small(value) for name, value in model["net"].items()}
    write(model | {"net": net}, folder / "checkpoint.pt")


def small(value: torch.Tensor) -> torch.Tensor:
    """A matrix in fp16; a copy of all else, as a view would be saved with all its storage."""
    return value.half() if value.is_floating_point() and value.dim() > 1 else value.clone()
