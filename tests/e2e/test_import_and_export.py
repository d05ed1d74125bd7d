"""A card is imported by the command line and talked to; its lorebook speaks, and stops speaking."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cards import BOOK, KOREAN, png, saved, text_chunk, v3

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from langchain_app.cli import main; main()"]

LIGHTHOUSE = {
    "keys": ["/등대|lighthouse/i"],
    "content": "등대는 남쪽 곶에 있다.",
    "extensions": {"sticky": 3, "cooldown": 4},
    "enabled": True,
    "insertion_order": 20,
    "use_regex": True,
    "id": 2,
}
ALWAYS = {
    "keys": [],
    "constant": True,
    "content": "마을은 안개에 잠겨 있다.",
    "extensions": {},
    "enabled": True,
    "insertion_order": 1,
    "use_regex": False,
    "id": 3,
}
NEVER = {**LIGHTHOUSE, "keys": ["/(?=\x1b[2J)종/"], "name": "\x1b]0;hi\x07", "id": 4}
CARD = v3(character_book={**BOOK, "entries": [*BOOK["entries"], LIGHTHOUSE, ALWAYS, NEVER]})


def dramatis(folder: Path, *arguments: str, exit_code: int = 0) -> str:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    own = {
        "DRAMATIS_STATE_DIR": str(folder / "state"),
        "DRAMATIS_WORLD": str(folder / "world"),
        "DRAMATIS_CHAT_PROVIDER": "embedded",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=kept | own,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = f"{done.stdout[-2000:]}\n{done.stderr}"
    assert "Traceback" not in told, told
    assert done.returncode == exit_code, told
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world into which a card in a picture was imported."""
    folder = tmp_path_factory.mktemp("imported")
    saved(folder, "card.png", png(text_chunk("ccv3", CARD)))
    told = dramatis(folder, "import", "card.png", "--into", "world")
    assert "npcs/seohaneul.json" in told
    assert "not translated: persona" in told
    assert "never matches, it looks ahead or behind" in told
    assert "\x1b" not in told  # what strangers wrote moves no terminal
    return folder


def said(folder: Path, player: str, *messages: str) -> list[dict[str, Any]]:
    says = [word for message in messages for word in ("--say", message)]
    told = dramatis(folder, "chat", "--json", "--npc", "seohaneul", "--player", player, *says)
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


def sources(answer: dict[str, Any]) -> dict[str, str]:
    return {source["id"]: source["why"] for source in answer["sources"]}


def test_an_imported_world_passes_the_check(folder: Path) -> None:
    told = dramatis(folder, "world", "check", "world")
    assert "4 lorebook entries; no mistakes" in told
    assert "never matches: it looks ahead or behind" in told
    assert "\x1b" not in told


@pytest.fixture(scope="module")
def first(folder: Path) -> list[dict[str, Any]]:
    """What the first player is answered, who asks for the lighthouse at last."""
    says = ("안녕!", "종탑은 누가 쌓았어?", "밧줄은 얼마야?", "Who are you?", "등대는?")
    return said(folder, "first", *says)


def test_an_imported_npc_greets_answers_from_its_book_and_knows_no_more(first) -> None:
    greeting, tower, rope, english, _ = first
    assert greeting["reply"] in (
        KOREAN["first_mes"].replace("{{user}}", "손님"),
        KOREAN["alternate_greetings"][0],
    )
    assert "석공 열두 명이 쌓았어" in tower["reply"]  # the narration speaks at his level
    assert sources(tower)["seohaneul/1"] == "lorebook: key 종탑"
    assert "안개" not in rope["reply"]
    assert "Haneul" in english["reply"]
    assert all("seohaneul/3" in sources(answer) for answer in (greeting, tower, rope))


def test_a_sticky_entry_stays_and_cools_down_in_another_process_too_and_for_one_player_only(
    folder: Path, first
) -> None:
    told = ["seohaneul/2" in sources(answer) for answer in first]
    assert told == [False, False, False, False, True]
    (heard,) = said(folder, "second", "등대는?")
    # By its key: it is sticky for the first player, to whom it was told before.
    assert sources(heard)["seohaneul/2"].startswith("lorebook: key")
    later = said(folder, "second", "음.", "글쎄.", "등대 얘기 더 해 줘.", "등대는?", "그렇구나.")
    told = ["seohaneul/2" in sources(answer) for answer in later]
    assert told == [True, False, False, True, True]
    assert {sources(later[n])["seohaneul/2"] for n in (0, 4)} == {"lorebook: sticky"}
    assert heard["session_id"] != later[0]["session_id"]


def test_the_card_comes_out_equal_in_every_wrapping(folder: Path) -> None:
    for name in ("out.json", "out.png", "out.charx"):
        dramatis(folder, "export", "seohaneul", "--from", "world", "--to", name)
    assert json.loads((folder / "out.json").read_text("utf-8")) == CARD
    for name in ("out.png", "out.charx"):
        found = dramatis(folder, "import", name, "--into", f"again-{name}", "--json")
        assert json.loads(found)["npcs"] == ["seohaneul"]
        kept = folder / f"again-{name}" / "cards" / "seohaneul.json"
        assert json.loads(kept.read_text("utf-8")) == CARD


def test_what_can_be_exported_is_named_once(folder: Path) -> None:
    export = ("export", "nobody", "--from", "world", "--to", "x.json")
    told = dramatis(folder, *export, exit_code=1).lstrip()
    assert told.startswith("nothing_to_export")
    assert "→" in told
    assert told.count("seohaneul") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "card.png", "--into", "world"), "already_there"),
        (("import", "none.png", "--into", "new"), "card_invalid"),
        (("import", "card.png", "--into", "new", "--id", "../x"), "import_failed"),
        (("import", "card.png", "--into", "new", "--language", "fr"), "settings_invalid"),
        (("export", "seohaneul", "--from", "none", "--to", "x.json"), "world_invalid"),
        (("export", "seohaneul", "--from", "world", "--to", "no/where.json"), "export_failed"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_next_step(folder: Path, arguments, code) -> None:
    told = dramatis(folder, *arguments, exit_code=1).lstrip()
    assert told.startswith(code)
    assert "→" in told
    assert not (folder / "new").exists()
