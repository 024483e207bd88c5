"""The curve of a run over hours of audio: loss, learning rate, and scores on the validation set."""

from __future__ import annotations

import csv
import pathlib

import numpy as np

SCORES = (("pesq", "PESQ"), ("estoi", "ESTOI"), ("sisdr", "SI-SDR (dB)"), ("vkeep", "vkeep (dB)"))


def draw(log: pathlib.Path, picture: pathlib.Path, checks: pathlib.Path | None = None) -> None:
    """Write `picture` (PNG) from a log.csv and, where there is one, a checks.csv."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from PIL import Image

    with open(log, newline="") as file:
        rows = list(csv.DictReader(file))
    scored = []
    if checks is not None and checks.exists():
        with open(checks, newline="") as file:
            scored = list(csv.DictReader(file))
    count = 1 + len(SCORES) * bool(scored)
    figure, axes = plt.subplots(
        count, figsize=(8, 3 + 1.5 * count), dpi=120, sharex=True, squeeze=False
    )
    left = axes[0, 0]
    if rows:
        hours, loss, rate = (
            np.array([float(r[k]) for r in rows]) for k in ("hours", "loss", "rate")
        )
        left.plot(hours, loss, color="0.8", linewidth=1)
        width = min(9, len(loss))
        smooth = np.convolve(loss, np.ones(width) / width, "valid")
        middle = hours[width // 2 :][: len(smooth)]
        left.plot(middle, smooth, color="C0", label="loss, mean of 9 lines")
        right = left.twinx()
        right.plot(hours, rate, color="C1", linewidth=1)
        right.set_ylabel("learning rate", color="C1")
        left.legend(loc="upper right")
    left.set(ylabel="loss on training mixtures")
    left.grid(True, which="both", alpha=0.3)
    for axis, (key, name) in zip(axes[1:, 0], SCORES, strict=False):
        for kind in dict.fromkeys(r["kind"] for r in scored):
            line = [(float(r["hours"]), float(r[key])) for r in scored if r["kind"] == kind]
            axis.plot(*zip(*line, strict=True), marker=".", label=kind)
        axis.set(ylabel=name)
        axis.grid(True, alpha=0.3)
    if scored:
        axes[1, 0].legend(fontsize=8, ncols=4)
    axes[-1, 0].set(xlabel="audio heard (h)")
    figure.tight_layout()
    figure.savefig(picture)
    plt.close(figure)
    Image.open(picture).convert("RGB").quantize(48).save(picture)  # small, for the repository
