"""A document list as the files of a world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from langchain_app.domain.people.relationship import DEFAULT_AXES
from langchain_app.domain.text import Language, detect_language
from langchain_app.domain.world import World
from langchain_app.worlds.cards.character import Note, both
from langchain_app.worlds.cards.files import Json, json_bytes
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import Document, Lore, NpcConfig, Persona, TriggerDef
from langchain_app.worlds.seed.frame import Brought, Frame
from langchain_app.worlds.seed.lore import common_passages, passages_of
from langchain_app.worlds.seed.naming import kept_id, spelled
from langchain_app.worlds.seed.people import name_of, npc_of
from langchain_app.worlds.seed.reactions import forbidden_of
from langchain_app.worlds.seed.reading import About, about_each, of_everybody
from langchain_app.worlds.seed.stages import stages_of
from langchain_app.worlds.seed.story import Story


@dataclass
class Mapped:
    """Files by path, the NPCs among them, what the manifest gets, and the notes by NPC."""

    files: dict[str, bytes] = field(default_factory=dict)
    npcs: list[str] = field(default_factory=list)
    manifest: Json = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    items: dict[str, list[Json]] = field(default_factory=dict)


ListedIn = Callable[[str], frozenset[str]]
"""Returns the ids of the items in a file that the import takes the place of."""


def mapped(
    documents: Sequence[Document],
    world: World | None,
    language: Language | None,
    listed: ListedIn = lambda name: frozenset(),
) -> Mapped:
    """Turn documents into files of a world that has yet to be made, or that is there."""
    done, brought = Mapped(), Brought()
    for about in about_each(documents):
        _add(done, about, _Into(world, brought, language, listed))
    done.files |= {name: json_bytes(items) for name, items in done.items.items()}
    if common := common_passages(of_everybody(documents, Lore)):
        done.files["worldview/common.md"] = common
        note = Note("next", "documents of no NPC", "everybody knows them, from the start")
        done.notes.setdefault("common", []).append(note)
    if world is None:
        done.manifest = _manifest(brought)
    elif any((brought.axes, brought.thresholds, brought.allowed, brought.denied)):
        why = "the world's own world.json stays as it is: write axes and policy there"
        done.notes.setdefault("world", []).append(
            Note("refused", "delta_policy, flag_policy, threshold", why)
        )
    return done


@dataclass(frozen=True, slots=True)
class _Into:
    world: World | None
    brought: Brought
    language: Language | None
    listed: ListedIn


def _add(done: Mapped, about: About, into: _Into) -> None:
    world, language = into.world, into.language
    persona, config = about.first(Persona), about.first(NpcConfig)
    npc_id = kept_id(about.npc_id, "npc")
    known = world.npcs.get(npc_id) if world is not None else None
    named = name_of(persona, config, spelled(about.npc_id))
    name = known.name[language or "ko"] if known and persona is None else named
    spoken = language or detect_language(_texts(about))
    quest = f"{slug(npc_id, 'npc')}_story"
    foreign = frozenset(world.items if world else ()) - into.listed(f"items/{quest}.json")
    frame = Frame(about, npc_id, name, spoken, world, into.brought, foreign)
    stages = stages_of(about, quest)
    if known is None or persona is not None:
        npc = npc_of(frame, stages)
        npc["forbidden_triggers"] = forbidden_of(frame, npc["lines"])
        lines = npc["lines"]
        done.files[f"npcs/{npc_id}.json"] = json_bytes(npc)
        done.npcs.append(npc_id)
    else:
        lines = known.lines.model_dump()
        why = "the NPC's own file stays as it is: give a persona to make it anew"
        frame.note("kept", "forbidden triggers, dialogue turns", why)
    story = Story(frame, stages, lines)
    if (told := story.quest()) is not None:
        done.files[f"quests/{quest}.json"] = json_bytes(told)
    elif about.all(TriggerDef):
        frame.note("refused", "trigger_def", "no quest could be made of them")
    if story.items:
        done.items[f"items/{quest}.json"] = list(story.items.values())
    if passages := passages_of(frame, stages):
        done.files[f"worldview/{quest}.md"] = passages
    done.notes[npc_id] = frame.notes


def _texts(about: About) -> str:
    own = [one for one in about.documents if one.npc_id is not None]
    return " ".join(
        text
        for one in own
        for text in one.model_dump(exclude={"id", "npc_id", "type"}).values()
        if isinstance(text, str)
    )


def _manifest(brought: Brought) -> Json:
    """Return what the manifest of a new world says beside its name."""
    policy: Json = {}
    denied = brought.denied - brought.flags
    if brought.allowed is not None or denied:
        allow = None if brought.allowed is None else (brought.allowed | brought.flags) - denied
        policy["flags"] = {"deny": sorted(denied)}
        if allow is not None:
            policy["flags"]["allow"] = sorted(allow)
    if brought.thresholds:
        policy["thresholds"] = brought.thresholds
    axes = {
        name: {**axis.model_dump(exclude_defaults=True), **brought.axes.get(name, {})}
        for name, axis in DEFAULT_AXES.items()
    }
    return {
        "places": {place: _place(named["spelled"]) for place, named in brought.places.items()},
        "actions": {action: _action(action) for action in brought.actions},
        "policy": policy,
        **({"axes": axes} if brought.axes else {}),
    }


def _action(name: str) -> Json:
    if name == "give_item":
        return {"en": "Hand an item to the player.", "ko": "플레이어에게 물건을 건넨다."}
    return {"en": f"Do this: {spelled(name)}.", "ko": f"{spelled(name)} 동작을 한다."}


def _place(name: str) -> Json:
    called = spelled(name)
    return {
        "name": both(called),
        "description": {
            "en": f"People call it {called}.",
            "ko": f"다들 {called}, 그렇게 부르는 곳이다.",
        },
    }
