"""Open recordings for `probe`, unused in training, fetched with git into the cache.

Without them (no network, or no `fetch`), `probe` uses synthetic voices only.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..config import RATE

SOURCE = "https://github.com/"


@dataclass(frozen=True)
class Recording:
    """One file of a repository; `case` is the row of the table that uses it."""

    case: str
    repository: str
    commit: str
    path: str
    licence: str
    author: str
    start: float = 0.0  # seconds
    seconds: float = 8.0  # at most

    def file(self, cache: pathlib.Path) -> pathlib.Path:
        return cache / "probe" / self.repository / self.path


CDDA = ("Fris0uman/CDDA-Soundpacks", "88586bb600eae4b053a8928bddbd5371d0b1ecc6")
CATALAN = ("Softcatala/wikimedia-common-audio", "96f38a5c4717ace21c9ca2c598ca01684e9b3220")
ACTORS = ("n8bot/tortoise-tts", "3c942ef440fe67f052efb71ace3ef8a5b4d6142f")
NOTES = ("vocobox/human-voice-dataset", "77248fc69fd93c40a69d49c0cade4144c5d7a9f4")
CHILDREN = ("jimbozhang/speechocean762", "613968e3b0b789fc33936fb5eba1973176ba7d11")
DIGITS = ("Jakobovski/free-spoken-digit-dataset", "26eb9aaf76e81b692f806f9140c2d2777410d7a1")
FERALS = "sound/CC-Sounds/speech/ferals"
MEGHAN = "tortoise/voices/sdap_meghan_christian/extra"
PACK = "Super Dialogue Audio Pack, Dillon Becker, voice Meghan Christian"

RECORDINGS = [
    *(
        Recording("whispered", *CDDA, f"{FERALS}/{name}.ogg", "CC0-1.0", "carmsie (Freesound)")
        for name in ("female_mad_whisper_1", "female_mad_whisper_2")
    ),
    *(
        Recording("shouted", *ACTORS, f"{MEGHAN}/shouting_{k}_meghan.wav", "CC-BY-4.0", PACK)
        for k in (4, 5, 7, 8)
    ),
    *(
        Recording("shouted", *CDDA, f"{FERALS}/{name}.ogg", "CC-BY-4.0", "tim.kahn (Freesound)")
        for name in ("female_scream_1", "female_scream_2", "male_scream_1", "male_scream_2")
    ),
    *(
        Recording("sung", *CATALAN, f"catalan/{name}", "CC-BY-SA-4.0", author, start)
        for name, author, start in (
            ("Nadala_-_Vallés_(Fermín_Pardo).ogg", "Fermín Pardo (Wikimedia Commons)", 0.5),
            ("Albaes_-_Macastre_(8-A).ogg", "singer of Macastre (Wikimedia Commons)", 5.0),
        )
    ),
    *(
        Recording("sung", *NOTES, f"data/voices/martin/notes/exports/mono/{note}.wav", "MIT", by)
        for note in ("D3", "G3", "A3")
        for by in ("Martin (vocobox)",)
    ),
    Recording("laughing", *ACTORS, f"{MEGHAN}/miscellaneous_12_meghan.wav", "CC-BY-4.0", PACK),
    Recording(
        "laughing", *CDDA, f"{FERALS}/creepy_laugh.ogg", "CC-BY-4.0", "phantastonia (Freesound)"
    ),
    Recording(
        "very low voice",
        *CATALAN,
        "catalan/Lluís_Soler_(veu).ogg",
        "CC0-1.0",
        "Lluís Soler (Wikimedia Commons)",
        0.3,
    ),
    *(
        Recording(
            "child",
            *CHILDREN,
            f"WAVE/SPEAKER{name}.WAV",
            "Apache-2.0",
            "Junbo Zhang and others (speechocean762)",
        )
        for name in ("0075/000750005", "0075/000750015", "0075/000750026", "0048/000480023")
    ),
    *(
        Recording(
            "telephone", *DIGITS, f"recordings/{k}_{name}_0.wav", "CC-BY-SA-4.0", f"{name} (FSDD)"
        )
        for name in ("lucas", "george")
        for k in range(6)
    ),
]


def git(folder: pathlib.Path, *words: str) -> bytes | None:
    """The output of a git command; None, and the reason on the terminal, if it fails."""
    command = ["git", "-C", str(folder), *words]
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    except subprocess.CalledProcessError as error:
        print(f"git {words[0]}: {error.stderr.decode(errors='replace').strip()}")
    except OSError as error:
        print(error)


class File(Protocol):
    """A file of a repository that `fetch` can bring, and its place in the cache."""

    repository: str
    commit: str
    path: str

    def file(self, cache: pathlib.Path) -> pathlib.Path: ...


def fetch(
    cache: pathlib.Path, source: str = SOURCE, wanted: Sequence[File] | None = None
) -> list[File]:
    """Fetch missing files into the cache: from each repository only the commit and the files named.

    Returns the recordings that could not be fetched.
    """
    lacking = [r for r in wanted or RECORDINGS if not r.file(cache).exists()]
    for repository, commit in dict.fromkeys((r.repository, r.commit) for r in lacking):
        print(repository)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            git(folder, "init", "--quiet", "--bare")
            git(folder, "remote", "add", "origin", f"{source}{repository}.git")
            small = ("--quiet", "--depth=1", "--filter=blob:none")
            if git(folder, "fetch", *small, "origin", commit) is None:
                continue
            for r in lacking:
                if (r.repository, r.commit) == (repository, commit):
                    content = git(folder, "cat-file", "blob", f"{commit}:{r.path}")
                    if content:
                        r.file(cache).parent.mkdir(parents=True, exist_ok=True)
                        r.file(cache).write_bytes(content)
    return [r for r in lacking if not r.file(cache).exists()]


def sound(r: Recording, cache: pathlib.Path) -> np.ndarray:
    """The stretch of a recording, mono, 48 kHz, float64 [N]."""
    with soundfile.SoundFile(r.file(cache)) as file:
        file.seek(int(r.start * file.samplerate))
        x = file.read(int(r.seconds * file.samplerate), always_2d=True)[:, 0]
        return resample_poly(x, RATE, file.samplerate)


def heard(case: str, cache: pathlib.Path) -> list[np.ndarray]:
    """All recordings of a case that are in the cache; short ones of one author are joined."""
    groups: dict[tuple[str, str], list[np.ndarray]] = {}
    for r in RECORDINGS:
        if r.case == case and r.file(cache).exists():
            groups.setdefault((r.repository, r.author), []).append(sound(r, cache))
    return [joined(sounds) for sounds in groups.values()]


def joined(sounds: list[np.ndarray], pause: float = 0.25) -> np.ndarray:
    """One after the other at the same loudness, with silence of `pause` seconds between them."""
    rest = np.zeros(int(pause * RATE))
    parts = [part for x in sounds for part in (rest, x / (np.sqrt(np.mean(x**2)) + 1e-12))]
    return np.concatenate([*parts, rest])
