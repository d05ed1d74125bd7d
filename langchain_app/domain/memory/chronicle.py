"""What happened in the story, and who was there: story events and their witnesses.

Times are game time: hours on the timeline's clock, which starts at midnight of its first day. What
happened before the story began has a negative time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from langchain_app.domain.errors import EventFromTheFuture, EventInvalid, UnknownPlace
from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.safety.guardrails import exploit_evidence, neutralise
from langchain_app.domain.story.action_results import ActionResult
from langchain_app.domain.story.story import START
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.world import World

How = Literal["saw", "heard", "took part"]
PLAYER = "player"
"""How an event names the player among those who took part."""

PUBLIC = Gate(audience=("public",))
LONGEST_TEXT = 500
"""Characters of an event's text: it is told in one breath."""
MOST_NAMED = 32
"""Participants or witnesses that one event names."""
SECRET_FROM = 0.5
"""The trust at which a secret is told, where its gate states none."""
AHEAD_H = 24.0
"""How far an event may lie ahead of the timeline's clock, which stands still between turns."""


@dataclass(frozen=True, slots=True)
class Witness:
    """An NPC who noticed an event, and how."""

    npc_id: str
    how: How = "saw"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A stretch of game time: `start` <= t < `end`, in hours."""

    start: float
    end: float

    def shifted(self, hours: float) -> TimeWindow:
        """Return the window so many hours later."""
        return TimeWindow(self.start + hours, self.end + hours)


@dataclass(frozen=True, slots=True)
class EventReport:
    """An event as a game reports it. Nothing in it is believed before `story_event` has seen it.

    `witnesses` None: whoever stands at the place. `now` is the game's clock where it states one.
    `action`: it is what became of one; the text may be empty then, and who acted is the witness.
    """

    event_id: str
    kind: str
    text: Mapping[Language, str]
    place: str | None = None
    participants: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] | None = None
    importance: float = 0.5
    game_time: float | None = None
    now: float | None = None
    loud: bool = False
    secret: bool = False
    gate: Gate = PUBLIC
    trusted: bool = False
    """Whether a game server reports it: only then do gates and goals wait for it."""
    action: ActionResult | None = None

    @property
    def digest(self) -> str:
        """A hash of what it says; the game's clock may have gone on when it is repeated."""
        said = asdict(replace(self, now=None)) | {"gate": self.gate.model_dump()}
        if self.action is None:
            del said["action"]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that happened on a timeline, as NPCs tell it.

    `text` has one language at least. What is `secret` is not passed on by those who noticed it, and
    told only as the gate admits; whom its audience leaves out neither notices nor hears of it.
    """

    id: str
    kind: str
    text: Mapping[Language, str]
    game_time: float
    place: str | None = None
    participants: tuple[str, ...] = ()
    importance: float = 0.5
    witnesses: tuple[Witness, ...] = ()
    secret: bool = False
    gate: Gate = PUBLIC
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Society:
    """Who knows whom, who stands where, and what each may know: a world as rumours see it."""

    acquaintances: Mapping[str, tuple[str, ...]]
    audiences: Mapping[str, frozenset[str]]
    places: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Society:
        """Return the society of a world's NPCs; whom nobody can speak to passes nothing on."""
        return cls(
            acquaintances={
                npc.id: tuple(other for other in npc.acquaintances if other in world.npcs)
                for npc in world.npcs.values()
            },
            audiences={npc.id: npc.audiences for npc in world.npcs.values()},
            places={npc.id: npc.place for npc in world.npcs.values()},
        )

    def admits(self, gate: Gate, npc_id: str) -> bool:
        """Tell whether the gate's audience lets this NPC know at all."""
        return not self.audiences[npc_id].isdisjoint(gate.audience)


def witnesses_of(report: EventReport, society: Society) -> tuple[Witness, ...]:
    """Return who noticed a reported event, each once: took part, then saw, then heard.

    The game's own list says who saw it; without one, those saw it who stand at its place. What is
    loud is heard all over the world. The gate has the last word.
    """
    noticed = {npc: Witness(npc, "took part") for npc in report.participants}
    if report.witnesses is not None:
        _add(noticed, report.witnesses)
    elif report.place is not None:
        here = (npc for npc, place in society.places.items() if place == report.place)
        _add(noticed, (Witness(npc) for npc in here))
    if report.loud:
        _add(noticed, (Witness(npc, "heard") for npc in society.audiences))
    return tuple(
        witness
        for npc, witness in noticed.items()
        if npc in society.audiences and society.admits(report.gate, npc)
    )


