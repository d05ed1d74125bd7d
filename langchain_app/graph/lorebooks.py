"""Lorebook entries beside what search found, under one budget."""

from __future__ import annotations

from langchain_app.domain.lore.activation import Scan, Told, activate, in_order, replayed
from langchain_app.domain.lore.lore import Chunk, Findings, ScoredChunk
from langchain_app.domain.lore.macros import Cast
from langchain_app.domain.text import Language, detect_language, tokens_in
from langchain_app.domain.turn import Scene, Utterance
from langchain_app.domain.world import World
from langchain_app.language.tokens import sentences

STRANGER: dict[Language, str] = {"en": "the traveller", "ko": "손님"}
"""What {{user}} is in lore: an NPC knows no player's name, and "player" is no word of a world."""


def with_lorebooks(
    found: Findings, scene: Scene, utterance: Utterance, turn_id: str, world: World
) -> Findings:
    """Return `found` with the entries that the turn activates, within the world's lore budget.

    The best passage found is always kept. The rest is taken by priority, where a passage counts 100
    times its confidence. Passages come first, so that entries displace none as an answer.
    """
    told = _told(scene, utterance, turn_id, world)
    if not told:
        return found
    budget = world.manifest.policy.lore_budget_tokens
    kept = set(map(id, found.chunks[:1]))
    budget -= sum(tokens_in(best.chunk.text) for best in found.chunks[:1])
    weighed = [(t.rank, t.tokens, id(t)) for t in told]
    weighed += [
        ((True, False, 100 * f.confidence, True, 0.0), tokens_in(f.chunk.text), id(f))
        for f in found.chunks[1:]
    ]
    for _, tokens, which in sorted(weighed, key=lambda w: w[0], reverse=True):
        if tokens <= budget:
            budget -= tokens
            kept.add(which)
    passages = tuple(passage for passage in found.chunks if id(passage) in kept)
    entries = in_order([t for t in told if id(t) in kept])
    return Findings((*passages, *(_scored(t, utterance) for t in entries)), found.query)


def _told(scene: Scene, utterance: Utterance, turn_id: str, world: World) -> list[Told]:
    books = list(world.lorebooks.values())
    said = (line for exchange in scene.recent for line in (exchange.player, exchange.npc))
    scan = Scan(
        messages=(*said, utterance.text),
        turn=scene.seq,
        cast=Cast(
            char=scene.npc.name[utterance.language],
            user=STRANGER[utterance.language],
            turn=turn_id,
            place=scene.timeline_id,
        ),
    )
    timed = replayed(books, scene.told)
    known = (book.known_to(scene.knower, utterance.language) for book in books)
    return [told for book in known for told in activate(book, scan, timed)[0]]


def _scored(told: Told, utterance: Utterance) -> ScoredChunk:
    """Return an entry as a finding. Without confidence, a model is told it and nobody quotes it.

    Quoted is what the player's own words ask for, in the language that they speak.
    """
    language = told.entry.language or detect_language(told.text, utterance.language)
    answers = told.spoken and language == utterance.language
    return ScoredChunk(
        chunk=Chunk(
            id=told.key,
            language=language,
            kind="lorebook",
            title=told.entry.title,
            text=told.text,
            gate=told.entry.gate,
        ),
        score=round(told.rank[2], 4),
        confidence=min(0.8, 0.4 + 0.1 * told.hits) if answers else 0.0,
        best_sentence=_nearest(told.text, utterance.text),
        why=f"lorebook: {told.why}",
    )


def _nearest(text: str, asked: str) -> str:
    """Return the sentence that shares most pairs of letters with what was asked."""
    wanted = _pairs(asked)
    return max(sentences(text), key=lambda sentence: len(wanted & _pairs(sentence)), default="")


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2].lower() for at in range(len(text) - 1) if text[at : at + 2].isalnum()}
