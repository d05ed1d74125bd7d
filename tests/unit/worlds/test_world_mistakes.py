"""Every mistake in a world is told with file and line, and nothing is half loaded."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from langchain_app.domain.errors import Mistake, WorldInvalid
from langchain_app.worlds import load_world
from langchain_app.worlds.source import MAX_FILE_BYTES

NPC, QUEST, LORE = "npcs/maren.json", "quests/cracked_bell.json", "worldview/lore.md"


@pytest.fixture
def world(ebbhold_files: Path, tmp_path: Path) -> Path:
    """A copy of the demo world to break."""
    return Path(shutil.copytree(ebbhold_files, tmp_path / "ebbhold"))


def mistakes(folder: Path) -> tuple[Mistake, ...]:
    with pytest.raises(WorldInvalid) as caught:
        load_world(folder)
    return caught.value.mistakes


def the_mistake(folder: Path) -> Mistake:
    (mistake,) = mistakes(folder)
    return mistake


def rewrite(folder: Path, name: str, change: Callable[[Any], None]) -> Path:
    """Change a file's data and write it one value a line."""
    path = folder / name
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    return path


def line_of(path: Path, text: str, nth: int = 1) -> int:
    """Return the line on which `text` stands for the nth time."""
    lines = path.read_text("utf-8").split("\n")
    return [number for number, line in enumerate(lines, 1) if text in line][nth - 1]


def append(folder: Path, name: str, text: str) -> tuple[Path, int]:
    """Append to a file; return it and the line on which the addition begins."""
    path = folder / name
    before = path.read_text("utf-8").rstrip("\n") + "\n\n"
    path.write_text(before + text, "utf-8")
    return path, before.count("\n") + 1


PASSAGE = "## {id} {{{attributes}}}\n### en: A title\nA sentence.\n### ko: 제목\n문장이다.\n"


# --- ids that lead nowhere

UNKNOWN_IDS = [
    (NPC, ("place",), "atlantis", "unknown place"),
    (NPC, ("factions", 0), "pirates", "unknown faction"),
    (NPC, ("secrets", 0), "no-such-passage", "unknown passage"),
    (QUEST, ("giver",), "nobody", "unknown NPC"),
    (QUEST, ("triggers", 1, "npc"), "ghost", "unknown NPC"),
    (QUEST, ("triggers", 1, "requires", "flags", 0), "no.flag", "unknown flag"),
    (QUEST, ("triggers", 0, "requires", "unless", 0), "no.unless", "unknown flag"),
    (QUEST, ("triggers", 3, "effects", "gives", 0), "moon_cheese", "unknown item"),
    (QUEST, ("triggers", 4, "requires", "items", 0), "moon_rope", "unknown item"),
    (QUEST, ("triggers", 3, "effects", "actions", 0, "name"), "format_disk", "unknown action"),
    (QUEST, ("reward", "items", 0), "moon_coin", "unknown item"),
    ("items/tools.json", (0, "known_by"), ["npc:ghost"], "unknown NPC"),
    ("items/tools.json", (0, "known_by"), ["everyone"], "unknown audience"),
    ("items/tools.json", (0, "after"), "no.after", "unknown flag"),
    ("world.json", ("default_npc",), "nobody", "unknown NPC"),
]


@pytest.mark.parametrize(("name", "where", "value", "message"), UNKNOWN_IDS)
def test_an_id_that_leads_nowhere_is_told_with_its_line(world, name, where, value, message) -> None:
    def change(data: Any) -> None:
        for step in where[:-1]:
            data = data[step]
        data[where[-1]] = value

    path = rewrite(world, name, change)
    shown = value if isinstance(value, str) else value[0].partition(":")[2] or value[0]
    found = next(m for m in mistakes(world) if m.file == name and shown in m.message)
    assert message in found.message
    start = line_of(path, '"id": "' if isinstance(where[0], int) else f'"{shown}"')
    assert found.line in (start, start - 1)


