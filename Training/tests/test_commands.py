"""Every `python -m isolde_training …` that the documentation names is a valid command."""

import re
import shlex

import pytest

from isolde_training.__main__ import arguments
from isolde_training.config import ROOT

PAGES = [
    page
    for pattern in (
        "*.md",
        "docs/*.md",
        "Bundle/models/*.md",
        "Training/**/*.md",
        "Training/*/*.toml",
    )
    for page in sorted(ROOT.glob(pattern))
]
COMMAND = re.compile(r"python -m isolde_training ([a-z][^`#\n]*)")


def commands():
    for page in PAGES:
        for match in COMMAND.finditer(page.read_text()):
            yield pytest.param(match[1].strip(), id=f"{page.name}: {match[1].strip()}")


def test_there_are_commands():
    assert len(list(commands())) > 20


@pytest.mark.parametrize("command", list(commands()))
def test_command_of_the_documentation(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repeat.json").touch()  # settings that a page takes from git
    arguments().parse_args(shlex.split(command))
