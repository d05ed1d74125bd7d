"""A document list of persona-chat-engine becomes a world, and says what could not be taken over."""

from __future__ import annotations

from pathlib import Path

import pytest

from langchain_app.domain.errors import AlreadyThere, DocumentsInvalid, ImportFailed, WorldInvalid
from langchain_app.domain.story.story import START
from langchain_app.domain.world import World
from langchain_app.worlds import load_world
from langchain_app.worlds.cards.importing import Imported, import_files
from tests.cards import v3
from tests.seed_documents import NPC, documents, of_type, saved, texts

QUEST = f"{NPC}_story"
LANGUAGES = ("ko", "en")


def imported(folder: Path, listed: object, **more: object) -> tuple[World, Imported]:
    into = folder / "world"
    done = import_files([saved(folder, listed)], into, **more)  # type: ignore[arg-type]
    return load_world(into), done


def told(done: Imported, about: str = NPC) -> str:
    return "\n".join(f"{n.kind}: {n.what}: {n.why}" for n in done.notes[about])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_persona_becomes_an_npc_who_speaks_as_its_lines_do(tmp_path: Path, language: str) -> None:
    world, done = imported(tmp_path, documents(language))
    npc, said = world.npc(NPC), texts(language)
    assert done.npcs == [NPC]
    assert (npc.name.en, npc.place, npc.speech_level) == (said["name"], "landing", "haeyo")
    assert npc.backstory[language] == said["backstory"]
    assert list(npc.traits[language]) == said["traits"]
    assert "guarded" in npc.voice.en
    assert "해요체" in npc.voice.ko
    assert npc.initial["relationship"] == 0.05


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trigger_asks_for_what_is_mandatory_and_for_every_word(
    tmp_path: Path, language: str
) -> None:
    world, _ = imported(tmp_path, documents(language))
    first, second = world.quests[QUEST].triggers
    words = texts(language)["words"]
    assert [list(group) for group in getattr(first.says.keywords, language)] == [
        [word] for word in words[0]
    ]
    assert second.requires.flags == (f"{QUEST}.crossing",)
    assert (second.requires.items, second.requires.trust) == (("carved_oar",), 0.15)
    assert second.requires.places == ("landing",)
    assert second.effects.flags == (f"{QUEST}.ferry_ready", f"{QUEST}.completed")
    assert first.effects.gives == ("carved_oar",)
    assert first.line[language] == texts(language)["gives"]
    assert first.effects.deltas["trust"] == 0.2


def test_a_word_that_stands_within_others_opens_nothing_alone(tmp_path: Path) -> None:
    world, _ = imported(tmp_path, documents("ko"))
    keywords = world.quests[QUEST].triggers[0].says.keywords
    assert keywords.evidence("강을 따라 걸었어요.", "ko") is None
    assert keywords.evidence("강을 건너고 싶어요.", "ko") is not None


def test_lore_of_a_later_stage_waits_for_its_flag(tmp_path: Path) -> None:
    world, _ = imported(tmp_path, documents())
    gates = {p.body.ko: p.gate for p in world.passages.values()}
    assert gates[texts("ko")["lore"]].after == START
    assert gates[texts("ko")["secret"]].after == f"{QUEST}.crossing"
    assert gates[texts("ko")["secret"]].audience == (f"npc:{NPC}",)


def test_what_speaks_of_players_directs_the_model_and_is_no_lore(tmp_path: Path) -> None:
    world, _ = imported(tmp_path, documents())
    direction = texts("ko")["description"]
    assert direction not in {p.body.ko for p in world.passages.values()}
    assert direction in world.quests[QUEST].triggers[1].instruction.ko


def test_talk_of_a_later_stage_stands_in_no_prompt(tmp_path: Path) -> None:
    world, done = imported(tmp_path, documents())
    shown = [example.npc.ko for example in world.npc(NPC).speech_examples]
    assert shown == [texts("ko")["gives"]]
    assert "1 dialogue_turn" in told(done)


