"""The turn's way to lore: query, gate, search, rerank, and the courage to find nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore import Findings, Knower, ScoredChunk
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Exchange, Scene, Utterance
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.reranking import Ranked, rerank
from langchain_app.retrieval.snapshot import LanguageIndex, Snapshot

T = TypeVar("T")

CANDIDATES = 12
WITHHELD = 5
LIMIT = 3
INLINE_CHUNKS = 2_000

_ANAPHORA: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:it|its|that|this|those|these|they|them|their|he|him|his|she|her|there|then)\b"
        r"|\bwhat about\b|\band\b\W*(?:why|who|how|when|where|what)",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:^|\s)(?:그|그건|그거|그게|그것|그곳|거기|그때|그 ?사람|그 ?분|걔|그분|그럼|그러면|그래서|이건|이거|저건|그들|왜)"
    ),
}


BAR_WITH_MEANING = 0.7
BAR_WITH_WORDS = 0.35
"""The least evidence to answer from: share of the question's words covered, plus the similarity where
the embeddings know the language. Tuned on the development split of the demo world's questions."""

WITHHELD_MARGIN = 0.05
"""A question that something withheld answers so much better is about what this NPC may not tell.

Nothing withheld is ever returned. Without this an NPC that must keep a secret answers with whatever
stands nearest to it (development split, gated questions rightly unanswered: English 40 -> 79%,
Korean 50 -> 87%).
"""

IMPORTANCE = 0.05
"""What an author's importance (0..1) weighs: between equals, what matters more is told."""
VOICE = 0.05
VOICE_IF_ADDRESSED = 0.2
"""Added to the score of the NPC's own words, more where the player speaks of "you"."""

_ADDRESSED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:you|your|yours|yourself|u|ur)\b", re.IGNORECASE),
    "ko": re.compile(
        r"(?:^|\s)(?:너|넌|네가|니가|네|당신|자네|그대|아저씨|아줌마|할아버지|할머니|영감|어르신|누나|언니|오빠|형)"
        r"|(?:세요|셨|시죠|십니까|신가|시나|님[은이]?)"
    ),
}


