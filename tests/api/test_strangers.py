"""What a stranger may learn: nobody else's turn, and the pages without a network."""

from __future__ import annotations

import re
from uuid import uuid4


async def test_a_stranger_who_guesses_a_turn_id_gets_nobodys_session(game) -> None:
    turn = {"message": "hello there", "turn_id": f"guess-{uuid4().hex}"}
    mine = await game.http.post("/api/chat", json=turn | {"player_id": f"ada-{uuid4().hex}"})
    assert mine.status_code == 200
    strangers = await game.http.post("/api/chat", json=turn)
    assert strangers.status_code == 409
    assert mine.json()["session_id"] not in strangers.text


async def test_a_guest_may_repeat_the_first_request_of_all(game) -> None:
    turn = {"message": "hello there", "turn_id": f"guest-turn-{uuid4().hex}"}
    first, again = [(await game.http.post("/api/chat", json=turn)).json() for _ in range(2)]
    assert [first[key] for key in ("session_id", "reply", "trace_id")] == [
        again[key] for key in ("session_id", "reply", "trace_id")
    ]


async def test_the_pages_load_nothing_from_elsewhere(game) -> None:
    page = (await game.http.get("/docs")).text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/")
        assert (await game.http.get(asset)).status_code == 200
