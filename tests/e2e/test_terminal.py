"""The `dramatis` command as somebody types it: processes, exit codes, pipes, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from langchain_app.composition.bootstrap import ingest_world
from langchain_app.persistence.embedded import start_embedded_postgres
from tests.playing import EBBHOLD, fresh, settings_in, state_with
from tests.unit.worlds.test_the_guide import GUIDES, written

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from langchain_app.cli import main; main()"]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(state: Path) -> dict[str, str]:
    """A machine on which nothing but the state folder and the world is set."""
    return _machine(state, EBBHOLD)


@pytest.fixture(scope="module")
def tiny_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same with the guide's tiny world, for what the command does in whatever world: it opens
    in half the time."""
    state, world = tmp_path_factory.mktemp("tiny"), tmp_path_factory.mktemp("world")
    settings = settings_in(state, platform={"world": written(GUIDES[0], world)})
    ingest_world(settings, lambda done, total: None)
    return _machine(state, world)


def _machine(state: Path, world: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    own = {
        "DRAMATIS_STATE_DIR": str(state),
        "DRAMATIS_WORLD": str(world),
        "DRAMATIS_CHAT_PROVIDER": "embedded",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    return kept | own


@pytest.fixture
def dramatis(environment: dict[str, str], tmp_path: Path) -> Run:
    return partial(_run, environment, tmp_path)


@pytest.fixture
def in_tiny_world(tiny_environment: dict[str, str], tmp_path: Path) -> Run:
    return partial(_run, tiny_environment, tmp_path)


def _run(
    environment: dict[str, str], folder: Path, *arguments: str, exit_code: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment | more,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    done.stderr = done.stderr.lstrip()  # a spinner that is no terminal leaves an empty line
    told = f"{done.stdout[-2000:]}\n{done.stderr}"
    assert "Traceback" not in told, told
    assert done.returncode == exit_code, told
    return done


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_answers_at_once(dramatis: Run) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = dramatis("--help").stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert spent < 0.5
    for command in ("chat", "serve", "demo", "ingest", "world", "trace", "doctor"):
        assert command in shown


def test_a_conversation_in_json_goes_on_and_leaves_its_traces(dramatis: Run) -> None:
    player = fresh("player")
    said = ("chat", "--json", "--player", player)
    first = objects(
        dramatis(*said, "--npc", "isaura", "--say", "Good evening.", "--say", "종이 왜 깨졌어요?")
    )
    assert [answer["npc_id"] for answer in first] == ["isaura", "isaura"]
    assert first[0]["session_id"] == first[1]["session_id"]
    assert first[1]["state"]["flags"] == {"cracked_bell.rumour": True}
    (later,) = objects(
        dramatis(*said, "--session", first[0]["session_id"], "--say", "How can I help?")
    )
    assert (later["session_id"], later["npc_id"]) == (first[0]["session_id"], "isaura")
    assert later["state"]["flags"] == {"cracked_bell.entrusted": True}

    rows = objects(dramatis("trace", later["turn_id"], "--json"))
    assert rows[0]["name"] == "turn"
    assert {"load_scene", "speak", "chat_model", "remember_turn"} <= {row["name"] for row in rows}
    assert all(row["at_ms"] >= 0 and row["ms"] >= 0 for row in rows)
    shown = dramatis("trace", later["turn_id"]).stdout
    assert later["turn_id"] in shown
    assert "chat_model" in shown


def test_what_is_wrong_is_one_sentence_and_the_next_step(in_tiny_world: Run) -> None:
    for arguments, code in [
        (("chat", "--npc", "nobody", "--say", "Hello."), "unknown_npc"),
        (("trace", "no-such-turn"), "unknown_turn"),  # in the database that the chat has made
        (("chat", "--language", "fr", "--say", "Hello."), "settings_invalid"),
    ]:
        told = in_tiny_world(*arguments, exit_code=1)
        assert told.stderr.startswith(code), told.stderr
        assert "→" in told.stderr


def test_a_turn_is_played_again_and_what_differs_is_told(
    in_tiny_world: Run, tiny_environment
) -> None:
    said = ("chat", "--json", "--player", fresh("player"), "--npc", "berta")
    first, second = objects(
        in_tiny_world(*said, "--say", "Good evening.", "--say", "물레방아가 왜 멈췄어요?")
    )
    assert second["state"]["flags"] == {"stuck_wheel.asked": True}
    (again,) = objects(in_tiny_world("replay", first["turn_id"], "--json"))
    assert (again["same"], again["differences"], again["notes"]) == (True, [], [])
    assert again["now"]["reply"] == first["reply"]
    lines = in_tiny_world("replay", second["turn_id"]).stdout.splitlines()
    assert any("Nothing differs" in line for line in lines)
    assert not any(line.startswith("! ") for line in lines)
    assert f"  {second['reply']}" in lines

    conninfo = start_embedded_postgres(Path(tiny_environment["DRAMATIS_STATE_DIR"]) / "postgres")
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            """update turns set answer = jsonb_set(answer, '{reply}', '"Well met."'),
               request = request || '{"world": "another"}' where id = %s""",
            (first["turn_id"],),
        )
    shown = in_tiny_world("replay", first["turn_id"], exit_code=1).stdout
    assert "Well met." in shown
    assert first["reply"].split()[0] in shown
    assert "files changed since: another then" in shown


def test_a_turn_that_nobody_played_is_told_before_a_platform_is_opened(in_tiny_world: Run) -> None:
    # On that store no platform opens: whoever opens one first is told of the store.
    told = in_tiny_world("replay", "turn-nowhere", exit_code=1, MILVUS_URI="http://127.0.0.1:9")
    assert told.stderr.startswith("unknown_turn")
    assert "→" in told.stderr


def test_a_trace_is_asked_for_before_anything_was_played(dramatis: Run, tmp_path: Path) -> None:
    told = dramatis("trace", "any", exit_code=1, DRAMATIS_STATE_DIR=str(tmp_path / "new"))
    assert told.stderr.startswith("unknown_turn")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DRAMATIS_TURN_SECONDS", "soon", "settings_invalid"),
        ("DRAMATIS_CHAT_PROVIDER", "oracle", "settings_invalid"),
        ("OLLAMA_BASE_URL", "gpu:11434", "settings_invalid"),
        ("DRAMATIS_WORLD", "/nowhere", "world_invalid"),
        ("DRAMATIS_STATE_DIR", "/proc/nowhere", ""),
        ("MILVUS_URI", "http://127.0.0.1:9", "knowledge_store_unavailable"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(in_tiny_world: Run, name, value, code) -> None:
    told = in_tiny_world("chat", "--say", "Hello.", exit_code=1, **{name: value})
    assert told.stderr.startswith(code), told.stderr
    assert "→" in told.stderr


def test_a_database_that_does_not_answer_is_told_at_start(in_tiny_world: Run) -> None:
    began = time.monotonic()
    for command in (("chat", "--say", "Hello."), ("serve", "--port", "18500")):
        told = in_tiny_world(
            *command, exit_code=1, POSTGRES_URL="postgresql://me:hidden@127.0.0.1:9/dramatis"
        )
        assert told.stderr.startswith("database_unavailable")
        assert "POSTGRES_URL" in told.stderr
        assert "hidden" not in told.stderr
    assert time.monotonic() - began < 60


def test_a_doctor_names_every_part_and_what_to_do(dramatis: Run) -> None:
    (parts,) = objects(dramatis("doctor", "--json"))
    assert set(parts) == {
        "python", "world", "database", "knowledge", "embeddings", "understanding", "chat_model",
        "state_reader", "langfuse",
    }  # fmt: skip
    assert all(part["ok"] and part["detail"] for part in parts.values())
    (parts,) = objects(
        dramatis(
            "doctor", "--json", exit_code=1,
            POSTGRES_URL="postgresql://127.0.0.1:9/none", DRAMATIS_WORLD="/nowhere",
        )
    )  # fmt: skip
    sick = {name for name, part in parts.items() if not part["ok"]}
    assert sick == {"database", "world"}
    assert all(parts[name]["hint"] for name in sick)


def test_a_world_is_checked_with_an_exit_code(dramatis: Run, tmp_path: Path) -> None:
    assert dramatis("world", "check", str(EBBHOLD)).stdout.strip()
    broken = shutil.copytree(EBBHOLD, tmp_path / "broken")
    npc = broken / "npcs" / "maren.json"
    npc.write_text(npc.read_text("utf-8").replace('"voice"', '"voices"', 1), "utf-8")
    (found,) = objects(dramatis("world", "check", str(broken), "--json", exit_code=1))
    assert found["mistakes"][0]["file"].endswith("maren.json")
    assert found["mistakes"][0]["line"] > 0
    assert "maren.json:" in dramatis("world", "check", str(broken), exit_code=1).stdout
    dramatis("world", "check", str(tmp_path / "nowhere"), exit_code=1)


def test_an_ingest_is_safe_to_repeat(in_tiny_world: Run, tiny_environment, tmp_path: Path) -> None:
    new = tmp_path / "state"
    new.mkdir()
    ingest = ("ingest", tiny_environment["DRAMATIS_WORLD"], "--json")
    (first,) = objects(in_tiny_world(*ingest, DRAMATIS_STATE_DIR=str(new)))
    (again,) = objects(in_tiny_world(*ingest, DRAMATIS_STATE_DIR=str(new)))
    assert first["written"]
    assert first["chunks"] > 0
    assert (again["written"], again["version"]) == (False, first["version"])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_a_server_with_all_its_parts(
    tiny_environment, tmp_path: Path, ending: signal.Signals
) -> None:
    own = state_with(Path(tiny_environment["DRAMATIS_STATE_DIR"]), tmp_path / "state")
    server = await asyncio.create_subprocess_exec(
        *COMMAND, "serve", "--port", "18600",
        env=tiny_environment | {"DRAMATIS_STATE_DIR": str(own)},
        cwd=tmp_path, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stderr is not None
    told = ""
    async with asyncio.timeout(60):
        while "Ctrl-C" not in told:
            line = await server.stderr.readline()
            assert line, told
            told += line.decode()
    url = next(word for word in told.split() if word.startswith("http://"))
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        body = {"message": "Hello.", "turn_id": "before-the-end"}
        assert (await http.post("/api/chat", json=body)).status_code == 200
    children = psutil.Process(server.pid).children(recursive=True)
    postmaster = int((own / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    server.send_signal(ending)
    rest = await asyncio.wait_for(server.stderr.read(), 30)
    await server.wait()
    assert b"Traceback" not in rest, rest.decode()
    assert server.returncode in (0, -ending, 128 + ending)
    assert not [child for child in children if child.is_running() and child.status() != "zombie"]
    assert not (own / "postgres" / "postmaster.pid").exists()
    assert not psutil.pid_exists(postmaster) or psutil.Process(postmaster).status() == "zombie"


def test_a_player_is_shown_and_erased_from_the_command_line(in_tiny_world: Run) -> None:
    player = fresh("player")
    in_tiny_world("chat", "--npc", "berta", "--player", player, "--say", "I own a boat.")
    shown = json.loads(in_tiny_world("player", "show", player, "--json").stdout)
    assert [fact["value"] for fact in shown["facts"]] == ["a boat"]
    refused = in_tiny_world("player", "erase", player, exit_code=1)  # nobody answers the question
    assert "for good?" in refused.stdout
    assert "boat" in in_tiny_world("player", "show", player).stdout
    told = in_tiny_world("player", "erase", player, "--yes").stdout
    assert f"rows left that name {player!r}, in all tables: 0" in told
    gone = in_tiny_world("player", "show", player, exit_code=1)
    assert player in gone.stderr
