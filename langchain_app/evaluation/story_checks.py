"""What the form of a story test cannot show: names that the world does not know."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from langchain_app.domain.errors import Refused
from langchain_app.domain.memory.chronicle import Society, story_event
from langchain_app.domain.safety.pattern_syntax import PatternRefused
from langchain_app.domain.text import LANGUAGES
from langchain_app.domain.world import World
from langchain_app.evaluation.storytest_format import (
    Expected,
    Given,
    Happening,
    Spoken,
    Step,
    StoryTest,
)
from langchain_app.evaluation.wording import pattern_in
from langchain_app.worlds.source import Path_

Fault = tuple[Path_, str]
LATEST = 1e9


def faults_in(test: StoryTest, world: World, sources: Container[str]) -> Iterator[Fault]:
    """Yield where a test cannot mean what it says, as paths within it."""
    yield from _unknown(("npc",), [test.npc], world.npcs, "NPC", each=False)
    yield from _given_faults(test.given, world)
    for index, step in enumerate(test.when):
        yield from _step_faults(("when", index), step, test.npc, world, sources)
    languages = set(test.languages)
    for path, spoken in _spoken(test):
        if spoken.languages and spoken.languages != languages:
            missing = ", ".join(sorted(languages - spoken.languages))
            yield path, f"other texts of this test are also in {missing}, this one is not"


def _spoken(test: StoryTest) -> Iterator[tuple[Path_, Spoken]]:
    for index, earlier in enumerate(test.given.said):
        yield ("given", "said", index), earlier.say
    for index, step in enumerate(test.when):
        if step.say:
            yield ("when", index, "say"), step.say


def _given_faults(given: Given, world: World) -> Iterator[Fault]:
    yield from _unknown(("given", "flags"), given.flags, world.flags, "flag")
    yield from _unknown(("given", "items"), given.items, world.items, "item")
    for npc, felt in given.feels.items():
        yield from _unknown(("given", "feels", npc), [npc], world.npcs, "NPC", each=False)
        yield from _unknown(("given", "feels", npc), felt, world.manifest.axes, "axis", each=False)
    for index, earlier in enumerate(given.said):
        named = [earlier.npc] if earlier.npc else []
        yield from _unknown(("given", "said", index, "npc"), named, world.npcs, "NPC", each=False)
    for index, event in enumerate(given.events):
        yield from _event_faults(("given", "events", index), event, world)


def _step_faults(
    path: Path_, step: Step, npc: str, world: World, sources: Container[str]
) -> Iterator[Fault]:
    if step.npc:
        yield from _unknown((*path, "npc"), [step.npc], world.npcs, "NPC", each=False)
    if step.happens:
        yield from _event_faults((*path, "happens"), step.happens, world)
    if step.then:
        yield from _then_faults((*path, "then"), step.then, step.npc or npc, world, sources)


def _then_faults(
    path: Path_, then: Expected, npc: str, world: World, sources: Container[str]
) -> Iterator[Fault]:
    named: Mapping[str, tuple[Iterable[str] | None, Container[str], str]] = {
        "raises": (then.raises, world.flags, "flag"),
        "gives": (then.gives, world.items, "item"),
        "takes": (then.takes, world.items, "item"),
        "actions": (then.actions, world.manifest.actions, "action"),
        "deltas": (then.deltas, world.manifest.axes, "axis"),
        "feels": (then.feels, world.manifest.axes, "axis"),
        "sources": (then.sources, sources, "source"),
        "sources_any": (then.sources_any, sources, "source"),
        "never_sources": (then.never_sources, sources, "source"),
    }
    for name, (values, known, what) in named.items():
        yield from _unknown((*path, name), values or (), known, what)
    if then.reacts_to and npc in world.npcs:
        known = [trigger.id for trigger in world.npcs[npc].forbidden_triggers]
        if then.reacts_to not in known:
            there = ", ".join(known) or "none"
            message = f"unknown forbidden trigger {then.reacts_to!r}; {npc} has: {there}"
            yield (*path, "reacts_to"), message
    yield from _pattern_faults(path, then)


def _pattern_faults(path: Path_, then: Expected) -> Iterator[Fault]:
    for name in ("mentions", "mentions_any", "never_mentions"):
        for word in sorted({word for lang in LANGUAGES for word in getattr(then, name)[lang]}):
            try:
                pattern_in(word)
            except PatternRefused as refused:
                yield (*path, name), f"the pattern {word} is refused: {refused}"


def _event_faults(path: Path_, event: Happening, world: World) -> Iterator[Fault]:
    try:
        story_event(event.report("checked"), world, Society.of(world), LATEST)
    except Refused as refused:
        yield path, f"{refused.message} {refused.hint}".strip()


def _unknown(
    path: Path_, names: Iterable[str], known: Container[str], what: str, *, each: bool = True
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            yield (*path, index) if each else path, f"unknown {what} {name!r}"


def sources_of(world: World) -> frozenset[str]:
    """Return the id of everything that a reply may be drawn from."""
    entries = {book.key_of(entry) for book in world.lorebooks.values() for entry in book.entries}
    return frozenset({chunk.id for chunk in world.chunks()} | entries)
