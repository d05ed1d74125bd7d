"""What is no mistake in a world's prose, and spoils what an NPC says all the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from langchain_app.domain.people.npc import Npc
from langchain_app.domain.text import LANGUAGES, Language, LocalText
from langchain_app.domain.world import World

OPEN = ("persona", "backstory")
"""What every prompt holds, whatever the player has earned."""
RARE = 2
"""Texts of the world that a word may stand in to be a secret's own."""
GIVEN_AWAY = 3
"""So many of its own words give a secret away, and so does most of a sentence."""
MOST = 0.6
_WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[a-z][a-z'’-]{3,}"),
    "ko": re.compile(r"[가-힣]{2,}"),
}
_STEM: dict[Language, int] = {"en": 6, "ko": 2}
"""Letters by which a word is known whatever its ending."""
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]+[\"'”’」』)]*|[^.!?…]+$")
_VERB = re.compile(r"(?:[다요까죠네군지라]|니)[.!?…]*[\"'”’」』)]*$")


def prose_notes(world: World) -> list[str]:
    """Return what an author should look at: secrets that stand in the open, sentences without verb."""
    return [*_secret_notes(world), *_korean_notes(world)]


def _secret_notes(world: World) -> Iterator[str]:
    count = _texts_by_word(world)
    for npc in world.npcs.values():
        for secret in npc.secrets:
            if (passage := world.passages.get(secret)) is None:
                continue
            for language in LANGUAGES:
                body = passage.body[language]
                own = {w for w in _words(body, language) if count[language][w] <= RARE}
                said = [_words(sentence, language) for sentence in _SENTENCE.findall(body)]
                for field, text in _open_texts(npc):
                    shown = _words(text[language], language)
                    told = [one & shown for one in said if len(one & shown) >= MOST * len(one)]
                    words = (own & shown).union(*(some for some in told if some & own))
                    if len(words) >= GIVEN_AWAY:
                        yield (
                            f"npcs/{npc.id}.json: {field}.{language} has words of the secret "
                            f"{secret!r} ({', '.join(sorted(words)[:6])}): every prompt shows it"
                        )


def _open_texts(npc: Npc) -> Iterator[tuple[str, LocalText]]:
    for field in OPEN:
        yield field, getattr(npc, field)
    for other, text in npc.acquaintances.items():
        yield f"acquaintances.{other}", text
    for key, text in npc.answers.items():
        yield f"answers.{key}", text


def _texts_by_word(world: World) -> dict[Language, Counter[str]]:
    """Return in how many of the world's texts each word stands."""
    found: dict[Language, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for chunk in world.chunks():
        found[chunk.language].update(_words(f"{chunk.title} {chunk.text}", chunk.language))
    return found


def _words(text: str, language: Language) -> set[str]:
    stem = _STEM[language]
    return {word[:stem] for word in _WORDS[language].findall(text.lower())}


def _korean_notes(world: World) -> Iterator[str]:
    """Yield what cannot be said at an NPC's speech level, for want of a verb."""
    for chunk in world.chunks():
        if chunk.language != "ko" or chunk.kind in ("voice", "acquaintance"):
            continue
        for sentence in _SENTENCE.findall(chunk.text):
            said = sentence.strip()
            if said and not _VERB.search(said):
                yield f"{chunk.id}: no verb ends {said!r}: it cannot be said at a speech level"
