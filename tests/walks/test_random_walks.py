"""Random walks of turns, saves and loads, held against the plain rules after every step.

`make walk` walks 10,000 steps; CI a few hundred. DRAMATIS_WALK_STEPS says how many.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from langchain_app.bootstrap import Platform, open_platform
from langchain_app.domain.chronicle import EventReport
from langchain_app.domain.ports import Whose
from langchain_app.domain.triggers import fired_trigger, forbidden_hit
from langchain_app.domain.turn import TurnRequest, Utterance
from tests.playing import EBBHOLD, fresh, settings_in, state_with
from tests.walks.plain_story import PlainStory, PlainWorld

STEPS = int(os.environ.get("DRAMATIS_WALK_STEPS", "300"))
STEPS_A_WALK = 50

HOMES = {"mountains": "I live up in the mountains.", "harbour": "I live by the harbour."}
WHERE = "Where do I live?"
EVENTS = {
    "lantern": "A hooded stranger stole a silver lantern from a stall.",
    "brazier": "A brazier set fire to a sail.",
}
ASKED = {"lantern": "Who stole the silver lantern?", "brazier": "Which sail caught fire?"}
THANKS, INSULT, IDLE = "Thank you so much!", "You stupid idiot, I hate you.", "Is it raining?"


@dataclass(frozen=True)
class Line:
    """Something to say: the triggers that its words fit, and what it does as an act."""

    npc: str
    text: str
    act: str
    hits: tuple[str, ...] = ()
    hurts: str | None = None


class Stage:
    """A platform on an event loop of its own, so that a walk may be plain code."""

    def __init__(self, state: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._closing = AsyncExitStack()
        self.platform: Platform = self.run(
            self._closing.enter_async_context(open_platform(settings_in(state)))
        )
        self.plain = PlainWorld(EBBHOLD)
        self.lines = self._lines()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)

    def close(self) -> None:
        self.run(self._closing.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _lines(self) -> list[Line]:
        """Every example of every trigger that fits no other trigger's words with that NPC."""
        parts = self.platform.dialogue.parts
        found = []
        for trigger in parts.world.all_triggers:
            if trigger.says is None or trigger.id.startswith("goal."):
                continue
            mine = parts.world.triggers[trigger.npc]
            for text in trigger.says.examples["en"]:
                said = Utterance(text, "en")
                fits = [t for t in mine if fired_trigger([t], said, _unlike)]
                hurt = forbidden_hit(parts.world.npc(trigger.npc).forbidden_triggers, said, _unlike)
                if [t.id for t in fits] == [trigger.id] and hurt is None:
                    act = parts.listener.act(said)
                    found.append(Line(trigger.npc, text, act, (trigger.id,)))
        for npc in parts.world.npcs.values():
            for hurtful in npc.forbidden_triggers:
                text = hurtful.examples["en"][0]
                hit = forbidden_hit(npc.forbidden_triggers, Utterance(text, "en"), _unlike)
                if hit is not None and hit[0].id == hurtful.id:
                    found.append(Line(npc.id, text, "", (), hurtful.id))
        return found


def _unlike(examples: Any) -> tuple[float, str]:
    return 0.0, ""


