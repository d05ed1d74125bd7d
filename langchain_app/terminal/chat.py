"""A conversation in the terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import orjson
from rich.console import Console

from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.domain.errors import DramatisError, Refused, SettingsInvalid
from langchain_app.domain.text import LANGUAGES, Language, detect_language
from langchain_app.domain.turn import TurnRequest
from langchain_app.settings import Settings
from langchain_app.terminal.progress import opening
from langchain_app.terminal.serving import run_async

console = Console(highlight=False, soft_wrap=True)


def run_chat(
    *,
    npc: str | None,
    says: Sequence[str],
    player: str,
    session: str | None,
    language: str | None,
    json: bool,
) -> None:
    """Say `says`, or what is typed, and print what the NPC answers."""
    if language is not None and language not in LANGUAGES:
        raise SettingsInvalid(f"There is no language {language!r}.", "Use ko or en.")
    chosen: Language | None = "ko" if language == "ko" else "en" if language == "en" else None
    run_async(_Conversation(npc, player, session, chosen, json).hold(says))


class _Conversation:
    def __init__(
        self,
        npc: str | None,
        player: str,
        session: str | None,
        language: Language | None,
        json: bool,
    ) -> None:
        self._npc = npc
        self._player = player
        self._session = session
        self._language = language
        self._json = json

    async def hold(self, says: Sequence[str]) -> None:
        async with AsyncExitStack() as stack:
            with opening("opening the world") as report:
                platform = await stack.enter_async_context(open_platform(Settings(), report))
            if not says:
                self._introduce(platform)
            async for line in _typed(says):
                await self._turn(platform, line, echo=bool(says))

    def _introduce(self, platform: Platform) -> None:
        who = platform.world.npc(self._npc or platform.world.manifest.default_npc)
        others = ", ".join(sorted(platform.world.npcs))
        console.print(
            f"[bold]{who.name.en} / {who.name.ko}[/bold], {who.role}, of "
            f"{platform.world.manifest.name.en}. Speech: {platform.speaker.name}.\n"
            f"[dim]Others: {others}. `/npc NAME` turns to one of them; Ctrl-D ends.[/dim]"
        )

    async def _turn(self, platform: Platform, line: str, *, echo: bool) -> None:
        if line.startswith("/npc "):
            self._npc = platform.world.npc(line.removeprefix("/npc ").strip()).id
            console.print(f"[dim]You turn to {platform.world.npc(self._npc).name.en}.[/dim]")
            return
        if echo and not self._json:
            console.print(f"[cyan]> {line}[/cyan]")
        request = TurnRequest(
            message=line,
            turn_id=f"turn-{uuid4().hex}",
            turn_id_is_new=True,
            npc_id=self._npc,
            player_id=self._player,
            session_id=self._session,
            language=self._language,
        )
        try:
            await self._speak(platform, request)
        except Refused as refused:
            if echo:
                raise
            console.print(f"[red]{refused.message}[/red] {refused.hint}")

    async def _speak(self, platform: Platform, request: TurnRequest) -> None:
        async for event in platform.dialogue.stream(request):
            if event.type == "complete":
                answer = event.data
                self._session = answer["session_id"]
                if self._json:
                    sys.stdout.write(orjson.dumps(answer).decode() + "\n")
                    sys.stdout.flush()
                else:
                    npc = platform.world.npc(answer["npc_id"])
                    language = self._language or detect_language(answer["reply"])
                    print_answer(npc.name[language], answer)
            elif event.type == "error":
                error = DramatisError(event.data["message"], event.data["hint"])
                error.code = event.data["code"]
                raise error


def print_answer(name: str, answer: dict[str, Any]) -> None:
    """Print a reply with its sources, what it changed and its turn_id."""
    console.print(f"[bold]{name}[/bold]: ", end="")
    console.print(answer["reply"], markup=False)
    for source in answer["sources"]:
        console.print(f"   [dim]· {source['title']} ({source['id']}): {source['why']}[/dim]")
    if changes := describe_state(answer["state"]):
        console.print(f"   [yellow]{changes}[/yellow]")
    spent = answer["timing_ms"].get("total", 0.0)
    console.print(f"   [dim]{answer['emotion']}, {spent:.0f} ms, {answer['turn_id']}[/dim]")


def describe_state(state: dict[str, Any]) -> str:
    """Return in one line what a turn changed; empty where it changed nothing."""
    parts = [f"{axis} {amount:+.2f}" for axis, amount in state["deltas"].items() if amount]
    parts += [f"story: {flag}" for flag in state["flags"]]
    parts += [f"{'+' if item['amount'] > 0 else '-'}{item['item']}" for item in state["items"]]
    parts += [f"action: {action['name']}" for action in state["actions"]]
    return ", ".join(parts)


async def _typed(says: Sequence[str]) -> AsyncIterator[str]:
    for line in says:
        yield line
    if says:
        return
    while True:
        try:
            line = await asyncio.to_thread(input, "> ")
        except EOFError:
            return
        if line.strip():
            yield line
