"""Settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

import pytest

from isolde_training.config import TRAINING, config_from, read_config


def test_a_setting_that_is_gone_is_read_where_it_changed_nothing() -> None:
    assert config_from({"network": {"lags": 0, "hidden": 5}}).network.hidden == 5
    with pytest.raises(SystemExit, match="no such setting: network.lags"):
        config_from({"network": {"lags": 48}})


@pytest.mark.parametrize("path", sorted(TRAINING.glob("runs/*/config.json")), ids=str)
def test_a_published_run_repeats_from_its_settings(path) -> None:
    config = read_config(path, ["train.seed=7"])
    assert config.name == path.parent.name and config.train.seed == 7
    assert config_from(config.dump()) == config