def test_a_rule_of_moderation_that_stands_twice_is_told_with_its_line(world) -> None:
    def twice(manifest: Any) -> None:
        manifest["moderation"].append(manifest["moderation"][0])

    path = rewrite(world, "world.json", twice)
    mistake = the_mistake(world)
    assert "'harmless-words' stands twice" in mistake.message
    assert mistake.line == line_of(path, '"id": "harmless-words"', 2)


def test_a_rule_of_moderation_without_words_is_told(world) -> None:
    rewrite(world, "world.json", lambda m: m["moderation"][0].update(words={"en": [], "ko": []}))
    assert "a rule needs words" in the_mistake(world).message


def test_a_stranger_among_the_acquaintances_is_told_with_its_line(world) -> None:
    greeting = {"en": "Who?", "ko": "누구?"}
    path = rewrite(world, NPC, lambda npc: npc["acquaintances"].update(ghost=greeting))
    assert the_mistake(world) == Mistake(NPC, line_of(path, '"ghost"'), "unknown person 'ghost'")


def test_a_flag_that_no_quest_defines_cannot_be_raised(world) -> None:
    path = rewrite(
        world, QUEST, lambda quest: quest["triggers"][0]["effects"]["flags"].append("made.up")
    )
    assert the_mistake(world) == Mistake(
        QUEST, line_of(path, '"made.up"'), "raises 'made.up', which no quest defines"
    )


# --- lore that nobody can ever reach


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("knows=npc:ghost", "unknown NPC 'ghost'"),
        ("knows=faction:pirates", "unknown faction 'pirates'"),
        ("knows=everyone", "unknown audience 'everyone'"),
        ("knows=public after=no.flag", "unknown flag 'no.flag'"),
        ("told_by=ghost", "unknown NPC 'ghost'"),
        ("knows=public trust=2", "trust"),
        ("knows=public trust=nan", "trust"),
        ("knows=public importance=much", "importance"),
        ("knows= ", "audience"),
        ("knows=public told_by=maren", "either knows= or told_by="),
        ("trust=0.1", "either knows= or told_by="),
        ("knows=public mood=warm", "unknown attribute 'mood'"),
    ],
)
def test_a_gate_that_opens_for_nobody_is_told_with_its_line(world, attributes, message) -> None:
    _, line = append(world, LORE, PASSAGE.format(id="lost-page", attributes=attributes))
    found = the_mistake(world)
    assert (found.file, found.line) == (LORE, line)
    assert message in found.message
    assert found.message.startswith("lost-page: ")


def test_lore_of_a_faction_without_members_is_unreachable(world) -> None:
    nobody = {"name": {"en": "No", "ko": "무"}, "description": {"en": "No.", "ko": "없다."}}
    rewrite(world, "world.json", lambda data: data["factions"].update(hermits=nobody))
    _, line = append(
        world, LORE, PASSAGE.format(id="lost-page", attributes="knows=faction:hermits")
    )
    found = the_mistake(world)
    assert (found.file, found.line) == (LORE, line)
    assert "nobody can ever reach it: no NPC is of the faction 'hermits'" in found.message


def test_lore_behind_a_flag_that_nothing_raises_is_unreachable(world) -> None:
    flag = {"en": "Never.", "ko": "없다."}
    rewrite(world, QUEST, lambda quest: quest["flags"].update({"cracked_bell.never": flag}))
    gate = "knows=public after=cracked_bell.never"
    _, line = append(world, LORE, PASSAGE.format(id="lost-page", attributes=gate))
    found = the_mistake(world)
    assert (found.file, found.line) == (LORE, line)
    assert "nobody can ever reach it" in found.message


def test_a_trigger_that_waits_for_itself_reaches_nothing(world) -> None:
    def lock(quest: Any) -> None:
        quest["triggers"][0]["requires"] = {"flags": ["cracked_bell.rumour"]}

    rewrite(world, QUEST, lock)
    told = mistakes(world)
    assert any("no trigger reaches the stage 'rumour'" in m.message for m in told)
    assert any("nobody can ever reach it" in m.message and m.file == LORE for m in told)