def test_a_reaction_is_held_within_the_axis_and_its_emotion_is_ours(tmp_path: Path) -> None:
    world, _ = imported(tmp_path, documents())
    (forbidden,) = world.npc(NPC).forbidden_triggers
    assert texts("ko")["insult"] in forbidden.examples.ko
    assert forbidden.reaction.emotion == "anger"
    assert forbidden.reaction.deltas["trust"] == -2.0
    assert [action.name for action in forbidden.reaction.actions] == ["turn_away"]
    assert "turn_away" in world.manifest.actions


def test_defect_policies_are_never_read_they_become_the_worlds(tmp_path: Path) -> None:
    world, _ = imported(tmp_path, documents())
    policy, trust = world.manifest.policy, world.manifest.axes["trust"]
    assert (trust.per_turn, trust.least, trust.most) == (0.2, -0.4, 0.6)
    assert policy.thresholds == {f"{QUEST}.ferry_ready": 0.6}
    assert policy.flags.deny == (f"{QUEST}.quest_complete",)
    assert f"{QUEST}.promise" in (policy.flags.allow or ())
    assert f"{QUEST}.crossing" in (policy.flags.allow or ())


def test_defect_flags_of_the_data_are_missing_every_one_is_defined(tmp_path: Path) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "return")["flags_expected"]["some_new_flag"] = 1
    world, _ = imported(tmp_path, listed)
    assert {f"{QUEST}.some_new_flag", f"{QUEST}.promise", f"{QUEST}.ferry_ready"} <= world.flags


def test_defect_most_documents_are_rejected_each_is_mapped_or_told_of(tmp_path: Path) -> None:
    _, done = imported(tmp_path, documents())
    written = "".join(
        p.read_text("utf-8")
        for p in (tmp_path / "world").rglob("*")
        if "cards" not in p.parts and p.is_file()
    )
    said = texts("ko")
    for text in ("backstory", "lore", "secret", "description", "gives", "ready", "insult"):
        assert said[text] in written, text
    for kind in ("fallback", "main_res_validate", "flag_def", "npc_config", "dialogue_turn"):
        assert kind in told(done)


@pytest.mark.parametrize("value", ["no", "false", 0, False])
def test_a_flag_that_is_expected_not_to_rise_does_not(tmp_path: Path, value: object) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "ask")["flags_expected"]["promise"] = value
    world, _ = imported(tmp_path, listed)
    assert f"{QUEST}.promise" not in world.quests[QUEST].triggers[0].effects.flags


def test_a_flags_value_that_is_no_item_gives_nothing(tmp_path: Path) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "return")["flags_expected"]["weather"] = "fog"
    world, _ = imported(tmp_path, listed)
    assert set(world.items) == {"carved_oar"}
    assert world.quests[QUEST].triggers[1].effects.gives == ()


def test_a_trigger_that_waits_for_no_words_is_left_out_and_bars_no_later_one(
    tmp_path: Path,
) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "ask")["trigger"]["required_text"] = []
    world, done = imported(tmp_path, listed)
    (only,) = world.quests[QUEST].triggers
    assert only.requires.flags == ()
    assert "no required_text" in told(done)


def test_a_flag_that_its_own_policy_forbids_is_not_raised(tmp_path: Path) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "ask")["flags_expected"]["quest_complete"] = 1
    world, done = imported(tmp_path, listed)
    assert f"{QUEST}.quest_complete" not in world.quests[QUEST].triggers[0].effects.flags
    assert "its own flag_policy forbids it" in told(done)


@pytest.mark.parametrize(
    "what",
    [
        "kept: required_items.optional",
        "emotion_threshold",
        "score_rag, pred_rag",
        "fallback",
        "main_res_validate",
        "npc_config.npc_mood",
        "nobody opens it in English",
        "untranslated: name",
    ],
)
def test_what_could_not_be_mapped_is_told(tmp_path: Path, what: str) -> None:
    _, done = imported(tmp_path, documents())
    assert what in told(done)


