"""Scores of models that split songs."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from isolde_training.config import RATE, NetworkConfig
from isolde_training.data.songs import Song
from isolde_training.evaluate.split import BALANCE, evaluate, parts, sdr, show, together
from isolde_training.network.network import Network


@pytest.fixture
def cache(tmp_path: pathlib.Path) -> pathlib.Path:
    """A song of five seconds whose vocals sound in the second and the third."""
    rng = np.random.default_rng(1)
    song = np.round(2000 * rng.standard_normal((3, 5 * RATE))).astype(np.int16)
    song[0, :RATE] = song[0, 3 * RATE :] = 0
    (tmp_path / "songs").mkdir()
    np.save(tmp_path / "songs" / "X.npy", song)
    return tmp_path


def test_only_seconds_with_both_parts_count(cache: pathlib.Path) -> None:
    vocals, rest = parts(Song(cache / "songs" / "X.npy"))
    heard = together(vocals, rest)
    assert heard.tolist() == [False, True, True, False, False]
    level = vocals[RATE : 3 * RATE].std() / rest[RATE : 3 * RATE].std()
    assert 20 * np.log10(level) == pytest.approx(BALANCE, abs=1e-6)
    assert sdr(vocals, vocals + rest, heard) == pytest.approx(BALANCE, abs=0.1)
    assert sdr(vocals, 0.9 * vocals, heard) == pytest.approx(20, abs=1e-3)


def test_the_table_has_two_rows_a_song(cache: pathlib.Path) -> None:
    net = Network(NetworkConfig(channels=(8, 8, 8, 8, 8), hidden=8)).eval()
    found = evaluate({"small": net}, cache, ("X",))
    assert found["X"]["vocals"]["untreated"] == pytest.approx(BALANCE, abs=0.1)
    assert found["X"]["accompaniment"]["untreated"] == pytest.approx(-BALANCE, abs=0.1)
    assert show(found).count("| X |") == 2 and "small, dB" in show(found)
