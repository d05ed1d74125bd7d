"""lore and description as passages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from langchain_app.domain.story.story import START
from langchain_app.domain.text import LANGUAGES
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.passages import MAX_BODY_CHARS
from langchain_app.worlds.seed.documents import ANY, Lore
from langchain_app.worlds.seed.frame import Frame
from langchain_app.worlds.seed.naming import kept_id, short_title
from langchain_app.worlds.seed.stages import Stages

_MARKS = re.compile(r"^[#?\s]+")
"""How a line begins that would be no text of a passage."""


_TO_THE_MODEL = re.compile(r"\bplayers?\b|\bnpcs?\b|플레이어|유저", re.IGNORECASE)
"""Of whom nobody within a story speaks: a description with these words directs, it tells no lore."""


def passages_of(frame: Frame, stages: Stages) -> bytes | None:
    """Return a file of passages that the NPC alone knows; None where there is nothing to tell."""
    told: list[str] = []
    seen: set[str] = set()
    for document in frame.about.all(Lore):
        if document.npc_id is None or document.content in seen or _directs(document):
            continue
        seen.add(document.content)
        named = frame.own_name(document, "lore")
        after = stages.flag(document)
        if after != START and not stages.reached:
            frame.note("refused", named, f"nothing leads to the stage {document.quest_stage}")
            continue
        if document.location != ANY and kept_id(document.location, "place") != frame.place:
            frame.note("kept", f"{named}: location", "lore is told wherever the NPC stands")
        gate = f"knows=npc:{frame.npc_id}" + (f" after={after}" if after != START else "")
        stem = f"{slug(frame.npc_id, 'npc')}-{named}-{len(seen)}"
        told += _passages(stem, gate, document.content)
    if told:
        frame.note("untranslated", "lore, description", "the same text in both languages")
    return "\n\n".join(told).encode() + b"\n" if told else None


def directions_of(frame: Frame, stage: str) -> list[str]:
    """Return the descriptions that tell the model what to do at a stage."""
    found = [one for one in frame.about.all(Lore) if _directs(one) and one.quest_stage == stage]
    for one in found:
        why = "it speaks of players: told to the model when the stage's trigger fires"
        frame.note("kept", f"description {one.id or ''}", why)
    return [one.content for one in found]


def _directs(document: Lore) -> bool:
    return document.type == "description" and bool(_TO_THE_MODEL.search(document.content))


def common_passages(documents: list[Lore]) -> bytes | None:
    """Return a file of what everybody knows."""
    told = [
        passage
        for number, document in enumerate(documents, start=1)
        for passage in _passages(
            f"common-{slug(document.id or 'lore', 'lore')}-{number}",
            "knows=public",
            document.content,
        )
    ]
    return "\n\n".join(told).encode() + b"\n" if told else None


def _passages(stem: str, gate: str, content: str) -> Iterator[str]:
    stem = stem.replace("_", "-")
    for part, text in enumerate(_parts(content), start=1):
        body = _MARKS.sub("", text)
        if not body:
            continue
        title = short_title(body)
        lines = [f"## {stem}-{part} {{{gate}}}"]
        for language in LANGUAGES:
            lines += [f"### {language}: {title}", body]
        yield "\n".join(lines)


def _parts(content: str) -> Iterator[str]:
    """Yield pieces that a passage holds, cut where a sentence ends."""
    piece = ""
    for sentence in re.split(r"(?<=[.!?…])\s+", content):
        for start in range(0, len(sentence), MAX_BODY_CHARS):
            part = sentence[start : start + MAX_BODY_CHARS]
            if piece and len(piece) + len(part) + 1 > MAX_BODY_CHARS:
                yield piece
                piece = ""
            piece = f"{piece} {part}".strip()
    if piece:
        yield piece