def _add(noticed: dict[str, Witness], witnesses: Iterable[Witness]) -> None:
    for witness in witnesses:
        noticed.setdefault(witness.npc_id, witness)


def story_event(report: EventReport, world: World, society: Society, clock: float) -> StoryEvent:
    """Return the event that a report tells of, on a timeline whose clock stands at `clock`.

    Raises UnknownNpc, UnknownPlace, EventFromTheFuture and EventInvalid.
    """
    _check_names(report, world)
    _check_gate(report.gate, world)
    return StoryEvent(
        id=report.event_id,
        kind=report.kind,
        text=_cleaned(report.text),
        game_time=_checked_time(report, clock),
        place=report.place,
        participants=report.participants,
        importance=report.importance,
        witnesses=witnesses_of(report, society),
        secret=report.secret,
        gate=_gate_of(report),
        trusted=report.trusted,
    )


def _gate_of(report: EventReport) -> Gate:
    """Return the report's gate; a secret whose gate states no trust is told to nobody untrusted."""
    if report.secret and "trust" not in report.gate.model_fields_set:
        return report.gate.model_copy(update={"trust": SECRET_FROM})
    return report.gate


def clock_after(report: EventReport, event: StoryEvent, clock: float) -> float:
    """Return where the clock stands once the event is known: a clock never goes back."""
    return max(clock, event.game_time, clock if report.now is None else report.now)


def _check_names(report: EventReport, world: World) -> None:
    if report.place is not None and report.place not in world.manifest.places:
        raise UnknownPlace(report.place, tuple(world.manifest.places))
    for named in (report.participants, report.witnesses or ()):
        if len(named) > MOST_NAMED:
            raise EventInvalid(f"An event names at most {MOST_NAMED} participants or witnesses.")
    for person in report.participants:
        if person != PLAYER and person not in world.manifest.people:
            world.npc(person)
    for witness in report.witnesses or ():
        world.npc(witness.npc_id)


def _check_gate(gate: Gate, world: World) -> None:
    """Refuse a gate that nobody can ever come through: a slip of the pen, not a secret."""
    for name in gate.audience:
        kind, _, known = name.partition(":")
        there = {"npc": world.npcs, "faction": world.manifest.factions}.get(kind, {})
        if name != "public" and known not in there:
            raise EventInvalid(
                f"The gate's audience {name[:64]!r} is nobody in this world.",
                "Use public, npc:<id> or faction:<id>.",
            )
    if gate.after != START and gate.after not in world.flags:
        raise EventInvalid(f"No quest of this world raises the flag {gate.after[:64]!r}.")


def _cleaned(text: Mapping[Language, str]) -> dict[Language, str]:
    """Return the text as a prompt may show it."""
    cleaned = {
        language: neutralise(text[language]).text for language in LANGUAGES if text.get(language)
    }
    if not any(cleaned.values()) or not all(cleaned.values()):
        raise EventInvalid("The event's text is empty.", "Say in a sentence what happened.")
    longest = max(map(len, cleaned.values()))
    if longest > LONGEST_TEXT:
        raise EventInvalid(
            f"The event's text has {longest} characters; the limit is {LONGEST_TEXT}.",
            "Say in a sentence what happened.",
        )
    # Events are quoted in prompts, and games fill them with what players wrote.
    for said in cleaned.values():
        if evidence := exploit_evidence(said):
            raise EventInvalid(
                f"The event's text speaks to the machine: {evidence!r}.",
                "Say what happened in words of the world, without what players typed.",
            )
    return cleaned


def _checked_time(report: EventReport, clock: float) -> float:
    latest = clock + AHEAD_H if report.now is None else report.now
    stands = clock if report.now is None else report.now
    happened = stands if report.game_time is None else report.game_time
    if happened > latest:
        raise EventFromTheFuture(happened, latest)
    return happened


def names_of(event: StoryEvent, world: World, language: Language) -> Sequence[str]:
    """Return the place and the people of an event by name, for a search to find it by."""
    named = [world.manifest.places[event.place].name] if event.place else []
    people = [*event.participants, *(w.npc_id for w in event.witnesses if w.how == "took part")]
    for person in dict.fromkeys(people):
        found = world.npcs.get(person) or world.manifest.people.get(person)
        named += [found.name] if found else []
    return [name[language] for name in named]
