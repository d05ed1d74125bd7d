"""The reading model's files: refused by name where they are not the ones; and what it is shown."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.understanding.understanding import Before, StoryAct
from langchain_app.encoder.labels import SEGMENTS
from langchain_app.encoder.understanding import (
    EXAMPLES,
    FORMAT,
    NPC_WORDS,
    EmbeddedUnderstanding,
    act_parts,
    before_parts,
)

NO_ENCODER: Any = None
"""Files are looked at before the encoder is."""


def kinds(parts: tuple[tuple[str, int], ...]) -> list[tuple[str, str]]:
    return [(text, SEGMENTS[number]) for text, number in parts]


# --- files


def written(folder: Path, **changes: Any) -> Path:
    """Write a model's files, none of which is a model."""
    graph, heads = b"a graph", b"heads"
    (folder / "understanding.onnx").write_bytes(graph)
    (folder / "understanding.npz").write_bytes(heads)
    meta = {
        "format": FORMAT,
        "name": "made-up",
        "onnx_sha256": hashlib.sha256(graph).hexdigest(),
        "heads_sha256": hashlib.sha256(heads).hexdigest(),
    } | changes
    (folder / "understanding.json").write_text(json.dumps(meta), "utf-8")
    return folder


def refused(folder: Path) -> UnderstandingFailed:
    with pytest.raises(UnderstandingFailed) as caught:
        EmbeddedUnderstanding(NO_ENCODER, folder=folder)
    assert caught.value.hint == "Install the platform again: the file is part of it."
    return caught.value


@pytest.mark.parametrize("name", ["understanding.json", "understanding.onnx", "understanding.npz"])
def test_a_file_that_is_missing_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    (written(tmp_path) / name).unlink()
    assert name in refused(tmp_path).message


@pytest.mark.parametrize("name", ["understanding.onnx", "understanding.npz"])
def test_a_file_that_is_truncated_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    path = written(tmp_path) / name
    path.write_bytes(path.read_bytes()[:-1])
    assert f"{name} is truncated or of another version" in refused(tmp_path).message


@pytest.mark.parametrize("content", ["", "{", "not json", "\udcff"])
def test_a_description_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    path = written(tmp_path) / "understanding.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert "understanding.json" in refused(tmp_path).message


@pytest.mark.parametrize("format", [0, FORMAT + 1, None])
def test_a_model_of_another_format_is_told_so(tmp_path: Path, format) -> None:
    written(tmp_path, format=format)
    told = f"has format {format}, this version reads {FORMAT}"
    assert told in refused(tmp_path).message


def test_a_graph_that_is_none_is_told_so(tmp_path: Path) -> None:
    assert "the model cannot be opened" in refused(written(tmp_path)).message


# --- what the model is shown

ACT = StoryAct(
    "it",
    LocalTexts(en=tuple("abcdefg"), ko=("가", "나")),
    LocalText(en="The player asks.", ko="플레이어가 묻는다."),
)


def test_of_an_act_the_npc_the_sentence_and_the_first_examples_are_shown() -> None:
    assert kinds(act_parts(ACT, "Maren", "en")) == [
        ("Maren", "npc"),
        ("The player asks.", "sentence"),
        *((text, "example") for text in "abcde"),
    ]
    assert EXAMPLES == 5
    assert kinds(act_parts(ACT, "마렌", "ko"))[1:] == [
        ("플레이어가 묻는다.", "sentence"),
        ("가", "example"),
        ("나", "example"),
    ]


def test_an_act_without_a_sentence_is_shown_by_its_examples() -> None:
    bare = StoryAct("it", ACT.examples)
    assert [kind for _, kind in kinds(act_parts(bare, "Maren", "en"))] == ["npc", *["example"] * 5]


def test_of_the_turns_before_all_the_player_said_and_the_npcs_last_words_are_shown() -> None:
    turns = [Before("Hello.", "Aye."), Before("A bell?", "The bell cracked.")]
    assert kinds(before_parts(turns)) == [
        ("Hello.", "player_before"),
        ("A bell?", "player_before"),
        ("The bell cracked.", "npc_before"),
    ]
    assert before_parts([]) == ()
    assert kinds(before_parts([Before("Hello.", "")])) == [("Hello.", "player_before")]


def test_of_a_long_answer_the_end_is_shown_from_a_whole_word_on() -> None:
    answer = " ".join(f"word{n}" for n in range(100))
    ((ending, _),) = before_parts([Before("", answer)])[1:]
    assert answer.endswith(ending)
    assert 0 < len(ending) <= NPC_WORDS
    assert ending.startswith("word")


def test_a_long_answer_in_one_breath_is_shown_too() -> None:
    ((ending, _),) = before_parts([Before("", "가" * 300)])[1:]
    assert ending
