"""All that a run reads, made once: decoded packs, simulated rooms, the validation set.

The data is checked before anything is written, each part appears when it is whole, and what is
there already stays. So `prepare` may be stopped and started, or run again after the data has grown.
"""

from __future__ import annotations

import csv
import pathlib

import soundfile

from ..config import RATE, VALIDATION_SET
from . import rooms, validation_set
from .packs import Pack, decode, open_recordings

PACKS = ("speech", "noise", "rir")
COLUMNS = ("path", "open", "bandwidth_hz")


def check(data: pathlib.Path) -> None:
    """End with one line that says what is wrong with the data, and what to do."""
    if not data.is_dir():
        raise SystemExit(f"{data}: no such folder; name the one with the recordings: --data DIR")
    if not (data / "index.csv").exists():
        raise SystemExit(
            f"{data / 'index.csv'}: not found; it lists the recordings: {', '.join(COLUMNS)}"
        )
    with open(data / "index.csv", newline="") as file:
        header = csv.DictReader(file).fieldnames or ()
    for column in COLUMNS:
        if column not in header:
            raise SystemExit(f"{data / 'index.csv'}: no column {column}")
    for name in PACKS:
        found = open_recordings(data, name)
        if not found:
            raise SystemExit(f"{data / name}: no recording that index.csv marks as open")
        for path, _, _ in found:
            try:
                rate = soundfile.info(path).samplerate
            except soundfile.LibsndfileError as error:
                raise SystemExit(f"{path}: cannot be read, {error.error_string}") from error
            if rate != RATE:
                raise SystemExit(f"{path}: {rate} Hz, expected {RATE}; resample it")


def prepare(data: pathlib.Path, cache: pathlib.Path, count: int, with_validation: bool) -> None:
    """Make what is missing in the cache; `count` rooms."""
    check(data)
    for name in PACKS:
        decode(data, name, cache / "packs")
        pack = Pack(data, name, cache / "packs")
        print(f"{name}: {len(pack)} recordings, {len(pack.samples) / RATE / 60:.1f} min")
    rooms.build(cache / "rooms", count)
    print(f"rooms: {len(rooms.Bank(cache / 'rooms'))} responses")
    if with_validation:
        clips = cache / VALIDATION_SET
        if not clips.exists():
            validation_set.build(clips, data, cache)
        print(f"validation set: {clips}")
