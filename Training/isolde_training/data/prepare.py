"""Prepares everything that a run reads: decoded packs, simulated rooms, the validation set.

The data is checked before anything is written. Each part appears when it is complete, and
existing parts stay. So `prepare` may be stopped and run again, also after the data has grown.
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


def is_bandwidth(text: str | None) -> bool:
    """Whether the text is a frequency in Hz, or empty."""
    try:
        return not text or 0 < float(text) < float("inf")
    except ValueError:
        return False


def check(data: pathlib.Path) -> None:
    """Exit with one line that says what is wrong with the data and how to mend it."""
    if not data.is_dir():
        raise SystemExit(f"{data}: no such folder; name the one with the recordings: --data DIR")
    if not (data / "index.csv").exists():
        raise SystemExit(
            f"{data / 'index.csv'}: not found; it lists the recordings: {', '.join(COLUMNS)}"
        )
    with open(data / "index.csv", newline="") as file:
        lines = csv.DictReader(file)
        for column in COLUMNS:
            if column not in (lines.fieldnames or ()):
                raise SystemExit(f"{data / 'index.csv'}: no column {column}")
        rows = list(lines)
    for number, row in enumerate(rows, 2):
        if not is_bandwidth(row["bandwidth_hz"]):
            what = f"line {number}: bandwidth_hz is {row['bandwidth_hz']!r}; write Hz, or nothing"
            raise SystemExit(f"{data / 'index.csv'}: {what}")
    missing = [row["path"] for row in rows if not (data / row["path"]).is_file()]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        print(f"warning: {data / missing[0]}{more}: in index.csv, but not there; left out")
    for name in PACKS:
        found = open_recordings(data, name)
        if not found:
            raise SystemExit(f"{data / name}: no recording that index.csv marks as open")
        for path, _, _ in found:
            try:
                info = soundfile.info(path)
            except soundfile.LibsndfileError as error:
                raise SystemExit(f"{path}: cannot be read, {error.error_string}") from error
            if info.samplerate != RATE:
                raise SystemExit(f"{path}: {info.samplerate} Hz, expected {RATE}; resample it")
            if info.frames == 0:
                raise SystemExit(f"{path}: no samples in it; remove it or its line of index.csv")


def prepare(data: pathlib.Path, cache: pathlib.Path, count: int, with_validation: bool) -> None:
    """Create whatever is missing in the cache; `count` rooms."""
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
