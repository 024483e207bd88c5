"""Reports on a run in progress: validation scores, the loss curve and spectrograms.

RUN/checks.csv gets a row for each kind of clip; RUN/curve.png and RUN/spectrograms.png are drawn
again. `train` starts this as a separate process every `train.check` minutes and does not wait.
"""

from __future__ import annotations

import csv
import os
import pathlib
import subprocess
import sys

import numpy as np
import torch

from ..config import RATE
from ..evaluate.evaluate import evaluate, read, stems_of
from ..evaluate.measures import DIGITS
from ..model.lower import rounded
from ..network.checkpoint import load
from .curve import draw

MEASURES = ("pesq", "estoi", "sisdr", "lsd", "dovrl", "vkeep", "rcut", "acut")
COLUMNS = ("step", "hours", "kind", *MEASURES)
SHOWN = ("n03", "r03", "rn05")  # clips of which spectrograms are drawn


def validate(run: pathlib.Path, weights: pathlib.Path, clips: pathlib.Path, jobs: int) -> None:
    """Score the weights of a run as a model file holds them, and draw curve and spectrograms."""
    saved = torch.load(weights, weights_only=True, map_location="cpu")
    net, config = load(weights)
    net, c = rounded(net), config
    heard = c.mix.seconds * c.mix.batch * c.train.ranks / 3600  # hours a step
    kept: dict[str, dict[str, np.ndarray]] = {}

    def treat(clip: str, x: np.ndarray) -> dict[str, np.ndarray]:
        stems = stems_of(net, x)
        if clip in SHOWN:
            kept[clip] = {"mixture": x, "voice, found": stems["voice"]}
            kept[clip]["voice, true"] = read(clips / f"{clip}_voice.flac")
        return stems

    means = evaluate(clips, treat, c.name, False, jobs)["means"][c.name]
    path = run / "checks.csv"
    fresh = not path.exists()
    with open(path, "a", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        if fresh:
            rows.writerow(COLUMNS)
        for kind, row in means.items():
            cells = (f"{row[m]:.{DIGITS.get(m, 1)}f}" if m in row else "" for m in MEASURES)
            rows.writerow((saved["step"], f"{saved['step'] * heard:.1f}", kind, *cells))
    if (run / "log.csv").exists():
        draw(run / "log.csv", run / "curve.png", path)
    spectrograms(kept, run / "spectrograms.png")


def spectrograms(clips: dict[str, dict[str, np.ndarray]], path: pathlib.Path) -> None:
    """One row per clip: mixture, estimate, reference; 80 dB, up to 16 kHz."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = ("mixture", "voice, found", "voice, true")
    figure, axes = plt.subplots(
        len(clips), 3, figsize=(15, 3 * len(clips)), sharey=True, squeeze=False, dpi=80
    )
    for row, (clip, sounds) in zip(axes, clips.items(), strict=True):
        top = np.abs(sounds["mixture"]).max() ** 2 / 100
        for axis, name in zip(row, names, strict=True):
            x = sounds[name] + 1e-9 * np.random.default_rng(0).standard_normal(len(sounds[name]))
            level = 10 * np.log10(top)
            axis.specgram(
                x,
                NFFT=2048,
                Fs=RATE,
                noverlap=1536,
                vmin=level - 110,
                vmax=level - 30,
                cmap="magma",
            )
            axis.set(ylim=(0, 16000), title=f"{clip}: {name}", xlabel="time (s)")
        row[0].set_ylabel("frequency (Hz)")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


class Checks:
    """Validations in the background, one at a time, `minutes` apart; none if that is 0."""

    def __init__(self, run: pathlib.Path, minutes: float, clips: pathlib.Path):
        self.run, self.minutes, self.clips = run, minutes, clips
        self.next, self.process = minutes, None

    def due(self, spent: float) -> bool:
        """Whether one is due after so many minutes of the run."""
        busy = self.process is not None and self.process.poll() is None
        return self.minutes > 0 and spent >= self.next and not busy

    def start(self, spent: float, weights: pathlib.Path) -> None:
        """Validate a copy of the weights, which the run may write over."""
        self.next = spent + self.minutes
        copy = self.run / "checked.pt"
        copy.write_bytes(weights.read_bytes())
        command = [sys.executable, "-m", __name__, str(self.run), str(copy), str(self.clips)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with open(self.run / "checks.log", "a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def finish(self) -> None:
        """Wait for the running one."""
        if self.process is not None:
            self.process.wait()


if __name__ == "__main__":
    torch.set_num_threads(1)
    run, weights, clips = (pathlib.Path(a) for a in sys.argv[1:4])
    validate(run, weights, clips, 1)
