"""The turn's way to lore: query, gate, search, rerank, and the courage to find nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.domain.lore.lore import Findings, Knower, ScoredChunk
from langchain_app.domain.ports import QueryWriter
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Exchange, Scene, Utterance
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.addressing import is_addressed
from langchain_app.retrieval.answering import PASSAGES, AnswerReader, read
from langchain_app.retrieval.deciding import Ranked, by_evidence, by_reading, scored
from langchain_app.retrieval.features import Examined, examine
from langchain_app.retrieval.knowledge import Question
from langchain_app.retrieval.query_rewriting import Query, QueryRewriter
from langchain_app.retrieval.reranking import EmbeddedReranker, Reranker, rescored
from langchain_app.retrieval.snapshot import LanguageIndex
from langchain_app.retrieval.token_vectors import SegmentVectors, projection

T = TypeVar("T")

CANDIDATES = 24
WITHHELD = 5
LIMIT = 3

HIDDEN = 2
"""Passages withheld that are read beside the open ones. Nothing withheld is ever returned; without
this an NPC that must keep a secret answers with whatever stands nearest to it.
"""
IMPORTANCE = 0.05
"""What an author's importance (0..1) weighs: between equals, what matters more is told."""
VOICE = 0.05
VOICE_IF_ADDRESSED = 0.2
"""Added to the score of the NPC's own words, more where the player speaks of "you"."""


class Knowledge(Protocol):
    """One version of a world's knowledge, searched here (a snapshot) or by a server."""

    version: str
    size: int
    inline: bool
    """Whether a search is so short that the event loop need not be spared it."""

    def __getitem__(self, language: Language) -> LanguageIndex:
        """Return what is known in one language."""


class WordEmbeddings(Protocol):
    """An embedding model that tells the vectors of single words."""

    def embed_words(self, text: str) -> SegmentVectors:
        """Embed a text; raises EmbeddingsUnavailable."""

    def words_at_hand(self, text: str) -> SegmentVectors | None:
        """Return what was embedded a short while ago, without any work."""


