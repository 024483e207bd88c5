"""Recordings come out of a repository by commit and path; without one nothing breaks."""

from __future__ import annotations

import pathlib
import subprocess

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE
from isolde_training.data import recordings
from isolde_training.data.recordings import RECORDINGS, Recording, fetch, heard


@pytest.fixture
def source(tmp_path: pathlib.Path) -> tuple[str, list[Recording]]:
    """A place with one repository, and two recordings in it of one wanted."""
    folder = tmp_path / "somewhere" / "owner" / "name.git"
    folder.mkdir(parents=True)

    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        done = subprocess.run(
            ["git", *who, "-C", folder, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    for name, seconds in (("ä (1).wav", 0.5), ("b.wav", 2.0), ("unwanted.wav", 1.0)):
        soundfile.write(folder / name, 0.1 * np.ones(int(seconds * RATE / 2)), RATE // 2)
    git("add", ".")
    git("commit", "--quiet", "--message", "Add sounds")
    commit = git("rev-parse", "HEAD")
    git("rm", "--quiet", "b.wav")
    git("commit", "--quiet", "--message", "Remove one again")
    wanted = [
        Recording("sung", "owner/name", commit, "ä (1).wav", "CC0-1.0", "A"),
        Recording("sung", "owner/name", commit, "b.wav", "CC0-1.0", "B", 0.5, 1.0),
    ]
    return (tmp_path / "somewhere").as_uri() + "/", wanted


def test_named_files_are_fetched_and_read(source, tmp_path: pathlib.Path, monkeypatch) -> None:
    place, wanted = source
    monkeypatch.setattr(recordings, "RECORDINGS", wanted)
    assert heard("sung", tmp_path) == []
    assert fetch(tmp_path, place) == []
    files = sorted(p.name for p in (tmp_path / "probe").rglob("*.wav"))
    assert files == ["b.wav", "ä (1).wav"]
    first, second = heard("sung", tmp_path)  # of two authors, so not joined
    assert len(first) == (0.5 + 0.5) * RATE and len(second) == (1.0 + 0.5) * RATE  # and the pauses
    assert not heard("whispered", tmp_path)


def test_what_cannot_be_had_is_named_and_no_error(source, tmp_path: pathlib.Path) -> None:
    place, wanted = source
    gone = Recording("sung", "owner/name", wanted[0].commit, "no.wav", "CC0-1.0", "A")
    away = Recording("sung", "owner/other", wanted[0].commit, "no.wav", "CC0-1.0", "A")
    assert fetch(tmp_path, place, [gone, *wanted, away]) == [gone, away]
    assert wanted[1].file(tmp_path).exists()


def test_the_list_names_commits_and_free_licences() -> None:
    for r in RECORDINGS:
        assert len(r.commit) == 40 and r.author and 0 < r.seconds <= 30
        assert r.licence in ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "Apache-2.0", "MIT")