def test_a_stage_that_no_trigger_reaches_is_told_with_its_line(world) -> None:
    stage = {
        "id": "afterparty",
        "objective": {"en": "Dance.", "ko": "춤추기"},
        "description": {"en": "They dance.", "ko": "춤을 춘다."},
    }
    path = rewrite(world, QUEST, lambda quest: quest["stages"].insert(1, stage))
    found = the_mistake(world)
    assert (found.file, found.line) == (QUEST, line_of(path, '"afterparty"') - 1)
    assert "no trigger reaches the stage 'afterparty'" in found.message


def test_a_secret_that_is_told_to_strangers_is_no_secret(world) -> None:
    append(world, LORE, PASSAGE.format(id="open-secret", attributes="told_by=maren"))
    path = rewrite(world, NPC, lambda npc: npc.update(secrets=["open-secret"]))
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, line_of(path, '"open-secret"'))
    assert "told to any stranger" in found.message


# --- what is missing, and what stands twice


def test_a_text_without_one_language_is_told_with_its_line(world) -> None:
    path = rewrite(world, NPC, lambda npc: npc["backstory"].pop("ko"))
    assert the_mistake(world) == Mistake(
        NPC, line_of(path, '"backstory"'), "backstory.ko: Field required"
    )


def test_a_passage_without_one_language_is_told_with_its_line(world) -> None:
    _, line = append(world, LORE, "## half-page {knows=public}\n### en: Half\nOnly English.\n")
    assert the_mistake(world) == Mistake(LORE, line, "half-page: the language ko is missing")


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("## Not An Id\n", 0, "expected `## passage-id"),
        ("## fine {knows=public}\n### fr: Titre\n", 1, "expected `### en: Title`"),
        ("## fine {knows=public}\n### en: A\nText.\n### en: B\n", 3, "en stands twice"),
        ("## fine {knows=public}\nHomeless words.\n", 1, "text outside a passage"),
    ],
)
def test_a_malformed_passage_is_told_with_its_line(world, text, offset, message) -> None:
    _, line = append(world, LORE, text)
    first = mistakes(world)[0]
    assert (first.file, first.line) == (LORE, line + offset)
    assert message in first.message


def test_odd_line_separators_within_a_passage_do_not_move_the_lines(world) -> None:
    body = (
        "## odd {knows=public}\n### en: A\nOne\u2028two\x0bthree.\n### ko: 가\n가.\n\n## Bad Id\n"
    )
    _, line = append(world, LORE, body)
    assert the_mistake(world).line == line + 6


def test_a_passage_id_that_stands_twice_is_told_with_both_places(world) -> None:
    append(world, LORE, PASSAGE.format(id="maren-stall", attributes="knows=public"))
    found = mistakes(world)[0]
    assert "the id 'maren-stall' already stands in" in found.message
    assert {found.file, found.message.split()[-1]} == {LORE, "worldview/voice_maren.md"}


def test_an_npc_id_that_stands_twice_is_told_with_both_places(world) -> None:
    shutil.copy(world / NPC, world / "npcs/zz_twin.json")
    assert the_mistake(world) == Mistake(
        "npcs/zz_twin.json", 1, f"the id 'maren' already stands in {NPC}"
    )


def test_an_item_id_that_stands_twice_in_one_list_is_told_with_its_line(world) -> None:
    path = rewrite(world, "items/tools.json", lambda items: items.append(items[0]))
    found = the_mistake(world)
    assert (found.file, found.line) == (
        "items/tools.json",
        line_of(path, '"id": "bronze_clapper"', 2) - 1,
    )


def test_a_passage_may_not_take_the_id_of_another_kind_of_knowledge(world) -> None:
    _, line = append(world, LORE, PASSAGE.format(id="maren-on-harl", attributes="knows=public"))
    found = the_mistake(world)
    assert (found.file, found.line) == (LORE, line)
    assert "already" in found.message


