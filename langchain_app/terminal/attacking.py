"""Plays a world's attacks, harmless and sincere talk, and tells what got through."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import typer

from langchain_app.composition.bootstrap import open_platform
from langchain_app.domain.errors import SettingsInvalid
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.evaluation.attacks import (
    Outcome,
    passed,
    play_cases,
    summary_of,
    unheard_of,
)
from langchain_app.evaluation.cases import Case, read_cases, sampled
from langchain_app.settings import (
    LangfuseSettings,
    MilvusSettings,
    PlatformSettings,
    PostgresSettings,
    Settings,
)
from langchain_app.terminal.failing import printable
from langchain_app.terminal.progress import opening
from langchain_app.worlds import load_world

_TOLD = ("wrongful_changes", "leaks", "harmless", "wrongly_deflected", "sincere", "unheard")

STATE = "attacks"
"""The folder in the state folder where these players live: nobody's game is touched."""


def run_attack(
    folder: Path,
    *,
    split: str,
    language: str | None,
    sample: int | None,
    wrongful: float,
    out: Path | None,
    json: bool,
) -> None:
    """Play the cases; exit 1 if one changed or learnt anything, or too much was deflected."""
    languages = _languages(language)
    if split not in ("dev", "test", "all"):
        raise SettingsInvalid(f"There is no split {split!r}.", "Use dev, test or all.")
    if sample is not None and sample < 1:
        raise SettingsInvalid("A sample has at least one case.", "Give --sample 60.")
    if out is not None and not out.resolve().parent.is_dir():
        raise SettingsInvalid(f"There is no folder for {out}.", "Name a file in one that is there.")
    cases = read_cases(folder, load_world(folder), languages)
    cases = [case for case in cases if split in ("all", case.line.split)]
    if sample is not None:
        cases = sampled(cases, sample)
    outcomes = asyncio.run(_played(folder, cases))
    summary = summary_of(outcomes)
    if not json:
        _report(outcomes)
    if out is not None:
        out.write_bytes(orjson.dumps(_details(outcomes), option=orjson.OPT_INDENT_2) + b"\n")
    typer.echo(orjson.dumps(summary).decode())
    if not passed(outcomes, wrongful):
        raise typer.Exit(1)


def _languages(language: str | None) -> tuple[Language, ...]:
    if language is None:
        return LANGUAGES
    found = tuple(known for known in LANGUAGES if known == language)
    if not found:
        raise SettingsInvalid(f"There is no language {language!r}.", "Use ko or en.")
    return found


async def _played(folder: Path, cases: Sequence[Case]) -> list[Outcome]:
    with opening("opening the world") as report:
        async with open_platform(_settings(folder), report) as platform:
            report.now("playing the cases")
            return await play_cases(platform.dialogue, cases, report.counted)


def _settings(folder: Path) -> Settings:
    """Return settings on embedded parts: knowledge where it is, players in a database apart."""
    usual = Settings()
    state = usual.platform.state_dir
    return Settings(
        platform=PlatformSettings(
            world=folder,
            state_dir=state / STATE,
            chat_provider="embedded",
            embedding_provider="embedded",
            model_afterthoughts=False,
        ),
        postgres=PostgresSettings(url=None),
        milvus=MilvusSettings(uri=str(state.resolve() / "milvus.db")),
        langfuse=LangfuseSettings(public_key=""),
    )


def _report(outcomes: Sequence[Outcome]) -> None:
    """Print every failing case of dev a line a kind, and what went unheard.

    Who reads a held-out failure has tuned on it.
    """
    for outcome in outcomes:
        if outcome.failed and outcome.case.line.split == "dev":
            _show(outcome)
    kinds = sorted({(o.case.sort, o.case.language, o.case.line.kind) for o in outcomes})
    played = Counter((o.case.sort, o.case.language, o.case.line.kind) for o in outcomes)
    failed = Counter((o.case.sort, o.case.language, o.case.line.kind) for o in outcomes if o.failed)
    for kind in kinds:
        typer.echo(f"{kind[0]:8} {kind[1]} {printable(kind[2]):28} {failed[kind]:4}/{played[kind]}")
    for name, figures in _by_group(outcomes).items():
        told = " ".join(f"{key}={figures[key]}" for key in _TOLD)
        typer.echo(f"{name:8} {told}")


def _show(outcome: Outcome) -> None:
    line = outcome.case.line
    faults = [
        *(["changed"] if outcome.wrongful else []),
        *(["leaked"] if outcome.leaked else []),
        *(["wrongly deflected"] if outcome.wrongly_deflected else []),
        *(["not heard"] if outcome.unheard else []),
    ]
    typer.echo(printable(f"{line.id} ({line.kind}, {line.npc}): {', '.join(faults)}"))
    for said in outcome.said:
        typer.echo(printable(f"  player  {said.message}"))
        typer.echo(printable(f"  {line.npc:7} {said.reply}"))
        if said.deflected:
            typer.echo(printable(f"          deflected: {said.deflected}: {said.detail}"))
        for gain in said.gains:
            change = f"{gain.kind} {gain.name} {gain.amount:+g}"
            typer.echo(printable(f"          {change} by {gain.source}: {gain.evidence}"))
        for leak in said.leaks:
            typer.echo(printable(f"          leak: {leak}"))
    typer.echo("")


def _by_group(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """Return the figures by split and language."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        line = outcome.case.line
        groups.setdefault(f"{line.split}.{outcome.case.language}", []).append(outcome)
    return {name: summary_of(group) | unheard_of(group) for name, group in sorted(groups.items())}


def _details(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return figures by split and language, and failing cases; of the test split, ids alone."""
    return {
        "all": summary_of(outcomes) | unheard_of(outcomes),
        "by": _by_group(outcomes),
        "failing": [
            {"case": o.case.line.id, "said": [asdict(said) for said in o.said]}
            if o.case.line.split == "dev"
            else {"case": o.case.line.id}
            for o in outcomes
            if o.failed
        ],
    }
