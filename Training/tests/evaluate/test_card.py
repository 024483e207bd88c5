"""Tables of a card: what is printed is what is judged, and the words around stay."""

from __future__ import annotations

import pathlib
import tomllib

import pytest

from isolde_training.evaluate import card


def test_goals_are_judged_as_printed() -> None:
    assert card.meets("pesq", 1.9251, 1.93) and not card.meets("pesq", 1.9249, 1.93)
    assert card.meets("lsd", 4.64, 4.6) and not card.meets("lsd", 4.66, 4.6)
    assert card.meets("vkeep", -1.04, -1) and not card.meets("vkeep", -1.06, -1)


def test_missed_goals_are_bold() -> None:
    wanted = tomllib.loads(card.GOALS.read_text())["studio"]
    means = {kind: dict(limits) for kind, limits in wanted.items()}
    assert "**" not in card.goals("studio", means)
    means["reverb"]["lsd"] += 0.1
    means["noise"]["estoi"] -= 0.001
    text = card.goals("studio", means)
    assert text.count("**") == 4 and "**4.4** / 4.3" in text and "**0.829** / 0.830" in text


def test_every_kind_has_all_peers() -> None:
    found = card.peers()
    assert set(found) == set(card.NAMES.values())
    assert all(set(means) == set(card.KINDS) for means in found.values())
    text = card.scores(found, card.KINDS, card.MEASURES)
    assert len(text.splitlines()) == 2 + len(found) * len(card.KINDS)


def test_a_table_is_set_into_its_place_alone(tmp_path: pathlib.Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "a\n<!-- table x -->\n\nold\n\n<!-- end -->\nb\n<!-- table y -->\n\n-\n\n<!-- end -->\n"
    )
    card.put(page, "x", "new\\1")
    card.put(page, "x", "newer")
    text = page.read_text()
    assert "newer" in text and "old" not in text and text.startswith("a\n") and "\nb\n" in text
    assert "\n\n-\n\n" in text
    with pytest.raises(SystemExit, match="page.md.*table z"):
        card.put(page, "z", "")
