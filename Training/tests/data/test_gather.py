"""Packs are made of the stretches that the tables name; what cannot be had is left out."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import soundfile

from isolde_training.config import RATE
from isolde_training.data.gather import TABLES, gather, levels, stretches
from isolde_training.data.packs import OPEN, Pack

COMMIT = "0" * 40


def tables(folder: pathlib.Path, parts: list[tuple[str, str, float, float]]) -> pathlib.Path:
    """Write both tables for stretches (speaker, path, start, seconds) of one repository."""
    folder.mkdir()
    with open(folder / "files.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("speaker", "repository", "commit", "path", "start_s", "seconds"))
        rows.writerows((who, "owner/name", COMMIT, *rest) for who, *rest in parts)
    with open(folder / "index.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("path", "open", "bandwidth_hz", "speaker"))
        rows.writerows(
            (f"speech/{k}.opus", "yes", 20000, k) for k in dict.fromkeys(p[0] for p in parts)
        )
    return folder


def test_packs_hold_the_stretches_at_one_level_and_are_drawn_from(
    tmp_path: pathlib.Path, folders: tuple[pathlib.Path, pathlib.Path]
) -> None:
    parts = [("anna", "a.wav", 0.5, 1.0), ("anna", "a.wav", 2.0, 0.5), ("bert", "gone.wav", 0, 1)]
    more, original = tmp_path / "cache" / "more", np.random.default_rng(0).standard_normal(3 * RATE)
    path = more / "originals" / "owner" / "name" / "a.wav"
    path.parent.mkdir(parents=True)
    soundfile.write(path, 0.01 * original[::2], RATE // 2)
    nowhere = f"{tmp_path.as_uri()}/"
    assert gather(more, nowhere, tables(tmp_path / "tables", parts)) == 1
    x, rate = soundfile.read(more / "speech" / "anna.opus")
    assert rate == RATE and abs(len(x) - 1.8 * RATE) < 0.02 * RATE  # and 0.3 s between them
    frames = levels(x)
    assert abs(np.median(frames[frames > -60]) + 26) < 1
    pack = Pack(folders[0], "speech", tmp_path / "cache" / "packs")
    assert pack.names[-1] == "speech/anna" and len(pack) == 4 and pack.weight[-1] > 0


def test_the_tables_name_commits_and_free_licences() -> None:
    with open(TABLES / "index.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    parts = stretches(TABLES / "files.csv")
    assert {row["speaker"] for row in rows} == {part.speaker for part in parts}
    for row in rows:
        assert row["open"] in OPEN and row["author"] and float(row["bandwidth_hz"]) > 4000
    assert all(len(part.commit) == 40 and 0 < part.seconds for part in parts)
