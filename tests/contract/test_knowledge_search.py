"""One contract for a world's knowledge, searched in this process (a snapshot) or by a server.

Tolerances: fused scores and similarities agree within 1e-4 (a server adds 32-bit numbers), and at
least 99% of the demo world's labelled questions have the very same first five passages.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langchain_app.domain.errors import KnowledgeStoreUnavailable
from langchain_app.domain.lore.lore import OWN_WORDS, Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.world import World
from langchain_app.encoder.encoder import Encoder
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.knowledge import Candidate, Knowledge, Question
from langchain_app.retrieval.lexical_index import LexicalIndex
from langchain_app.retrieval.milvus_search import MilvusKnowledge
from langchain_app.retrieval.milvus_store import MilvusStore
from langchain_app.retrieval.snapshot import Snapshot
from langchain_app.worlds import load_world
from tests.milvus_server import MilvusServer, milvus_server
from tests.playing import EBBHOLD

TOLERANCE = 1e-4
SAME_TOP5 = 0.99
QUESTIONS_A_LANGUAGE = 120
Searched = Snapshot | MilvusKnowledge


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(EBBHOLD)


@pytest.fixture(scope="module")
def tokeniser(world: World) -> Tokeniser:
    return Tokeniser(world.names)


@pytest.fixture(scope="module")
def read(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    knowledge = MilvusStore(str(ingested / "milvus.db")).read("ebbhold")
    assert knowledge is not None
    return knowledge


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("server") / "milvus.db") as running:
        yield running


@pytest.fixture(scope="module")
def store(server: MilvusServer) -> Iterator[MilvusStore]:
    opened = MilvusStore(server.uri)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def snapshot(read: Knowledge) -> Snapshot:
    return Snapshot(read)


@pytest.fixture(scope="module")
def on_server(store: MilvusStore, read: Knowledge) -> MilvusKnowledge:
    store.write(read)
    meta = store.meta(read.world)
    assert meta is not None
    return MilvusKnowledge(store, read.world, meta)


@pytest.fixture(params=["snapshot", "on_server"])
def searched(request: pytest.FixtureRequest) -> Searched:
    return request.getfixturevalue(request.param)


def labelled(language: Language) -> list[dict]:
    lines = (EBBHOLD / "evaluation" / f"questions.{language}.jsonl").read_text("utf-8")
    every = [json.loads(line) for line in lines.splitlines()]
    return every[:: max(1, len(every) // QUESTIONS_A_LANGUAGE)]


@pytest.fixture(scope="module")
def asked(
    world: World, tokeniser: Tokeniser, snapshot: Snapshot, encoder: Encoder
) -> list[tuple[Question, Knower]]:
    """Labelled questions as the turn would ask them, and who is asked."""
    model = EmbeddedE5(encoder)
    found = []
    for language in LANGUAGES:
        index = snapshot[language]
        for line in labelled(language):
            story = StoryState(flags=frozenset(line["flags"]))
            knower = Knower(world.npc(line["npc"]).audiences, story, line["trust"])
            found.append((question_of(line["question"], language, tokeniser, index, model), knower))
    return found


def question_of(text, language, tokeniser, index, model) -> Question:
    tokens = tuple(tokeniser.index(text, language))
    weights = {token: index.weight(token) for token in tokens if is_content(token)}
    vector = model.embed_words(text).pooled if index.dense_weight else None
    return Question(text, language, tokens, weights, vector)


def ids(candidates: list[Candidate]) -> list[str]:
    return [candidate.stored.chunk.id for candidate in candidates]


def test_a_server_answers_the_labelled_questions_as_a_snapshot_does(
    asked, snapshot, on_server
) -> None:
    same, furthest = 0, 0.0
    for question, knower in asked:
        here = snapshot[question.language].candidates(question, knower, 24)
        there = on_server[question.language].candidates(question, knower, 24)
        same += ids(here)[:5] == ids(there)[:5]
        figures = {c.stored.chunk.id: (c.fused, c.similarity) for c in here}
        for candidate in there[:5]:
            expected = figures.get(candidate.stored.chunk.id)
            assert expected is not None
            mine = (candidate.fused, candidate.similarity)
            furthest = max(furthest, float(np.abs(np.subtract(mine, expected)).max()))
    assert furthest < TOLERANCE
    assert same / len(asked) >= SAME_TOP5


def test_what_is_withheld_is_the_same_on_a_server(asked, snapshot, on_server) -> None:
    same = 0
    for question, knower in asked[::2]:
        here = snapshot[question.language].withheld(question, knower, 5)
        there = on_server[question.language].withheld(question, knower, 5)
        same += ids(here) == ids(there)
    assert same / len(asked[::2]) >= SAME_TOP5


def test_a_passage_found_is_the_passage_that_was_written(asked, searched, read) -> None:
    by_id = {(e.chunk.id, e.chunk.language): e for e in read.stored}
    for question, knower in asked[::20]:
        for candidate in searched[question.language].candidates(question, knower, 10):
            theirs = candidate.stored
            mine = by_id[theirs.chunk.id, theirs.chunk.language]
            assert (theirs.chunk, theirs.segments) == (mine.chunk, mine.segments)
            assert (theirs.words is None) == (mine.words is None)
            if mine.words is not None:
                assert np.array_equal(theirs.words.matrix, mine.words.matrix)


def test_lexical_scores_on_a_server_are_those_of_rank_bm25(asked, read, on_server) -> None:
    compared = 0
    for language in LANGUAGES:
        mine = [e for e in read.stored if e.chunk.language == language]
        index = LexicalIndex([e.tokens for e in mine])
        knower = Knower(frozenset(("public",)), StoryState(), 1.0)
        for question, _ in [pair for pair in asked if pair[0].language == language][::12]:
            every = index.scores(question.tokens)
            scores = {e.chunk.id: score for e, score in zip(mine, every, strict=True)}
            server = on_server[language]
            found = server._lexical(question.tokens, server._behind(server._open(knower)), 50)
            compared += len(found)
            assert all(abs(scores[name] - score) < 1e-4 for name, score in found.items())
    assert compared > 100


def test_words_weigh_the_same(read, snapshot, on_server) -> None:
    for entry in read.stored[::40]:
        language = entry.chunk.language
        for token in (*entry.tokens, "a-word-that-nobody-wrote"):
            assert on_server[language].weight(token) == snapshot[language].weight(token)
    assert (on_server.version, on_server.size) == (snapshot.version, snapshot.size)
    assert on_server.weights == snapshot.weights
    assert on_server.examples.keys() == snapshot.examples.keys()


@cache
def _ebbhold() -> World:
    return load_world(EBBHOLD)


@st.composite
def knowers(draw: st.DrawFn) -> Knower:
    known = _ebbhold()
    audiences = sorted({name for chunk in known.chunks() for name in chunk.gate.audience})
    return Knower(
        frozenset(draw(st.lists(st.sampled_from([*audiences, "npc:nobody"]), max_size=4))),
        StoryState(flags=frozenset(draw(st.lists(st.sampled_from(sorted(known.flags)))))),
        draw(st.floats(-1, 1, allow_nan=False)),
    )


KNOWERS = knowers()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(knower=KNOWERS, number=st.integers(0, 10_000))
def test_nothing_behind_a_closed_gate_is_ever_found(searched, asked, knower, number) -> None:
    question, _ = asked[number % len(asked)]
    index = searched[question.language]
    assert all(c.stored.chunk.gate.admits(knower) for c in index.candidates(question, knower, 24))
    for hidden in (False, True):
        for stored in index.holding(question.tokens, knower, 10, hidden=hidden):
            assert stored.chunk.gate.admits(knower) != hidden
    for candidate in index.withheld(question, knower, 10):
        chunk = candidate.stored.chunk
        heard = not knower.audiences.isdisjoint(chunk.gate.audience)
        assert not chunk.gate.admits(knower)
        assert heard or chunk.kind not in OWN_WORDS


@settings(max_examples=25, deadline=None)
@given(knower=KNOWERS)
def test_the_filter_of_a_server_lets_through_exactly_what_the_gates_admit(
    read, on_server, store, knower
) -> None:
    for language in LANGUAGES:
        server = on_server[language]
        where = server._behind(server._open(knower))
        seen = set()
        if where:
            with store.client() as client:
                rows = client.query(
                    server._collection._name,
                    filter=f'language == "{language}" and text != "" and {where}',
                    output_fields=["chunk", "kind"],
                    limit=10_000,
                )
            seen = {row["chunk"] for row in rows if row["kind"] in KINDS}
        mine = [e.chunk for e in read.stored if e.chunk.language == language]
        assert seen == {chunk.id for chunk in mine if chunk.gate.admits(knower)}


KINDS = ("lore", "voice", "acquaintance", "item", "quest")


def test_a_filter_names_no_more_than_the_worlds_own_gates(on_server, read) -> None:
    flags = frozenset(f"somewhere.flag{n}" for n in range(100_000))
    knower = Knower(frozenset(("public",)), StoryState(flags=flags), 1.0)
    index = on_server["en"]
    gates = {entry.chunk.gate for entry in read.stored}
    assert len(index._open(knower)) <= len(gates)
    assert len(index._behind(index._open(knower))) < 8 * len(gates)


def test_what_hostile_text_asks_for_is_only_searched_for(on_server, tokeniser) -> None:
    knower = Knower(frozenset(('" or 1 == 1 or "',)), StoryState(), 1.0)
    tokens = tuple(tokeniser.index('bell" or language != "', "en"))
    question = Question("bell", "en", tokens, {}, None)
    assert on_server["en"].candidates(question, knower, 5) == []


def test_a_knower_without_audience_is_given_nothing(searched, asked) -> None:
    nobody = Knower(frozenset(), StoryState(), 1.0)
    question, _ = asked[0]
    assert searched["en"].candidates(question, nobody, 24) == []
    assert searched["en"].holding(question.tokens, nobody, 5, hidden=False) == []


def test_a_server_that_stops_is_told_of_once_and_used_again_when_it_is_back(
    tmp_path, read, snapshot, asked, caplog, monkeypatch
) -> None:
    monkeypatch.setattr("langchain_app.retrieval.milvus_collection.SILENT_S", 0.3)
    question, knower = next(pair for pair in asked if pair[0].language == "en")
    with milvus_server(tmp_path / "milvus.db") as server:
        store = MilvusStore(server.uri)
        near = snapshot["en"].candidates(question, knower, 24)
        store.write(replace(read, stored=tuple(c.stored for c in near), examples={}))
        index = MilvusKnowledge(store, "ebbhold", store.meta("ebbhold"))["en"]
        before = ids(index.candidates(question, knower, 5))
        assert before
        server.stop()
        with caplog.at_level(logging.WARNING, "dramatis.knowledge"):
            for _ in range(3):
                with pytest.raises(KnowledgeStoreUnavailable):
                    index.candidates(question, knower, 5)
            assert len(caplog.records) == 1
            started = time.monotonic()
            with pytest.raises(KnowledgeStoreUnavailable):
                index.candidates(question, knower, 5)
            assert time.monotonic() - started < 0.2  # nobody waits for a server that just failed
            server.start()
            give_up = time.monotonic() + 30
            after: list[str] = []
            while not after and time.monotonic() < give_up:
                time.sleep(0.3)
                try:
                    after = ids(index.candidates(question, knower, 5))
                except KnowledgeStoreUnavailable:
                    continue
        assert after == before
        assert len(caplog.records) == 2
        store.close()


async def test_many_searches_at_once_find_what_one_finds(on_server, asked) -> None:
    def search(pair: tuple[Question, Knower]) -> list[str]:
        question, knower = pair
        return ids(on_server[question.language].candidates(question, knower, 5))

    some = asked[::10]
    together = await asyncio.gather(*(asyncio.to_thread(search, pair) for pair in some))
    assert together == [search(pair) for pair in some]


def test_a_gate_keeps_its_figures(read, on_server) -> None:
    """0.2 of trust is 0.2 on the way back, and admits at 0.2."""
    gates = set(on_server["en"]._gates.values())
    assert gates == {entry.chunk.gate for entry in read.stored}
