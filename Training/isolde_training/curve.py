"""The picture of a run: loss and learning rate over the hours heard."""

from __future__ import annotations

import csv
import pathlib

import numpy as np


def draw(log: pathlib.Path, picture: pathlib.Path) -> None:
    """Write `picture` (PNG) from a log.csv."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with open(log, newline="") as file:
        rows = list(csv.DictReader(file))
    hours, loss, rate = (np.array([float(r[k]) for r in rows]) for k in ("hours", "loss", "rate"))
    figure, left = plt.subplots(figsize=(8, 4.5), dpi=120)
    left.plot(hours, loss, color="0.8", linewidth=1)
    width = min(9, len(loss))
    smooth = np.convolve(loss, np.ones(width) / width, "valid")
    left.plot(hours[width // 2 :][: len(smooth)], smooth, color="C0", label="loss, mean of 9 lines")
    left.set(xlabel="audio heard (h)", ylabel="loss on training mixtures")
    left.grid(True, which="both", alpha=0.3)
    right = left.twinx()
    right.plot(hours, rate, color="C1", linewidth=1)
    right.set_ylabel("learning rate", color="C1")
    left.legend(loc="upper right")
    figure.tight_layout()
    figure.savefig(picture)
    plt.close(figure)
