"""What is no mistake in a world's prose and spoils what an NPC says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from langchain_app.domain.text import LANGUAGES, LocalText
from langchain_app.domain.world import World
from langchain_app.worlds.prose_notes import prose_notes


def with_persona(world: World, npc_id: str, language: str, more: str) -> World:
    npc = world.npc(npc_id)
    persona = npc.persona.model_copy(update={language: f"{npc.persona[language]} {more}"})
    changed = npc.model_copy(update={"persona": persona})
    return replace(world, npcs={**world.npcs, npc_id: changed})


def with_korean(world: World, passage_id: str, body: str) -> World:
    passage = world.passages[passage_id]
    changed = passage.model_copy(update={"body": LocalText(en=passage.body.en, ko=body)})
    return replace(world, passages={**world.passages, passage_id: changed})


def test_the_demo_world_leaves_nothing_to_note(ebbhold) -> None:
    assert prose_notes(ebbhold) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_secret_that_stands_in_a_persona_is_found(ebbhold, language) -> None:
    for npc in ebbhold.npcs.values():
        for secret in npc.secrets:
            told = with_persona(ebbhold, npc.id, language, ebbhold.passages[secret].body[language])
            notes = [note for note in prose_notes(told) if f"persona.{language}" in note]
            assert any(repr(secret) in note for note in notes), secret


@pytest.mark.parametrize(
    ("body", "noted"),
    [
        ("둑은 농부 다섯이 쌓은 것.", True),
        ("둑의 높이는 아홉 자. 물이 맑다.", True),
        ("둑은 농부 다섯이 쌓았다.", False),
        ("둑은 누가 쌓았을까? 농부 다섯이다.", False),
        ("사람들은 “둑을 믿어라.”라고 말한다.", False),
    ],
)
def test_a_korean_sentence_without_a_verb_is_found(ebbhold, body: str, noted: bool) -> None:
    notes = prose_notes(with_korean(ebbhold, "day-bell-maker", body))
    assert [note.startswith("day-bell-maker: no verb ends") for note in notes] == [True] * noted
