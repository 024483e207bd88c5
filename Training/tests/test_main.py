"""The command line: names from anywhere, and models that ship are not written over unasked."""

from __future__ import annotations

import pathlib
import sys

import pytest

from isolde_training import __main__ as commands
from isolde_training.config import CONFIGS, TRAINING, Config, located
from isolde_training.network.checkpoint import write
from isolde_training.network.network import Network


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["isolde_training", *map(str, arguments)])
    commands.main()


def test_settings_and_runs_are_found_from_anywhere(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert commands.named("studio") == commands.named("studio.toml") == CONFIGS / "studio.toml"
    assert located("runs/live") == TRAINING / "runs" / "live"
    (tmp_path / "runs" / "live").mkdir(parents=True)
    assert located("runs/live") == pathlib.Path("runs/live")


def test_settings_that_are_not_there_are_named_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "curve", "studo")
    assert "studo: no such settings; there are" in capsys.readouterr().err


def test_a_run_without_weights_is_named(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="no weights here; train first"):
        run(monkeypatch, "export", "studio", "--run", tmp_path)


def test_a_model_that_ships_is_replaced_only_if_asked(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    write(
        {"config": config.dump(), "net": Network(config.network).state_dict()},
        tmp_path / "model.pt",
    )
    monkeypatch.setattr(commands, "MODELS", tmp_path)
    shipped = tmp_path / "studio.isolde"
    shipped.write_bytes(b"precious")
    arguments = ("export", "studio", "--run", tmp_path, "--out", shipped)
    with pytest.raises(SystemExit, match="a model that ships; to write over it, say --replace"):
        run(monkeypatch, *arguments)
    assert shipped.read_bytes() == b"precious"
    run(monkeypatch, *arguments, "--replace")
    assert shipped.read_bytes()[:4] == b"GGUF"
