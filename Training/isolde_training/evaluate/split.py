"""Scores of a model that splits music: songs of which no second was learned.

SDR, in dB, is 10 log10(sum |r|^2 / sum |r - y|^2) of every second in which both parts sound; the
median over them. The programs of the SiSEC campaigns allow a filter between r and y, and the songs
are others: figures published for MUSDB18 cannot be set beside it. Songs are mono here. Vocals are
brought to 5 dB below their accompaniment where both sound.
"""

from __future__ import annotations

import json
import pathlib

import numpy as np
from tqdm import tqdm

from ..config import RATE, located
from ..data.songs import TEST, VALIDATION, Song
from ..model.lower import rounded
from ..network.checkpoint import load
from ..network.network import Network
from .evaluate import stems_of

BALANCE = -5.0  # dB, of the vocals over the accompaniment
SOUNDS = 10 ** (-45 / 20)  # RMS from which a second of a part counts
Row = dict[str, float]


def seconds(x: np.ndarray) -> np.ndarray:
    """[N] to [seconds, RATE]; what is left at the end is dropped."""
    return x[: len(x) // RATE * RATE].reshape(-1, RATE)


def together(vocals: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Which seconds of two parts [N] hold both: bool [seconds]."""
    return np.minimum(*(np.square(seconds(x)).mean(1) for x in (vocals, rest))) > SOUNDS**2


def sdr(r: np.ndarray, y: np.ndarray, heard: np.ndarray) -> float:
    """The median over the seconds that count."""
    r, y = seconds(r)[heard], seconds(y)[heard]
    power = np.square(r).sum(1)
    return float(np.median(10 * np.log10(power / (np.square(r - y).sum(1) + 1e-9 * power))))


def parts(song: Song) -> tuple[np.ndarray, np.ndarray]:
    """Vocals and accompaniment [N] of a song, at the balance above."""
    n = song.parts.shape[1]
    vocals = song.cut("vocals", 0, n).astype(np.float64)
    rest = song.cut("drums", 0, n).astype(np.float64) + song.cut("rest", 0, n)
    heard = together(vocals, rest)
    vocals *= seconds(rest)[heard].std() / seconds(vocals)[heard].std() * 10 ** (BALANCE / 20)
    scale = 0.7 / np.abs(vocals + rest).max()
    return vocals * scale, rest * scale


def evaluate(
    nets: dict[str, Network], cache: pathlib.Path, names: tuple[str, ...]
) -> dict[str, dict[str, Row]]:
    """SDR by song and part, of the song itself and of what each network makes of it."""
    found = {}
    for name in tqdm(names, unit="song", disable=None):
        vocals, rest = parts(Song(cache / "songs" / f"{name}.npy"))
        mix, heard = vocals + rest, together(vocals, rest)
        sung, played = {"untreated": sdr(vocals, mix, heard)}, {"untreated": sdr(rest, mix, heard)}
        for network, net in nets.items():
            stems = stems_of(net, mix)
            sung[network] = sdr(vocals, stems["voice"] + stems["reverb"], heard)
            played[network] = sdr(rest, stems["ambience"], heard)
        found[name] = {"vocals": sung, "accompaniment": played}
    return found


def show(found: dict[str, dict[str, Row]]) -> str:
    """A table in Markdown."""
    rows = [(song, part, row) for song, both in found.items() for part, row in both.items()]
    heads = " | ".join(f"{name}, dB" for name in rows[0][2])
    lines = [f"| song | part | {heads} |", "| --- | --- |" + " --- |" * len(rows[0][2])]
    for song, part, row in rows:
        lines.append(f"| {song} | {part} | {' | '.join(f'{x:.1f}' for x in row.values())} |")
    return "\n".join(lines)


def table(scores: pathlib.Path) -> str:
    """The table of a published run."""
    return show(json.loads(scores.read_text()))


def evaluate_run(
    checkpoint: pathlib.Path, cache: pathlib.Path, validation: bool, path: pathlib.Path | None
) -> None:
    """Scores of a checkpoint as its model file will hold it, and of the one that it started from.

    A table, and JSON in `path`.
    """
    net, config = load(checkpoint)
    nets = {config.name: rounded(net)}
    if config.train.start:
        before, its = load(located(config.train.start))
        nets = {its.name: rounded(before)} | nets
    found = evaluate(nets, cache, VALIDATION if validation else TEST)
    print(show(found))
    if path:
        path.write_text(json.dumps(found, indent=1) + "\n")
