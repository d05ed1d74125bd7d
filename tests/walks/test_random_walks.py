"""Random walks of turns, saves and loads, held against the plain rules after every step.

How the words were read is given: as the understanding reads them, or as a walk would have it.

`make walk` walks 10,000 steps; CI a few hundred. DRAMATIS_WALK_STEPS says how many.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
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

from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.lore.lore import Findings
from langchain_app.domain.memory.chronicle import EventReport
from langchain_app.domain.memory.facts import Asked, Told
from langchain_app.domain.ports import LoreRetriever, Understanding, Whose
from langchain_app.domain.story.staging import Staged
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.turn import TurnRequest, Utterance
from langchain_app.domain.understanding.understanding import Judged, ToRead, Understood
from tests.playing import EBBHOLD, fresh, settings_in, state_with
from tests.walks.plain_story import Json, PlainStory, PlainWorld

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
MIDST = {
    "flags": {
        "cracked_bell.rumour", "cracked_bell.entrusted", "cracked_bell.clapper_found",
        "drowned_man.trusted", "drowned_man.moonwort", "missing_mudlark.asked",
        "missing_mudlark.tracks", "salt_ledger.hired", "salt_ledger.trail", "salt_ledger.ledger",
    },
    "items": {"bronze_clapper", "salt_ledger_book"},
}  # fmt: skip
"""A moment at which much that is costly may happen."""
SURE = (0.1, 0.25, 0.35, 0.6, 0.75, 0.95)
"""How surely words may perform an act: a figure between all thresholds."""
_SURE = st.sampled_from(SURE)
PLAIN = re.compile(r"(?:[A-Za-z가-힣 ,.!?…-]|(?<=[a-z])['’](?=[a-z]))+")
"""Nothing quoted, acted or encoded: all of it are the player's own words."""


@dataclass(frozen=True)
class Line:
    """Something to say to an NPC that an author wrote for one of its gates, or for what it forbids."""

    npc: str
    text: str
    language: Language
    gate: str


_MAPS = ("judged", "sure")


@dataclass
class Overheard:
    """The understanding, and what it read last; a walk may want a line to be read otherwise."""

    reads: Understanding
    instead: dict[str, Any] | None = field(default_factory=dict)
    """What else is read than the words say; None: nothing is."""
    asked: ToRead | None = None
    found: Understood | None = None

    @property
    def name(self) -> str:
        return self.reads.name

    async def read(self, to_read: ToRead) -> Understood:
        self.asked, self.found = to_read, None
        if self.instead is None:
            raise UnderstandingFailed("the walk wants it so")
        read = await self.reads.read(to_read)
        both = {what: {**getattr(read, what), **self.instead.get(what, {})} for what in _MAPS}
        self.found = replace(read, **(self.instead | both))
        return self.found