def test_a_trigger_or_a_stage_that_stands_twice_is_told_with_its_line(world) -> None:
    def double(quest: Any) -> None:
        quest["triggers"].append(quest["triggers"][0])
        quest["stages"].append(quest["stages"][0])

    path = rewrite(world, QUEST, double)
    told = {(m.line, m.message) for m in mistakes(world)}
    trigger, stage = line_of(path, '"id": "ask-crack"', 2), line_of(path, '"id": "rumour"', 2)
    assert (trigger, "the trigger 'ask-crack' stands twice") in told
    assert (stage, "the stage 'rumour' stands twice") in told


def test_a_field_nobody_knows_is_told_with_its_line(world) -> None:
    path = rewrite(world, NPC, lambda npc: npc.update(mana=3))
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, line_of(path, '"mana"'))
    assert found.message.startswith("mana: ")


# --- files that are not what they say


def test_a_json_key_that_stands_twice_is_told_where_it_does(world) -> None:
    path = world / NPC
    text = path.read_text("utf-8")
    at = text.index('"persona": {')
    path.write_text(text[:at] + '"name": {"en": "Twin",\n "ko": "쌍둥이"},\n' + text[at:], "utf-8")
    assert the_mistake(world) == Mistake(
        NPC, line_of(path, '"Twin"'), "the key 'name' stands twice"
    )


def test_a_nested_key_that_stands_twice_is_told_on_its_own_line(world) -> None:
    path = world / NPC
    text = path.read_text("utf-8").replace('"persona": {', '"persona": {"en": "Again.",', 1)
    path.write_text(text, "utf-8")
    found = the_mistake(world)
    line = line_of(path, '"persona"')
    assert (found.file, found.message) == (NPC, "the key 'en' stands twice")
    assert found.line in (line, line + 1)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_told_with_its_line(world, number: str) -> None:
    path = world / NPC
    text = path.read_text("utf-8").replace(
        '"age": 34', f'"voice_note": "{number} is a name",\n  "age": {number}', 1
    )
    path.write_text(text, "utf-8")
    assert the_mistake(world) == Mistake(NPC, line_of(path, '"age"'), f"{number} is not a number")


def test_a_number_beyond_all_measure_is_a_mistake_and_no_crash(world) -> None:
    path = rewrite(world, NPC, lambda npc: npc.update(age="AGE"))
    path.write_text(path.read_text("utf-8").replace('"AGE"', "9" * 5000), "utf-8")
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, line_of(path, '"age"'))
    assert "not JSON" in found.message


def test_what_is_not_json_is_told_with_its_line(world) -> None:
    path = world / NPC
    lines = path.read_text("utf-8").split("\n")
    lines[3] = "  this is not JSON,"
    path.write_text("\n".join(lines), "utf-8")
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, 4)
    assert found.message.startswith("not JSON")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "42", '"maren"'])
def test_a_file_without_an_npc_in_it_is_a_mistake(world, content: str) -> None:
    (world / NPC).write_text(content, "utf-8")
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, 1)


def test_an_item_file_that_is_no_list_is_a_mistake(world) -> None:
    (world / "items/tools.json").write_text("{}", "utf-8")
    told = mistakes(world)
    assert Mistake("items/tools.json", 1, "expected a list") in told


@pytest.mark.parametrize("name", [NPC, LORE])
def test_what_is_not_utf_8_is_told_with_its_line(world, name: str) -> None:
    path = world / name
    lines = path.read_bytes().split(b"\n")
    lines[2] += " 종".encode("cp949")
    path.write_bytes(b"\n".join(lines))
    assert Mistake(name, 3, "not UTF-8") in mistakes(world)


def test_a_byte_order_mark_is_no_mistake(world) -> None:
    path = world / NPC
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    load_world(world)


def test_half_a_surrogate_pair_is_a_mistake(world) -> None:
    path = rewrite(world, NPC, lambda npc: npc["name"].update(en="HALF"))
    path.write_text(path.read_text("utf-8").replace("HALF", "\\ud800"), "utf-8")
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, line_of(path, "ud800"))


def test_tabs_for_indentation_keep_the_lines_right(world) -> None:
    path = world / NPC
    data = json.loads(path.read_text("utf-8"))
    data["place"] = "atlantis"
    path.write_text(json.dumps(data, ensure_ascii=False, indent="\t"), "utf-8")
    assert the_mistake(world) == Mistake(
        NPC, line_of(path, '"atlantis"'), "unknown place 'atlantis'"
    )


