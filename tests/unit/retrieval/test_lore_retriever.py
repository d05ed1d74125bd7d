"""Lore as NPCs find it: gated before it is scored, and no secret given away."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.retrieval.knowledge import Knowledge, StoredChunk, segments_of
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.query_rewriting import QueryRewriter
from langchain_app.retrieval.snapshot import Snapshot

LANGUAGES = ("en", "ko")
WIDTH = 16


@pytest.fixture(scope="module")
def snapshot(ebbhold, tokeniser) -> Snapshot:
    """The whole demo world; its vectors are noise, which a gate must withstand as well."""
    noise = np.random.default_rng(3).normal(size=(2000, 1, WIDTH)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=2, keepdims=True)
    stored = tuple(
        StoredChunk(
            chunk,
            tuple(tuple(tokeniser.index(s, chunk.language)) for s in segments_of(chunk)),
            vectors,
        )
        for chunk, vectors in zip(ebbhold.chunks(), noise, strict=False)
    )
    return Snapshot(Knowledge("e", "1", "m", {"en": 0.3, "ko": 0.0}, stored))


@pytest.fixture(scope="module")
def retriever(snapshot, tokeniser) -> HybridRetriever:
    return HybridRetriever(snapshot, tokeniser)


def questions(folder, language: str) -> list[dict[str, Any]]:
    text = (folder / "evaluation" / f"questions.{language}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def knower_of(ebbhold, asked: dict[str, Any]) -> Knower:
    story = StoryState(flags=frozenset(asked["flags"]))
    return Knower(ebbhold.npc(asked["npc"]).audiences, story, asked["trust"])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_over_all_questions_no_gated_passage_is_ever_returned(
    retriever, snapshot, ebbhold, ebbhold_files, language
) -> None:
    rows = snapshot[language].chunks
    vectors = [entry.vectors[0] for entry in snapshot[language].stored]
    asked_of_gates = 0
    for asked in questions(ebbhold_files, language):
        knower = knower_of(ebbhold, asked)
        utterance = Utterance(asked["question"], language)
        recent = (Exchange(asked["previous"], ""),) if asked["previous"] else ()
        gated = set(asked["gated"])
        asked_of_gates += bool(gated)
        hidden = [n for n, chunk in enumerate(rows) if chunk.id in gated]
        # the very vector of the hidden passage: nothing could be nearer to it
        vector = vectors[hidden[0]] if hidden else vectors[0]
        for only_sure in (True, False):
            found = await retriever.find(
                utterance, knower, vector, recent=recent, alone=False, limit=50, only_sure=only_sure
            )
            for scored in found.chunks:
                assert scored.chunk.id not in gated
                assert scored.chunk.gate.admits(knower)
                assert scored.chunk.language == language
    assert asked_of_gates > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_gates_as_columns_admit_what_gates_as_values_admit(snapshot, ebbhold, language) -> None:
    index = snapshot[language]
    flags = sorted(ebbhold.flags)
    for n, npc in enumerate(ebbhold.npcs.values()):
        for trust in (-1.0, -0.05, 0.0, 0.2, 0.35, 1.0):
            knower = Knower(npc.audiences, StoryState(flags=frozenset(flags[: n * 2])), trust)
            visible = index.visible(knower).tolist()
            assert visible == [chunk.gate.admits(knower) for chunk in index.chunks]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_npc_never_sees_lore_beyond_the_quest_stage(
    retriever, snapshot, language, ebbhold
) -> None:
    title = ebbhold.quests["cracked_bell"].title[language]
    index = snapshot[language]
    last = next(
        n for n, chunk in enumerate(index.chunks) if chunk.id == "quest-cracked_bell-rehung"
    )
    for flags in (frozenset(), frozenset({"cracked_bell.rumour"})):
        knower = Knower(ebbhold.npc("isaura").audiences, StoryState(flags=flags), 1.0)
        found = await retriever.find(
            Utterance(title, language),
            knower,
            index.stored[last].vectors[0],
            limit=50,
            only_sure=False,
        )
        stages = {c.chunk.id for c in found.chunks if c.chunk.id.startswith("quest-cracked_bell-")}
        assert "quest-cracked_bell-rehung" not in stages
        assert ("quest-cracked_bell-rumour" in stages) == bool(flags)


async def test_nobody_is_let_in_without_an_audience(retriever, snapshot) -> None:
    stranger = Knower(frozenset(), StoryState(), 1.0)
    utterance = Utterance("What happened to the bell?", "en")
    vector = snapshot["en"].stored[0].vectors[0]
    assert (await retriever.find(utterance, stranger, vector, only_sure=False)).chunks == ()


@pytest.mark.parametrize("text", ["Who won the horse race in Paris?", "zxqv wmpf", "!!!"])
async def test_what_nobody_knows_is_not_answered(retriever, ebbhold, text) -> None:
    knower = Knower(ebbhold.npc("maren").audiences, StoryState(), 1.0)
    found = await retriever.find(Utterance(text, "en"), knower, np.zeros(WIDTH))
    assert not found.grounded


async def test_a_vector_of_another_width_costs_the_meaning_and_not_the_search(
    retriever, ebbhold
) -> None:
    knower = Knower(ebbhold.npc("maren").audiences, StoryState(), 0.0)
    utterance = Utterance("Tell me about Keel Market.", "en")
    for vector in ((), (0.1,), tuple([0.1] * 384)):
        assert (await retriever.find(utterance, knower, vector, only_sure=False)).grounded


def test_a_question_that_points_back_is_asked_with_its_topic(snapshot, tokeniser) -> None:
    english, korean = snapshot["en"], snapshot["ko"]
    rewrite = QueryRewriter(tokeniser).rewrite
    recent = (Exchange("Do you sell rope?", "Aye."),)
    query = rewrite(Utterance("How much is it?", "en"), recent, english)
    assert "rope" in query.text
    assert (query.asked, query.before) == ("How much is it?", ("Do you sell rope?", "Aye."))
    before = (Exchange("밧줄 있어요?", "있지."),)
    assert "밧줄" in rewrite(Utterance("그건 얼마예요?", "ko"), before, korean).text
    plain = Utterance("Where is the North Gate?", "en")
    assert rewrite(plain, (), english).text == plain.text


async def test_a_question_that_stands_alone_is_not_asked_with_the_topic_of_before(
    retriever, ebbhold
) -> None:
    knower = Knower(ebbhold.npc("maren").audiences, StoryState(), 1.0)
    utterance, recent = Utterance("How much is it?", "en"), (Exchange("Do you sell rope?", "Aye."),)
    for alone in (True, False):
        found = await retriever.find(utterance, knower, (), recent=recent, alone=alone)
        assert ("rope" in found.query) is not alone


# leaks


def secrets(ebbhold) -> list[Any]:
    return [p for p in ebbhold.passages.values() if "public" not in p.gate.audience]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reply_that_quotes_a_hidden_passage_gives_it_away(
    retriever, ebbhold, language
) -> None:
    caught = total = 0
    for passage in secrets(ebbhold):
        npc = next(
            n for n in ebbhold.npcs.values() if n.audiences.isdisjoint(passage.gate.audience)
        )
        knower = Knower(npc.audiences, StoryState(), -0.5)
        leak = await retriever.leak(passage.body[language], language, knower, "")
        total += 1
        caught += leak is not None
    assert total > 50
    assert caught / total > 0.95


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_same_words_from_one_who_may_know_them_give_nothing_away(
    retriever, ebbhold, language
) -> None:
    everything = StoryState(flags=ebbhold.flags | ebbhold.level_flags)
    for passage in list(ebbhold.passages.values()):
        knower = Knower(frozenset(passage.gate.audience), everything, 1.0)
        assert await retriever.leak(passage.body[language], language, knower, "") is None


async def test_what_the_player_said_first_is_no_leak(retriever, ebbhold) -> None:
    passage = secrets(ebbhold)[0]
    npc = next(n for n in ebbhold.npcs.values() if n.audiences.isdisjoint(passage.gate.audience))
    knower = Knower(npc.audiences, StoryState(), -0.5)
    body = passage.body.en
    assert await retriever.leak(body, "en", knower, body) is None
    assert await retriever.leak("Aye.", "en", knower, "") is None


class Rephrasing:
    """Writes the queries it is given."""

    def __init__(self, *queries: str) -> None:
        self._queries = queries

    async def queries(self, utterance: Utterance, recent: Any) -> tuple[str, ...]:
        return self._queries


async def test_what_another_query_finds_joins_what_the_players_own_words_find(
    snapshot, tokeniser, ebbhold
) -> None:
    knower = Knower(ebbhold.npc("maren").audiences, StoryState(), 0.0)
    said = Utterance("and what of that, then?", "en")
    silent = HybridRetriever(snapshot, tokeniser)
    assert not (await silent.find(said, knower, (), only_sure=False)).chunks
    helped = HybridRetriever(snapshot, tokeniser, writer=Rephrasing("price of the tarred rope"))
    found = await helped.find(said, knower, (), only_sure=False)
    assert "rope" in found.chunks[0].chunk.id
    assert all(scored.chunk.gate.admits(knower) for scored in found.chunks)


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("how much is the rope?", "en", "price"), ("밧줄 얼마예요?", "ko", "값")],
)
def test_a_question_of_price_looks_for_the_word_that_nobody_says(
    snapshot, tokeniser, text, language, word
) -> None:
    query = QueryRewriter(tokeniser).rewrite(Utterance(text, language), (), snapshot[language])
    assert set(tokeniser.content(word, language)) <= set(query.tokens)


def test_how_long_is_no_question_of_price(snapshot, tokeniser) -> None:
    asked = Utterance("얼마나 오래 걸려요?", "ko")
    assert "값" not in QueryRewriter(tokeniser).rewrite(asked, (), snapshot["ko"]).tokens
