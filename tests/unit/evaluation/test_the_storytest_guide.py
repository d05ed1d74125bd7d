"""docs/storytests.md is right about the format and the command, and so is its Korean twin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from langchain_app.cli import app
from langchain_app.domain.turn import DeflectionWhy
from langchain_app.evaluation.story_files import read_story_tests
from langchain_app.evaluation.storytest_format import Expected, Given, Happening, Step
from tests.unit.guides import fenced, prose, read

GUIDES = ("docs/storytests.md", "docs/storytests.ko.md")


def example(guide: str) -> tuple[str, str]:
    (block,) = (block for block in fenced(read(guide)) if block.language == "yaml")
    return block.path, block.text


@pytest.mark.parametrize("guide", GUIDES)
def test_the_example_has_no_mistake(guide, tmp_path: Path, ebbhold) -> None:
    name, text = example(guide)
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    tests = read_story_tests(tmp_path, ebbhold)
    assert [placed.test.languages for placed in tests] == [("en", "ko")] * 2


def test_both_guides_carry_the_same_example_and_the_same_commands() -> None:
    assert example(GUIDES[0]) == example(GUIDES[1])
    shells = [[b.text for b in fenced(read(g)) if b.language == "sh"] for g in GUIDES]
    typed = [[re.sub(r"\s*#.*", "", text) for text in texts] for texts in shells]
    assert typed[0] == typed[1]


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_every_field_of_the_format(guide) -> None:
    shapes = (Expected, Given, Step, Happening)
    fields = {name for shape in shapes for name in shape.model_fields}
    fields |= set(DeflectionWhy.__args__)  # type: ignore[attr-defined]
    text = prose(read(guide))
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_every_option_of_the_command(guide) -> None:
    command = typer.main.get_command(app).commands["storytest"]  # type: ignore[attr-defined]
    options = {name for param in command.params for name in param.opts if name.startswith("--")}
    assert [name for name in sorted(options - {"--json"}) if name not in read(guide)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_at_most_a_hundred_and_forty_lines(guide) -> None:
    assert len(read(guide).splitlines()) <= 140
