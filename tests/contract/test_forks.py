"""A loaded save: a timeline forked at a turn, with the state, clock and talk of that moment."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from langchain_app.domain.errors import UnknownMoment
from langchain_app.domain.turn import TurnRequest
from langchain_app.persistence.timelines import PostgresTimelines


def timelines_of(game) -> PostgresTimelines:
    return PostgresTimelines(game.platform.postgres)


async def stored(game, timeline_id: str) -> dict:
    return (await game.sql("select * from timelines where id = %s", timeline_id))[0]


STORY = (
    ("isaura", "What happened to the bell? Why is it cracked?"),
    ("isaura", "Let me help you mend it."),
    ("maren", "Thank you so much!"),
    ("dorrik", "Your anchors are beautiful, the finest work I have seen."),
    ("dorrik", "Isaura sent me. Do you have the old bronze clapper?"),
)


async def test_a_fork_has_the_state_of_its_turn_and_the_other_stays_as_it_is(game) -> None:
    moments = []
    for npc, said in STORY:
        await game.does(said, npc)
        moments.append(await game.timeline())
    parent = moments[-1]
    assert parent["items"] == ["bronze_clapper"]
    for moment in moments:
        _, forked = await timelines_of(game).fork(parent["id"], moment["seq"])
        child = await stored(game, forked)
        for kept in ("flags", "items", "relationships", "seq", "game_time"):
            assert child[kept] == moment[kept], (kept, moment["seq"])
    kept = await stored(game, parent["id"])
    changed = {name for name in kept if kept[name] != parent[name]}
    assert changed == {"current"}


async def test_a_fork_at_the_beginning_has_lived_nothing(game) -> None:
    await game.say(*reversed(STORY[0]))
    parent = (await game.timeline())["id"]
    _, forked = await timelines_of(game).fork(parent, 0)
    child = await stored(game, forked)
    assert (child["flags"], child["items"], child["relationships"]) == ([], [], {})
    assert child["line"] == [forked]


async def test_new_sessions_join_the_fork_and_its_turns_go_on_counting(game) -> None:
    await game.say("Hello.", "maren")
    await game.say("Thank you so much!", "maren")
    parent = (await game.timeline())["id"]
    _, forked = await timelines_of(game).fork(parent, 1)
    await game.say("What do you sell?", "maren")
    rows = await game.sql("select * from turns where timeline_id = %s", forked)
    assert [row["seq"] for row in rows] == [2]
    assert (await stored(game, parent))["seq"] == 2


async def test_a_session_of_the_abandoned_future_still_belongs_to_it(game) -> None:
    first = await game.say("Hello.", "maren")
    parent = (await game.timeline())["id"]
    _, forked = await timelines_of(game).fork(parent, 0)
    await game.say("Thank you!", "maren", session_id=first["session_id"])
    assert (await stored(game, parent))["seq"] == 2
    assert (await stored(game, forked))["seq"] == 0


async def test_the_conversation_goes_on_where_the_save_was_made(game) -> None:
    first = await game.say("My sister keeps bees.", "bruna")
    await game.say("And she sells honey.", "bruna", session_id=first["session_id"])
    parent = (await game.timeline())["id"]
    session, forked = await timelines_of(game).fork(parent, 1)
    again, _ = await timelines_of(game).fork(forked, 1)  # saved and loaded before another word
    for opened in (session, again):
        request = TurnRequest(message="and?", turn_id="t", session_id=opened)
        scene = await timelines_of(game).load_scene(request, game.platform.world)
        assert scene.npc.id == "bruna"
        assert [exchange.player for exchange in scene.recent] == ["My sister keeps bees."]


async def test_loading_one_save_a_hundred_times_makes_no_long_lineage(game) -> None:
    await game.say("Hello.", "maren")
    timeline = root = (await game.timeline())["id"]
    for _ in range(100):
        _, timeline = await timelines_of(game).fork(timeline, 1)
    assert (await stored(game, timeline))["line"] == [timeline, root]


async def test_two_loads_at_once_leave_one_current_timeline(game) -> None:
    await game.say("Hello.", "maren")
    parent = (await game.timeline())["id"]
    await asyncio.gather(*(timelines_of(game).fork(parent, 1) for _ in range(6)))
    rows = await game.sql(
        "select current from timelines where player_id = %s and current", game.player
    )
    assert len(rows) == 1


@pytest.mark.parametrize("at", [-1, 2])
async def test_a_moment_that_never_was_cannot_be_loaded(game, at: int) -> None:
    await game.say("Hello.", "maren")
    timeline = await game.timeline()
    with pytest.raises(UnknownMoment):
        await timelines_of(game).fork(timeline["id"], at)
    with pytest.raises(UnknownMoment):
        await timelines_of(game).fork("t-nowhere", 0)
    assert (await game.timeline())["current"]


async def test_the_ledger_adds_up_to_the_state_of_every_turn(game) -> None:
    for npc, said in STORY:
        await game.say(said, npc)
    world, ledger = game.platform.world, await game.ledger()
    for turn in await game.turns():
        before = [entry for entry in ledger if entry["seq"] <= turn["seq"]]
        flags = sorted(entry["name"] for entry in before if entry["kind"] == "flag")
        items = {e["name"]: 0.0 for e in before if e["kind"] == "item"}
        for entry in before:
            if entry["kind"] == "item":
                items[entry["name"]] += entry["amount"]
        assert turn["state"]["flags"] == flags
        assert turn["state"]["items"] == sorted(name for name in items if items[name] > 0)
        for npc, feelings in turn["state"]["relationships"].items():
            for axis, value in feelings.items():
                told = [
                    e for e in before if (e["kind"], e["name"], e["npc_id"]) == ("axis", axis, npc)
                ]
                moved = sum(entry["amount"] for entry in told)
                assert value == pytest.approx(world.npc(npc).initial[axis] + moved)


async def test_the_games_clock_never_runs_backwards(game) -> None:
    clocks = []
    for told in (None, 30.0, None, 12.0, 31.5):
        await game.say("Hello.", "maren", **({} if told is None else {"game_time": told}))
        clocks.append((await game.timeline())["game_time"])
    assert clocks == pytest.approx([0.05, 30.0, 30.05, 30.05, 31.5])
    assert [turn["game_time"] for turn in await game.turns()] == clocks


@pytest.mark.parametrize("told", ["NaN", "Infinity", "-1", "1e300", '"noon"'])
async def test_a_clock_that_is_none_is_refused(game, told: str) -> None:
    body = f'{{"message": "Hello.", "npc_id": "maren", "game_time": {told}}}'
    response = await game.post(content=body.encode())
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "request_invalid"
    assert "game_time" in response.json()["error"]["message"]


async def test_a_database_of_the_first_schema_keeps_what_it_holds(game, tmp_path) -> None:
    from alembic import command
    from alembic.config import Config

    from langchain_app.persistence.migrate import MIGRATIONS, migrate

    base = game.platform.postgres.conninfo
    with psycopg.connect(base, autocommit=True) as admin:
        admin.execute("drop database if exists of_old")
        admin.execute("create database of_old")
        conninfo = psycopg.conninfo.make_conninfo(base, dbname="of_old")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["conninfo"] = conninfo
        command.upgrade(config, "0001")
        with psycopg.connect(conninfo) as old:
            old.execute("""
                insert into timelines values ('t', 'w', 'p', 1, '["seen"]');
                insert into sessions values ('s', 't', 'maren');
                insert into turns values ('u', 't', 's', 1, 'maren', 'I love bees.', 'en', 'Oh.', '[]',
                    '{"state": {"relationship": {"trust": 0.1, "relationship": 0.0}}}', 'x');
                insert into ledger (turn_id, timeline_id, seq, npc_id, kind, name, amount, source,
                                    reason, evidence)
                values ('u', 't', 1, 'maren', 'flag', 'seen', 1, '', '', '');
                insert into memories values ('u', 't', 's', 'maren', 1, 'I love bees.', 'Oh.',
                                             '{bee}', '[0]', 0.4);
            """)
        migrate(conninfo)
        with psycopg.connect(conninfo) as new:
            state = new.execute("select state from turns").fetchone()[0]
            terms = new.execute("select token, memory_id from memory_terms").fetchall()
            line = new.execute("select line, upto, current from timelines").fetchone()
        command.downgrade(config, "0001")
        admin.execute("drop database of_old")
    assert state == {
        "flags": ["seen"],
        "items": [],
        "relationships": {"maren": {"trust": 0.1, "relationship": 0.0}},
    }
    assert terms == [("bee", "u")]
    assert line == (["t"], [2**31 - 1], True)
