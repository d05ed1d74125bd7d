"""Whatever was saved and loaded, in whatever order: nothing un-lived is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.turn import TurnRequest, Utterance
from langchain_app.persistence.timelines import PostgresTimelines
from tests.playing import fresh

THINGS = (
    "boat", "mule", "cart", "sword", "lantern", "kettle", "barrel", "compass", "drum", "violin",
    "telescope", "hammock",
)  # fmt: skip

OWNED = Asked(("owns",), ("player",))

walks = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(0, 99)),
        st.tuples(st.just("fork"), st.integers(0, 99), st.integers(0, 99)),
    ),
    min_size=3,
    max_size=len(THINGS),
)


@dataclass
class Life:
    """What the model knows of a timeline: its session, and what was said on it, by turn."""

    id: str
    session: str
    said: dict[int, str] = field(default_factory=dict)
    states: dict[int, dict] = field(default_factory=dict)

    def until(self, at: int) -> tuple[dict[int, str], dict[int, dict]]:
        return (
            {seq: thing for seq, thing in self.said.items() if seq <= at},
            {seq: state for seq, state in self.states.items() if seq <= at},
        )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(walk=walks)
async def test_nothing_beyond_the_lineage_is_recalled(game, walk) -> None:
    platform = game.platform
    timelines = PostgresTimelines(platform.postgres)
    book = platform.dialogue._parts.memory_book
    player, things = fresh("walker"), list(THINGS)
    hello = await game.say("Hello.", "bruna", player_id=player)
    first = await timelines.load_scene(
        TurnRequest("?", "t", session_id=hello["session_id"]), platform.world
    )
    state = await _state(game, first.timeline_id)
    lives = [Life(first.timeline_id, hello["session_id"], {}, {1: state})]
    for kind, which, *rest in walk:
        life = lives[which % len(lives)]
        if kind == "say":
            thing = things.pop()
            await game.say(
                f"I own a {thing}. Thank you!", "bruna", player_id=player, session_id=life.session
            )
            state = await _state(game, life.id)
            life.said[state["seq"]], life.states[state["seq"]] = thing, state
            continue
        at = 1 + rest[0] % max(life.states)
        session, forked = await timelines.fork(life.id, at)
        child = Life(forked, session, *life.until(at))
        lives.append(child)
        assert _content(await _state(game, forked)) == _content(life.states[at])
    for life in lives:
        scene = await timelines.load_scene(
            TurnRequest("?", "t", session_id=life.session), platform.world
        )
        lived = set(life.said.values())
        asked = [("What do I own?", OWNED), *((f"Remember my {it}?", Asked()) for it in THINGS)]
        for question, of_what in asked:
            found = await book.recall(scene, Utterance(question, "en"), (), of_what)
            told = " ".join(memory.text for memory in found)
            recalled = {thing for thing in THINGS if thing in told}
            assert recalled <= lived, (question, found)
            if of_what != OWNED:
                assert recalled >= {thing for thing in lived if thing in question}, question


async def _state(game, timeline_id: str) -> dict:
    return (await game.sql("select * from timelines where id = %s", timeline_id))[0]


def _content(state: dict) -> dict:
    return {key: state[key] for key in ("seq", "flags", "items", "relationships", "game_time")}
