"""A passage answers where a sentence of it does, as a reader has it: the reading is scripted here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.lore.lore import Chunk, Gate, Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.turn import Exchange, Utterance
from langchain_app.retrieval.answering import FIGURES, HIDDEN_READ, READ
from langchain_app.retrieval.e5 import EmbeddedE5
from langchain_app.retrieval.ingest import Embedding, embed
from langchain_app.retrieval.knowledge import Knowledge
from langchain_app.retrieval.lore_retriever import HybridRetriever
from langchain_app.retrieval.snapshot import Snapshot

PUBLIC = Gate(audience=("public",))
SECRET = Gate(audience=("npc:nobody",))
EVERYBODY = Knower(frozenset({"public"}), StoryState(), 1.0)
FERRY = (
    "The rope ferry crosses the Ounder.",
    "A traveller pays 3 bits.",
    "Two men haul it by hand.",
)
CHUNKS = (
    Chunk("ferry", "en", "lore", "The Rope Ferry", " ".join(FERRY), PUBLIC),
    Chunk("mill", "en", "lore", "The Mill", "The mill grinds barley. Sal runs the mill.", PUBLIC),
    Chunk(
        "sal-on-orrin",
        "en",
        "acquaintance",
        "Orrin Bask",
        "Orrin still owes me for the rope.",
        PUBLIC,
        aliases=("Orrin",),
    ),
    Chunk("thief", "en", "lore", "The Ferry's Secret", "The ferry hides stolen salt.", SECRET),
)


class Scripted:
    """Says that sentences with some words answer so surely, and the rest not at all."""

    def __init__(self, words: str, sure: float) -> None:
        self._words, self._sure = words, sure
        self.read: Sequence[str] = ()
        self.before: Sequence[str] = ()

    def chances(
        self, question: str, before: Sequence[str], sentences: Sequence[str], figures: np.ndarray
    ) -> np.ndarray:
        assert figures.shape == (len(sentences), len(FIGURES))
        assert len(sentences) <= READ + HIDDEN_READ
        self.read, self.before = sentences, before
        found = np.array([self._sure if self._words in s else 0.0 for s in sentences])
        return np.append(found, 1 - found.sum())


@pytest.fixture(scope="module")
def search(encoder, tokeniser):
    model = EmbeddedE5(encoder)
    work = Embedding(model, lambda done, total: None, len(CHUNKS))
    _, stored = embed(CHUNKS, ["who hauls it?"], tokeniser, work)
    snapshot = Snapshot(Knowledge("w", "1", "m", {"en": 0.5}, tuple(stored)))

    async def searched(text: str, reader: Scripted, before: Exchange | None = None):
        retriever = HybridRetriever(snapshot, tokeniser, words=model, answers=reader)
        vector = model.embed_query(text)
        recent = (before,) if before else ()
        return await retriever.find(
            Utterance(text, "en"), EVERYBODY, vector, recent=recent, alone=not recent
        )

    return searched


async def test_the_sentence_that_answers_is_found_with_its_passage(search) -> None:
    reader = Scripted("Two men", 0.9)
    found = await search("who pulls the rope ferry?", reader)
    assert found.best is not None
    assert (found.best.chunk.id, found.best.best_sentence) == ("ferry", FERRY[2])
    assert f"The Rope Ferry: {FERRY[2]}" in reader.read


async def test_where_no_sentence_answers_nothing_is_found_though_the_words_are_all_there(
    search,
) -> None:
    found = await search("who built the rope ferry?", Scripted("nobody wrote this", 0.9))
    assert not found.grounded


async def test_the_surer_the_reading_the_surer_the_passage(search) -> None:
    said = [
        (await search("who hauls the rope ferry?", Scripted("Two men", sure))).best
        for sure in (0.7, 0.95)
    ]
    low, high = (found.confidence for found in said if found)
    assert low < high <= 1


async def test_what_is_withheld_and_answers_better_silences_what_is_open(search) -> None:
    hides = "what does the ferry hide? stolen salt?"
    found = await search(hides, Scripted("hides stolen salt", 0.9))
    assert not found.grounded


async def test_what_is_withheld_takes_no_place_from_what_may_be_told(search) -> None:
    reader = Scripted("nobody wrote this", 0.0)
    await search("does the ferry hide stolen salt?", reader)
    assert sum("hides stolen salt" in sentence for sentence in reader.read) == 1
    assert sum("The Rope Ferry" in sentence for sentence in reader.read) == len(FERRY)


async def test_a_follow_up_is_read_with_the_turn_before_it(search) -> None:
    reader = Scripted("3 bits", 0.9)
    found = await search("how much?", reader, Exchange("where is the ferry?", "By the mill."))
    assert reader.before == ("where is the ferry?", "By the mill.")
    assert found.best is not None
    assert found.best.best_sentence == FERRY[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [("who is Orrin Bask?", True), ("what did Orrin Bask eat last winter?", False)],
)
async def test_who_asks_after_a_person_and_nothing_else_hears_what_is_said_of_them(
    search, text, told
) -> None:
    found = await search(text, Scripted("nobody wrote this", 0.0))
    assert (found.best is not None and found.best.chunk.id == "sal-on-orrin") is told


class Failing:
    """Reads nothing."""

    def chances(
        self, question: str, before: Sequence[str], sentences: Sequence[str], figures: np.ndarray
    ) -> np.ndarray:
        raise UnderstandingFailed("the runtime gave up")


async def test_a_reading_that_fails_costs_the_reading_and_not_the_answer(search) -> None:
    found = await search("how much does a traveller pay for the rope ferry?", Failing())
    assert found.best is not None
    assert found.best.chunk.id == "ferry"
    assert "covers" in found.best.why
    assert "answers" not in found.best.why


async def test_what_is_withheld_is_not_returned_by_evidence_either(search) -> None:
    found = await search("what does the ferry hide? stolen salt?", Failing())
    assert [one.chunk.id for one in found.chunks if one.chunk.id == "thief"] == []
