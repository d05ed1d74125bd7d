"""`dramatis storytest` as a designer and a CI server run it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import psutil
import psycopg
import pytest

from langchain_app.composition.bootstrap import ingest_world
from langchain_app.persistence.embedded import start_embedded_postgres
from tests.loopback_models import Behaviour, serve_ollama
from tests.playing import settings_in
from tests.unit.worlds.test_the_guide import GUIDES, written

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from langchain_app.cli import main; main()", "storytest"]
MARK = "the-games-own"
PASSES = """\
- test: Berta tells of the wheel
  npc: berta
  when:
    - say: {en: "Why does the mill wheel stand still?", ko: "물레방아가 왜 멈췄어요?"}
      then: {raises: [stuck_wheel.asked], in_character: true}
"""
FAILS = """\
- test: Berta sells fish
  npc: berta
  when:
    - say: {en: "Why does the mill wheel stand still?", ko: "물레방아가 왜 멈췄어요?"}
      then: {raises: [], mentions: {en: [haddock], ko: [대구]}}
"""


@pytest.fixture(scope="module")
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a game whose world is ingested; its knowledge is marked."""
    state, world = tmp_path_factory.mktemp("storytest"), tmp_path_factory.mktemp("world")
    settings = settings_in(state, platform={"world": written(GUIDES[0], world)})
    ingest_world(settings, lambda done, total: None)
    (state / "milvus.db" / MARK).touch()
    return state


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The guide's tiny world: a rehearsal first works out everybody's lines, and here is one NPC."""
    folder = written(GUIDES[0], tmp_path / "world")
    (folder / "storytests").mkdir()
    return folder


def dramatis(state: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DRAMATIS_STATE_DIR": str(state), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=kept | own | more, cwd=state, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def test_failures_end_with_one_and_are_told_in_text_in_json_and_in_xml(own_state, world) -> None:
    (world / "storytests" / "a.yaml").write_text(PASSES, "utf-8")
    (world / "storytests" / "b.yaml").write_text(FAILS, "utf-8")
    xml = world / "report" / "junit.xml"
    done = dramatis(own_state, world, "--junit", xml, "--repeat", 2)
    assert done.returncode == 1, done.stderr
    assert "storytests/b.yaml:1: Berta sells fish [ko, embedded]" in done.stdout
    assert "- expected  nothing" in done.stdout
    assert "+ got       stuck_wheel.asked" in done.stdout
    assert "ledger: flag stuck_wheel.asked +1 by trigger:ask-wheel" in done.stdout
    assert "0/2  Berta sells fish [en, embedded]" in done.stdout
    assert "2 story tests, 8 runs: 4 passed, 4 failed" in done.stdout
    suites = list(ElementTree.parse(xml).getroot())
    assert [(s.get("name"), s.get("tests"), s.get("failures")) for s in suites] == [
        ("storytests/a.yaml (embedded)", "4", "0"),
        ("storytests/b.yaml (embedded)", "4", "4"),
    ]


def test_a_pass_on_the_games_knowledge_ends_with_zero_and_leaves_nothing_behind(
    own_state, world, tmp_path
) -> None:
    (world / "storytests" / "a.yaml").write_text(PASSES, "utf-8")
    game = start_embedded_postgres(own_state / "postgres")
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    asked = ("--json", "--language", "ko", "--test", "berta*")
    done = dramatis(own_state, world, *asked, TMPDIR=str(rooms))
    assert done.returncode == 0, done.stderr
    run, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert (run["language"], run["passed"], run["failures"]) == ("ko", True, [])
    assert summary["summary"][0]["passed"] == 1
    assert (own_state / "storytests" / "milvus.db" / MARK).exists()  # nothing is embedded again
    assert list(rooms.glob("dramatis-rehearsal-*")) == []
    in_rooms = [p for p in psutil.process_iter(["cmdline"]) if str(rooms) in str(p.info["cmdline"])]
    assert in_rooms == []
    with psycopg.connect(game) as connection:
        tables = connection.execute("select count(*) from pg_tables where tablename = 'turns'")
        assert tables.fetchone() == (0,)


def test_mistakes_end_with_two_before_anything_is_opened(own_state, world) -> None:
    file = world / "storytests" / "a.yaml"
    file.write_text(PASSES.replace("berta\n", "berto\n"), "utf-8")
    done = dramatis(own_state, world)
    assert done.returncode == 2
    assert "storytests/a.yaml:2: unknown NPC 'berto'" in done.stderr
    assert "1 mistake; no test was run" in done.stderr
    file.write_text(PASSES, "utf-8")
    assert dramatis(own_state, world, "--test", "nothing").returncode == 2
    file.unlink()
    assert "docs/storytests.md" in dramatis(own_state, world).stderr
    assert dramatis(own_state, "/nowhere").returncode == 2


def test_the_world_check_reads_story_tests_too(own_state, world) -> None:
    (world / "storytests" / "a.yaml").write_text(PASSES.replace("raises", "rises"), "utf-8")
    checked = subprocess.run(
        [*COMMAND[:-1], "world", "check", str(world)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert checked.returncode == 1
    assert "storytests/a.yaml:5: when.0.then.rises" in checked.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--model", "gpt"), "There is no model 'gpt'"),
        (("--language", "fr"), "There is no language 'fr'"),
        (("--model", "ollama/npc"), "ollama/npc does not answer"),
        (("--model", "openai/npc"), "openai/npc does not answer"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(own_state, world, arguments, told) -> None:
    (world / "storytests" / "a.yaml").write_text(PASSES, "utf-8")
    done = dramatis(own_state, world, *arguments, OLLAMA_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert told in done.stderr
    assert "→" in done.stderr


async def test_models_are_compared_in_one_table(own_state, world) -> None:
    (world / "storytests" / "a.yaml").write_text(PASSES, "utf-8")
    async with serve_ollama() as server:
        server.behaviour = Behaviour()
        done = await asyncio.to_thread(
            dramatis, own_state, world, "--model", "embedded", "--model", "ollama/npc",
            OLLAMA_BASE_URL=server.url,
        )  # fmt: skip
    assert "p50 reply ms" in done.stdout, done.stderr
    assert "│ embedded" in done.stdout
    assert "│ ollama/npc" in done.stdout