@pytest.fixture(scope="module")
def stage(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(state_with(ingested, tmp_path_factory.mktemp("walks")))
    yield stage
    stage.close()


class Walk(RuleBasedStateMachine):
    """One player who speaks, saves and loads; every session is checked against its own branch."""

    stage: Stage
    steps: Counter[str]
    sessions = Bundle("sessions")
    saves = Bundle("saves")

    def __init__(self) -> None:
        super().__init__()
        self.player = fresh("walker")
        self.branch: dict[str, PlainStory] = {}
        self.saved: dict[str, PlainStory] = {}

    @initialize(target=sessions)
    def begins(self) -> str:
        story = PlainStory(self.stage.plain)
        answer = self._play(None, "maren", IDLE)
        story.say("maren", "question", [])
        self.branch[answer["session_id"]] = story
        self._compare(answer, story, "maren")
        return str(answer["session_id"])

    @rule(session=sessions, data=st.data())
    def says_what_a_trigger_waits_for(self, session: str, data: st.DataObject) -> None:
        line = data.draw(st.sampled_from(self.stage.lines))
        story = self.branch[session]
        # Half of the time somebody's open gate is chosen: a walk of strangers' words leads nowhere.
        gates = [t for t in self.stage.lines if t.hits and story._open(self._raw(t), t.npc)]
        if gates and data.draw(st.booleans()):
            line = data.draw(st.sampled_from(gates))
        answer = self._play(session, line.npc, line.text)
        if line.hurts is not None:
            story.hurt(line.npc, line.hurts)
            assert answer["model_info"]["deflected"] == "forbidden_trigger", line
            assert answer["state"]["flags"] == {}
        else:
            raised = story.say(line.npc, line.act, list(line.hits))
            assert set(answer["state"]["flags"]) == raised, line
        self._compare(answer, story, line.npc)

    @rule(
        session=sessions,
        npc=st.sampled_from(["maren", "isaura", "nele", "teck"]),
        said=st.sampled_from([(THANKS, "thanks"), (INSULT, "insult"), (IDLE, "question")]),
    )
    def is_polite_or_rude(self, session: str, npc: str, said: tuple[str, str]) -> None:
        answer = self._play(session, npc, said[0])
        story = self.branch[session]
        assert set(answer["state"]["flags"]) == story.say(npc, said[1], [])
        self._compare(answer, story, npc)

    @rule(
        session=sessions,
        npc=st.sampled_from(["maren", "nele"]),
        home=st.sampled_from(sorted(HOMES)),
    )
    def tells_where_the_player_lives(self, session: str, npc: str, home: str) -> None:
        answer = self._play(session, npc, HOMES[home])
        story = self.branch[session]
        story.say(npc, "small_talk", [])
        story.homes[npc] = home
        self._compare(answer, story, npc)

    @rule(session=sessions, npc=st.sampled_from(["maren", "nele"]))
    def asks_where_the_player_lives(self, session: str, npc: str) -> None:
        answer = self._play(session, npc, WHERE)
        story = self.branch[session]
        story.say(npc, "question", [])
        self._compare(answer, story, npc)
        told = story.homes.get(npc)
        for home in HOMES:
            assert (home in answer["reply"].lower()) is (home == told), (told, answer["reply"])

    @rule(session=sessions, event=st.sampled_from(sorted(EVENTS)))
    def something_happens(self, session: str, event: str) -> None:
        report = EventReport(
            fresh("event"), "test", {"en": EVENTS[event]}, "keel_market", importance=0.9, loud=True
        )
        self.stage.run(self.stage.platform.intake.report(report, Whose(session_id=session)))
        self.branch[session].events.add(event)

    @rule(
        session=sessions,
        event=st.sampled_from(sorted(EVENTS)),
        npc=st.sampled_from(["bruna", "harl"]),
    )
    def what_happened_is_known_where_it_was_lived(self, session: str, event: str, npc: str) -> None:
        parts = self.stage.platform.dialogue.parts
        request = TurnRequest(ASKED[event], fresh("turn"), True, npc, self.player, session, "en")
        scene = self.stage.run(parts.timelines.load_scene(request, parts.world))
        asked = Utterance(ASKED[event], "en")
        found = self.stage.run(parts.chronicle.recall(scene, asked, ()))
        known = EVENTS[event] in [recollection.text for recollection in found]
        assert known is (event in self.branch[session].events), (event, found)

    @rule(target=saves, session=sessions)
    def saves_the_game(self, session: str) -> str:
        name = fresh("save")
        self.stage.run(self.stage.platform.saves.save(session, save_id=name))
        self.saved[name] = self.branch[session].copied()
        return name

    @rule(target=sessions, save=saves)
    def loads_a_save(self, save: str) -> str:
        _, session = self.stage.run(self.stage.platform.saves.load(save, player_id=self.player))
        self.branch[session] = self.saved[save].copied()
        self._stands(session)
        return str(session)

    @rule(session=sessions)
    def every_branch_stands_where_it_was_left(self, session: str) -> None:
        self._stands(session)

    @invariant()
    def _counts(self) -> None:
        self.steps["walked"] += 1

    def _raw(self, line: Line) -> dict[str, Any]:
        return next(t for t in self.stage.plain.triggers if t["id"] == line.hits[0])

    def _play(self, session: str | None, npc: str, text: str) -> dict[str, Any]:
        request = TurnRequest(text, fresh("turn"), True, npc, self.player, session, "en")
        answer: dict[str, Any] = self.stage.run(self.stage.platform.dialogue.play(request))
        return answer

    def _compare(self, answer: dict[str, Any], story: PlainStory, npc: str) -> None:
        assert answer["state"]["relationship"] == pytest.approx(story.felt[npc], abs=1e-9)
        self._stands(answer["session_id"], story)

    def _stands(self, session: str, story: PlainStory | None = None) -> None:
        story = story or self.branch[session]
        saves = self.stage.platform.saves
        lived = self.stage.run(saves.timeline(session, limit=1, player_id=self.player))
        assert lived.turn == story.turns
        assert set(lived.state["flags"]) == story.flags
        assert set(lived.state["items"]) == story.items
        for npc, felt in lived.state["relationships"].items():
            assert felt == pytest.approx(story.felt[npc], abs=1e-9), npc


def test_no_walk_of_turns_saves_and_loads_differs_from_the_plain_rules(stage: Stage) -> None:
    steps: Counter[str] = Counter()
    machine = type("OnStage", (Walk,), {"stage": stage, "steps": steps})
    walks = settings(
        max_examples=max(1, STEPS // STEPS_A_WALK),
        stateful_step_count=STEPS_A_WALK,
        deadline=None,
        phases=[Phase.generate],  # a failing walk is told as it was; shrinking it would take hours
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        database=None,
    )
    while steps["walked"] < STEPS:  # a walk may end before its fiftieth step
        run_state_machine_as_test(machine, settings=walks)
    print(f"walked {steps['walked']} steps")
