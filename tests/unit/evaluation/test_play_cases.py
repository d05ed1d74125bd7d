"""What players typed, as it is kept for playing: read whole, or refused with every mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from langchain_app.domain.errors import CasesInvalid
from langchain_app.evaluation.play import KINDS, StateLine, ToldLine, read_play


def written(folder: Path, name: str, *lines: dict[str, Any] | str) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / name).write_text("\n".join(texts) + "\n", "utf-8")
    return folder


def test_each_kind_and_language_is_read_from_its_own_file(tmp_path: Path) -> None:
    written(tmp_path, "meant.en.jsonl", {"id": "a", "say": ["I found it."], "trigger": "found"})
    written(
        tmp_path, "traps.ko.jsonl", "", {"id": "b", "tell": ["난 어부야."], "ask": "내 일이 뭐지?"}
    )
    first, second = read_play(tmp_path)
    assert (first.kind, first.language) == ("meant", "en")
    assert isinstance(first.line, StateLine)
    assert (second.kind, second.language) == ("traps", "ko")
    assert isinstance(second.line, ToldLine)


def test_where_no_file_is_there_is_no_case(tmp_path: Path) -> None:
    assert read_play(tmp_path) == []


def test_every_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    good = {"id": "a", "say": ["I found it."]}
    written(tmp_path, "meant.en.jsonl", good, {"id": "b", "say": []}, "{not json")
    written(tmp_path, "corrections.ko.jsonl", {"id": "c", "tell": ["난 어부야."], "colour": "red"})
    with pytest.raises(CasesInvalid) as refused:
        read_play(tmp_path)
    assert [(m.file, m.line) for m in refused.value.mistakes] == [
        ("meant.en.jsonl", 2),
        ("meant.en.jsonl", 3),
        ("corrections.ko.jsonl", 1),
    ]


def test_the_demo_worlds_cases_are_whole_and_stand_for_triggers_that_there_are(
    ebbhold, ebbhold_files
) -> None:
    cases = read_play(ebbhold_files / "evaluation" / "play")
    assert {case.kind for case in cases} == {*KINDS}
    assert {case.language for case in cases} == {"en", "ko"}
    known = {t.id for t in ebbhold.all_triggers} | {*ebbhold.goals}
    named = {case.line.trigger for case in cases if isinstance(case.line, StateLine)} - {""}
    assert named - known == set()
    assert {case.line.npc for case in cases} - {None} <= {*ebbhold.npcs}
