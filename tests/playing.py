"""What tests play turns with: a server on a free port, a game's client, a look into the database."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn

from langchain_app.composition.bootstrap import Platform
from langchain_app.domain.text import detect_language
from langchain_app.main import create_app
from langchain_app.settings import (
    LangfuseSettings,
    MilvusSettings,
    PlatformSettings,
    PostgresSettings,
    Settings,
)

EBBHOLD = Path(__file__).parents[1] / "game_knowledge" / "ebbhold"
Json = dict[str, Any]
YES = {"en": "Yes, please do.", "ko": "네, 그렇게 해 주세요."}
THEFT = {
    "text": {
        "en": "A hooded stranger stole a silver lantern from a stall.",
        "ko": "두건 쓴 사람이 가판에서 은등 하나를 훔쳐 갔다.",
    },
    "kind": "theft",
    "place": "keel_market",
    "importance": 0.9,
    "loud": True,
}


def settings_in(state: Path, *, chat_provider: str = "embedded", **groups: Any) -> Settings:
    """Return settings whose state lies in `state`, whatever the machine's environment says."""
    more = groups.pop("platform", {})
    # A model that thinks about turns afterwards would be heard by the servers that tests listen at.
    values = {
        "world": EBBHOLD,
        "model_afterthoughts": False,
        "embedding_provider": "embedded",
        **more,
    }
    platform = PlatformSettings(state_dir=state, chat_provider=chat_provider, **values)
    off = {
        "postgres": PostgresSettings(url=None),
        "milvus": MilvusSettings(uri=""),
        "langfuse": LangfuseSettings(public_key=""),
    }
    return Settings(platform=platform, **(off | groups))


def state_with(ingested: Path, state: Path) -> Path:
    """Make a state folder in which the demo world is ingested already; its database is new."""
    state.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ingested / "milvus.db", state / "milvus.db")
    return state


def fresh(kind: str) -> str:
    """Return an id that no other test uses."""
    return f"{kind}-{uuid4().hex[:10]}"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:  # Ctrl-C is pytest's
        yield


@asynccontextmanager
async def served(app_or_platform: Any) -> AsyncIterator[str]:
    """Serve a platform on a free port; yields the URL."""
    is_platform = isinstance(app_or_platform, Platform)
    app = create_app(app_or_platform) if is_platform else app_or_platform
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True)
class Game:
    """A game that talks to the server as one player."""

    http: httpx.AsyncClient
    platform: Platform
    player: str = field(default_factory=lambda: fresh("player"))

    def another(self) -> Game:
        """The same game with another player."""
        return Game(self.http, self.platform)

    async def post(self, body: Any = None, **request: Any) -> httpx.Response:
        """Post to /api/chat, as this player unless the body says otherwise."""
        if body is not None:
            request["json"] = {"player_id": self.player, **body}
        elif "headers" not in request:
            request["headers"] = {"content-type": "application/json"}
        return await self.http.post("/api/chat", **request)

    async def say(self, message: str, npc: str = "maren", **more: Any) -> Json:
        """Say something; return the answer of a turn that was played."""
        response = await self.post({"message": message, "npc_id": npc, **more})
        assert response.status_code == 200, response.text
        return response.json()

    async def does(self, message: str, npc: str, **more: Any) -> Json:
        """Say what hands something over or ends a quest, and yes where the NPC asks back."""
        answer = await self.say(message, npc, **more)
        if answer["story"]["asks_back"] is None:
            return answer
        return await self.say(YES[detect_language(message)], npc, session_id=answer["session_id"])

    async def happens(self, **event: Any) -> Json:
        """Report an event of this player's story; return the answer."""
        body = {"player_id": self.player, "kind": "test", **event}
        response = await self.http.post("/api/events", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def saved(self, session_id: str, **more: Any) -> Json:
        """Save the moment at which a session stands; return the save."""
        response = await self.http.post(f"/api/sessions/{session_id}/saves", json=more)
        assert response.status_code == 201, response.text
        return response.json()

    async def loaded(self, save: Json) -> Json:
        """Load a save; return the answer, which names the new session."""
        response = await self.http.post(f"/api/saves/{save['save_id']}/load")
        assert response.status_code == 200, response.text
        return response.json()

    async def lived(self, session_id: str, **query: Any) -> Json:
        """Return the story that a session is on, as the player lived it."""
        response = await self.http.get(f"/api/sessions/{session_id}/timeline", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def events(self, message: str, npc: str = "maren", **more: Any) -> list[Json]:
        """Say something and return the events of its stream."""
        body = {"message": message, "npc_id": npc, "stream": True, **more}
        response = await self.post(body)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        return sse(response.text)

    async def sql(self, query: str, *values: Any) -> list[Json]:
        """Ask the platform's own database."""

        async def ask(connection: Any) -> list[Json]:
            return await (await connection.execute(query, values)).fetchall()

        return await self.platform.postgres.statement(ask)

    async def turns(self) -> list[Json]:
        """The player's settled turns, in order."""
        return await self.sql(
            "select t.* from turns t join timelines l on l.id = t.timeline_id "
            "where l.player_id = %s order by t.seq",
            self.player,
        )

    async def timeline(self) -> Json:
        """The player's stored state."""
        return (await self.sql("select * from timelines where player_id = %s", self.player))[0]

    async def ledger(self) -> list[Json]:
        """Why the stored state is as it is."""
        return await self.sql(
            "select g.* from ledger g join timelines l on l.id = g.timeline_id "
            "where l.player_id = %s order by g.id",
            self.player,
        )

    async def memories(self) -> list[Json]:
        """What NPCs remember of the player."""
        return await self.sql(
            "select m.* from memories m join timelines l on l.id = m.timeline_id "
            "where l.player_id = %s order by m.seq",
            self.player,
        )


def sse(text: str) -> list[Json]:
    """Parse a stream of server-sent events; id and event name must agree with the data."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")
        )
        if fields:
            data = json.loads(fields["data"])
            assert (int(fields["id"]), fields["event"]) == (data["seq"], data["type"])
            events.append(data)
    return events


def shown(events: list[Json]) -> str:
    """Return the reply as a player saw it grow, and at the end stand."""
    text = ""
    for event in events:
        if event["type"] == "token":
            text += event["content"]
        elif event["type"] == "replace":
            text = event["content"]
    return text


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error in the one shape that all errors have."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert "Traceback" not in response.text
    return response.status_code, body["error"]["code"]
