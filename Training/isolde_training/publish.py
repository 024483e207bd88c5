"""What is worth keeping of a run: settings, log, curve, and a checkpoint to go on from."""

from __future__ import annotations

import pathlib
import shutil

import torch

from .curve import draw
from .train import write


def publish(run: pathlib.Path, folder: pathlib.Path) -> None:
    """Copy a finished run; checkpoint.pt is last.pt with the batch-norm statistics of model.pt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "log.csv"):
        shutil.copyfile(run / name, folder / name)
    draw(run / "log.csv", folder / "curve.png")
    last, model = (torch.load(run / f"{name}.pt", weights_only=True) for name in ("last", "model"))
    if last["step"] != model["step"]:
        raise SystemExit(f"{run}: last.pt and model.pt are of different steps")
    write(last | {"net": model["net"]}, folder / "checkpoint.pt")
