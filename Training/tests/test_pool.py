"""The pool holds the newest groups, and the same ones after a stop."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch
from torch import Tensor

from isolde_training.pool import Pool


def groups(first: int) -> Iterator[dict[str, Tensor]]:
    """Groups of two clips of three samples, each sample its group's number."""
    return ({"early": torch.full((2, 3), float(k))} for k in itertools.count(first))


def heard(pool: Pool, number: int) -> list[float]:
    return pool.until(number)["early"][:, 0].tolist()


def test_it_grows_to_its_size_and_then_replaces_the_oldest() -> None:
    pool = Pool(groups(0), 3, 0, "cpu")
    assert heard(pool, 0) == [0, 0]
    assert heard(pool, 1) == [0, 0, 1, 1]
    assert heard(pool, 1) == [0, 0, 1, 1]  # nothing new is taken for the same number
    assert heard(pool, 4) == [3, 3, 4, 4, 2, 2]


def test_a_pool_that_begins_later_holds_the_same_clips() -> None:
    whole, later = Pool(groups(0), 3, 0, "cpu"), Pool(groups(5), 3, 5, "cpu")
    assert heard(whole, 7) == heard(later, 7)