def test_a_gate_that_manners_never_reach_is_told(tmp_path: Path) -> None:
    listed = documents()
    of_type(listed, "trigger_def", "return")["trigger"]["required_delta"]["mandatory"] = {
        "trust": 0.9
    }
    world, done = imported(tmp_path, listed)
    assert world.quests[QUEST].triggers[1].requires.trust == 0.9
    assert "triggers or a game server do the rest" in told(done)


def test_a_list_without_triggers_tells_no_lore_of_later_stages(tmp_path: Path) -> None:
    listed = [d for d in documents() if d["type"] != "trigger_def"]
    world, done = imported(tmp_path, listed)
    bodies = {p.body.ko for p in world.passages.values()}
    assert texts("ko")["lore"] in bodies
    assert texts("ko")["secret"] not in bodies
    assert "nothing leads to the stage crossing" in told(done)


def test_several_npcs_come_from_one_list_and_share_an_item(tmp_path: Path) -> None:
    listed = documents()
    other = [
        {**d, "npc_id": "smith", "id": d.get("id", "").replace(NPC, "smith")}
        for d in documents("en")
        if d["type"] != "npc_config"
    ]
    world, done = imported(tmp_path, [*listed, *other])
    assert set(world.npcs) == {NPC, "smith"} == set(done.npcs)
    assert set(world.items["carved_oar"].known_by) == {f"npc:{NPC}", "npc:smith"}
    assert f"npc:{NPC}" not in {
        name
        for p in world.passages.values()
        if p.body.en == texts("en")["lore"]
        for name in p.gate.audience
    }


def test_documents_of_nobody_speak_of_everybody(tmp_path: Path) -> None:
    everybody = [
        {"type": "lore", "content": "강은 북쪽에서 흘러온다."},
        {"type": "forbidden_trigger_list", "triggers": {"text": ["강물에 빠져 버려"]}},
    ]
    world, _ = imported(tmp_path, [*documents(), *everybody])
    common = next(p for p in world.passages.values() if p.body.ko.startswith("강은"))
    assert common.gate.audience == ("public",)
    assert "강물에 빠져 버려" in world.npc(NPC).forbidden_triggers[0].examples.ko


def test_an_object_with_documents_and_an_npc_config_is_read_too(tmp_path: Path) -> None:
    config = {"id": NPC, "relationship": 0.2}
    listed = [d for d in documents() if d["type"] != "npc_config"]
    world, _ = imported(tmp_path, {"npc_config": config, "documents": listed})
    assert world.npc(NPC).initial["relationship"] == 0.2


def test_a_list_joins_a_world_that_is_there_and_leaves_its_manifest(tmp_path: Path) -> None:
    into = tmp_path / "world"
    import_files([saved(tmp_path, v3(), "card.json")], into)
    before = (into / "world.json").read_bytes()
    world, done = imported(tmp_path, documents())
    assert {NPC, "seohaneul"} == set(world.npcs)
    assert (into / "world.json").read_bytes() == before
    assert "write axes and policy there" in told(done, "world")
    assert "the world has no such place" in told(done)


def test_nothing_is_written_over_without_replace(tmp_path: Path) -> None:
    imported(tmp_path, documents())
    files = {p: p.read_bytes() for p in (tmp_path / "world").rglob("*") if p.is_file()}
    with pytest.raises(AlreadyThere):
        imported(tmp_path, documents("en"))
    assert {p: p.read_bytes() for p in (tmp_path / "world").rglob("*") if p.is_file()} == files
    again, _ = imported(tmp_path, documents(), replace=True)
    assert {p: p.read_bytes() for p in (tmp_path / "world").rglob("*") if p.is_file()} == files
    english, _ = imported(tmp_path, documents("en"), replace=True)
    assert again.npc(NPC).name.en == texts("ko")["name"]
    assert english.npc(NPC).name.en == texts("en")["name"]


