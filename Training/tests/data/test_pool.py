"""The pool holds the newest groups, and the same ones after a stop."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from isolde_training.data import pool
from isolde_training.data.pool import Pool


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups stay as they were drawn."""
    monkeypatch.setattr(pool, "render", lambda parts: parts)


def groups(first: int) -> Iterator[dict[str, Tensor]]:
    """Groups of two clips of three samples, each sample its group's number."""
    return ({"early": torch.full((2, 3), float(k))} for k in itertools.count(first))


def heard(one: Pool, number: int) -> list[float]:
    return one.until(number)["early"][:, 0].tolist()


def test_it_grows_to_its_size_and_then_replaces_the_oldest() -> None:
    one = Pool(groups(0), 3, 0, "cpu")
    assert heard(one, 0) == [0, 0]
    assert heard(one, 1) == [0, 0, 1, 1]
    assert heard(one, 1) == [0, 0, 1, 1]  # nothing new is taken for the same number
    assert heard(one, 4) == [3, 3, 4, 4, 2, 2]


def test_a_pool_that_begins_later_holds_the_same_clips() -> None:
    whole, later = Pool(groups(0), 3, 0, "cpu"), Pool(groups(5), 3, 5, "cpu")
    assert heard(whole, 7) == heard(later, 7)
