"""Interpolates between the weights of two runs, one of which started from the other.

Halfway, a network keeps most of what both do well. The norms' statistics are blended too:
the runs are close to each other, so this is nearly the same as measuring them again.
"""

from __future__ import annotations

import pathlib
from typing import Any

import torch

from ..config import config_from
from ..network.checkpoint import SHAPES, write


def shape(saved: dict[str, Any]) -> object:
    """The settings that determine the network of a checkpoint."""
    stated = (saved[key] for key in SHAPES if key in saved)
    return next(stated, None) or config_from(saved["config"]).network


def blend(first: pathlib.Path, second: pathlib.Path, share: float, out: pathlib.Path) -> None:
    """Write out/model.pt: `share` of the second, the rest of the first; settings of the second."""
    one, other = (torch.load(p, weights_only=True, map_location="cpu") for p in (first, second))
    if shape(one) != shape(other):
        raise SystemExit(f"{first}: another network than that of {second}")
    net = {}
    for name, value in other["net"].items():
        old = one["net"][name]
        floating = value.is_floating_point()
        net[name] = (old * (1 - share) + value * share).to(value) if floating else value
    out.mkdir(parents=True, exist_ok=True)
    write(other | {"net": net}, out / "model.pt")
