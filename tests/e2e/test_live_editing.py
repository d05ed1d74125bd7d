"""Authors change a world while players talk in it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from langchain_app.composition.bootstrap import open_platform
from langchain_app.domain.errors import SettingsInvalid
from langchain_app.encoder.encoder import Encoder
from langchain_app.main import create_app
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.services.publishing import Publisher
from langchain_app.settings import MilvusSettings
from tests.milvus_server import milvus_server
from tests.playing import Game, error_of, served, settings_in
from tests.unit.worlds.test_the_guide import GUIDES, written

REPOSITORY = Path(__file__).parents[2]
ASKED = {"en": "Who built the weir?", "ko": "둑은 누가 쌓았어요?"}
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def embeddings(encoder: Encoder) -> EmbeddedE5:
    return EmbeddedE5(encoder)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose database is started once; the world in it is ingested by each test."""
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture
def world(folder: Path) -> Path:
    """The tiny world of the guide, as it stands there."""
    return written(GUIDES[0], folder)


@asynccontextmanager
async def playing(
    state: Path,
    world: Path,
    embeddings: EmbeddedE5,
    milvus: MilvusSettings | None = None,
    **more,
) -> AsyncIterator[Game]:
    groups = {"milvus": milvus} if milvus else {}
    settings = settings_in(state, platform={"world": world}, **groups)
    async with (
        open_platform(
            settings, encoder=embeddings.encoder, embeddings=embeddings, **more
        ) as platform,
        served(platform) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        yield Game(http, platform)


@pytest.fixture(scope="module")
async def opened(state: Path, folder: Path, embeddings: EmbeddedE5) -> AsyncIterator[Game]:
    async with playing(state, written(GUIDES[0], folder), embeddings) as game:
        yield game


@pytest.fixture
async def game(opened: Game, world: Path) -> Game:
    """A running server whose world is as the guide tells it."""
    await publish(opened, wait=True)
    return opened.another()


def edit(world: Path, old: str, new: str, name: str = "worldview/valley.md") -> None:
    path = world / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


async def answer(game: Game, language: str = "en") -> str:
    return (await game.another().say(ASKED[language], npc="berta"))["reply"]


async def publish(game: Game, **body) -> dict:
    response = await game.http.post("/api/knowledge", json=body or None)
    assert response.status_code == 200, response.text
    return response.json()


async def eventually(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up, "it never happened"
        await asyncio.sleep(0.1)


async def test_an_edited_passage_is_told_after_a_post_and_nothing_else_is_embedded(
    game, world, embeddings, monkeypatch
) -> None:
    embedded: list[tuple[str, ...]] = []
    embed_segments = EmbeddedE5.embed_segments

    def counted(self, segments):
        embedded.append(tuple(segments))
        return embed_segments(self, segments)

    assert "five farmers" in await answer(game)
    edit(world, "five farmers", "seven monks")
    assert "five farmers" in await answer(game)  # nobody asked for it yet
    with monkeypatch.context() as counting:
        counting.setattr(EmbeddedE5, "embed_segments", counted)
        done = await publish(game)
    assert (done["added"], done["changed"], done["removed"]) == (0, 1, 0)
    assert done["unchanged"] == done["chunks"] - 1
    assert (done["embedded"], done["written"]) == (1, True)
    assert len(embedded) == 1
    assert "seven monks" in " ".join(embedded[0])
    assert "seven monks" in await answer(game)
    health = (await game.http.get("/health")).json()
    assert done["version"] in health["parts"]["knowledge"]["detail"]


async def test_the_korean_text_is_edited_just_the_same(game, world) -> None:
    assert "농부 다섯" in await answer(game, "ko")
    edit(world, "농부 다섯", "스님 일곱")
    assert (await publish(game))["changed"] == 1
    assert "스님 일곱" in await answer(game, "ko")


async def test_a_post_without_any_edit_does_nothing(game) -> None:
    parts = game.platform.dialogue.parts
    done = await publish(game)
    assert (done["written"], done["embedded"], done["unchanged"]) == (False, 0, done["chunks"])
    assert game.platform.dialogue.parts is parts


async def test_what_is_no_lore_is_edited_too(game, world) -> None:
    """A name that players may now use, which tokenisers must keep whole, and a trigger's line."""
    edit(world, "The axle is dry.", "The axle screams.", "quests/stuck_wheel.json")
    edit(
        world,
        '"Goose Grease", "ko": "거위 기름"',
        '"Duck Fat", "ko": "오리굳기름"',
        "items/goods.json",
    )
    await publish(game)
    told = await game.say("Why has the wheel stopped?", npc="berta")
    assert "The axle screams." in told["reply"]
    assert "오리굳기름" in game.platform.world.names


async def test_a_broken_file_leaves_the_old_world_in_service(game, world) -> None:
    before = (await game.http.get("/health")).json()["parts"]["knowledge"]
    edit(world, "knows=public", "knows=npc:nobody")
    edit(world, '"price": 3', '"price": "three"', "items/goods.json")
    response = await game.http.post("/api/knowledge")
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "world_invalid"
    assert {Path(m["file"]).name for m in error["mistakes"]} >= {"goods.json"}
    assert all(m["line"] >= 1 and m["message"] for m in error["mistakes"])
    assert "Traceback" not in response.text
    assert "five farmers" in await answer(game)
    assert (await game.http.get("/health")).json()["parts"]["knowledge"] == before
    edit(world, '"price": "three"', '"price": 3', "items/goods.json")
    edit(world, "knows=npc:nobody", "knows=public")
    edit(world, "five farmers", "nine weavers")
    await publish(game)
    assert "nine weavers" in await answer(game)


async def test_a_server_keeps_to_one_world(game, world) -> None:
    manifest = (world / "world.json").read_text("utf-8")
    edit(world, f'"id": "{game.platform.world.id}"', '"id": "elsewhere"', "world.json")
    response = await game.http.post("/api/knowledge")
    assert error_code(response) == (422, "world_invalid")
    (world / "world.json").write_text(manifest, "utf-8")


def error_code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def ingest_by_command(world: Path, state: Path, **more: str) -> str:
    """Run `dramatis ingest` in a process of its own, as a designer would."""
    command = "from langchain_app.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "ingest", str(world)],
        env={**os.environ, "DRAMATIS_STATE_DIR": str(state), "MILVUS_URI": "", **more},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_running_server_follows_what_another_process_ingested(game, world, state) -> None:
    assert "five farmers" in await answer(game)
    edit(world, "five farmers", "a single giant")
    await asyncio.sleep(2 * game.platform.publisher._press.watch_s)
    assert "five farmers" in await answer(game)  # edited, and not ingested
    before = game.platform.publisher.version
    told = await asyncio.to_thread(ingest_by_command, world, state)
    assert "0 added, 1 changed, 0 removed" in told
    assert "1 embedded" in told
    await eventually(lambda: game.platform.publisher.version != before)
    assert "a single giant" in await answer(game)


async def test_files_edited_after_an_ingest_wait_for_the_next_one(
    game, world, state, tmp_path
) -> None:
    """Half of an author's next edit must not come along with the one that was ingested."""
    copy = tmp_path / "copy"
    shutil.copytree(world, copy)
    edit(copy, "five farmers", "two sisters")
    before = game.platform.publisher.version
    await asyncio.to_thread(ingest_by_command, copy, state)
    await asyncio.sleep(3 * game.platform.publisher._press.watch_s)
    assert game.platform.publisher.version == before
    assert "five farmers" in await answer(game)


class HeldSpeaker:
    """Speaks what the prompt grounds it in, when it is told to."""

    name = provider = "held"

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def stream(self, messages, tone, seconds):
        self.begun.set()
        await self.go.wait()
        prompt = " ".join(str(message.content) for message in messages)
        yield "Five farmers built it." if "five farmers" in prompt else "Somebody else built it."


async def test_a_turn_in_flight_ends_on_the_world_it_began_in(state, world, embeddings) -> None:
    speaker = HeldSpeaker()
    async with playing(state, world, embeddings, speaker=speaker) as game:
        turn = asyncio.create_task(game.say(ASKED["en"], npc="berta"))
        await asyncio.wait_for(speaker.begun.wait(), PATIENCE_S)
        edit(world, "five farmers in one dry summer", "three crows")
        edit(world, "Who built the weir", "Whose work the weir is")
        await publish(game)
        assert not turn.done()
        speaker.go.set()
        held = await turn
        assert held["reply"] == "Five farmers built it."
        assert held["sources"][0]["title"] == "Who built the weir"
        after = await game.say(ASKED["en"], npc="berta")
        assert after["reply"] == "Somebody else built it."
        assert after["sources"][0]["title"] == "Whose work the weir is"
        assert [row["id"] for row in await game.turns()] == [held["turn_id"], after["turn_id"]]


async def test_fifty_turns_at_once_during_several_switches_lose_nothing(game, world) -> None:
    builders = ["five farmers", "six brewers", "eight tailors", "ten smiths"]
    players = [game.another() for _ in range(50)]

    async def turns(player: Game) -> list[dict]:
        return [await player.say(ASKED["en"], npc="berta") for _ in range(4)]

    async def edits() -> None:
        for old, new in pairwise(builders):
            edit(world, old, new)
            await publish(game, wait=True)

    *played, _ = await asyncio.gather(*map(turns, players), edits())
    answers = [answer for answers in played for answer in answers]
    assert len(answers) == 200
    assert all(answer["sources"][0]["id"] == "valley-weir" for answer in answers)
    for player, mine in zip(players, played, strict=True):
        assert [row["id"] for row in await player.turns()] == [a["turn_id"] for a in mine]
    assert builders[-1] in await answer(game)


async def test_of_two_publications_at_once_one_is_refused_or_waits(
    game, world, monkeypatch
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    read = Publisher._read

    async def held(self):
        begun.set()
        await go.wait()
        return await read(self)

    monkeypatch.setattr(Publisher, "_read", held)
    edit(world, "five farmers", "forty thieves")
    first = asyncio.create_task(publish(game))
    await begun.wait()
    refused = await game.http.post("/api/knowledge")
    assert error_of(refused) == (409, "ingest_running")
    second = asyncio.create_task(publish(game, wait=True))
    await asyncio.sleep(0.1)
    assert "five farmers" in await answer(game)  # turns do not wait for it
    go.set()
    assert (await first)["written"] is True
    assert (await second)["written"] is False
    assert "forty thieves" in await answer(game)


@pytest.mark.parametrize(
    ("editing", "address", "status"),
    [
        ("local", "203.0.113.7", 403),
        ("local", "127.0.0.1", 200),
        ("local", "::1", 200),
        ("on", "203.0.113.7", 200),
        ("off", "127.0.0.1", 403),
    ],
)
async def test_only_operators_may_edit(game, editing, address, status) -> None:
    app = create_app(game.platform)

    async def from_address(scope, receive, send):
        if scope["type"] == "http":
            scope["client"] = (address, 4711)
            scope["state"]["editing"] = editing
        await app(scope, receive, send)

    async with served(from_address) as url, httpx.AsyncClient(base_url=url) as http:
        response = await http.post("/api/knowledge")
    assert response.status_code == status
    if status == 403:
        assert error_of(response) == (403, "editing_off")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", ""]
)
async def test_a_page_of_another_site_may_not_edit(game, origin) -> None:
    response = await game.http.post("/api/knowledge", headers={"origin": origin})
    assert error_of(response) == (403, "foreign_origin")


async def test_a_page_of_this_server_may_edit(game) -> None:
    own = str(game.http.base_url).rstrip("/")
    response = await game.http.post("/api/knowledge", headers={"origin": own})
    assert response.status_code == 200


async def test_a_body_that_is_no_request_is_refused(game) -> None:
    assert error_of(await game.http.post("/api/knowledge", json={"wait": "maybe"}))[0] == 422
    assert error_of(await game.http.post("/api/knowledge", content=b"\xff\xfe"))[0] == 422


async def test_a_world_searched_by_a_server_is_edited_and_outlives_the_server(
    tmp_path, world, state, embeddings
) -> None:
    with milvus_server(tmp_path / "milvus.db") as server:
        milvus = MilvusSettings(uri=server.uri, snapshot_max_chunks=1)
        async with playing(state, world, embeddings, milvus=milvus) as game:
            assert type(game.platform.knowledge).__name__ == "MilvusKnowledge"
            assert "five farmers" in await answer(game)
            edit(world, "five farmers", "four hermits")
            assert (await publish(game))["embedded"] == 1
            assert "four hermits" in await answer(game)
            edit(world, "four hermits", "two dragons")
            before = game.platform.publisher.version
            await asyncio.to_thread(ingest_by_command, world, state, MILVUS_URI=server.uri)
            await eventually(lambda: game.platform.publisher.version != before)
            assert "two dragons" in await answer(game)
            server.stop()
            told = await game.another().say(ASKED["en"], npc="berta")
            assert told["reply"]
            assert told["sources"] == []
            health = await game.http.get("/health")
            assert health.status_code == 503
            assert not health.json()["parts"]["knowledge"]["ok"]


async def test_a_small_world_on_a_server_is_searched_in_this_process(
    tmp_path, world, state, embeddings
) -> None:
    with milvus_server(tmp_path / "milvus.db") as server:
        milvus = MilvusSettings(uri=server.uri)
        async with playing(state, world, embeddings, milvus=milvus) as game:
            server.stop()
            assert "five farmers" in await answer(game)


async def test_a_directory_cannot_be_searched_as_a_server(world, state, embeddings) -> None:
    settings = settings_in(
        state, platform={"world": world}, milvus=MilvusSettings(uri="", search="server")
    )
    with pytest.raises(SettingsInvalid, match="one process"):
        async with open_platform(settings, encoder=embeddings.encoder, embeddings=embeddings):
            pass


async def test_players_keep_their_story_across_a_switch(game, world) -> None:
    player = game.another()
    await player.say("Why has the wheel stopped?", npc="berta")
    before = await player.timeline()
    edit(world, "five farmers", "one old mole")
    await publish(game)
    told = await player.say(ASKED["en"], npc="berta", session_id=None)
    assert "one old mole" in told["reply"]
    after = await player.timeline()
    assert after["flags"] == before["flags"]
    assert after["seq"] == before["seq"] + 1
