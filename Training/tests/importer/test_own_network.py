"""docs/own-network.md: its commands, with sounds that are made here and three steps of training."""

from __future__ import annotations

import pathlib
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import torch

from isolde_training.config import RATE, ROOT
from isolde_training.importer.import_command import module_of
from isolde_training.model.library import LIBRARY
from isolde_training.model.separator import Separator
from isolde_training.network.transform import Transform

PAGE = (ROOT / "docs" / "own-network.md").read_text()
EXAMPLE = ROOT / "Training" / "examples" / "own_network.py"
pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="make")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Where the page's commands are run, with voices and noises of two seconds."""
    folder = tmp_path_factory.mktemp("own")
    rng, time = np.random.default_rng(1), np.arange(2 * RATE) / RATE
    for name in ("VOICES", "NOISES"):
        (folder / name).mkdir()
        for k in range(2):
            tone = np.sin(2 * np.pi * (150 + 40 * k) * time) * (np.sin(9 * time) > 0)
            x = tone if name == "VOICES" else rng.standard_normal(len(time))
            soundfile.write(folder / name / f"{k}.flac", 0.2 * x / np.abs(x).max(), RATE)
    return folder


def command(start: str) -> list[str]:
    """A command of the page, run by this Python."""
    line = next(line for line in PAGE.splitlines() if line.startswith(start))
    words = shlex.split(line.replace("Training/examples/own_network.py", str(EXAMPLE)))
    return [sys.executable, *words[1:]]


def run(folder: pathlib.Path, words: list[str]) -> str:
    done = subprocess.run(
        words, cwd=folder, env={"PYTHONPATH": str(ROOT / "Training"), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_page_make_a_model_that_is_the_network(folder: pathlib.Path) -> None:
    small = ["--steps", "3", "--clips", "2", "--seconds", "1"]
    assert "3 steps, loss from" in run(folder, command("python Training/examples") + small)
    assert "check  equal" in run(folder, command("python -m isolde_training import"))

    separator = Separator(folder / "mine.isolde")
    assert separator.latency == int(
        re.search(r"synthesis window \|.*latency\D+([\d,]+\d)", PAGE)[1].replace(",", "")
    )
    sys.path.insert(0, str(EXAMPLE.parent))
    import own_network

    net = own_network.OwnNetwork()
    net.load_state_dict(torch.load(folder / "own_network.pt", weights_only=True))
    x = np.random.default_rng(2).standard_normal(RATE).astype(np.float32) * 0.1
    with torch.no_grad():
        transform = Transform(own_network.FORM)
        spectra = transform(torch.from_numpy(np.pad(x, (0, 2048 - len(x) % 512)))[None])
        gains = net(spectra.abs().square()[:, None])[:, 1]
        whole = transform.inverse(spectra * gains)[0, : len(x)].numpy()
    voice = separator(x)[0]
    assert np.abs(voice - whole)[: len(x) - 1024].max() < 1e-4 * np.abs(whole).max()


def test_faults_are_named_in_one_line(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, message in (
        (f"{EXAMPLE}:network", "own_network.pt: no weights; train first"),
        (f"{EXAMPLE}:nothing", "own_network.py: no function nothing"),
        ("other.py:network", "other.py: no such file"),
    ):
        with pytest.raises(SystemExit, match=message):
            module_of(name)
