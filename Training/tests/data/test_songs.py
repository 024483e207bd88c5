"""Songs: their stems become parts, and clips are singers over accompaniments."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE, MixConfig
from isolde_training.data.songs import PARTS, Song, Songs, gather, moved, part_of

SETTINGS = MixConfig(seconds=0.5, batch=8)


def tone(hertz: float, seconds: float = 6) -> np.ndarray:
    return 0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


@pytest.fixture(scope="module")
def songs(folders, tmp_path_factory: pytest.TempPathFactory) -> Songs:
    (data, cache), tmp_path = folders, tmp_path_factory.mktemp("songs")
    for name, hertz in (("1.One", 500), ("2.Two", 700), ("3.Rubidium", 900)):
        folder = tmp_path / "album" / name
        folder.mkdir(parents=True)
        for stem, x in (
            ("VOX LEAD", tone(hertz)),
            ("BGVOX", tone(hertz, 2)),
            ("MAIN DRUMS", tone(3 * hertz)),
            ("PAD", tone(5 * hertz)),
        ):
            soundfile.write(folder / f"{name}_Stem_{stem}.wav", x, RATE)
        soundfile.write(folder / f"{name}_Master.wav", tone(50), RATE)
    assert gather(tmp_path / "album", cache) == 3
    return Songs(SETTINGS, data, cache)


def strongest(x: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(x)).argmax() * RATE / len(x))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("1_Stem_BGVOX ECHO", "vocals"),
        ("1_Stem_K & SN", "drums"),
        ("1_Stem_BREAKBEAT", "drums"),
        ("1_Stem_PAD + BASS", "rest"),
    ],
)
def test_a_stem_belongs_where_its_name_says(name: str, part: str) -> None:
    assert part_of(name) == part


def test_stems_of_a_part_are_summed(songs: Songs) -> None:
    song = next(s for s in songs.songs if s.name == "One")
    first, later = (song.cut("vocals", at, RATE) for at in (0, 3 * RATE))
    assert first.std() == pytest.approx(2 * later.std(), rel=1e-3)
    assert [strongest(song.cut(part, 0, RATE)) for part in PARTS] == [500, 1500, 2500]
    assert len(song.cut("rest", song.parts.shape[1] - 10, 100)) == 100


def test_songs_of_the_test_set_are_not_drawn(songs: Songs) -> None:
    assert sorted(song.name for song in songs.songs) == ["One", "Two"]


def test_a_group_depends_on_its_number_alone(songs: Songs) -> None:
    one, again, other = songs[3], songs[3], songs[4]
    assert all((one[key] == again[key]).all() for key in one)
    assert (one["voice"] != other["voice"]).any()
    assert one["voice"].shape == one["noise"].shape == (8, songs.count)


def test_vocals_are_sung_and_accompaniments_are_not(songs: Songs) -> None:
    rng = np.random.default_rng(1)
    sung = [strongest(songs.singer(rng)) for _ in range(8)]
    assert all(400 < hertz < 820 for hertz in sung)


def test_moved_sound_is_higher_and_as_loud(songs: Songs) -> None:
    x = moved(tone(1000, 1.25), RATE)
    assert len(x) == RATE and strongest(x) == pytest.approx(1250, abs=1)
    assert x.std() == pytest.approx(tone(1000).std(), rel=0.01)


def test_without_songs_one_line_says_how_to_get_them(folders) -> None:
    data, cache = folders
    for path in (cache / "songs").glob("*.npy"):
        path.unlink()
    with pytest.raises(SystemExit, match="no songs; `songs split FOLDER`"):
        Songs(SETTINGS, data, cache)


def test_where_a_song_is_sung(tmp_path: pathlib.Path) -> None:
    parts = np.zeros((3, 4 * RATE), np.int16)
    parts[0, RATE : 2 * RATE] = 3000
    np.save(tmp_path / "x.npy", parts)
    assert Song(tmp_path / "x.npy").sung.tolist() == [1]