class SnapshotRetriever:
    """Searches the current snapshot; `replace` switches to a newer one between two searches."""

    def __init__(self, snapshot: Snapshot, tokeniser: Tokeniser) -> None:
        self._snapshot = snapshot
        self._tokeniser = tokeniser

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that the next search uses."""
        return self._snapshot

    async def search(
        self, utterance: Utterance, scene: Scene, vector: Sequence[float], limit: int = LIMIT
    ) -> Findings:
        """Return at most `limit` visible passages that answer, best first; none if none is sure."""
        return await self._beside(
            partial(self.find, utterance, scene.knower, vector, recent=scene.recent, limit=limit)
        )

    async def _beside(self, work: Callable[[], T]) -> T:
        """Run `work` beside the event loop where it would be felt there.

        Up to INLINE_CHUNKS a search takes less than a millisecond, and the way to a thread and back
        costs a quarter of one.
        """
        if self._snapshot.size <= INLINE_CHUNKS:
            return work()
        return await asyncio.to_thread(work)

    def find(
        self,
        utterance: Utterance,
        knower: Knower,
        vector: Sequence[float],
        *,
        recent: Sequence[Exchange] = (),
        limit: int = LIMIT,
        only_sure: bool = True,
    ) -> Findings:
        """Search now, in this thread. With `only_sure` off, doubtful passages are returned too."""
        index = self._snapshot[utterance.language]
        text = with_topic(utterance, recent, index)
        query = self._tokeniser.index(text, utterance.language)
        array = _array(vector, index)
        visible = index.visible(knower)
        ranked = _with_priors(
            index,
            rerank(index, query, index.candidates(query, array, visible, CANDIDATES)),
            utterance,
        )
        if only_sure:
            withheld = index.candidates(query, array, index.withheld(knower), WITHHELD)
            rival = max((_evidence(index, r) for r in rerank(index, query, withheld)), default=0.0)
            bar = max(_bar(index), rival - WITHHELD_MARGIN)
            ranked = [r for r in ranked if _evidence(index, r) >= bar]
        return Findings(tuple(_scored(index, r) for r in ranked[:limit]), text)

    async def leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """Return the id of a hidden passage that the reply gives away."""
        return await self._beside(partial(self._leak, reply, language, knower, said))

    def _leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """A hidden sentence is given away when the reply holds most of its rare words.

        Words that the player said, and words that stand in what the NPC may know, are no secret.
        """
        index = self._snapshot[language]
        visible = index.visible(knower)
        spoken = set(filter(is_content, self._tokeniser.index(reply, language)))
        spoken -= set(self._tokeniser.index(said, language))
        if len(spoken) < 3:
            return None
        scores = index.lexical.scores(sorted(spoken))
        scores[visible] = 0.0
        for row in np.argsort(-scores)[:5]:
            if scores[row] <= 0:
                break
            for sentence in index.sentences[int(row)]:
                shared = sentence.content & spoken
                if len(shared) >= 4 and len(shared) >= 0.6 * len(sentence.content):
                    best_open = self._best_visible(index, visible, shared)
                    if best_open < len(shared) - 1:
                        return index.chunks[int(row)].id
        return None

    def _best_visible(
        self, index: LanguageIndex, visible: NDArray[np.bool_], shared: frozenset[str]
    ) -> int:
        """Return the most of the shared words that one visible passage holds."""
        scores = index.lexical.scores(sorted(shared))
        scores[~visible] = 0.0
        return max(
            (len(shared & index.content[int(row)]) for row in np.argsort(-scores)[:5]), default=0
        )


def _evidence(index: LanguageIndex, ranked: Ranked) -> float:
    """Return how much speaks for a passage, comparable between searches: 0 to 1, or 2 with meaning."""
    return ranked.coverage + (max(0.0, ranked.similarity) if index.dense_weight else 0.0)


def _bar(index: LanguageIndex) -> float:
    return BAR_WITH_MEANING if index.dense_weight else BAR_WITH_WORDS


def _with_priors(
    index: LanguageIndex, ranked: Sequence[Ranked], utterance: Utterance
) -> list[Ranked]:
    addressed = _ADDRESSED[utterance.language].search(utterance.text) is not None
    bonus = VOICE_IF_ADDRESSED if addressed else VOICE
    raised = [
        replace(
            r,
            score=r.score
            + IMPORTANCE * index.chunks[r.row].importance
            + (bonus if index.chunks[r.row].kind == "voice" else 0.0),
        )
        for r in ranked
    ]
    return sorted(raised, key=lambda r: -r.score)


def _scored(index: LanguageIndex, ranked: Ranked) -> ScoredChunk:
    words = ", ".join(ranked.matched[:6])
    covers = f"covers {ranked.coverage:.0%} of the question ({words}); " if words else ""
    return ScoredChunk(
        chunk=index.chunks[ranked.row],
        score=round(ranked.score, 4),
        confidence=round(min(1.0, _evidence(index, ranked) / (2 * _bar(index))), 3),
        best_sentence=ranked.best_sentence,
        why=f"{covers}similarity {ranked.similarity:.2f}",
    )


def with_topic(utterance: Utterance, recent: Sequence[Exchange], index: LanguageIndex) -> str:
    """Return the utterance, with what was talked about before where it points back to it.

    "How much is it?" after a question about rope is a question about rope.
    """
    if not recent or not _ANAPHORA[utterance.language].search(utterance.text):
        return utterance.text
    last = recent[-1]
    title = index.titles.get(last.sources[0], "") if last.sources else ""
    return f"{utterance.text} {last.player} {title}".strip()


def _array(vector: Sequence[float], index: LanguageIndex) -> NDArray[np.float32]:
    array = np.asarray(vector, dtype=np.float32)
    return (
        array
        if array.shape == index.dense.shape[1:]
        else np.zeros(index.dense.shape[1:], np.float32)
    )
