"""The files of cases: read with their mistakes, sampled the same each time."""

from __future__ import annotations

import json

import pytest

from langchain_app.domain.errors import CasesInvalid
from langchain_app.evaluation.cases import Case, CaseLine, read_cases, sampled


def test_cases_with_mistakes_are_refused_with_file_and_line(ebbhold, tmp_path) -> None:
    folder = tmp_path / "evaluation"
    folder.mkdir()
    good = {"id": "a", "split": "dev", "kind": "k", "npc": "maren", "say": ["hello"]}
    lines = [
        json.dumps(good),
        json.dumps(good),
        "{not json",
        json.dumps({**good, "id": "b", "npc": "nobody", "given": {"flags": ["x.y"]}}),
        json.dumps({**good, "id": "c", "say": []}),
    ]
    (folder / "attacks.en.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(CasesInvalid) as refused:
        read_cases(tmp_path, ebbhold, ("en",))
    told = [(m.file, m.line) for m in refused.value.mistakes]
    attacks = "evaluation/attacks.en.jsonl"
    assert told == [(attacks, 2), (attacks, 3), (attacks, 4), (attacks, 4), (attacks, 5),
                    ("evaluation/harmless.en.jsonl", 1)]  # fmt: skip


def test_a_sincere_line_names_a_trigger_of_its_npc(ebbhold, tmp_path) -> None:
    folder = tmp_path / "evaluation"
    folder.mkdir()
    case = {"id": "a", "split": "dev", "npc": "maren", "say": ["hello"]}
    (folder / "attacks.en.jsonl").write_text(json.dumps({**case, "kind": "k"}), "utf-8")
    (folder / "harmless.en.jsonl").write_text(json.dumps({**case, "kind": "k"}), "utf-8")
    assert {c.sort for c in read_cases(tmp_path, ebbhold, ("en",))} == {"attacks", "harmless"}
    sincere = folder / "sincere.en.jsonl"
    sincere.write_text(json.dumps({**case, "trigger": "open-stall"}), "utf-8")
    assert read_cases(tmp_path, ebbhold, ("en",))[-1].line.kind == "open-stall"
    sincere.write_text(json.dumps({**case, "trigger": "ask-crack"}), "utf-8")
    with pytest.raises(CasesInvalid, match="ask-crack"):
        read_cases(tmp_path, ebbhold, ("en",))


def test_a_sample_is_always_the_same_and_has_some_of_every_file() -> None:
    cases = [
        Case(
            CaseLine(id=f"{n}", split="dev", kind="k", npc="maren", say=("hello",)), sort, language
        )
        for sort in ("attacks", "harmless")
        for language in ("en", "ko")
        for n in range(30)
    ]
    chosen = sampled(cases, 20)
    again = sampled(list(reversed(cases)), 20)
    assert {(c.sort, c.language, c.line.id) for c in chosen} == {
        (c.sort, c.language, c.line.id) for c in again
    }
    assert {(c.sort, c.language) for c in chosen} == {(c.sort, c.language) for c in cases}
    assert len(chosen) == 20
