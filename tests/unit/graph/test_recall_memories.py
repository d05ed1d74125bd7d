"""Memories and events are recalled side by side, and neither waits for the other for long."""

from __future__ import annotations

from typing import Any

from langchain_app.domain.memory.memory import Recollection
from tests.unit.graph.scripted import Chronicle, Memories, play


class Told:
    """Brings one recollection to mind."""

    def __init__(self, text: str, score: float, kind: Any, just: str = "") -> None:
        self.found = (Recollection("", "", "", "", score, score, kind, text),)
        new = Recollection("", "", "", "", 0, 0, kind, just, how="saw", just=True)
        self.just = (new,) if just else ()

    async def just_happened(self, scene: Any, language: Any) -> tuple[Recollection, ...]:
        return self.just

    async def recall(self, *asked: Any) -> tuple[Recollection, ...]:
        return self.found

    def entry(self, event: Any) -> Any:
        raise AssertionError("nothing happens in this turn")


async def test_what_is_recalled_is_shown_best_first(ebbhold) -> None:
    played = await play(
        ebbhold,
        "What happened?",
        ["Nothing."],
        memory_book=Told("“Hello.” → “Well met.”", 0.4, "said"),
        chronicle=Told("Hail fell.", 0.8, "event"),
    )
    prompt = str(played.speaker.heard[0][-1].content)
    assert prompt.index("Hail fell.") < prompt.index("Well met.")


async def test_a_slow_chronicle_costs_the_events_and_neither_the_memories_nor_the_turn(
    ebbhold,
) -> None:
    played = await play(
        ebbhold,
        "What happened?",
        ["Nothing."],
        memory_book=Told("“Hello.” → “Well met.”", 0.4, "said"),
        chronicle=Chronicle(slow_s=30),
        seconds=1.0,
    )
    assert [memory.text for memory in played.final["memories"]] == ["“Hello.” → “Well met.”"]
    assert played.answer["reply"]
    assert played.seconds < 3


async def test_slow_memories_cost_no_event(ebbhold) -> None:
    played = await play(
        ebbhold,
        "What happened?",
        ["Nothing."],
        memory_book=Memories(slow_s=30),
        chronicle=Told("Hail fell.", 0.8, "event"),
        seconds=1.0,
    )
    assert [memory.text for memory in played.final["memories"]] == ["Hail fell."]


async def test_what_has_just_happened_comes_first_and_once(ebbhold) -> None:
    for just in ("Hail fell.", "The door did not open."):
        played = await play(
            ebbhold,
            "What happened?",
            ["Nothing."],
            memory_book=Told("“Hello.” → “Well met.”", 0.9, "said"),
            chronicle=Told("Hail fell.", 0.8, "event", just),
        )
        prompt = str(played.speaker.heard[0][-1].content)
        assert prompt.index("This has just happened.") < prompt.index("Well met.")
        assert (prompt.count("Hail fell."), prompt.count(just)) == (1, 1)
