"""Lessons in files are those that were made, and a run that stops goes on with them."""

from __future__ import annotations

import pathlib

import pytest
import torch

from isolde_training.config import Config
from isolde_training.lessons import Lessons
from isolde_training.loss import Lesson, Loss
from isolde_training.mixer import Mixer
from isolde_training.network import Network
from isolde_training.train import Run

Folders = tuple[pathlib.Path, pathlib.Path]


def make(number: int) -> Lesson:
    """Two clips whose every value is the number of the clip."""
    clips = 2.0 * number + torch.arange(2)
    return {"features": clips[:, None, None].expand(2, 3, 4), "scale": clips[:, None, None]}


def test_clips_come_back_as_they_were_made(tmp_path: pathlib.Path) -> None:
    lessons = Lessons(tmp_path, 5, make)
    clips = lessons.draw(6, 0)
    assert lessons.count == 6  # whole groups
    assert clips["features"].shape == (6, 3, 4) and clips["scale"].shape == (6, 1, 1)
    for part in clips.values():
        assert part.flatten(1)[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_the_number_decides_what_is_drawn(tmp_path: pathlib.Path) -> None:
    lessons = Lessons(tmp_path, 40, make)
    first, again, other = (lessons.draw(4, 1, k)["scale"].flatten().tolist() for k in (0, 0, 1))
    assert first == again != other and len(set(first)) == 4


def test_what_was_being_written_is_written_to_its_end(tmp_path: pathlib.Path) -> None:
    Lessons(tmp_path, 4, make)
    with open(tmp_path / "scale.bin", "r+b") as file:
        file.truncate(13)  # in the middle of the fourth clip
    numbers = []

    def made(number: int) -> Lesson:
        numbers.append(number)
        return make(number)

    clips = Lessons(tmp_path, 6, made).draw(6, 0)
    assert numbers == [0, 1, 2]  # the first one tells the shapes
    for part in clips.values():
        assert part.flatten(1)[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_lesson_in_files_has_the_loss_of_its_mixtures(
    tmp_path: pathlib.Path, folders: Folders, config: Config
) -> None:
    config.train.loud, config.train.linear = 0.1, 0.1
    torch.manual_seed(0)
    mixer = Mixer(config.mix, *folders)
    loss = Loss(config.train, Network(config.network).eval())
    fresh = loss.lesson(*mixer.combine(mixer.rendered(3), 3))
    stored = Lessons(tmp_path, 2, lambda _: fresh).draw(2, 0)
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
            assert one.lessons.count == 8
            while one.step < steps:
                one.advance(one.done(0))
            one.save()
    whole, parts = (torch.load(tmp_path / k / "last.pt")["net"] for k in ("whole", "parts"))
    for name, value in whole.items():
        assert torch.equal(value, parts[name]), name
