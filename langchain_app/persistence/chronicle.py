"""Story events in Postgres: written down once, recalled by meaning and by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from psycopg.rows import DictRow

from langchain_app.domain.errors import (
    EventIdReused,
    EventInvalid,
    SessionOfAnotherPlayer,
    UnknownSession,
)
from langchain_app.domain.memory.chronicle import (
    EventReport,
    Society,
    StoryEvent,
    TimeWindow,
    Witness,
    clock_after,
    story_event,
)
from langchain_app.domain.memory.memory import Recollection
from langchain_app.domain.memory.rumour import ChronicleEntry, spread
from langchain_app.domain.memory.story_memory import (
    EventQuestion,
    KnownEvent,
    come_to_mind,
    just_happened,
    rated,
)
from langchain_app.domain.ports import Listener, Recorded, Whose
from langchain_app.domain.story.action_results import reported_action
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.domain.world import World
from langchain_app.language.event_talk import asks_what_happened, topic
from langchain_app.language.time_window import asked_time, lately
from langchain_app.persistence.chronicle_sql import (
    CANDIDATES,
    JUST,
    KNOWN,
    NEWEST,
    OPEN_TIMELINE,
    RECORD,
    RECORDED,
    TIMELINE_OF_PLAYER,
    TIMELINE_OF_SESSION,
    actor_of,
    written,
)
from langchain_app.persistence.postgres import Connection, Postgres, vector_literal
from langchain_app.worlds.past import WorldPast

LIMIT = 3
EVER = TimeWindow(float("-inf"), float("inf"))


class PostgresChronicle:
    """The Chronicle port over Postgres, and over the past that the world's authors wrote.

    `weights` say how far to trust embeddings in a language.
    """

    _statement = KNOWN

    def __init__(
        self, postgres: Postgres, world: World, listener: Listener, weights: Mapping[str, float]
    ) -> None:
        self._postgres = postgres
        self._world = world
        self._listener = listener
        self._weights = weights
        self._society = Society.of(world)
        self._past = WorldPast(world, listener)

    def entry(self, event: StoryEvent) -> ChronicleEntry:
        """Return the event with everybody who ever knows of it; see the port."""
        hearings = spread(event, self._society)
        return ChronicleEntry(event, hearings, tuple(self._past.tokens(event)))

    async def record(self, report: EventReport, whose: Whose, vector: Sequence[float]) -> Recorded:
        """Write an event down with everybody who ever knows of it; see the port."""
        if whose.session_id is None and whose.player_id is None:
            raise EventInvalid("The event belongs to no story.", "Send session_id or player_id.")
        digest, told = report.digest, self._worded(report)

        async def work(connection: Connection) -> Recorded:
            timeline = await self._timeline(connection, whose)
            values = {"timeline": timeline["id"], "event": report.event_id}
            known = await (await connection.execute(RECORDED, values)).fetchone()
            if known is not None:
                if known["digest"] != digest:
                    raise EventIdReused(report.event_id)
                witnesses = tuple(Witness(npc, how) for npc, how in known["witnesses"])
                return Recorded(report.event_id, witnesses, known["game_time"])
            clock = timeline["game_time"]
            seen = await self._witnessed(connection, timeline["id"], told)
            event = story_event(seen, self._world, self._society, clock)
            entry = replace(self.entry(event), vector=tuple(vector), digest=digest)
            now = clock_after(report, event, clock)
            await connection.execute(RECORD, values | written([entry]) | {"now": now})
            return Recorded(event.id, event.witnesses, event.game_time)

        return await self._postgres.transaction(work)

    def _worded(self, report: EventReport) -> EventReport:
        """Return the report with a sentence for what became of an action, where it has none."""
        if report.action is None:
            return report
        spec = reported_action(report.action, self._world.manifest.actions)
        if report.text:
            return report
        said = self._listener.outcome(spec.does, succeeded=report.action.succeeded)
        return replace(report, text=said)

    async def _witnessed(
        self, connection: Connection, timeline: str, report: EventReport
    ) -> EventReport:
        """Return the report of an action with the NPC who acted for its witness, unless others are.

        Raises UnknownTurn and EventInvalid.
        """
        if report.action is None:
            return report
        actor = await actor_of(connection, timeline, report.action)
        if report.witnesses is not None or actor is None:
            return report
        return replace(report, witnesses=(Witness(actor, "took part"),))

    async def recall(
        self, scene: Scene, utterance: Utterance, vector: Sequence[float]
    ) -> tuple[Recollection, ...]:
        """Return the events that the utterance brings to mind, best first; see the port."""
        text, language = utterance.text, utterance.language
        asked = asked_time(text, language, scene.game_time)
        if asked is None and not scene.eventful:
            return ()
        words = self._topic(asked.rest if asked else text, language)
        openly = asks_what_happened(text, language)
        window = asked.window if asked else None
        if asked and asked.anchor:
            moment = await self._moment(scene, Utterance(asked.anchor, language))
            if moment is None:
                return ()
            window = asked.around(moment)
        elif asked is None and openly and not words:
            window = lately(scene.game_time)
        question = EventQuestion(words, window is not None, openly, self._past.names(language))
        return await self._found(scene, window, question, language, vector, LIMIT)

    async def just_happened(self, scene: Scene, language: Language) -> tuple[Recollection, ...]:
        """Return what the NPC noticed since the last turn, the newest first; see the port."""
        if not scene.eventful:
            return ()
        values = {
            "timeline": scene.timeline_id,
            "npc": scene.npc.id,
            "seq": scene.seq + 1,
            "reached": sorted(scene.knower.story.reached),
            "trust": scene.relationship.trust,
            "limit": LIMIT,
        }

        async def read(connection: Connection) -> list[DictRow]:
            return await (await connection.execute(JUST, values)).fetchall()

        rows = await self._postgres.statement(read)
        return just_happened([self._known_event(row, language) for row in rows], scene.game_time)

    async def retrieve(
        self,
        scene: Scene,
        window: TimeWindow | None,
        query: Utterance,
        vector: Sequence[float],
        limit: int,
    ) -> tuple[Recollection, ...]:
        """Return what the NPC knows to have happened in `window`, by meaning; see the port."""
        words = self._topic(query.text, query.language)
        question = EventQuestion(words, at_that_time=window is not None)
        return await self._found(scene, window, question, query.language, vector, limit)

    async def _found(
        self,
        scene: Scene,
        window: TimeWindow | None,
        question: EventQuestion,
        language: Language,
        vector: Sequence[float],
        limit: int,
    ) -> tuple[Recollection, ...]:
        """Return the best of what the NPC lived; of the world's past only where a time is asked."""
        if not question.topic and window is None:
            return ()
        weight = self._weights.get(language, 0.0)
        meant = vector if weight else ()
        known = await self._known(scene, window or EVER, question, language, meant)
        if window is not None:
            known += self._past.within(window, scene.knower, language)
        return come_to_mind(known, question, now=scene.game_time, dense_weight=weight, limit=limit)

    async def _moment(self, scene: Scene, anchor: Utterance) -> float | None:
        """Return when the event took place that a time is counted from, if the NPC knows of it."""
        language = anchor.language
        question = EventQuestion(self._topic(anchor.text, language))
        known = await self._known(scene, EVER, question, language, ())
        known += self._past.within(EVER, scene.knower, language)
        best = rated(known, question, now=scene.game_time, dense_weight=0.0)
        return best[0][2].game_time if best else None

    async def _known(
        self,
        scene: Scene,
        window: TimeWindow,
        question: EventQuestion,
        language: Language,
        vector: Sequence[float],
    ) -> list[KnownEvent]:
        """Return what this NPC knows by now of its own timeline, the likeliest first."""
        if not scene.eventful:
            return []
        values = self._lived(scene) | {
            "npc": scene.npc.id,
            "now": scene.game_time,
            "reached": sorted(scene.knower.story.reached),
            "trust": scene.relationship.trust,
            "start": window.start,
            "end": window.end,
            "dims": len(vector),
            "vector": vector_literal(vector),
            "tokens": list(question.topic),
            "any": question.at_that_time,
            "newest": NEWEST,
            "candidates": CANDIDATES,
        }

        async def read(connection: Connection) -> list[DictRow]:
            return await (await connection.execute(self._statement, values)).fetchall()

        rows = await self._postgres.statement(read)
        return [self._known_event(row, language) for row in rows]

    def _lived(self, scene: Scene) -> dict[str, Any]:
        """Return what of the events was lived on this line; a replay bounds it (`past.py`)."""
        return {
            "line": [timeline for timeline, _ in scene.lineage],
            "upto": [upto for _, upto in scene.lineage],
        }

    def _known_event(self, row: DictRow, language: Language) -> KnownEvent:
        text = row["text"]
        return KnownEvent(
            text=text.get(language) or next(iter(text.values())),
            game_time=row["game_time"],
            importance=row["importance"],
            tokens=frozenset(row["tokens"]),
            similarity=row["similarity"],
            how=row["how"],
            told_by=self._past.called(row["told_by"], language),
            credibility=row["credibility"],
            since=row["since"],
        )

    def _topic(self, text: str, language: Language) -> tuple[str, ...]:
        return topic(self._listener.tokens(text, language), language)

    async def _timeline(self, connection: Connection, whose: Whose) -> DictRow:
        """Return the timeline whose event it is, locked; a player's first event opens it."""
        values = {
            "world": self._world.id,
            "session": whose.session_id,
            "player": whose.player_id,
            "timeline": f"t-{uuid4().hex}",
        }
        if whose.session_id is None:
            await connection.execute(OPEN_TIMELINE, values)
        where = TIMELINE_OF_PLAYER if whose.session_id is None else TIMELINE_OF_SESSION
        row = await (await connection.execute(where, values)).fetchone()
        if row is None:
            raise UnknownSession(str(whose.session_id))
        if whose.player_id is not None and row["player_id"] != whose.player_id:
            raise SessionOfAnotherPlayer(str(whose.session_id))
        return row