class HybridRetriever:
    """Searches the current knowledge; `replace` switches to a newer version between two searches."""

    def __init__(
        self,
        knowledge: Knowledge,
        tokeniser: Tokeniser,
        *,
        reranker: Reranker | None = None,
        words: WordEmbeddings | None = None,
        rewriter: QueryRewriter | None = None,
        writer: QueryWriter | None = None,
        answers: AnswerReader | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._answers = answers
        self._tokeniser = tokeniser
        self._reranker = reranker or EmbeddedReranker()
        self._words = words
        self._rewriter = rewriter or QueryRewriter(tokeniser)
        self._writer = writer

    @property
    def knowledge(self) -> Knowledge:
        """The version that the next search uses."""
        return self._knowledge

    async def search(
        self, utterance: Utterance, scene: Scene, vector: Sequence[float], *, alone: bool = True
    ) -> Findings:
        """Return at most LIMIT visible passages that answer, best first; none if none is sure."""
        recent = scene.recent
        return await self.find(utterance, scene.knower, vector, recent=recent, alone=alone)

    async def find(
        self,
        utterance: Utterance,
        knower: Knower,
        vector: Sequence[float],
        *,
        recent: Sequence[Exchange] = (),
        alone: bool = True,
        limit: int = LIMIT,
        only_sure: bool = True,
    ) -> Findings:
        """Search as `knower`. With `only_sure` off, doubtful passages are returned too.

        Unless the utterance stands `alone`, it is asked with what was talked about in `recent`.
        """
        index = self._knowledge[utterance.language]
        before = () if alone else recent
        query = await self._beside(partial(self._rewriter.rewrite, utterance, before, index))
        question = await self._question(query, utterance.language, vector, index)
        ranked = await self._ranked(question, knower, index, is_addressed(utterance))
        for text in await self._writer.queries(utterance, recent) if self._writer else ():
            other = await self._question(
                self._rewriter.query(text, utterance.language, index),
                utterance.language,
                vector,
                index,
            )
            also = await self._ranked(other, knower, index, is_addressed(utterance))
            ranked = _merged(ranked, also)
        if not only_sure:
            return Findings(tuple(scored(index, *pair) for pair in ranked[:limit]), query.text)
        withheld = await self._beside(partial(_withheld, index, question, knower))
        found = await self._sure(question, query, ranked, withheld, index)
        return Findings(tuple(islice(found, limit)), query.text)

    async def _sure(
        self,
        question: Question,
        query: Query,
        ranked: Ranked,
        withheld: Sequence[Examined],
        index: LanguageIndex,
    ) -> Iterator[ScoredChunk]:
        """Return what answers: by a reading, or where there is none by what speaks for it."""
        open_, hidden = ranked[:PASSAGES], withheld[:HIDDEN]
        may_be_told = [one for one, _ in open_]
        if self._answers is not None:
            with suppress(UnderstandingFailed):  # a reading that fails costs the reading alone
                reading = partial(read, self._answers, query, question, may_be_told, hidden)
                if answers := await asyncio.to_thread(reading):
                    return by_reading(index, open_, hidden, answers)
        return by_evidence(index, ranked, withheld)

    async def _ranked(
        self, question: Question, knower: Knower, index: LanguageIndex, addressed: bool
    ) -> list[tuple[Examined, float]]:
        """Return the first stage's candidates in the reranker's order, the author's priors added."""
        examined = await self._beside(partial(_first_stage, index, question, knower))
        scores = await self._reranker.scores(question, examined)
        return _with_priors(examined, scores, addressed)

    async def leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """Return the id of a hidden passage that the reply gives away."""
        return await self._beside(partial(self._leak, reply, language, knower, said))

    async def _question(
        self, query: Query, language: Language, vector: Sequence[float], index: LanguageIndex
    ) -> Question:
        meant = await self._meaning(query.text) if index.dense_weight and len(vector) else None
        pooled = meant.pooled if meant else np.asarray(vector, dtype=np.float32)
        return Question(
            text=query.text,
            language=language,
            tokens=query.tokens,
            weights={token: index.weight(token) for token in query.tokens if is_content(token)},
            vector=pooled if len(pooled) else None,
            words=projection(meant.words[0]) if meant else None,
        )

    async def _meaning(self, text: str) -> SegmentVectors | None:
        """Return the query's word vectors; the turn embedded them already, unless it was rewritten."""
        if self._words is None:
            return None
        at_hand = self._words.words_at_hand(text)
        return at_hand or await asyncio.to_thread(self._words.embed_words, text)

    async def _beside(self, work: Callable[[], T]) -> T:
        """Run `work` beside the event loop where it would be felt there."""
        if self._knowledge.inline:
            return work()
        return await asyncio.to_thread(work)

    def _leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """A hidden sentence is given away when the reply holds most of its rare words.

        Words that the player said, and words that stand in what the NPC may know, are no secret.
        """
        index = self._knowledge[language]
        spoken = set(filter(is_content, self._tokeniser.index(reply, language)))
        spoken -= set(self._tokeniser.index(said, language))
        if len(spoken) < 3:
            return None
        for stored in index.holding(sorted(spoken), knower, 5, hidden=True):
            for sentence in stored.content[1 : 1 + len(stored.sentences)]:
                shared = sentence & spoken
                if len(shared) >= 4 and len(shared) >= 0.6 * len(sentence):
                    open_ = index.holding(sorted(shared), knower, 5, hidden=False)
                    best_open = max((len(shared & o.all_content) for o in open_), default=0)
                    if best_open < len(shared) - 1:
                        return stored.chunk.id
        return None


def _first_stage(index: LanguageIndex, question: Question, knower: Knower) -> list[Examined]:
    return examine(question, index.candidates(question, knower, CANDIDATES))


def _withheld(index: LanguageIndex, question: Question, knower: Knower) -> list[Examined]:
    """Return the best of what this knower may not be given."""
    examined = examine(question, index.withheld(question, knower, WITHHELD))
    scores = rescored(question, examined)
    return [examined[row] for row in np.argsort(-scores, kind="stable")]


def _with_priors(
    examined: Sequence[Examined], scores: NDArray[np.float64] | None, addressed: bool
) -> list[tuple[Examined, float]]:
    if scores is None:
        scores = np.asarray([e.candidate.fused for e in examined])
    bonus = VOICE_IF_ADDRESSED if addressed else VOICE
    raised = [
        (
            e,
            float(score)
            + IMPORTANCE * e.stored.chunk.importance
            + (bonus if e.stored.chunk.kind == "voice" else 0.0),
        )
        for e, score in zip(examined, scores, strict=True)
    ]
    return sorted(raised, key=lambda pair: -pair[1])


def _merged(
    ranked: Sequence[tuple[Examined, float]], also: Sequence[tuple[Examined, float]]
) -> list[tuple[Examined, float]]:
    """Return what several queries found; a passage that two found counts by its better score."""
    best: dict[str, tuple[Examined, float]] = {}
    for pair in (*ranked, *also):
        key = pair[0].stored.chunk.id
        if key not in best or pair[1] > best[key][1]:
            best[key] = pair
    return sorted(best.values(), key=lambda pair: -pair[1])
