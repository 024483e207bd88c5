"""A network for the plug-in, from nothing: docs/own-network.md goes through it step by step.

python own_network.py VOICES NOISES --minutes 10      # folders with sound files at 48 kHz
python -m isolde_training import own_network.py:network -o mine.isolde --axes power=NCTF ...
"""

from __future__ import annotations

import argparse
import math
import pathlib
import time

import numpy as np
import soundfile
import torch
from torch import Tensor, nn

from isolde_training.config import RATE, NetworkConfig
from isolde_training.network.transform import Transform, band_matrix

# Samples at 48 kHz. 64 bands of one bin, and 48 above 1.5 kHz that widen as hearing does.
FORM = NetworkConfig(window=2048, hop=512, synthesis=1024, narrow=64, wide=48)
BINS = FORM.window // 2 + 1
BANDS = FORM.narrow + FORM.wide
WEIGHTS = pathlib.Path("own_network.pt")


class OwnNetwork(nn.Module):
    """Powers [B, 1, T, K] to gains [B, 2, T, K]: voice + reverb, voice.

    Frame t hears frames up to t alone, so there is no look-ahead. Both gains are one: this network
    takes noise away and leaves the room.
    """

    def __init__(self, units: int = 192):
        super().__init__()
        self.register_buffer("bands", band_matrix(FORM), False)  # [F, K]; sums to 1 in each bin
        self.memory = nn.GRU(BANDS, units, batch_first=True)
        self.more = nn.GRU(units, units, batch_first=True)
        self.gains = nn.Linear(units, BANDS)

    def band_gains(self, power: Tensor) -> Tensor:
        """Of the powers of the bands [B, T, F]."""
        heard = self.memory(0.4 * torch.log10(power + 1e-9) + 2)[0]
        return self.gains(self.more(heard)[0]).sigmoid()

    def forward(self, power: Tensor) -> Tensor:
        gains = self.band_gains(power[:, 0] @ self.bands.T) @ self.bands  # [B, T, K]
        return torch.cat([gains[:, None], gains[:, None]], 1)


def sounds(folder: pathlib.Path) -> list[tuple[pathlib.Path, int]]:
    """Every sound file below a folder, and its samples."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".wav", ".flac", ".ogg", ".opus"):
            info = soundfile.info(path)
            if info.samplerate != RATE:
                raise SystemExit(f"{path}: {info.samplerate} Hz, expected {RATE}; resample it")
            found.append((path, info.frames))
    if not found:
        raise SystemExit(f"{folder}: no sound file in it")
    return found


def cut(rng: np.random.Generator, files: list[tuple[pathlib.Path, int]], count: int) -> np.ndarray:
    """A random stretch at a level of 1, repeated where the file is shorter."""
    path, length = files[rng.integers(len(files))]
    start = int(rng.integers(max(length - count, 0) + 1))
    x = soundfile.read(path, count, start, dtype="float32", always_2d=True)[0][:, 0]
    return np.resize(x, count) / (x.std() + 1e-4)


class Clips:
    """Clips of sound files, kept in memory and renewed bit by bit: decoding is slow."""

    def __init__(self, folder: pathlib.Path, count: int, seed: int):
        self.files, self.count, self.rng = sounds(folder), count, np.random.default_rng(seed)
        self.clips: list[np.ndarray] = []

    def draw(self, count: int, new: int = 1) -> np.ndarray:
        """`count` clips [count, N] at a level of 1, after `new` of the 256 were read anew."""
        while new > 0 or len(self.clips) < count:
            self.clips.append(cut(self.rng, self.files, self.count))
            new -= 1
        del self.clips[:-256]
        return np.stack([self.clips[k] for k in self.rng.choice(len(self.clips), count, False)])


def mixtures(rng: np.random.Generator, voice: np.ndarray, noise: np.ndarray) -> list[Tensor]:
    """Voice and noise [B, N]; the voice is -5 to 15 dB above the noise, the level any."""
    ratio = 10 ** (-rng.uniform(-5, 15, (len(voice), 1)) / 20)
    level = 10 ** (rng.uniform(-45, -15, (len(voice), 1)) / 20)
    return [torch.from_numpy((level * x).astype(np.float32)) for x in (voice, ratio * noise)]


def distance(gains: Tensor, power: Tensor, true: Tensor, shared: Tensor) -> Tensor:
    """How far what the gains let through is from the voice; all [B, T, F], of bands.

    `power` of the mixture, `true` of the voice; `shared` is the real part of mixture x voice*.
    Compressed magnitudes count quiet sounds too; the SDR in dB keeps them from taking too much
    from loud voices.
    """
    kept, want = (power.sqrt() * gains + 1e-4) ** 0.3, (true.sqrt() + 1e-4) ** 0.3
    quiet = (kept - want).square().mean() / want.square().mean()
    missed = (gains.square() * power - 2 * gains * shared + true).sum((1, 2))
    sdr = 10 * torch.log10(true.sum((1, 2)) / missed)
    return quiet - 0.02 * sdr.mean()


def train(a: argparse.Namespace) -> None:
    """For so many minutes of one processor, whatever else the machine does."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng, net, transform = np.random.default_rng(1), OwnNetwork(), Transform(FORM)
    count = int(a.seconds * RATE)
    voices, noises = Clips(a.voices, count, 2), Clips(a.noises, count, 3)
    steps = torch.optim.AdamW(net.parameters())
    begin, done, losses, share = time.process_time(), 0, [], 0.0
    while share < 1:
        for group in steps.param_groups:  # up in a twentieth of the time, then down to nothing
            group["lr"] = 2e-3 * min(share / 0.05, 0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        voice, noise = mixtures(rng, voices.draw(a.clips), noises.draw(a.clips))
        x, v = transform(voice + noise), transform(voice)  # [B, T, K]
        power, true, shared = (
            (p.real * q.real + p.imag * q.imag) @ net.bands.T for p, q in ((x, x), (v, v), (x, v))
        )
        loss = distance(net.band_gains(power), power, true, shared)
        steps.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1)
        steps.step()
        losses.append(loss.item())
        done += 1
        spent = time.process_time() - begin
        share = done / a.steps if a.steps else spent / (60 * a.minutes)
        if done % 50 == 0:
            print(f"step {done}, {spent:.0f} s: loss {np.mean(losses[-50:]):.3f}", flush=True)
    torch.save(net.state_dict(), WEIGHTS)
    print(f"{done} steps, loss from {losses[0]:.3f} to {np.mean(losses[-50:]):.3f}: {WEIGHTS}")


def network() -> tuple[nn.Module, tuple[Tensor, ...]]:
    """For the importer: the module with its weights, and an example of its input."""
    if not WEIGHTS.exists():
        raise SystemExit(f"{WEIGHTS}: no weights; train first, or change to their folder")
    net = OwnNetwork()
    net.load_state_dict(torch.load(WEIGHTS, weights_only=True))
    return net.eval(), (torch.rand(1, 1, 64, BINS),)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voices", type=pathlib.Path, help="folder of voices without noise")
    parser.add_argument("noises", type=pathlib.Path, help="folder of noises without voices")
    parser.add_argument("--minutes", type=float, default=10, help="of one processor (10)")
    parser.add_argument("--steps", type=int, help="so many steps in place of minutes")
    parser.add_argument("--clips", type=int, default=8, help="in a step (8)")
    parser.add_argument("--seconds", type=float, default=3, help="of a clip (3)")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
