"""Settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

import pytest

from isolde_training.config import config_from


def test_a_setting_that_is_gone_is_read_where_it_changed_nothing() -> None:
    assert config_from({"network": {"lags": 0, "hidden": 5}}).network.hidden == 5
    with pytest.raises(SystemExit, match="no such setting: network.lags"):
        config_from({"network": {"lags": 48}})
