"""Story tests are read as their designer meant them, and every mistake has its file and line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from langchain_app.domain.errors import StoryTestsInvalid
from langchain_app.domain.world import World
from langchain_app.evaluation.story_files import examine_story_tests, read_story_tests
from langchain_app.evaluation.storytest_format import StoryTest

WHOLE = """\
- test: Isaura tells of the crack
  npc: isaura
  given:
    flags: [cracked_bell.rumour]
    said: ["Good evening."]
  when:
    - say: {en: "Why is the bell muffled?", ko: "종소리가 왜 먹먹해요?"}
      then:
        raises: []
        deltas: {trust: [0, 0.1], relationship: ">=0"}
        mentions: {en: ["/crack(ed)?/"], ko: ["금"]}
"""


def written(folder: Path, text: str | bytes, name: str = "bell.yaml") -> Path:
    path = folder / "storytests" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def told(folder: Path, world: World) -> list[str]:
    return [str(mistake) for mistake in examine_story_tests(folder, world)[1]]


def test_a_test_is_read_with_its_languages_and_its_line(tmp_path, ebbhold) -> None:
    written(tmp_path, "# A comment.\n\n" + WHOLE)
    (placed,) = read_story_tests(tmp_path, ebbhold)
    assert (placed.file, placed.line) == ("storytests/bell.yaml", 3)
    assert placed.test.languages == ("en", "ko")
    assert [step.say[lang] for step in placed.test.steps for lang in ("en", "ko") if step.say] == [
        "Good evening.", "Good evening.", "Why is the bell muffled?", "종소리가 왜 먹먹해요?",
    ]  # fmt: skip


def test_a_world_without_story_tests_has_none(tmp_path, ebbhold) -> None:
    assert read_story_tests(tmp_path, ebbhold) == []


@pytest.mark.parametrize("text", ['say: "안녕!"', "say: {ko: 안녕!}"])
def test_what_is_said_in_one_language_is_run_in_it(tmp_path, ebbhold, text) -> None:
    test = f"- test: t\n  npc: mio\n  when:\n    - {text}\n      then: {{raises: []}}\n"
    (placed,) = read_story_tests(written(tmp_path, test), ebbhold)
    assert placed.test.languages == ("ko",)


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("npc: isaura", "npc: isauro", 2, "unknown NPC 'isauro'"),
        ("npc: isaura\n", "npc: isaura\n  npcs: []\n", 3, "npcs: Extra inputs"),
        ("cracked_bell.rumour", "cracked_bell.rumor", 4, "unknown flag 'cracked_bell.rumor'"),
        ("flags: [c", "items: [c", 4, "unknown item"),
        ("raises: []", "raises: [a.b]", 9, "unknown flag 'a.b'"),
        ("raises: []", "gives: [gold]", 9, "unknown item 'gold'"),
        ("raises: []", "takes: [gold]", 9, "unknown item 'gold'"),
        ("raises: []", "actions: [dance]", 9, "unknown action 'dance'"),
        ("raises: []", "sources: [lore-no]", 9, "unknown source 'lore-no'"),
        ("raises: []", "never_sources: [lore-no]", 9, "unknown source 'lore-no'"),
        ("raises: []", "reacts_to: rudeness", 9, "unknown forbidden trigger 'rudeness'"),
        ("raises: []", "emotion: bored", 9, "when.0.then.emotion: Input should be"),
        ("raises: []", "deflected: perhaps", 9, "when.0.then.deflected"),
        ("raises: []", "raised: []", 9, "when.0.then.raised: Extra inputs"),
        ("[0, 0.1]", "[0.1, 0]", 10, "the smaller number first"),
        ("[0, 0.1]", "a lot", 10, "write a number"),
        ("[0, 0.1]", "true", 10, "write a number"),
        ("/crack(ed)?/", "/crack(?=ed)/", 11, "is refused"),
        (', ko: "종소리가 왜 먹먹해요?"', "", 11, ""),
        ("    - say:", "    - load: x\n    - say:", 1, "nothing was saved as 'x'"),
        ("      then:\n", "      save: here\n      then:\n", 7, "a step is one of"),
        ("- test: Isaura tells of the crack", "- test: ''", 1, "test: String should have"),
        ("said: [", "feels: {isauro: {trust: 0}}\n    said: [", 5, "unknown NPC 'isauro'"),
        ("said: [", "feels: {isaura: {trust: 7}}\n    said: [", 5, "less than or equal to 1"),
        ("said: [", "trust: 0.2\n    trust: 0.3\n    said: [", 6, "the key 'trust' stands twice"),
        ("said: [", "events: [{kind: x, text: y, place: atlantis}]\n    said: [", 5, "atlantis"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path, ebbhold, before, after, line, message) -> None:
    assert before in WHOLE
    found = told(written(tmp_path, WHOLE.replace(before, after, 1)), ebbhold)
    if not message:  # one language alone is no mistake where no other text has both
        assert found == []
        return
    assert len(found) == 1, found
    assert found[0].startswith(f"storytests/bell.yaml:{line}: "), found
    assert message in found[0]


def test_a_text_that_lacks_the_language_of_the_others_is_a_mistake(tmp_path, ebbhold) -> None:
    more = '    - say: {en: "And now?"}\n      then: {raises: []}\n'
    (found,) = told(written(tmp_path, WHOLE + more), ebbhold)
    assert found.startswith("storytests/bell.yaml:12: ")
    assert "also in ko" in found


def test_every_mistake_of_every_file_is_told_at_once(tmp_path, ebbhold) -> None:
    written(tmp_path, WHOLE.replace("isaura", "isauro"), "a.yaml")
    written(tmp_path, WHOLE.replace("raises: []", "emotion: bored"), "b.yml")
    with pytest.raises(StoryTestsInvalid) as raised:
        read_story_tests(tmp_path, ebbhold)
    assert [mistake.file for mistake in raised.value.mistakes] == [
        "storytests/a.yaml", "storytests/b.yml",
    ]  # fmt: skip


def test_a_name_that_stands_twice_in_a_file_is_a_mistake(tmp_path, ebbhold) -> None:
    (found,) = told(written(tmp_path, WHOLE + WHOLE), ebbhold)
    assert found.startswith("storytests/bell.yaml:12: ")
    assert "stands twice" in found


def test_a_test_that_expects_nothing_is_a_mistake(tmp_path, ebbhold) -> None:
    (found,) = told(written(tmp_path, "- test: t\n  npc: mio\n  when: [{say: hello}]\n"), ebbhold)
    assert "nothing is expected" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a list of tests"),
        ("test: t\n", "expected a list of tests"),
        ("- [\n", "not YAML"),
        ("- test: \x07\n", "not YAML"),
        (b"- test: \xff\n", "not UTF-8"),
        ("- &a test\n- *a\n", "anchors"),
        ("- !!python/object/apply:os.system ['true']\n", "tags"),
        ("- {<<: {test: t}}\n", "a key is a word"),
        ("- {[a]: b}\n", "a key is a word"),
        ("--- []\n--- []\n", "one document"),
        ("[" * 10_000, "nested too deeply"),
        ("- test: " + "9" * 5000 + "\n", "is no number"),
        ("- test: 'a'\n" * 40_000, "bytes"),
    ],
)
def test_a_hostile_file_is_refused_at_once(tmp_path, ebbhold, text, message) -> None:
    written(tmp_path, text)
    began = time.process_time()
    (found,) = told(tmp_path, ebbhold)
    assert message in found
    assert time.process_time() - began < 2


def test_a_link_out_of_the_world_is_not_followed(tmp_path, ebbhold) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(WHOLE, "utf-8")
    world = tmp_path / "world"
    (world / "storytests").mkdir(parents=True)
    (world / "storytests" / "in.yaml").symlink_to(outside)
    (found,) = told(world, ebbhold)
    assert "leads out of the world's folder" in found


def test_the_demo_world_has_story_tests_of_everybody_and_every_quest(
    ebbhold_files, ebbhold
) -> None:
    tests: list[StoryTest] = [p.test for p in read_story_tests(ebbhold_files, ebbhold)]
    assert len(tests) >= 64
    spoken_to = {step.npc or test.npc for test in tests for step in test.when if step.then}
    assert spoken_to == set(ebbhold.npcs)
    thens = [step.then for test in tests for step in test.when if step.then]
    assert {flag for then in thens for flag in then.raises or ()} == ebbhold.flags
    one_language = [test.test for test in tests if test.languages != ("en", "ko")]
    assert len(one_language) <= 2
