"""The turn's way to lore: query, gate, search, rerank, and the courage to find nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.lore import Findings, Knower, ScoredChunk
from langchain_app.domain.text import Language
from langchain_app.domain.turn import Exchange, Scene, Utterance
from langchain_app.language.tokens import Tokeniser, is_content
from langchain_app.retrieval.reranking import Ranked, rerank
from langchain_app.retrieval.snapshot import LanguageIndex, Snapshot

CANDIDATES = 20
LIMIT = 3

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


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a passage must be before an NPC answers from it. Tuned on the development split."""

    coverage: float
    similarity: float
    both: float


DEFAULT_CONFIDENCE: dict[Language, Confidence] = {
    "en": Confidence(coverage=0.5, similarity=0.55, both=0.75),
    "ko": Confidence(coverage=0.45, similarity=2.0, both=2.0),
}


class SnapshotRetriever:
    """Searches the current snapshot; `replace` switches to a newer one between two searches."""

    def __init__(
        self,
        snapshot: Snapshot,
        tokeniser: Tokeniser,
        confidence: dict[Language, Confidence] | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._tokeniser = tokeniser
        self._confidence = confidence or DEFAULT_CONFIDENCE

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that the next search uses."""
        return self._snapshot

    async def search(
        self, utterance: Utterance, scene: Scene, vector: Sequence[float], limit: int = LIMIT
    ) -> Findings:
        """Return at most `limit` visible passages that answer, best first; none if none is sure.

        The arithmetic runs in a worker thread: at 100,000 chunks it takes long enough to be felt by
        other turns.
        """
        return await asyncio.to_thread(
            self.find, utterance, scene.knower, vector, recent=scene.recent, limit=limit
        )

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
        text = with_topic(utterance, recent)
        query = self._tokeniser.index(text, utterance.language)
        visible = index.visible(knower)
        found = index.candidates(query, _array(vector, index), visible, CANDIDATES)
        ranked = rerank(index, query, found)
        if only_sure:
            ranked = [r for r in ranked if self.confidence(r, utterance.language) >= 0.5]
        return Findings(
            tuple(self._scored(index, r, utterance.language) for r in ranked[:limit]), text
        )

    def confidence(self, ranked: Ranked, language: Language) -> float:
        """Return how sure it is that the passage answers, 0 to 1; 0.5 is the least to answer from."""
        bar = self._confidence[language]
        return min(
            1.0,
            0.5
            * max(
                ranked.coverage / bar.coverage,
                ranked.similarity / bar.similarity,
                (ranked.coverage + ranked.similarity) / bar.both,
            ),
        )

    async def leak(self, reply: str, language: Language, knower: Knower, said: str) -> str | None:
        """Return the id of a hidden passage that the reply gives away."""
        return await asyncio.to_thread(self._leak, reply, language, knower, said)

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
            for _, tokens in index.sentences(int(row)):
                content = {token for token in tokens if is_content(token)}
                shared = content & spoken
                if len(shared) >= 4 and len(shared) >= 0.6 * len(content):
                    best_open = self._best_visible(index, visible, shared)
                    if best_open < len(shared) - 1:
                        return index.chunks[int(row)].id
        return None

    def _best_visible(
        self, index: LanguageIndex, visible: NDArray[np.bool_], shared: set[str]
    ) -> int:
        """Return the most of the shared words that one visible passage holds."""
        scores = index.lexical.scores(sorted(shared))
        scores[~visible] = 0.0
        return max(
            (len(shared & index.content[int(row)]) for row in np.argsort(-scores)[:5]), default=0
        )

    def _scored(self, index: LanguageIndex, ranked: Ranked, language: Language) -> ScoredChunk:
        words = ", ".join(ranked.matched[:6])
        why = f"covers {ranked.coverage:.0%} of the question ({words}); " if words else ""
        return ScoredChunk(
            chunk=index.chunks[ranked.row],
            score=round(ranked.score, 4),
            confidence=round(self.confidence(ranked, language), 3),
            best_sentence=ranked.best_sentence,
            why=f"{why}similarity {ranked.similarity:.2f}",
        )


def with_topic(utterance: Utterance, recent: Sequence[Exchange]) -> str:
    """Return the utterance, with what was talked about before where it points back to it.

    "How much is it?" after a question about rope is a question about rope.
    """
    if not recent or not _ANAPHORA[utterance.language].search(utterance.text):
        return utterance.text
    last = recent[-1]
    return f"{utterance.text} {last.player}"


def _array(vector: Sequence[float], index: LanguageIndex) -> NDArray[np.float32]:
    array = np.asarray(vector, dtype=np.float32)
    return (
        array
        if array.shape == index.dense.shape[1:]
        else np.zeros(index.dense.shape[1:], np.float32)
    )
