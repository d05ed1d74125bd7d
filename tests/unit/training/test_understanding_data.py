"""The written data: it parses, both languages are in it, and nothing of what is measured is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from langchain_app.encoder.labels import ACTS, FEELINGS, LAST_HEADS, OUTCOMES, PERSONAL, SLOTS
from training.understanding.examples import (
    DATA,
    OUTCOME_OF,
    DataInvalid,
    Labelled,
    acts,
    labelled,
    recalls,
    told,
)
from training.understanding.passages import passages

EVALUATION = Path("game_knowledge/ebbhold/evaluation")


@pytest.fixture(scope="module")
def every():
    return acts()


@pytest.fixture(scope="module")
def lines():
    return told()


def squeezed(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def test_every_act_has_a_sentence_examples_and_lines_of_both_kinds_in_both_languages(every) -> None:
    assert len(every) >= 300
    for act in every:
        for language in ("en", "ko"):
            assert act.sentence[language] and len(act.examples[language]) >= 3, act.id
            own = [line for line in act.lines if line.language == language]
            assert sum(line.performs for line in own) >= 3, act.id
            assert sum(not line.performs for line in own) >= 3, act.id


def test_there_are_enough_lines_in_each_language(every, lines) -> None:
    count = Counter(line.language for act in every for line in act.lines)
    count.update(line.language for line in lines)
    assert min(count["en"], count["ko"]) >= 6_000


def test_every_act_slot_and_reason_is_taught_in_both_languages(every, lines) -> None:
    for language in ("en", "ko"):
        mine = [line for line in lines if line.language == language]
        assert {line.act for line in mine} == set(ACTS)
        assert {slot for line in mine for _, slot, _, _ in line.tells} == set(SLOTS)
        outcomes = {
            line.outcome for act in every for line in act.lines if line.language == language
        }
        assert outcomes >= set(OUTCOMES)


def test_every_question_to_a_person_is_taught_by_three_authors_in_both_languages() -> None:
    counts = Counter((one.set, one.language, one.label) for one in labelled("personal"))
    for language in ("en", "ko"):
        for key in PERSONAL:
            least = 8 if key else 100
            authors = [
                s
                for (s, lang, k), n in counts.items()
                if (lang, k) == (language, key) and n >= least
            ]
            assert len(authors) >= (3 if key else 2), (language, key)


def test_what_is_glad_and_what_is_sad_is_taught_in_both_languages() -> None:
    counts = Counter((one.language, one.label) for one in labelled("feeling"))
    assert min(counts[language, label] for language in ("en", "ko") for label in FEELINGS) >= 100


def _texts(one: Labelled) -> list[str]:
    return [one.text, *(turn.text for turn in one.before)]


@pytest.mark.parametrize("head", ["wanted", "about", "despair", "of_before", "steers"])
def test_every_label_of_a_last_head_is_taught_by_two_authors_in_both_languages(head) -> None:
    counts = Counter((one.set, one.language, one.label) for one in labelled(head))
    for language in ("en", "ko"):
        for label in LAST_HEADS[head]:
            authors = [
                author
                for (author, spoken, given), n in counts.items()
                if (spoken, given) == (language, label) and n >= 30
            ]
            assert len(authors) >= 2, (language, label)


def test_what_renews_or_adds_says_what_was_told_before() -> None:
    assert all(one.before for one in labelled("of_before"))


def test_every_world_of_passages_has_answers_near_misses_and_follow_ups_in_both_languages() -> None:
    sets = {(one.language, one.set) for one in passages()}
    assert Counter(language for language, _ in sets) == {"en": 12, "ko": 12}
    for _, name in sets:
        mine = [one for one in passages() if one.set == name]
        asked = [q for one in mine for q in one.asked]
        assert sum(q.sentence is None for q in asked) >= 100, name
        assert sum(q.sentence is not None for q in asked) >= 180, name
        follow = [q for one in mine for q in one.follow]
        assert sum(q.sentence is None for q in follow) >= 20, name
        assert sum(q.sentence is not None for q in follow) >= 60, name


def test_every_follow_up_is_answered_by_a_sentence_that_is_there() -> None:
    every = {(one.set, one.id): one for one in passages()}
    for (name, _), one in every.items():
        for q in one.follow:
            if q.sentence is not None:
                assert q.sentence < len(every[name, q.passage].sentences), (name, one.id, q.text)


def test_every_kind_of_near_miss_is_told_apart_as_something_the_model_knows() -> None:
    assert set(OUTCOME_OF.values()) | {"performs"} == set(OUTCOMES)


def test_no_line_of_an_evaluation_is_learnt_from(every, lines) -> None:
    learnt = {squeezed(line.text) for act in every for line in act.lines}
    learnt |= {squeezed(line.text) for line in lines}
    learnt |= {squeezed(text) for one in recalls() for text in (one.told, *one.asks, *one.others)}
    for head in LAST_HEADS:
        learnt |= {squeezed(t) for one in labelled(head) for t in _texts(one)}
    learnt |= {squeezed(asked.text) for passage in passages() for asked in passage.asked}
    measured: set[str] = set()
    for file in [*EVALUATION.glob("*.jsonl"), *EVALUATION.glob("play/*.jsonl")]:
        for row in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(row)
            said = [*case.get("say", ()), *case.get("tell", ())]
            said += [case.get(name, "") for name in ("ask", "question")]
            measured |= {squeezed(text) for text in said}
    long = {text for text in measured & learnt if len(text) > 16}  # "안녕하세요" is anybody's
    assert not long


def test_an_act_is_of_no_world_that_ships(every) -> None:
    names = {"ebbhold", "tide bell", "brine court", "썰물터", "물때종", "간물 패"}
    for act in every:
        words = f"{act.sentence} {act.npc}".lower()
        assert not any(name in words for name in names), act.id


@pytest.mark.parametrize(
    "row",
    [
        "- en nonsense | a kind that nobody knows",
        "+ fr plain | oui",
        "e en plain | an example has no kind",
    ],
)
def test_a_line_that_does_not_parse_is_named_by_file_and_line(tmp_path, row) -> None:
    (tmp_path / "triggers").mkdir()
    file = tmp_path / "triggers" / "01.txt"
    file.write_text(f"== a\nnpc: A / 가\nen: The player asks.\nko: 플레이어가 묻는다.\n{row}\n")
    with pytest.raises(DataInvalid, match=r"01\.txt:5"):
        acts(tmp_path)


def test_a_value_that_does_not_stand_in_its_line_is_refused(tmp_path) -> None:
    (tmp_path / "lines").mkdir()
    told_wrongly = ["player", "name", "Tim", "holds"]
    row = {"l": "en", "t": "I am Tom", "act": "tells_self", "tells": [told_wrongly]}
    (tmp_path / "lines" / "01.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataInvalid, match=r"01\.jsonl:1"):
        told(tmp_path)


def test_a_memory_without_questions_is_named_by_file_and_line(tmp_path) -> None:
    (tmp_path / "recalls").mkdir()
    (tmp_path / "recalls" / "01.jsonl").write_text('{"l":"ko","told":"저는 어부예요"}')
    with pytest.raises(DataInvalid, match=r"01\.jsonl:1"):
        recalls(tmp_path)


def test_every_memory_has_questions_of_both_kinds_in_both_languages() -> None:
    found = recalls()
    assert {one.language for one in found} == {"en", "ko"}
    assert all(one.asks and one.others for one in found)


def test_the_sets_that_are_measured_on_are_there_and_apart(every, lines) -> None:
    assert "08_newcomers_worlds" in {act.set for act in every}
    assert "04_strangers" in {line.set for line in lines}
    assert DATA.is_dir()


def test_a_question_that_no_sentence_can_answer_is_named_by_file_and_line(tmp_path) -> None:
    (tmp_path / "answers").mkdir()
    row = {"id": "a", "title": "A", "s": ["One."], "q": [{"t": "?", "k": "who", "s": 3}], "not": []}
    (tmp_path / "answers" / "01_en_world.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataInvalid, match=r"01_en_world\.jsonl:1"):
        passages(tmp_path)
