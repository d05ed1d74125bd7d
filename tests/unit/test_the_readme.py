"""What the READMEs tell a reader to type exists, and every link leads somewhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
import typer
from pydantic import BaseModel

from langchain_app.api.schemas import ChatAnswer, ChatRequest
from langchain_app.cli import app
from tests.unit.guides import REPOSITORY, fenced, prose, read

READMES = ("README.md", "README.ko.md")
PAGES = (*READMES, "docs/worlds.md", "docs/worlds.ko.md", "CONTRIBUTING.md")
LOREBOOKS = ("docs/lorebooks.md", "docs/lorebooks.ko.md")
SAVES = ("docs/saves.md", "docs/saves.ko.md")
IGNORED = {".venv", ".pytest_cache", ".dramatis", ".git", "node_modules"}

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def typed(name: str) -> list[str]:
    """Return every line of code: what stands in backquotes, and in blocks of shell."""
    text = read(name)
    lines = [line for b in fenced(text) if b.language == "sh" for line in b.text.splitlines()]
    return [*_CODE.findall(prose(text)), *(line.partition("  #")[0] for line in lines)]


def commands(name: str) -> list[list[str]]:
    """Return what is typed after `dramatis`, as words."""
    lines = (re.search(r"(?:^|/)dramatis ([a-z].*)", line) for line in typed(name))
    return [shlex.split(re.sub(r"[\[\]…]|\\", " ", found[1])) for found in lines if found]


def command_at(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that the words lead to, and the words left."""
    command: Any = typer.main.get_command(app)
    while (under := getattr(command, "commands", None)) is not None:
        assert words, f"{command.name} needs a verb"
        assert words[0] in under, f"there is no command {words[0]!r}"
        command, words = under[words[0]], words[1:]
    return command, words


def markdown_files() -> list[str]:
    found = (path.relative_to(REPOSITORY) for path in REPOSITORY.rglob("*.md"))
    return sorted(str(path) for path in found if not IGNORED & {*path.parts})


def anchors(markdown: str) -> set[str]:
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*$", prose(markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shape_of(value: object, hint: object) -> None:
    """Fail where a JSON object lacks a key of its model, or has one more."""
    if get_origin(hint) in (Union, UnionType):
        hint = next(h for h in get_args(hint) if h is not type(None))
    if get_origin(hint) is list:
        for entry in value if isinstance(value, list) else pytest.fail("expected a list"):
            shape_of(entry, get_args(hint)[0])
    elif isinstance(hint, type) and issubclass(hint, BaseModel):
        assert isinstance(value, dict)
        assert set(value) == set(hint.model_fields)
        for name, inner in get_type_hints(hint).items():
            if name in hint.model_fields:
                shape_of(value[name], inner)


@pytest.mark.parametrize("name", PAGES)
def test_every_make_verb_of_a_page_stands_in_the_makefile(name) -> None:
    verbs = {found[1] for line in typed(name) if (found := re.match(r"make ([a-z-]+)", line))}
    assert verbs
    assert verbs - set(_TARGET.findall(read("Makefile"))) == set()


@pytest.mark.parametrize("name", (*PAGES, *LOREBOOKS, *SAVES))
def test_every_command_and_option_of_a_page_exists(name) -> None:
    for words in commands(name):
        command, rest = command_at(words)
        known = {option for param in command.params for option in param.opts}
        assert {word for word in rest if word.startswith("-")} - known == set(), words


@pytest.mark.parametrize("name", READMES)
def test_a_readme_tells_of_every_command_but_the_demo_that_make_plays(name) -> None:
    groups = ("world", "npc", "player")
    told = {" ".join(words[: 2 if words[0] in groups else 1]) for words in commands(name)}
    assert told == {
        "chat", "serve", "ingest", "world check", "world new", "npc new", "player show",
        "player erase", "trace", "doctor", "import", "export", "calibrate",
        "replay", "storytest", "attack",
    }  # fmt: skip


@pytest.mark.parametrize("name", READMES)
def test_every_argument_of_a_readme_is_one_the_command_takes(name) -> None:
    for words in commands(name):
        command, rest = command_at(words)
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        shown = [word for word in rest if word.isupper() and len(word) > 1 and word != "TEXT"]
        assert shown == [argument.metavar for argument in arguments], words


@pytest.mark.parametrize("name", READMES)
def test_the_answer_in_a_readme_has_the_keys_of_a_real_one(name) -> None:
    (example,) = (block for block in fenced(read(name)) if block.language == "json")
    shape_of(json.loads(example.text), ChatAnswer)


@pytest.mark.parametrize("name", READMES)
def test_the_fields_of_a_request_in_a_readme_are_the_schemas(name) -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)`", read(name), re.MULTILINE))
    assert rows | {"message"} == set(ChatRequest.model_fields)


def test_both_readmes_carry_the_same_code_and_the_same_commands() -> None:
    english, korean = (read(name) for name in READMES)
    for language in ("json", "mermaid"):
        blocks = [
            [b.text for b in fenced(text) if b.language == language] for text in (english, korean)
        ]
        assert blocks[0] == blocks[1]
    assert commands(READMES[0]) == commands(READMES[1])


def test_the_readmes_link_to_each_other_before_their_first_sentence() -> None:
    for name, other in (READMES, reversed(READMES)):
        assert f"]({other})" in read(name).split("\n\n")[1]


@pytest.mark.parametrize("name", markdown_files())
def test_every_relative_link_leads_to_a_file_and_a_heading_of_it(name) -> None:
    text = prose(read(name))
    here, wrong = (REPOSITORY / name).parent, []
    for link in (inline or defined for inline, defined in _LINK.findall(text)):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = here / path if path else REPOSITORY / name
        there = target.exists()
        if not there or (anchor and anchor not in anchors(Path(target).read_text("utf-8"))):
            wrong.append(link)
    assert wrong == []