@dataclass
class OverheardLore:
    """The lore, and how surely what was found last answers."""

    searches: LoreRetriever
    confidence: float = 0.0

    async def search(self, *asked: Any, **how: Any) -> Findings:
        found = await self.searches.search(*asked, **how)
        self.confidence = found.best.confidence if found.best else 0.0
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.searches, name)


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
        dialogue = self.platform.dialogue
        self.overheard = Overheard(dialogue.parts.understanding)
        self.lore = OverheardLore(dialogue.parts.lore)
        dialogue.switch(replace(dialogue.parts, understanding=self.overheard, lore=self.lore))
        self.plain = PlainWorld(EBBHOLD)
        self.lines = list(_lines(self.plain))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)

    def close(self) -> None:
        self.run(self._closing.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _lines(world: PlainWorld) -> Iterator[Line]:
    """Yield every plain example of every gate, and of what NPCs do not stand for."""
    says = [(gate["npc"], gate["id"], gate["says"]) for gate in world.gates if gate.get("says")]
    for npc in world.npcs.values():
        says += [(npc["id"], one["id"], one) for one in npc.get("forbidden_triggers", [])]
    for who, gate, said in says:
        for language in LANGUAGES:
            texts = said["examples"][language]
            yield from (Line(who, t, language, gate) for t in texts if PLAIN.fullmatch(t))


LITTLE = ("greets", "takes_leave", "thanks", "laughs", "asks_identity", "asks_wellbeing")


def _read(found: Understood | None) -> Json | None:
    """Return a reading as the plain rules take it."""
    if found is None:
        return None
    greets = found.act in LITTLE and found.sure["act"] >= 0.8
    reminded = found.asked.of_player and (found.asked.sure or not found.asked.words)
    says_yes = found.act in ("accepts", "hands_over") and found.sure["act"] >= 0.5
    return {
        "act": found.act,
        "meant": found.mode == "meant",
        "yes": says_yes and found.mode == "meant" and found.steers < 0.2,
        "steers": found.steers >= 0.2,
        "little": greets or reminded,
        "alone": found.alone,
        "personal": found.personal,
        "despair": found.despair,
        "wanted": found.wanted,
        "p": {key: judged.performs for key, judged in found.judged.items()},
        "about": {key for key, judged in found.judged.items() if judged.otherwise != "unrelated"},
    }


@pytest.fixture(scope="module")
def stage(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    node = import_module("langchain_app.graph.nodes.understand")
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(node, "READING_S", 60.0)  # on a busy machine no reading is late
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

    @initialize(target=sessions, midst=st.booleans())
    def begins(self, midst: bool) -> str:
        story, timelines = (
            PlainStory(self.stage.plain),
            self.stage.platform.dialogue.parts.timelines,
        )
        given = {name: frozenset(held) for name, held in MIDST.items() if midst}
        story.flags, story.items = set(given.get("flags", ())), set(given.get("items", ()))
        staged = Staged(story=StoryState(**given))
        session = self.stage.run(timelines.stage("ebbhold", self.player, staged))
        self.branch[session] = story
        self._say(session, "maren", IDLE)
        return str(session)

    @rule(session=sessions, data=st.data())
    def says_what_an_author_wrote(self, session: str, data: st.DataObject) -> None:
        story, line = self.branch[session], data.draw(st.sampled_from(self.stage.lines))
        # Half of the time somebody's open gate is chosen: a walk of strangers' words leads nowhere.
        opened = {gate["id"] for npc in self.stage.plain.npcs for gate in story.opened(npc)}
        gates = [line for line in self.stage.lines if line.gate in opened]
        if gates and data.draw(st.booleans()):
            line = data.draw(st.sampled_from(gates))
        self._say(session, line.npc, line.text, line.language)

    @rule(session=sessions, data=st.data())
    def says_something_that_performs_an_act_so_surely(
        self, session: str, data: st.DataObject
    ) -> None:
        story, npcs = self.branch[session], sorted(self.stage.plain.npcs)
        npc = data.draw(st.sampled_from(npcs))
        key, sure = data.draw(st.sampled_from(sorted(story.waits(npc)))), data.draw(_SURE)
        judged = {key: Judged(sure, "other")}
        steers = data.draw(st.sampled_from((0.0, 0.0, 0.19, 0.3)))
        self._say(session, npc, IDLE, act="small_talk", judged=judged, steers=steers)

    @rule(session=sessions, data=st.data())
    def says_what_a_gate_to_come_waits_for(self, session: str, data: st.DataObject) -> None:
        story = self.branch[session]
        npcs = [npc for npc in sorted(self.stage.plain.npcs) if story.closed(npc)]
        npc = data.draw(st.sampled_from(npcs or sorted(self.stage.plain.npcs)))
        shut = [gate["id"] for gate in story.closed(npc) if gate["id"] in story.waits(npc)]
        judged = {key: Judged(0.96, "other") for key in shut[:1]}
        self._say(session, npc, IDLE, act="small_talk", judged=judged)

    @rule(session=sessions, despair=_SURE, data=st.data())
    def says_something_in_such_despair(
        self, session: str, despair: float, data: st.DataObject
    ) -> None:
        npc = data.draw(st.sampled_from(sorted(self.stage.plain.npcs)))
        self._say(session, npc, IDLE, act="tells_feeling", despair=despair)

    @rule(session=sessions, data=st.data())
    def hands_over_what_somebody_waits_for(self, session: str, data: st.DataObject) -> None:
        story = self.branch[session]
        costly = [
            gate
            for npc in sorted(self.stage.plain.npcs)
            for gate in story.opened(npc)
            if gate.get("says") and story.is_costly(gate) and gate.get("confirm") != "never"
        ]
        if costly:
            gate = data.draw(st.sampled_from(costly))
            judged = {gate["id"]: Judged(data.draw(_SURE), "other")}
            self._say(session, gate["npc"], IDLE, act="small_talk", judged=judged)

    @rule(
        session=sessions,
        act=st.sampled_from([None, "accepts", "refuses", "jokes"]),
        mode=st.sampled_from(["meant", "meant", "ironic"]),
        data=st.data(),
    )
    def answers_who_asked_back(
        self, session: str, act: str | None, mode: str, data: st.DataObject
    ) -> None:
        asking = [npc for npc, asked in self.branch[session].asked.items() if asked]
        if asking:
            instead = {"act": act, "mode": mode, "sure": {"act": 0.9}} if act else {}
            self._say(session, data.draw(st.sampled_from(sorted(asking))), "Yes.", **instead)

    @rule(
        session=sessions,
        npc=st.sampled_from(["maren", "isaura", "nele", "teck"]),
        said=st.sampled_from([(THANKS, "thanks"), (INSULT, "insults"), (IDLE, "asks")]),
    )
    def is_polite_or_rude(self, session: str, npc: str, said: tuple[str, str]) -> None:
        self._say(session, npc, said[0], act=said[1], mode="meant")

    @rule(session=sessions, npc=st.sampled_from(["maren", "isaura", "nele", "bruna"]))
    def is_not_understood(self, session: str, npc: str) -> None:
        answer = self._say(session, npc, IDLE, fails=True)
        assert answer["story"]["understood"]["failure"]

    @rule(
        session=sessions,
        npc=st.sampled_from(["maren", "nele"]),
        home=st.sampled_from(sorted(HOMES)),
    )
    def tells_where_the_player_lives(self, session: str, npc: str, home: str) -> None:
        told = (Told("player", "home", HOMES[home].removeprefix("I live ").rstrip(".")),)
        self._say(session, npc, HOMES[home], told=told)

    @rule(session=sessions, npc=st.sampled_from(["maren", "nele"]))
    def asks_where_the_player_lives(self, session: str, npc: str) -> None:
        story = self.branch[session]
        none = {key: Judged(0.0, "unrelated") for key in story.waits(npc)}
        asked = Asked(("home",), ("player",))
        answer = self._say(session, npc, WHERE, act="asks", asked=asked, told=(), judged=none)
        told = story.homes.get(npc, "").lower()
        if answer["story"]["fired"] is None:  # a goal whose moment has come may speak beside it
            for home in HOMES:
                assert (home in answer["reply"].lower()) is (home in told), (told, answer["reply"])

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

    def _say(
        self,
        session: str,
        npc: str,
        text: str,
        language: Language = "en",
        *,
        fails: bool = False,
        **instead: Any,
    ) -> Json:
        """Say something, here and by the plain rules; `instead` is what a walk wants to be read."""
        story, heard = self.branch[session], self.stage.overheard
        heard.instead = None if fails else instead
        waits, talk, asked = story.waits(npc), story.talk.get(npc, []), story.asked.get(npc)
        gates = [(gate, False) for gate in story.opened(npc)]
        gates += [(gate, True) for gate in story.closed(npc)]
        request = TurnRequest(text, fresh("turn"), True, npc, self.player, session, language)
        self.stage.lore.confidence = 0.0
        answer: Json = self.stage.run(self.stage.platform.dialogue.play(request))
        assert heard.asked is not None
        assert {act.key for act in heard.asked.acts} == waits
        assert [(turn.player, turn.npc) for turn in heard.asked.before] == talk[-2:]
        assert heard.asked.always == ((asked,) if asked else ())
        reading = _read(heard.found)
        asks = reading is not None and reading["act"] in ("asks", "requests")
        answered = asks and self.stage.lore.confidence >= 0.9
        done = story.say(npc, text, language, reading, answered=answered)
        told = answer["story"]
        said = (npc, text, reading, told)
        assert set(answer["state"]["flags"]) == done["flags"], said
        assert told["forbidden"] == done["hurt"], said
        assert {what: told[what] for what in ("fired", "asks_back", "hint")} == {
            what: done[what] for what in ("fired", "asks_back", "hint")
        }, said
        assert {(miss["trigger"], miss["closed"]) for miss in told["near"]} == {
            (gate["id"], closed)
            for gate, closed in gates
            if reading is not None
            and done["hurt"] is None
            and (reading["p"].get(gate["id"], 0) >= 0.2 or gate["id"] in reading["about"])
        }, said
        self.steps.update(what for what in ("fired", "asks_back", "hint", "hurt") if done[what])
        story.talk[npc] = [*talk, (text, answer["reply"])]
        for fact in heard.found.told if heard.found is not None else ():
            if (fact.subject, fact.slot, fact.stance) == ("player", "home", "holds"):
                story.homes[npc] = fact.value
        assert answer["state"]["relationship"] == pytest.approx(story.felt[npc], abs=1e-9), said
        self._stands(session)
        return answer

    def _stands(self, session: str) -> None:
        story, saves = self.branch[session], self.stage.platform.saves
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
    print(f"walked {steps['walked']} steps: {dict(steps)}")
    if STEPS >= 300:
        assert min(steps[what] for what in ("fired", "asks_back", "hint", "hurt")) > 0, steps
