"""surround.py DATA [VOICES]: what should decide in 5.1, all channels or the centre?

Scenes of six channels from DATA (recordings and test set): a voice of `valid/` in the centre, or
between left and right, and six different stretches of ambience around and under it. Studio
separates each scene by one decision taken from all channels, and by one taken from the centre
alone. Printed: SI-SDR of the voice in the channels that have it, and the level that is left in the
channels without a voice beside that of their ambience, both when the background is off.
"""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import soundfile
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from isolde_training.evaluate.measures import si_sdr
from isolde_training.network.checkpoint import load

STUDIO = pathlib.Path(__file__).resolve().parents[1] / "runs" / "studio" / "checkpoint.pt"
LEFT, RIGHT, CENTRE, LFE, REAR_LEFT, REAR_RIGHT = range(6)
SECONDS, RATE, SNR = 6, 48000, 6  # dB, in the centre


def scenes(data: pathlib.Path, count: int):
    """Voice [6, N], ambience [6, N] and the name of where the voice is."""
    voices = sorted((data / "valid").glob("*_voice.flac"))[:count]
    noises = sorted((data / "noise" / "ambience").glob("*.opus"))
    n = SECONDS * RATE
    for k, path in enumerate(voices):
        dry = soundfile.read(path, dtype="float32")[0][:n]
        noise = soundfile.read(noises[k % len(noises)], dtype="float32")[0]
        noise = np.resize(noise, 6 * n)
        around = noise.reshape(6, n) / (noise.std() + 1e-9)
        spectrum = np.fft.rfft(around[LFE])
        spectrum[120 * n // RATE :] = 0  # Hz
        around[LFE] = np.fft.irfft(spectrum, n)
        around *= dry.std() * 10 ** (-SNR / 20)
        for name, gains in (
            ("centre", {CENTRE: 1}),
            ("left and right", {LEFT: 0.7, RIGHT: 0.7}),
            ("centre, some left and right", {CENTRE: 1, LEFT: 0.35, RIGHT: 0.35}),
        ):
            voice = np.zeros((6, n), np.float32)
            for channel, gain in gains.items():
                voice[channel, : len(dry)] = gain * dry
            yield name, torch.from_numpy(voice), torch.from_numpy(around.astype(np.float32))


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    net = load(STUDIO)[0].eval()
    analyse, table = net.analyse, {}
    for name, voice, around in scenes(pathlib.Path(sys.argv[1]), int((sys.argv + ["8"])[2])):
        heard = [c for c in range(6) if voice[c].abs().max() > 0]
        silent = [c for c in range(6) if c not in heard]
        for decider, chosen in (("all", slice(None)), ("centre", slice(CENTRE, CENTRE + 1))):
            net.analyse = lambda spectra, chosen=chosen: analyse(spectra[:, chosen])
            stems = net.separate((voice + around)[None])[0]
            kept = stems[:, 0] + stems[:, 1]  # voice and its room
            sdr = np.mean([float(si_sdr(voice[c], kept[c])) for c in heard])
            left = np.mean([10 * np.log10(float(kept[c].var() / around[c].var())) for c in silent])
            table.setdefault((name, decider), []).append((sdr, left))
    print(
        "| voice in | decision from | SI-SDR of the voice, dB | left where there is no voice, dB |"
    )
    print("|---|---|---|---|")
    for (name, decider), rows in table.items():
        sdr, left = np.mean(rows, 0)
        print(f"| {name} | {decider} | {sdr:.1f} | {left:.1f} |")


if __name__ == "__main__":
    main()
