"""Separates a recording with PyTorch, to check the engine, which does the same as a stream."""

from __future__ import annotations

import pathlib

import soundfile
import torch

from ..config import RATE
from ..model.lower import rounded
from ..network.checkpoint import load
from .evaluate import BACKGROUND


def separate(checkpoint: pathlib.Path, sound: pathlib.Path, folder: pathlib.Path) -> None:
    """Write voice.wav, reverb.wav and background.wav, 32-bit floats, as long as the sound."""
    net, _ = load(checkpoint)
    x, rate = soundfile.read(sound, dtype="float32", always_2d=True)
    if rate != RATE:
        raise SystemExit(f"{sound}: {rate} Hz, expected {RATE}")
    with torch.no_grad():
        stems = rounded(net).separate(torch.from_numpy(x.T)[None])[0]  # [A, 3, N]
    folder.mkdir(parents=True, exist_ok=True)
    for k, stem in enumerate(("voice", "reverb", BACKGROUND)):
        soundfile.write(folder / f"{stem}.wav", stems[:, k].T.numpy(), RATE, subtype="FLOAT")