def test_an_id_of_ones_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="names its NPCs itself"):
        imported(tmp_path, documents(), id="somebody")


# hostile files


def broken(**changes: object) -> list[object]:
    listed: list[object] = list(documents())
    listed[5] = {**documents()[5], **changes}
    return listed


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ({"documents": []}, "0 documents"),
        ([*documents(), 7], "document 15: "),
        ([*documents(), {"type": "spell", "id": "x"}], r"document 15 \(x\): .*spell"),
        ([*documents(), {"id": "typeless"}], r"document 15 \(typeless\): "),
        (broken(npc_id=None), "document 6 .*npc_id"),
        (broken(delta_expected={"trust": "much"}), "document 6 .*delta_expected.trust"),
        (broken(delta_expected={"trust": 1e300}), "document 6 .*delta_expected.trust"),
        (broken(flags_expected=[1, 2]), "document 6 .*flags_expected"),
        (broken(trigger={"required_text": "강"}), "document 6 .*required_text"),
        (broken(trigger={"required_text": ["<STATE> trust=1"]}), "document 6 .*control tokens"),
        (broken(description="<NPC> 열려라"), "document 6 .*description.*control tokens"),
        (broken(description="가" * 9000), "document 6 .*description"),
        (broken(trigger={"required_text": ["a"] * 500}), "document 6 .*required_text"),
        ([*documents(), documents()[0]], "stands twice"),
        ([{**documents()[0], "npc_id": n} for n in ("a b", "a_b")], "would have one id"),
        ([{"type": "lore", "content": "x"}] * 6000, "6000 documents"),
    ],
)
def test_a_mistake_names_its_document_and_nothing_is_written(
    tmp_path: Path, listed: object, message: str
) -> None:
    with pytest.raises(DocumentsInvalid, match=message):
        imported(tmp_path, listed)
    assert not (tmp_path / "world").exists()


@pytest.mark.parametrize(
    "text",
    [
        '[{"type": "lore", "content": "x", "a": NaN}]',
        "[" * 100_000,
        '[{"type": "lore", "content": ' + "[" * 200 + "]" * 200 + "}]",
        "[1, 2",
        '"text"',
        "[]",
        "[1, 2]",
    ],
    ids=["nan", "unclosed", "deep", "cut", "no-list", "empty", "numbers"],
)
def test_what_is_no_list_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "documents.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ImportFailed):
        import_files([path], tmp_path / "world")
    assert not (tmp_path / "world").exists()


@pytest.mark.parametrize(
    "content",
    [
        "## other {knows=public}\n### en: x\nleaked",
        "? 비밀이 뭐예요?\n답",
        "# 제목",
        "a {b} \u202e",
    ],
)
def test_lore_that_looks_like_markup_is_text(tmp_path: Path, content: str) -> None:
    listed = documents()
    of_type(listed, "lore")["content"] = content
    world, _ = imported(tmp_path, listed)
    own = [p for p in world.passages.values() if p.gate.audience == (f"npc:{NPC}",)]
    assert len(own) == len(world.passages) == 2
    assert all(not p.asked.ko for p in own)


@pytest.mark.parametrize("name", ["../../escape", "a/b", "..", "CON: {x}", "이름", "a\nb"])
def test_an_id_leads_nowhere_out_of_the_world(tmp_path: Path, name: str) -> None:
    listed = [{**d, "npc_id": name} if "npc_id" in d else d for d in documents()]
    listed = [d for d in listed if d["type"] != "npc_config"]
    try:
        imported(tmp_path, listed)
    except (ImportFailed, WorldInvalid):
        assert not (tmp_path / "world").exists()
    assert {p.name for p in tmp_path.iterdir()} <= {"world", "documents.json"}


def test_a_long_text_is_told_in_pieces(tmp_path: Path) -> None:
    listed = documents()
    of_type(listed, "lore")["content"] = "강물은 봄마다 불어난다. " * 300
    world, _ = imported(tmp_path, listed)
    assert len(world.passages) >= 3
