"""docs/import.md: its network is exported, imported and compared as the page shows it."""

from __future__ import annotations

import pathlib
import re
import shlex
import sys

import pytest

from isolde_training.__main__ import main
from isolde_training.config import ROOT

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporter
PAGE = (ROOT / "docs" / "import.md").read_text()
COMMAND = re.compile(
    r"^\$ python -m isolde_training (import denoiser\.onnx.*)\n((?:(?!\$|```).*\n)+)", re.M
)


def told(text: str) -> str:
    """Without what another version of PyTorch or another processor may change."""
    text = re.sub(r"node_[\w.]+", "node", text)
    text = re.sub(r"differ by \S+", "differ by little", text)
    return text.replace("Python and ONNX", "the engine and ONNX").strip()


def test_the_page_shows_what_is_printed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    source = re.search(r"```python\n(import torch.*?)```", PAGE, re.S)[1]
    exec(compile(source, "denoiser.py", "exec"), {"__name__": "denoiser"})
    shown = COMMAND.findall(PAGE)
    assert len(shown) == 2  # one that works and one that is refused
    for command, output in shown:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["isolde_training", *shlex.split(command)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        found = printed.out or printed.err or str(ended.value)
        assert told(found) == told(output)
