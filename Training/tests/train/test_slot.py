"""A loan of a GPU: all that it needs is in the parts, and no part is too large."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from isolde_training.config import ROOT
from isolde_training.train import slot
from isolde_training.train.slot import MEBI, lay_out, plan, portions, travelling

Folders = tuple[pathlib.Path, pathlib.Path]


def test_parts_hold_every_open_recording_and_keep_to_the_limit(
    tmp_path: pathlib.Path, folders: Folders
) -> None:
    limit = travelling() / MEBI + 0.4  # of the fixture's two megabytes
    more = tmp_path / "more"
    (more / "speech").mkdir(parents=True)
    (more / "speech" / "9.flac").write_bytes((folders[0] / "speech" / "0.flac").read_bytes())
    (more / "index.csv").write_text("path,open,bandwidth_hz\nspeech/9.flac,yes,20000\n")
    parts = lay_out(tmp_path / "slot", folders[0], more, limit, [], "3.12")
    assert len(parts) > 1
    files = [p for part in parts for p in part.rglob("*") if p.is_file()]
    names = sorted(p.relative_to(p.parents[1]).as_posix() for p in files if p.suffix == ".flac")
    assert names == sorted(
        [
            f"{name}/{k}.flac"
            for name, n in (("speech", 3), ("noise", 3), ("rir", 2))
            for k in range(n)
        ]
        + ["speech/9.flac"]
    )
    assert sum(1 for p in files if p.match("cache/more/*/9.flac")) == 1
    for part in parts:
        assert sum(slot.size(p) for p in part.rglob("*") if p.is_file()) <= 0.4 * MEBI
    text = plan(parts, ROOT / "Training/configs/studio.toml", 20, 8.5)
    assert text.count("slot.sh take") == len(parts) and text.count("slot.sh ahead") == 1
    assert text.endswith("Training/slot.sh train Training/configs/studio.toml 20 8.5")


def test_a_file_that_fits_no_part_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "long.opus"
    path.write_bytes(bytes(9000))
    with pytest.raises(SystemExit, match="long.opus.*--limit"):
        portions([path], 8192)


def test_training_needs_no_package_that_the_machine_lacks(
    tmp_path: pathlib.Path, folders: Folders
) -> None:
    lacking = ("gguf", "pesq", "pystoi", "speechmos", "onnxruntime", "pyworld")
    code = f"""import sys
sys.modules.update(dict.fromkeys({lacking}))  # an import of one of them is an error
from isolde_training.__main__ import main
main()"""
    small = ("network.window=256", "network.hop=64", "network.synthesis=256", "network.hidden=8")
    small += ("network.narrow=16", "network.wide=16", "network.channels=[4,4,4,4,4]")
    small += ("mix.seconds=0.4", "mix.batch=2", "train.ranks=1", "train.compile=false")
    small += ("train.minutes=0", "train.steps=1", "train.check=0", "train.norms=2")
    command = [sys.executable, "-c", code, "--data", folders[0], "--cache", folders[1], "train"]
    command += [ROOT / "Training/configs/studio.toml", "--run", tmp_path / "run", "--set", *small]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "Training"), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert (tmp_path / "run" / "model.pt").exists()


def test_parts_are_joined_again(tmp_path: pathlib.Path, folders: Folders) -> None:
    limit = travelling() / MEBI + 0.4
    parts = lay_out(tmp_path / "slot", folders[0], tmp_path / "none", limit, [], "3.12")
    place = tmp_path / "machine"
    environment = os.environ | {"SLOT": str(place)}
    for part in parts:
        command = [ROOT / "Training/slot.sh", "take", part]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    for path in folders[0].rglob("[0-9].flac"):
        copy = place / "data" / path.relative_to(folders[0])
        assert copy.read_bytes() == path.read_bytes()
