"""`prepare`: faults are named before anything is written; what is there is not made again."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest
import soundfile

from isolde_training.config import RATE
from isolde_training.data import packs, rooms
from isolde_training.data.packs import Pack
from isolde_training.data.prepare import prepare
from isolde_training.data.pretend import pretend


@pytest.fixture
def data(tmp_path: pathlib.Path) -> pathlib.Path:
    pretend(tmp_path / "data", tmp_path / "cache")
    return tmp_path / "data"


def rewrite(data: pathlib.Path, header: str) -> None:
    rest = (data / "index.csv").read_text().partition("\n")[2]
    (data / "index.csv").write_text(f"{header}\n{rest}")


def low_rate(data: pathlib.Path) -> None:
    soundfile.write(data / "speech" / "1.flac", np.zeros(100), 16000)


def cell(data: pathlib.Path, column: str, value: str) -> None:
    with open(data / "index.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[1][column] = value
    with open(data / "index.csv", "w", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)


def empty(data: pathlib.Path) -> None:
    soundfile.write(data / "noise" / "0.flac", np.zeros(0), RATE, format="WAV")


FAULTS = {
    r"index\.csv: line 3: bandwidth_hz is '12 kHz'": lambda d: cell(d, "bandwidth_hz", "12 kHz"),
    r"index\.csv: line 3: bandwidth_hz is '-1'": lambda d: cell(d, "bandwidth_hz", "-1"),
    r"noise/0\.flac: no samples in it": empty,
    "no such folder": lambda data: data.rename(data.with_name("elsewhere")),
    r"index\.csv: not found": lambda data: (data / "index.csv").unlink(),
    r"index\.csv: no column open": lambda data: rewrite(data, "path,licence,bandwidth_hz"),
    "noise: no recording": lambda data: (data / "noise").rename(data / "noises"),
    r"speech/1\.flac: 16000 Hz, expected 48000": low_rate,
    r"rir/0\.flac: cannot be read": lambda data: (data / "rir" / "0.flac").write_bytes(b"RIFF"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_data_is_named_and_nothing_is_written(
    data: pathlib.Path, fault: str
) -> None:
    cache = data.parent / "empty"
    FAULTS[fault](data)
    with pytest.raises(SystemExit, match=fault):
        prepare(data, cache, 1, False)
    assert not cache.exists()


def test_a_pack_is_decoded_again_when_the_data_has_changed(data: pathlib.Path) -> None:
    cache = data.parent / "cache"
    prepare(data, cache, 1, False)
    samples = cache / "packs" / "speech.i16"
    first = samples.stat().st_mtime_ns
    prepare(data, cache, 1, False)
    assert samples.stat().st_mtime_ns == first
    soundfile.write(data / "speech" / "new.flac", np.full(500, 0.5), RATE)
    with open(data / "index.csv", "a", newline="") as file:
        csv.writer(file).writerow(("speech/new.flac", "yes", "20000"))
    prepare(data, cache, 1, False)
    pack = Pack(data, "speech", cache / "packs")
    assert pack.names[-1] == "speech/new" and pack.sound(3)[0] == 0.5


def test_a_recording_that_was_replaced_is_decoded_again(data: pathlib.Path) -> None:
    cache = data.parent / "cache"
    prepare(data, cache, 1, False)
    soundfile.write(data / "speech" / "0.flac", np.full(700, 0.25), RATE)
    prepare(data, cache, 1, False)
    assert Pack(data, "speech", cache / "packs").sound(0)[0] == 0.25


def test_a_recording_that_ends_early_is_named_and_leaves_no_pack(data: pathlib.Path) -> None:
    path = data / "speech" / "0.flac"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    cache = data.parent / "other"
    with pytest.raises(SystemExit, match=r"speech/0\.flac: cannot be read to its end"):
        prepare(data, cache, 1, False)
    assert not (cache / "packs" / "speech.txt").exists()


def test_a_recording_that_is_listed_but_not_there_is_told(
    data: pathlib.Path, capsys: pytest.CaptureFixture
) -> None:
    (data / "speech" / "0.flac").unlink()
    prepare(data, data.parent / "cache", 1, False)
    assert "speech/0.flac: in index.csv, but not there; left out" in capsys.readouterr().out


def test_a_pack_that_was_stopped_half_way_is_not_used(
    data: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = data.parent / "other"

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(packs, "tqdm", stop)
        with pytest.raises(KeyboardInterrupt):
            Pack(data, "speech", cache)
    assert len(Pack(data, "speech", cache)) == 3


class OneByOne:
    """A pool of processes without processes; the third room never comes."""

    def __init__(self, stop: int | None = None) -> None:
        self.stop = stop

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def imap(self, work, numbers: range):
        for number in numbers:
            if number == self.stop:
                raise KeyboardInterrupt
            yield work(number)


def simulated(number: int) -> list[tuple[np.ndarray, int]]:
    return [(np.full(10 * number + k + 1, number, np.int16), 300 + k) for k in range(rooms.PLACES)]


def test_rooms_resume_where_they_were_stopped(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "numbered", simulated)
    monkeypatch.setattr(rooms, "Pool", OneByOne)
    rooms.build(tmp_path / "whole", 5)
    monkeypatch.setattr(rooms, "Pool", lambda: OneByOne(stop=3))
    with pytest.raises(KeyboardInterrupt):
        rooms.build(tmp_path / "again", 5)
    assert not (tmp_path / "again" / "index.npy").exists()
    made = []
    monkeypatch.setattr(rooms, "Pool", OneByOne)
    monkeypatch.setattr(rooms, "numbered", lambda k: (made.append(k), simulated(k))[1])
    rooms.build(tmp_path / "again", 5)
    assert made == [3, 4]
    for name in ("index.npy", "rirs.i16"):
        whole, again = ((tmp_path / folder / name).read_bytes() for folder in ("whole", "again"))
        assert whole == again
    assert not (tmp_path / "again" / "index.part").exists()


def test_rooms_grow_and_do_not_shrink(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "numbered", simulated)
    monkeypatch.setattr(rooms, "Pool", OneByOne)
    rooms.build(tmp_path / "whole", 5)
    rooms.build(tmp_path / "grown", 2)
    before = rooms.Bank(tmp_path / "grown")
    monkeypatch.setattr(rooms, "Pool", lambda: OneByOne(stop=4))
    with pytest.raises(KeyboardInterrupt):
        rooms.build(tmp_path / "grown", 5)
    assert len(rooms.Bank(tmp_path / "grown")) == len(before)  # usable as it was, until it is whole
    made = []
    monkeypatch.setattr(rooms, "Pool", OneByOne)
    monkeypatch.setattr(rooms, "numbered", lambda k: (made.append(k), simulated(k))[1])
    rooms.build(tmp_path / "grown", 5)
    rooms.build(tmp_path / "grown", 3)
    assert made == [4]
    for name in ("index.npy", "rirs.i16"):
        whole, grown = ((tmp_path / folder / name).read_bytes() for folder in ("whole", "grown"))
        assert whole == grown
