"""Lorebook entries in the turn: beside what search found, under one budget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from langchain_app.domain.lore.lore import Chunk, Findings, Gate, ScoredChunk
from langchain_app.domain.lore.lorebook import Entry, Lorebook
from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.text import tokens_in
from langchain_app.domain.turn import Exchange, Scene, Utterance
from langchain_app.domain.understanding.understanding import Understood
from langchain_app.domain.world import World
from langchain_app.graph.lorebooks import with_lorebooks
from langchain_app.prompts import brief_of
from tests.unit.graph.scripted import Lore, Timeline, play

PUBLIC = Gate(audience=("public",))


def entry(id: str, *keys: str, **more: Any) -> Entry:
    values = {"title": id, "content": f"The {id} is told.", "gate": PUBLIC, **more}
    return Entry(id=id, keys=keys, **values)


def with_book(world: World, *entries: Entry, budget: int = 600) -> World:
    policy = world.manifest.policy.model_copy(update={"lore_budget_tokens": budget})
    return replace(
        world,
        manifest=world.manifest.model_copy(update={"policy": policy}),
        lorebooks={"book": Lorebook(id="book", entries=entries)},
    )


def passage(id: str, confidence: float, text: str = "A passage.") -> ScoredChunk:
    return ScoredChunk(Chunk(id, "en", "lore", id, text, PUBLIC), 1.0, confidence, text, "covers")


@pytest.fixture
def scene(ebbhold) -> Scene:
    return Timeline(ebbhold.npc("maren")).scene()


def found(world: World, scene: Scene, text: str, *passages: ScoredChunk, language="en") -> Findings:
    utterance = Utterance(text, language)
    return with_lorebooks(Findings(passages, text), scene, utterance, "turn-1", world)


def test_entries_join_what_search_found_and_come_after_it(ebbhold, scene) -> None:
    world = with_book(ebbhold, entry("bell", "bell"), entry("always", constant=True))
    lore = found(world, scene, "the bell?", passage("p", 0.6))
    assert [chunk.chunk.id for chunk in lore.chunks] == ["p", "book/always", "book/bell"]
    assert [chunk.why for chunk in lore.chunks[1:]] == ["lorebook: constant", "lorebook: key bell"]
    assert lore.best is lore.chunks[0]


def test_an_entry_answers_only_where_nothing_else_was_found_and_it_was_asked_for(
    ebbhold, scene
) -> None:
    world = with_book(ebbhold, entry("always", constant=True), entry("bell", "bell", "cast"))
    lore = found(world, scene, "who cast the bell?")
    assert lore.best is not None
    assert lore.best.chunk.id == "book/bell"
    assert found(world, scene, "what of rope?").best is None
    earlier = replace(scene, recent=(Exchange("the bell", "Aye."),))
    assert found(world, earlier, "go on").best is None


def test_an_entry_in_the_other_language_is_for_a_model_alone(ebbhold, scene) -> None:
    world = with_book(ebbhold, entry("bell", "종", "bell", content="The bell is bronze."))
    korean = found(world, scene, "종은 뭐야?", language="ko")
    assert [chunk.chunk.id for chunk in korean.chunks] == ["book/bell"]
    assert korean.best is None
    assert found(world, scene, "the bell?").best is not None


@pytest.mark.parametrize("budget", [0, 10, 25, 40, 80, 600])
def test_the_budget_of_the_world_holds_for_both_together(ebbhold, scene, budget) -> None:
    entries = [entry(f"e{n}", "bell", content="x" * 60, order=n) for n in range(10)]
    passages = [passage(f"p{n}", 0.9 - n / 10, "y" * 60) for n in range(3)]
    lore = found(with_book(ebbhold, *entries, budget=budget), scene, "bell", *passages)
    assert lore.chunks[0].chunk.id == "p0"
    rest = sum(tokens_in(chunk.chunk.text) for chunk in lore.chunks[1:])
    assert rest <= max(0, budget - tokens_in("y" * 60))


def test_a_passage_counts_a_hundred_times_its_confidence(ebbhold, scene) -> None:
    entries = [entry("weighty", "bell", priority=90), entry("light", "bell", priority=10)]
    passages = [passage("p", 0.9), passage("q", 0.5)]
    size = {text: tokens_in(text) for text in ("A passage.", "The weighty is told.")}
    world = with_book(ebbhold, *entries, budget=sum(size.values()) + tokens_in("A passage."))
    kept = [chunk.chunk.id for chunk in found(world, scene, "bell", *passages).chunks]
    assert kept == ["p", "q", "book/weighty"]


def test_an_entry_that_this_npc_may_not_know_is_not_told(ebbhold, scene) -> None:
    world = with_book(
        ebbhold,
        entry("teck", "bell", gate=Gate(audience=("npc:teck",))),
        entry("later", "bell", gate=Gate(audience=("public",), after="cracked_bell.rumour")),
        entry("trusted", "bell", gate=Gate(audience=("public",), trust=0.9)),
        entry("open", "bell"),
    )
    assert [c.chunk.id for c in found(world, scene, "bell").chunks] == ["book/open"]


def test_macros_name_the_npc_and_nobody_calls_the_player_a_player(ebbhold, scene) -> None:
    content = "{{char}}은 {{user}}를 기다린다."
    world = with_book(ebbhold, entry("bell", "종", content=content))
    (told,) = found(world, scene, "종", language="ko").chunks
    assert told.chunk.text == "마렌 오스는 손님을 기다린다."


def test_timed_effects_follow_from_the_turns_of_the_scene(ebbhold, scene) -> None:
    world = with_book(ebbhold, entry("bell", "bell", sticky=3), entry("once", "bell", cooldown=99))
    assert world.timed_entries == ("book/bell", "book/once")
    later = replace(scene, seq=1, told=((0, ("book/bell", "book/once", "p")),))
    assert [c.chunk.id for c in found(world, later, "hm").chunks] == ["book/bell"]
    assert [c.chunk.id for c in found(world, later, "bell").chunks] == ["book/bell"]
    much_later = replace(later, seq=60)
    assert {c.chunk.id for c in found(world, much_later, "bell").chunks} == {
        "book/bell",
        "book/once",
    }


@dataclass
class LoreWith(Lore):
    findings: Findings = field(default_factory=Findings)

    async def search(self, utterance: Any, scene: Any, vector: Any, **_: Any) -> Findings:
        return self.findings


async def test_a_model_is_told_the_entries_and_the_answer_names_them(ebbhold) -> None:
    world = with_book(ebbhold, entry("bell", "bell", content="The bell is bronze."))
    lore = LoreWith(findings=Findings((passage("p", 0.7),)))
    turn = await play(world, "What of the bell?", ["Bronze."], lore=lore)
    (messages,) = turn.speaker.heard
    assert "The bell is bronze." in messages[-1].content
    assert [c.chunk.id for c in brief_of(list(messages)).lore.chunks] == ["p", "book/bell"]
    (source,) = [s for s in turn.answer["sources"] if s["id"] == "book/bell"]
    assert source == {
        "id": "book/bell",
        "title": "bell",
        "score": 100.0,
        "why": "lorebook: key bell",
    }


async def test_entries_are_told_though_the_search_ran_out_of_time(ebbhold) -> None:
    world = with_book(ebbhold, entry("bell", "bell"))
    turn = await play(world, "the bell?", ["Aye."], lore=Lore(slow_s=5.0), seconds=0.3)
    assert [s["id"] for s in turn.answer["sources"]] == ["book/bell"]


async def test_in_a_world_without_lorebooks_the_findings_pass_untouched(ebbhold) -> None:
    lore = LoreWith(findings=Findings((passage("p", 0.7),)))
    turn = await play(ebbhold, "What of the bell?", ["Bronze."], lore=lore)
    assert brief_of(list(turn.speaker.heard[0])).lore is lore.findings
    assert ebbhold.timed_entries == ()


@pytest.mark.parametrize(
    ("asked", "looked_up"),
    [
        (Asked(), True),
        (Asked(subjects=("player",), words=True), True),  # may be about the world after all
        (Asked(subjects=("player",), words=True, sure=True), False),
        (Asked(("home",), ("player",)), False),
    ],
)
async def test_what_only_memory_can_answer_is_not_looked_up(ebbhold, asked, looked_up) -> None:
    lore = LoreWith(findings=Findings((passage("p", 0.7),)))
    understood = Understood(act="asks", asked=asked)
    turn = await play(ebbhold, "What of mine?", ["Hm."], lore=lore, understood=understood)
    assert bool(turn.answer["sources"]) is looked_up
