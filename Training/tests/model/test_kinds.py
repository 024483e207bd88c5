"""What a line of a graph must be, and what is said of one that cannot be."""

from __future__ import annotations

import pytest

from isolde_training.model.graph import parse


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("y = subtract(x)", "1 inputs, expected 2 to 64"),
        (f"y = add({', '.join(['x'] * 65)})", "65 inputs, expected 2 to 64"),
        ("y = sigmoid(x, x)", "2 inputs, expected 1"),
        ("y = sigmoidal(x)", "unknown kind"),
        ("y = slice(x, first=2, channels=2)", "outside the channels"),
        ("y = crop(x, first=4, bins=2)", "outside the bins"),
        ("y = reshape(x, channels=4, bins=4)", "16 values from 15"),
        ("y = upsample(x, factor=2x1)", "2 frames for one need a time stride before them"),
        ("y = conv(x, channels=2, kernel=1x7)", "nothing is left"),
        ("y = prelu(x)", r"weight is None, expected \(3,\)"),
    ],
)
def test_a_wrong_layer_is_named_with_its_fault(line: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"y = .*: {fault}"):
        parse(f"x = input(channels=3, bins=5)\n{line}\nz = output(y)").edges()
