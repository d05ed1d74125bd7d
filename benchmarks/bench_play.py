"""Whether a player who types as players type is understood, in whole turns.

Run as: python -m benchmarks.bench_play [--world DIR] [--cases DIR] [--split dev|test|all] [--show
10] [--out FILE]

Plays the labelled cases of the world's evaluation/play (or of another folder in the same form) on
embedded parts, each by a new player: words about a trigger that nobody meant, honest lines in
everyday words, things told and asked for later, put right, or never told. Labelled lines of
strangers (training/understanding/data, the sets that no model was trained on) are read for acts and
for whether they stand alone. `encoder_ms` is what one turn's reading takes on one core: the
utterance's vector and the understanding, nothing kept from before but the acts. The last line is
JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_app.composition.bootstrap import Platform, open_platform
from langchain_app.domain.understanding.understanding import Before, ToRead, Understood
from langchain_app.encoder.understanding import EmbeddedUnderstanding
from langchain_app.evaluation.play import Played, figures_of, play, read_play
from langchain_app.persistence.embedded import stop_embedded_postgres
from langchain_app.persistence.timelines import PostgresTimelines
from langchain_app.settings import PlatformSettings, PostgresSettings, Settings
from training.understanding.examples import told

RESULTS = Path(__file__).parent / "results"
STRANGERS = ("04_strangers",)
"""Sets of labelled lines that no shipped model was trained on."""
TIMED = 200
GOALS = {
    "not_meant_moved": ("<=", 0.02), "not_meant_costly": ("<=", 0.0), "meant_unheard": ("<=", 0.12),
    "told_right": (">=", 0.92), "corrections_right": (">=", 0.92), "encoder_ms": ("<=", 25.0),
}  # fmt: skip


class Recorded:
    """An understanding that keeps what it was asked, to time it afterwards."""

    def __init__(self, inner: EmbeddedUnderstanding) -> None:
        self.inner, self.asked = inner, []
        self.name = inner.name

    async def read(self, to_read: ToRead) -> Understood:
        self.asked.append(to_read)
        return await self.inner.read(to_read)


def lines_read(understanding: EmbeddedUnderstanding, platform: Platform) -> dict[str, float]:
    """Return the macro F1 of acts, a language, and how often `stands alone` is right."""
    npc = platform.world.npc(platform.world.manifest.default_npc)
    lines = [line for line in told() if line.set in STRANGERS]
    pairs: dict[str, list[tuple[str, str]]] = {"en": [], "ko": []}
    alone = []
    for line in lines:
        turns = tuple(Before("", turn.text) for turn in line.before)
        read = understanding.reading(ToRead(line.text, line.language, npc, turns))
        pairs[line.language].append((line.act, read.act))
        alone.append(read.alone == line.alone)
    figures = {f"act_macro_f1_{lang}": round(macro_f1(some), 4) for lang, some in pairs.items()}
    return figures | {"stands_alone_acc": round(sum(alone) / len(alone), 4)}


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 of the wanted labels; pairs are (wanted, given)."""
    wanted, given = Counter(w for w, _ in pairs), Counter(g for _, g in pairs)
    right = Counter(w for w, g in pairs if w == g)
    return statistics.mean(2 * right[label] / (wanted[label] + given[label]) for label in wanted)


def encoder_ms(recorded: Recorded, platform: Platform) -> float:
    """Return the milliseconds of one turn's reading, the mean of those that were played last."""
    times = []
    for to_read in recorded.asked[-TIMED:]:
        recorded.inner.reading(to_read)  # what lines see of the acts is worked out once a world
        recorded.inner.forget_lines()
        started = time.perf_counter()
        platform.embeddings.embed_query(to_read.text)
        recorded.inner.reading(to_read)
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.mean(times), 2) if times else 0.0


async def measured(
    world: Path, cases: Path, split: str, show: int, knowledge: Path
) -> tuple[dict[str, Any], list[Played]]:
    chosen = [c for c in read_play(cases) if split in ("all", c.line.split)]
    usual = Settings()
    with tempfile.TemporaryDirectory(prefix="dramatis-play-") as folder:
        state = Path(folder)
        settings = Settings(
            platform=PlatformSettings(
                world=world, state_dir=state, chat_provider="embedded", model_afterthoughts=False
            ),
            postgres=PostgresSettings(url=None),
            milvus=usual.milvus.model_copy(update={"uri": str(knowledge.resolve())}),
        )
        try:
            async with open_platform(settings) as platform:
                from dataclasses import replace

                recorded = Recorded(platform.dialogue.parts.understanding)  # type: ignore[arg-type]
                platform.dialogue.switch(replace(platform.dialogue.parts, understanding=recorded))
                stage = PostgresTimelines(platform.postgres).stage
                played = await play(platform.dialogue, stage, chosen, _progress)
                figures: dict[str, Any] = figures_of(played)
                figures |= lines_read(recorded.inner, platform)
                figures["encoder_ms"] = encoder_ms(recorded, platform)
        finally:
            stop_embedded_postgres(state / "postgres")
    return figures, played


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() or done % 200 == 0:
        print(f"\r{done} of {total} cases", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--world", type=Path, default=Path("game_knowledge/ebbhold"))
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--split", choices=("dev", "test", "all"), default="test")
    parser.add_argument("--show", type=int, default=0, help="so many failures of each kind")
    parser.add_argument("--out", type=Path, default=RESULTS / "play.json")
    asked = parser.parse_args()
    cases = asked.cases or asked.world / "evaluation" / "play"
    knowledge = Settings().platform.state_dir / "milvus.db"
    figures, played = asyncio.run(measured(asked.world, cases, asked.split, asked.show, knowledge))
    _report(played, figures, asked.show)
    if asked.cases is None:
        asked.out.write_text(json.dumps({"split": asked.split, **figures}, indent=2) + "\n")
    print(json.dumps(figures))
    return 0


def _report(played: Sequence[Played], figures: dict[str, Any], show: int) -> None:
    print(file=sys.stderr)
    shown: Counter[tuple[str, str]] = Counter()
    for one in played:
        key = (one.case.kind, one.case.language)
        if one.right is False and shown[key] < show:
            shown[key] += 1
            line = one.case.line
            said = getattr(line, "say", None) or (*line.tell, line.ask)  # type: ignore[union-attr]
            print(f"{'.'.join(key)} {line.id} {line.npc}: {' || '.join(said)}")
            print(f"    -> {one.reply} {list(one.changes)}")
    for name, value in figures.items():
        goal = GOALS.get(name.removesuffix("_en").removesuffix("_ko"))
        if goal is None:
            print(f"{name:24} {value}")
            continue
        met = value <= goal[1] if goal[0] == "<=" else value >= goal[1]
        print(f"{name:24} {value}  goal {goal[0]} {goal[1]:g}{'' if met else ': missed'}")


if __name__ == "__main__":
    sys.exit(main())
