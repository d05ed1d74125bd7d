"""The world's past and its names, as a search for events sees them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from langchain_app.domain.lore.lore import Gate, Knower
from langchain_app.domain.memory.chronicle import StoryEvent, TimeWindow, names_of
from langchain_app.domain.memory.story_memory import KnownEvent
from langchain_app.domain.ports import Listener
from langchain_app.domain.text import Language, detect_language
from langchain_app.domain.world import World


class WorldPast:
    """What happened before the story began, and the words by which a world's events are found."""

    def __init__(self, world: World, listener: Listener) -> None:
        self._world = world
        self._listener = listener
        # Each is worked out when the first question of its language comes.
        self.names = cache(self._names)
        self._events = cache(self._past)

    def within(self, window: TimeWindow, knower: Knower, language: Language) -> list[KnownEvent]:
        """Return the past events in the window that this NPC may tell of."""
        return [
            event
            for gate, event in self._events(language)
            if window.start <= event.game_time < window.end and gate.admits(knower)
        ]

    def called(self, npc_ids: Iterable[str], language: Language) -> tuple[str, ...]:
        """Return the names by which people speak of NPCs; an unknown id stays as it is."""
        known = self._world.npcs
        return tuple(known[npc].aliases[language][0] if npc in known else npc for npc in npc_ids)

    def tokens(self, event: StoryEvent) -> list[str]:
        """Return the tokens by which an event is found, in the languages it has."""
        texts = [
            (lang, (text, *names_of(event, self._world, lang))) for lang, text in event.text.items()
        ]
        texts.append((detect_language(event.kind), (event.kind,)))
        found = [self._listener.tokens(_joined(words), lang) for lang, words in texts]
        return list(dict.fromkeys(token for tokens in found for token in tokens))

    def _names(self, language: Language) -> frozenset[str]:
        """Return the tokens of the names of places and people: a question names where it is about."""
        places = (place.name[language] for place in self._world.manifest.places.values())
        people = (npc.aliases[language][0] for npc in self._world.npcs.values())
        return frozenset(self._listener.tokens(_joined([*places, *people]), language))

    def _past(self, language: Language) -> tuple[tuple[Gate, KnownEvent], ...]:
        places = self._world.manifest.places
        found = []
        for past in self._world.past.values():
            place = [places[past.place].name[language]] if past.place else []
            tokens = self._listener.tokens(_joined([past.text[language], *place]), language)
            event = KnownEvent(
                past.text[language], past.game_time, past.importance, frozenset(tokens)
            )
            found.append((past.gate, event))
        return tuple(found)


def _joined(texts: Iterable[str]) -> str:
    return ". ".join(texts)