def test_deep_nesting_is_a_mistake_and_no_crash(world) -> None:
    (world / NPC).write_text("[" * 100_000, "utf-8")
    assert the_mistake(world) == Mistake(NPC, 1, "not JSON: nested too deeply")


def test_nesting_that_json_still_reads_is_no_crash_either(world) -> None:
    deep = "[" * 900 + "]" * 900
    text = (world / NPC).read_text("utf-8").replace('"age": 34', f'"age": {deep}', 1)
    (world / NPC).write_text(text, "utf-8")
    assert the_mistake(world).file == NPC


def test_too_big_a_file_is_not_read(world) -> None:
    path = world / NPC
    path.write_bytes(path.read_bytes() + b" " * MAX_FILE_BYTES)
    found = the_mistake(world)
    assert (found.file, found.line) == (NPC, 1)
    assert f"at most {MAX_FILE_BYTES}" in found.message


# --- paths that lead out


@pytest.mark.parametrize("name", [NPC, "world.json", LORE])
def test_a_file_that_leads_out_of_the_world_is_not_read(world, tmp_path, name: str) -> None:
    outside = tmp_path / "outside"
    (world / name).rename(outside)
    (world / name).symlink_to(outside)
    assert Mistake(name, 1, "the file leads out of the world's folder") in mistakes(world)


def test_a_folder_that_leads_out_of_the_world_is_not_read(world, tmp_path) -> None:
    (world / "npcs").rename(tmp_path / "outside")
    (world / "npcs").symlink_to(tmp_path / "outside")
    told = mistakes(world)
    assert Mistake(NPC, 1, "the file leads out of the world's folder") in told
    assert len(told) == 12


def test_a_link_that_leads_in_a_circle_is_a_mistake(world) -> None:
    (world / "npcs/loop.json").symlink_to("loop.json")
    found = the_mistake(world)
    assert (found.file, found.line) == ("npcs/loop.json", 1)


def test_a_link_that_leads_nowhere_is_a_mistake(world) -> None:
    (world / "npcs/gone.json").symlink_to("never_written.json")
    found = the_mistake(world)
    assert (found.file, found.line) == ("npcs/gone.json", 1)


def test_a_pipe_is_not_waited_for(world) -> None:
    os.mkfifo(world / "npcs/pipe.json")
    assert the_mistake(world) == Mistake("npcs/pipe.json", 1, "not a file")


def test_a_folder_that_is_named_like_a_file_is_a_mistake(world) -> None:
    (world / "npcs/folder.json").mkdir()
    assert the_mistake(world) == Mistake("npcs/folder.json", 1, "not a file")


# --- all of them, or nothing


def test_several_mistakes_are_all_told(world) -> None:
    rewrite(world, NPC, lambda npc: (npc["backstory"].pop("ko"), npc["name"].pop("en")))
    rewrite(world, QUEST, lambda quest: quest.pop("giver"))
    (world / "items/tools.json").write_text("not a list", "utf-8")
    append(world, LORE, "## lost-page {knows=public}\n### en: A\nText.\n")
    with pytest.raises(WorldInvalid) as caught:
        load_world(world)
    told = caught.value.mistakes
    assert [m.file for m in told] == [NPC, NPC, QUEST, "items/tools.json", LORE]
    for mistake in told:
        assert str(mistake) in caught.value.message
        assert str(mistake) == f"{mistake.file}:{mistake.line}: {mistake.message}"


def test_one_mistake_is_told_in_the_singular_and_of_many_the_first_twenty() -> None:
    mistakes = [Mistake("a.json", line, "wrong") for line in range(1, 24)]
    assert "has 1 mistake:\n  a.json:1: wrong" in WorldInvalid("w", mistakes[:1]).message
    many = WorldInvalid("w", mistakes)
    assert "has 23 mistakes:" in many.message and many.message.endswith("and 3 more")
    assert many.message.count("wrong") == 20 and len(many.mistakes) == 23


