"""Lessons in files are those that were made, and a run that stops goes on with them."""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Iterator

import pytest
import torch

from isolde_training.config import Config
from isolde_training.lessons import Lessons
from isolde_training.loss import Lesson, Loss
from isolde_training.mixer import Mixer
from isolde_training.network import Network
from isolde_training.train import Run

Folders = tuple[pathlib.Path, pathlib.Path]


def made(first: int) -> Iterator[Lesson]:
    """Lessons of two clips whose every value is the number of the clip."""
    for number in itertools.count(first):
        clips = 2.0 * number + torch.arange(2)
        yield {"features": clips[:, None, None].expand(2, 3, 4), "scale": clips[:, None, None]}


def numbers(lessons: Lessons, clips: int, number: int = 0) -> list[float]:
    """Of the clips drawn, in both parts the same."""
    features, scale = (lessons.draw(clips, (1, number))[k] for k in ("features", "scale"))
    assert features.shape == (clips, 3, 4) and scale.shape == (clips, 1, 1)
    assert torch.equal(features, scale.expand_as(features))
    return scale.flatten().tolist()


def test_clips_come_back_as_they_were_made(tmp_path: pathlib.Path) -> None:
    assert numbers(Lessons(tmp_path, 3, made), 6) == [0, 1, 2, 3, 4, 5]


def test_the_number_decides_what_is_drawn(tmp_path: pathlib.Path) -> None:
    lessons = Lessons(tmp_path, 20, made)
    first, again, other = (numbers(lessons, 4, k) for k in (0, 0, 1))
    assert first == again != other and len(set(first)) == 4


def test_what_was_stopped_goes_on_and_what_is_whole_stays(tmp_path: pathlib.Path) -> None:
    def stopped(first: int) -> Iterator[Lesson]:
        yield from itertools.islice(made(first), 2)
        raise KeyboardInterrupt

    begun = []

    def rest(first: int) -> Iterator[Lesson]:
        begun.append(first)
        return made(first)

    with pytest.raises(KeyboardInterrupt):
        Lessons(tmp_path, 3, stopped)
    for _ in range(2):
        assert numbers(Lessons(tmp_path, 3, rest), 6) == [0, 1, 2, 3, 4, 5]
    assert begun == [2]


def test_a_lesson_in_files_has_the_loss_of_its_mixtures(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    config.train.loud, config.train.linear = 0.1, 0.1
    torch.manual_seed(0)
    mixer = Mixer(config.mix, *folders)
    loss = Loss(config.train, Network(config.network).eval())
    fresh = loss.lesson(*mixer.combine(mixer.rendered(3), 3))
    stored = Lessons(tmp_path, 1, lambda _: iter([fresh])).draw(2, (0,))
    assert loss(stored).item() == pytest.approx(loss(fresh).item(), rel=1e-3)


def test_a_run_with_a_teacher_learns_its_lessons_and_resumes(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    one = Run(tmp_path, config, Mixer(config.mix, *folders))
    one.save()
    config.train.teacher = str(tmp_path / "model.pt")
    config.train.lessons = 8 * config.mix.seconds / 3600
    for name, stops in (("whole", [6]), ("parts", [3, 6])):
        for steps in stops:
            one = Run(tmp_path / name, config, Mixer(config.mix, *folders))
            while one.step < steps:
                one.advance(one.done(0))
            one.save()
    whole, parts = (torch.load(tmp_path / k / "last.pt")["net"] for k in ("whole", "parts"))
    for name, value in whole.items():
        assert torch.equal(value, parts[name]), name
