"""The table of experiments: equal budgets, one change a row, and nothing done twice."""

from __future__ import annotations

import copy
import pathlib

import pytest

from isolde_training.config import Config
from isolde_training.network.network import Network
from isolde_training.train import experiments
from isolde_training.train.experiments import CELLS, KINDS, Row, last_loss, read, run, table
from isolde_training.train.train import COLUMNS

CONFIG = pathlib.Path(__file__).parents[2] / "configs" / "experiments.toml"
Folders = tuple[pathlib.Path, pathlib.Path]


def test_all_rows_have_the_same_budget_and_can_be_built() -> None:
    rows = read(CONFIG)
    budgets = {(r.config.train.steps, r.config.mix.batch, r.config.mix.seconds) for r in rows}
    assert len(budgets) == 1 and len({r.name for r in rows}) == len(rows)
    for row in rows:
        net = Network(row.config.network)
        before, after = net.around
        assert after <= sum(row.config.network.look), row.name  # else the taps look further ahead
        assert before + after == 0 or net.taps == before + 1 + after


def test_changes_go_to_every_row() -> None:
    rows = read(CONFIG, ["train.steps=7", 'train.device="cpu"'])
    assert {(r.config.train.steps, r.config.train.device) for r in rows} == {(7, "cpu")}


def test_what_is_done_is_not_done_again(
    tmp_path: pathlib.Path, folders: Folders, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    real = experiments.start
    monkeypatch.setattr(
        experiments,
        "start",
        lambda folder, *rest: (trained.append(folder.name), real(folder, *rest)),
    )
    config.train.steps = 2
    rows = [Row(name, "look-ahead", name, config) for name in ("one", "two")]
    run(rows[:1], tmp_path, *folders, score=False)
    run(rows, tmp_path, *folders, score=False)
    assert trained == ["one", "two"]


def test_the_table_groups_by_question_and_compares_equal_losses_alone(config: Config) -> None:
    rows = [
        Row(n, q, n, copy.deepcopy(config))
        for n, q in (("a", "mask"), ("b", "loss"), ("c", "mask"))
    ]
    rows[1].config.train.phase += 0.1
    line = {"mega": "9", "look": "3"} | {name: "1" for name, _ in CELLS}
    found = {row.name: {kind: line for kind in KINDS} for row in rows}
    lines = table(rows, found, {"a": 0.1, "b": 0.2, "c": 0.3}).splitlines()[2:]
    cells = [text.split(" | ") for text in lines]
    assert [(c[1], c[3]) for c in cells] == [("a", "0.1000"), ("c", "0.3000"), ("b", "-")]


def test_the_loss_that_is_compared_is_that_of_the_last_steps(tmp_path: pathlib.Path) -> None:
    losses = (9, 9, 9, 1, 3)
    lines = [",".join(COLUMNS)] + [f"{k},0,0,{loss},0,0" for k, loss in enumerate(losses)]
    (tmp_path / "log.csv").write_text("\n".join(lines))
    assert last_loss(tmp_path) == 2