def test_several_broken_references_are_all_told(world) -> None:
    rewrite(world, NPC, lambda npc: npc.update(place="atlantis", factions=["x", "y"]))
    rewrite(world, QUEST, lambda quest: quest.update(giver="ghost"))
    assert [m.message for m in mistakes(world)] == [
        "unknown place 'atlantis'",
        "unknown faction 'x'",
        "unknown faction 'y'",
        "unknown NPC 'ghost'",
    ]


def test_a_folder_without_a_world_is_a_mistake(tmp_path) -> None:
    assert the_mistake(tmp_path) == Mistake("world.json", 1, "there is no world.json here")


def test_a_world_without_npcs_is_a_mistake(world) -> None:
    shutil.rmtree(world / "npcs")
    told = mistakes(world)
    assert any("at least one NPC" in m.message and m.file == "world.json" for m in told)


def test_a_line_with_a_question_is_searched_and_no_part_of_the_body(world: Path) -> None:
    lore = world / LORE
    lore.write_text(
        lore.read_text(encoding="utf-8")
        + "\n## tower-door {knows=public}\n### en: The tower door\nThe door is blue.\n"
        "? what colour is the door?\n### ko: 종탑 문\n종탑 문은 파랗다.\n? 문이 무슨 색이에요?\n",
        encoding="utf-8",
    )
    door = load_world(world).passages["tower-door"]
    assert door.body.en == "The door is blue."
    assert door.asked.en == ("what colour is the door?",)
    assert door.asked.ko == ("문이 무슨 색이에요?",)


def test_too_many_questions_of_a_passage_are_a_mistake(world: Path) -> None:
    asked = "".join(f"? question {number}\n" for number in range(17))
    (world / "worldview" / "door.md").write_text(
        f"## tower-door {{knows=public}}\n### en: The door\nBlue.\n{asked}### ko: 문\n파랗다.\n",
        encoding="utf-8",
    )
    assert "at most 16 questions" in the_mistake(world).message


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([["inn"]], "two words or more"),
        ([["inn", "public house"]], "one word: 'public house'"),
        ([["inn", "pub"], ["bar", "Pub"]], "'Pub' stands in two places"),
    ],
)
def test_synonyms_are_groups_of_single_words(
    world: Path, groups: list[list[str]], message: str
) -> None:
    path = rewrite(world, "world.json", lambda data: data.update(synonyms={"en": groups}))
    mistake = the_mistake(world)
    assert message in mistake.message
    assert mistake.line > line_of(path, '"synonyms"')


# --- the past


PAST = "events/past.json"


@pytest.mark.parametrize("ago", ["yesterday", "3", "-3 days", "3 fortnights", "1.5 weeks", ""])
def test_a_time_that_cannot_be_counted_is_told_with_its_line(world, ago: str) -> None:
    path = rewrite(world, PAST, lambda events: events[1].update(ago=ago))
    found = the_mistake(world)
    assert (found.file, found.line) == (PAST, line_of(path, '"ago"', 2))
    assert found.message.startswith("ago: ")


def test_a_past_event_at_a_place_that_is_none_is_told_with_its_line(world) -> None:
    path = rewrite(world, PAST, lambda events: events[1].update(place="atlantis"))
    assert the_mistake(world) == Mistake(
        PAST, line_of(path, '"atlantis"'), "unknown place 'atlantis'"
    )


def test_a_past_event_that_nobody_can_ever_tell_is_a_mistake(world) -> None:
    gate = {"audience": ["faction:nobody"], "after": "cracked_bell.never"}
    rewrite(world, PAST, lambda events: events[0].update(gate=gate))
    told = [mistake.message for mistake in mistakes(world)]
    assert told == [
        "long-ebb: unknown faction 'nobody'",
        "long-ebb: unknown flag 'cracked_bell.never'",
    ]


def test_a_past_event_that_stands_twice_is_told(world) -> None:
    rewrite(world, PAST, lambda events: events.append(events[0]))
    assert "already stands in" in the_mistake(world).message
