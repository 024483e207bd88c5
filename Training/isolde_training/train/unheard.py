"""Measures overfitting: the loss on training recordings and on held-out recordings.

Plain mixtures (dry voices, one to three backgrounds, 0 to 10 dB), the same draws for every row but
for the recordings. Held-out voices may be harder or easier than the others by themselves: compare
with a run that has heard too little to overfit.
"""

from __future__ import annotations

import copy
import dataclasses
import pathlib

import numpy as np
import torch
from tqdm import tqdm

from ..config import MixConfig
from ..data.mixer import Mixer
from ..data.packs import Pack
from ..network.checkpoint import load
from .loss import Loss

RICH = "room clean empty synthetic babble together shout whisper clip lowpass silence ramp"
PLAIN = dict.fromkeys(RICH.split(), 0.0)  # shares of what makes mixtures varied


def only_held_out(pack: Pack) -> Pack:
    """The same recordings, of which it draws only those that no run hears."""
    other = copy.copy(pack)
    weight = np.zeros(len(pack))
    weight[pack.held_out] = pack.index[pack.held_out, 1] ** 0.75
    other.weight = weight / weight.sum()
    return other


@torch.no_grad()
def unheard(
    weights: pathlib.Path, data: pathlib.Path, cache: pathlib.Path, groups: int
) -> dict[str, tuple[float, float]]:
    """Mean loss and its standard error over groups of 8 clips of 4 s, by what is held out."""
    net, config = load(weights)
    train = dataclasses.replace(config.train, device="cpu", compile=False)
    mix = MixConfig(batch=8, reuse=1, seed=10**6, snr=(0, 10), **PLAIN)
    mixer, loss = Mixer(mix, data, cache), Loss(train, net)
    heard = mixer.speech, mixer.noise
    unheard = tuple(map(only_held_out, heard))
    rows = {
        "all heard": heard,
        "voices never heard": (unheard[0], heard[1]),
        "ambiences never heard": (heard[0], unheard[1]),
        "neither heard": unheard,
    }
    found = {}
    for name, packs in rows.items():
        mixer.speech, mixer.noise = packs
        numbers = tqdm(range(groups), desc=name, unit="group", disable=None)
        mixtures = (mixer.combine(mixer.rendered(k), k) for k in numbers)
        values = [loss(loss.lesson(*m)).item() for m in mixtures]
        found[name] = float(np.mean(values)), float(np.std(values) / groups**0.5)
        print(f"| {name} | {found[name][0]:.4f} ± {found[name][1]:.4f} |", flush=True)
    return found
