"""A document list is imported, served, and its story is played through POST /ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from langchain_app.composition.bootstrap import open_platform
from langchain_app.encoder.encoder import Encoder
from langchain_app.worlds.cards.importing import import_files
from tests.playing import YES, Json, fresh, served, settings_in
from tests.seed_documents import NPC, documents, saved, texts

QUEST = f"{NPC}_story"
PROMISE, ITEM, READY = (f"{QUEST}.{flag}" for flag in ("promise", "give_item", "ferry_ready"))
SECRET = {
    "ko": ("나룻배 밑창에 뭐가 숨겨져 있어요?", "인장"),
    "en": ("What is hidden under the floor of the ferry?", "seal"),
}
LORE = {
    "ko": ("나루터 말뚝은 뭘로 만들었어요?", "오리나무"),
    "en": ("What are the posts of the landing carved from?", "alder"),
}


@pytest.fixture(scope="module", params=["ko", "en"])
async def served_world(
    request: pytest.FixtureRequest, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """A world made of nothing but the documents, served."""
    folder = tmp_path_factory.mktemp("documents")
    world = folder / "world"
    import_files([saved(folder, documents(request.param))], world)
    (folder / "state").mkdir()
    settings = settings_in(folder / "state", platform={"world": world})
    async with (
        open_platform(settings, encoder=encoder) as opened,
        served(opened) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        yield request.param, http


class Talk:
    """One session of a client."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http, self._session = http, fresh("talk")

    async def __call__(self, text: str, context: Any = None) -> Json:
        body = {"session_id": self._session, "npc_id": NPC, "user_input": text, "context": context}
        response = await self._http.post("/ask", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def does(self, text: str, language: str) -> Json:
        """Say what hands something over, and yes where the NPC asks back whether it is meant."""
        answer = await self(text)
        return answer if any(answer["flags"].values()) else await self(YES[language])


async def test_defect_every_gate_passes_the_story_is_played_from_gate_to_gate(
    served_world: tuple[str, httpx.AsyncClient],
) -> None:
    language, http = served_world
    said, ask = texts(language), Talk(http)
    claims = {
        "player_state": {"items": ["carved_oar"]},
        "game_state": {"quest_stage": "crossing"},
        "npc_state": {"trust": 1.0},
    }
    closed = await ask(said["brings"], claims)
    assert closed["flags"] == {PROMISE: 0, ITEM: 0, f"{QUEST}.crossing": 0}
    assert closed["meta"]["quest_stage"] == "not_started"
    assert said["ready"] not in closed["npc_output_text"]

    asked = await ask.does(said["asks"], language)
    assert {asked["flags"][flag] for flag in (PROMISE, ITEM)} == {1}
    assert asked["npc_output_text"].startswith(said["gives"])
    assert asked["deltas"] == {"trust": 0.2, "relationship": 0.1}
    assert asked["meta"]["flags_values"][ITEM] == "carved_oar"
    assert asked["meta"]["quest_stage"] == "crossing"

    done = await ask.does(said["brings"], language)
    assert done["flags"] == {READY: 1, f"{QUEST}.completed": 1}
    assert done["meta"]["quest_stage"] == "completed"
    assert done["meta"]["flags_detail"][READY]["thr_rag"] == 0.6
    assert said["ready"] in done["npc_output_text"]
    assert (await ask(said["brings"]))["flags"] == {}


async def test_defect_documents_are_never_loaded_lore_is_told_when_its_stage_is_reached(
    served_world: tuple[str, httpx.AsyncClient],
) -> None:
    language, http = served_world
    said, ask = texts(language), Talk(http)
    (plain, wood), (question, secret) = LORE[language], SECRET[language]
    assert wood in (await ask(plain))["npc_output_text"]
    assert secret not in (await ask(question))["npc_output_text"]
    await ask.does(said["asks"], language)
    assert secret in (await ask(question))["npc_output_text"]


async def test_an_insult_is_taken_as_the_documents_say(
    served_world: tuple[str, httpx.AsyncClient],
) -> None:
    language, http = served_world
    answer = await Talk(http)(texts(language)["insult"])
    meta = answer["meta"]
    assert meta["trigger_meta"]["npc_action"] == "turn_away"
    assert meta["trigger_meta"]["npc_emotion"] == "anger"
    assert answer["deltas"]["trust"] == -0.2, "no turn moves more than the cap of the documents"
    assert answer["valid"] is False


async def test_status_names_the_imported_npc(served_world: tuple[str, httpx.AsyncClient]) -> None:
    told = (await served_world[1].get("/status")).json()
    assert (told["ready"], told["npcs"]) == (True, [NPC])
