"""A network for the plug-in, from nothing: docs/own-network.md goes through it step by step.

python own_network.py VOICES NOISES --minutes 10      # folders with sound files at 48 kHz
python -m isolde_training import own_network.py:network -o mine.isolde --axes power=NCTF ...
"""

from __future__ import annotations

import argparse
import pathlib
import time

import numpy as np
import soundfile
import torch
from torch import Tensor, nn

from isolde_training.config import RATE, NetworkConfig
from isolde_training.network.transform import Transform

FORM = NetworkConfig(window=2048, hop=512, synthesis=1024)  # samples at 48 kHz
BINS = FORM.window // 2 + 1
WEIGHTS = pathlib.Path("own_network.pt")


class OwnNetwork(nn.Module):
    """Powers [B, 1, T, F] to gains [B, 2, T, F]: voice + reverb, voice.

    Frame t hears frames up to t alone, so there is no look-ahead. Both gains are one: this network
    takes noise away and leaves the room.
    """

    def __init__(self, units: int = 128):
        super().__init__()
        self.bands = nn.Linear(BINS, units)
        self.memory = nn.GRU(units, units, batch_first=True)
        self.gains = nn.Linear(units, BINS)

    def forward(self, power: Tensor) -> Tensor:
        level = 0.2 * torch.log10(power + 1e-9) + 1
        bands = self.bands(level[:, 0]).relu()  # [B, T, units]
        gains = self.gains(self.memory(bands)[0]).sigmoid()[:, None]
        return torch.cat([gains, gains], 1)


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


def mixtures(
    rng: np.random.Generator, voices: list, noises: list, clips: int, seconds: float
) -> tuple[Tensor, Tensor]:
    """Voice and noise [B, N]; the voice is -5 to 15 dB above the noise, the level any."""
    count = int(seconds * RATE)
    voice = np.stack([cut(rng, voices, count) for _ in range(clips)])
    noise = np.stack([cut(rng, noises, count) for _ in range(clips)])
    noise *= 10 ** (-rng.uniform(-5, 15, (clips, 1)) / 20)
    level = 10 ** (rng.uniform(-45, -15, (clips, 1)) / 20)
    return tuple(torch.from_numpy((level * x).astype(np.float32)) for x in (voice, noise))


def train(a: argparse.Namespace) -> None:
    """Compare compressed magnitudes of what the gains let through with those of the voice."""
    voices, noises = sounds(a.voices), sounds(a.noises)
    rng, net, transform = np.random.default_rng(1), OwnNetwork(), Transform(FORM)
    torch.manual_seed(1)
    steps = torch.optim.AdamW(net.parameters(), 1e-3)
    begin, done, losses = time.time(), 0, []
    while done < a.steps if a.steps else time.time() - begin < 60 * a.minutes:
        voice, noise = mixtures(rng, voices, noises, a.clips, a.seconds)
        true = transform(voice).abs()  # [B, T, F]
        heard = transform(voice + noise)
        power = (heard.real.square() + heard.imag.square())[:, None]
        kept = net(power)[:, 0] * heard.abs()
        loss = ((kept + 1e-5) ** 0.3 - (true + 1e-5) ** 0.3).square().mean()
        steps.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1)
        steps.step()
        losses.append(loss.item())
        done += 1
        if done % 50 == 0:
            print(f"step {done}, {time.time() - begin:.0f} s: loss {np.mean(losses[-50:]):.4f}")
    torch.save(net.state_dict(), WEIGHTS)
    print(f"{done} steps, loss from {losses[0]:.4f} to {np.mean(losses[-50:]):.4f}: {WEIGHTS}")


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
    parser.add_argument("--minutes", type=float, default=10, help="of training (10)")
    parser.add_argument("--steps", type=int, help="so many steps in place of minutes")
    parser.add_argument("--clips", type=int, default=8, help="in a step (8)")
    parser.add_argument("--seconds", type=float, default=3, help="of a clip (3)")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
