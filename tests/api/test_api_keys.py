"""API keys: who may do what, and what a server's word is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import ValidationError

from langchain_app.api.keys import ApiKeys
from langchain_app.domain.errors import ApiKeyUnknown
from langchain_app.settings import PlatformSettings
from tests.playing import Game, error_of, served

SERVER, PLAYER = "server-key-0123456789", "player-key-0123456789"
SECOND = "server-key-9876543210"
CLAIMS = {
    "relationship": {"trust": 1.0},
    "flags": {"cracked_bell.rehung": True},
    "items": ["bronze_clapper"],
}


@asynccontextmanager
async def keyed(platform, server: str = "", player: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """Serve the platform with keys set."""
    settings = platform.settings.platform
    settings.server_keys, settings.player_keys = server, player
    try:
        async with served(platform) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
            yield http
    finally:
        settings.server_keys, settings.player_keys = (), ()


@pytest.fixture
async def http(platform) -> AsyncIterator[httpx.AsyncClient]:
    async with keyed(platform, f"{SERVER}, {SECOND}", PLAYER) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def routes(player: str, session: str) -> list[tuple[str, str, dict]]:
    """Every route that wants a key, with a body that would be taken."""
    event = {"player_id": player, "kind": "test", "text": "It rained."}
    return [
        ("POST", "/api/chat", {"message": "Hello.", "player_id": player}),
        ("POST", "/api/events", event),
        ("POST", "/api/sentiment", {"text": "It rained."}),
        ("POST", "/ask", {"session_id": player, "npc_id": "maren", "user_input": "Hello."}),
        ("POST", "/wake", {}),
        ("POST", f"/api/sessions/{session}/saves", {}),
        ("GET", f"/api/sessions/{session}/saves", {}),
        ("GET", f"/api/sessions/{session}/timeline", {}),
        ("POST", "/api/saves/nothing/load", {}),
        ("DELETE", "/api/saves/nothing", {}),
        ("GET", f"/api/players/{player}", {}),
        ("PATCH", f"/api/players/{player}/facts/1", {"value": "x"}),
        ("DELETE", f"/api/players/{player}/memories/none", {}),
        ("DELETE", f"/api/players/{player}", {}),
        ("POST", "/api/knowledge", {}),
    ]


async def ask(http, route, **headers: str) -> httpx.Response:
    method, path, body = route
    return await http.request(method, path, json=body or None, headers=headers)


async def test_every_api_route_is_among_those_tested_here(http) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    keyed_ = {path for path in paths if path.startswith("/api") or path in ("/ask", "/wake")}
    assert sum(len(paths[path]) for path in keyed_) == len(routes("p", "s"))
    for path, verbs in paths.items():
        for operation in verbs.values():
            assert ("security" in operation) == (path in keyed_), path
            assert ("401" in operation["responses"]) == (path in keyed_), path


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "api_key_missing"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "api_key_missing"),
        ({"Authorization": "Bearer"}, "api_key_missing"),
        (bearer("no-key-of-this-server"), "api_key_unknown"),
        (bearer(SERVER[:-1]), "api_key_unknown"),
        (bearer(f"{SERVER}, {SECOND}"), "api_key_unknown"),
        (bearer(SERVER.upper()), "api_key_unknown"),
        ({"X-API-Key": "x" * 5000}, "api_key_unknown"),
        ({"X-API-Key": "열쇠".encode()}, "api_key_unknown"),
    ],
)
async def test_without_a_key_that_is_known_nothing_of_the_api_answers(
    game, http, headers, code
) -> None:
    session = (await game.say("Hello."))["session_id"]
    for method, path, body in routes(game.player, session):
        response = await http.request(method, path, json=body or None, headers=headers)
        assert error_of(response) == (401, code), path
        assert response.headers["www-authenticate"] == "Bearer"
    assert len(await game.turns()) == 1


async def test_health_and_docs_stay_open(http) -> None:
    for path in ("/health", "/docs", "/openapi.json"):
        assert (await http.get(path)).status_code == 200


async def test_docs_offer_to_authorise(http) -> None:
    schemes = (await http.get("/openapi.json")).json()["components"]["securitySchemes"]
    kinds = {
        (scheme["type"], scheme.get("scheme") or scheme.get("name")) for scheme in schemes.values()
    }
    assert kinds == {("http", "bearer"), ("apiKey", "X-API-Key")}


@pytest.mark.parametrize(
    "headers", [bearer(PLAYER), {"X-API-Key": PLAYER}, {"authorization": f"bearer {PLAYER}"}]
)
async def test_a_players_key_chats_saves_loads_and_reads_its_story(game, http, headers) -> None:
    http.headers.update(headers)
    own = Game(http, game.platform)
    session = (await own.say("Hello."))["session_id"]
    save = await own.saved(session)
    loaded = await own.loaded(save)
    assert (await own.lived(loaded["session_id"]))["turn"] == 1
    assert (await own.events("Hello.", session_id=session))[-1]["type"] == "complete"
    assert (await http.delete(f"/api/saves/{save['save_id']}")).status_code == 204


async def test_a_players_key_may_not_do_what_is_the_servers(game, http) -> None:
    session = (await game.say("Hello."))["session_id"]
    theirs = [
        r
        for r in routes(game.player, session)
        if r[1].startswith(("/api/ev", "/api/pl", "/api/kn"))
    ]
    assert len(theirs) == 6
    for route in theirs:
        response = await ask(http, route, **bearer(PLAYER))
        assert error_of(response) == (403, "server_key_needed"), route
        assert response.json()["error"]["hint"]
    assert len(await game.turns()) == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_a_players_key_may_not_say_how_the_game_stands(game, http, stream) -> None:
    body = {"message": "Hello.", "player_id": game.player, "stream": stream}
    response = await http.post(
        "/api/chat", json=body | {"game_state": CLAIMS}, headers=bearer(PLAYER)
    )
    assert error_of(response) == (403, "server_key_needed")
    assert "game_state" in response.json()["error"]["message"]
    assert await game.turns() == []
    plain = await http.post("/api/chat", json=body | {"game_state": {}}, headers=bearer(PLAYER))
    assert plain.status_code == 200


@pytest.mark.parametrize("key", [SERVER, SECOND])
async def test_a_servers_key_may_do_all(game, http, key) -> None:
    http.headers.update(bearer(key))
    own = Game(http, game.platform)
    session = (await own.say("Hello.", game_state=CLAIMS))["session_id"]
    await own.happens(text="It rained on the keel market.")
    await own.loaded(await own.saved(session))
    published = await http.post("/api/knowledge")
    assert published.status_code == 200, published.text
    erased = (await http.delete(f"/api/players/{own.player}")).json()
    assert erased["remaining"] == {}


async def test_what_a_game_server_states_holds_and_what_a_stranger_claims_does_not(
    game, http
) -> None:
    claimed = await game.say("Good evening.", "maren", game_state=CLAIMS)
    assert claimed["state"]["relationship"]["trust"] < 0.5
    timeline = await game.timeline()
    assert (timeline["flags"], timeline["items"]) == ([], [])
    http.headers.update(bearer(SERVER))
    server = Game(http, game.platform, game.player)
    stated = await server.say("Good evening.", "maren", game_state=CLAIMS)
    assert stated["state"]["relationship"]["trust"] == 1.0
    timeline = await game.timeline()
    assert (timeline["flags"], timeline["items"]) == (["cracked_bell.rehung"], ["bronze_clapper"])
    sources = {entry["source"] for entry in await game.ledger()}
    assert sources == {"game"}


async def test_a_game_state_that_the_world_does_not_know_is_refused_whole(game, http) -> None:
    http.headers.update(bearer(SERVER))
    body = {"message": "Hello.", "player_id": game.player}
    state = {"items": ["bronze_clapper", "a_dragon"], "weather": "fog"}
    refused = await http.post("/api/chat", json=body | {"game_state": state})
    assert error_of(refused) == (422, "game_state_invalid")
    assert "a_dragon" in refused.json()["error"]["message"]
    assert await game.turns() == []


async def test_a_goal_waits_for_what_a_servers_key_reports(game, http) -> None:
    theft = {"kind": "theft", "text": "A purse was cut.", "place": "north_gate"}
    await game.happens(**theft)  # without a key: talk of the town, and no more
    assert (await game.say("Is the gate open?", "harl"))["state"]["flags"] == {}
    http.headers.update(bearer(SERVER))
    await Game(http, game.platform, game.player).happens(**theft)
    answer = await game.say("Is the gate open?", "harl")
    assert answer["state"]["flags"] == {"goal.harl-theft": True}


async def test_with_keys_set_editing_keeps_its_own_rule_too(game) -> None:
    game.platform.settings.platform.editing = "off"
    try:
        async with keyed(game.platform, SERVER, PLAYER) as http:
            response = await http.post("/api/knowledge", headers=bearer(SERVER))
    finally:
        game.platform.settings.platform.editing = "local"
    assert error_of(response) == (403, "editing_off")


async def test_only_a_servers_key_makes_a_turn_authoritative(game, monkeypatch) -> None:
    asked = []
    played = type(game.platform.dialogue).play

    async def spy(self, request):
        asked.append(request.authoritative)
        return await played(self, request)

    monkeypatch.setattr(type(game.platform.dialogue), "play", spy)
    body = {"message": "Hello.", "player_id": game.player}
    async with keyed(game.platform, SERVER, PLAYER) as http:
        for key in (SERVER, PLAYER):
            await http.post("/api/chat", json=body, headers=bearer(key))
    await game.say("Hello.", game_state=CLAIMS)
    assert asked == [True, False, False]


async def test_keys_of_players_alone_leave_the_servers_part_to_nobody(game) -> None:
    async with keyed(game.platform, player=PLAYER) as http:
        body = {"message": "Hello.", "player_id": game.player}
        assert error_of(await http.post("/api/chat", json=body)) == (401, "api_key_missing")
        assert (await http.post("/api/chat", json=body, headers=bearer(PLAYER))).is_success
        refused = await http.delete(f"/api/players/{game.player}", headers=bearer(PLAYER))
        assert error_of(refused) == (403, "server_key_needed")


async def test_without_keys_the_api_is_open_and_a_key_is_no_matter(game) -> None:
    body = {"message": "Hello.", "player_id": game.player, "game_state": CLAIMS}
    assert (await game.post(body, headers=bearer("whatever-it-may-be"))).status_code == 200
    await game.happens(text="It rained.")
    assert (await game.http.get(f"/api/players/{game.player}")).status_code == 200


def test_keys_are_read_from_the_environment_apart_by_commas(monkeypatch) -> None:
    monkeypatch.setenv("DRAMATIS_SERVER_KEYS", f" {SERVER},{SECOND} ,")
    monkeypatch.setenv("DRAMATIS_PLAYER_KEYS", "")
    settings = PlatformSettings(_env_file=None)
    assert [key.get_secret_value() for key in settings.server_keys] == [SERVER, SECOND]
    assert settings.player_keys == ()
    assert SERVER not in repr(settings)


@pytest.mark.parametrize(
    ("server", "player", "told"),
    [
        ("short", "", "less than 16"),
        ("", f"{PLAYER},short", "less than 16"),
        (SERVER, f"{PLAYER},{SERVER}", "in DRAMATIS_SERVER_KEYS and in DRAMATIS_PLAYER_KEYS"),
        ("아주아주아주아주아주아주긴열쇠입니다", "", "no header"),
        ("abc def ghi jkl mno", "", "no header"),
    ],
)
def test_keys_that_protect_nothing_are_refused_at_the_start_and_not_repeated(
    monkeypatch, server, player, told
) -> None:
    monkeypatch.setenv("DRAMATIS_SERVER_KEYS", server)
    monkeypatch.setenv("DRAMATIS_PLAYER_KEYS", player)
    with pytest.raises(ValidationError, match=told) as refused:
        PlatformSettings(_env_file=None)
    for key in (*server.split(","), *player.split(",")):
        assert not key or key not in str(refused.value)


def test_what_no_header_should_carry_is_compared_and_unknown() -> None:
    with pytest.raises(ApiKeyUnknown):
        ApiKeys([SERVER]).caller("\udcff" * 20)
