"""Understands an utterance without a language model: the Listener port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from langchain_app.domain.facts import Asked, Told
from langchain_app.domain.text import Language, LocalText, detect_language
from langchain_app.domain.tone import DialogueAct, Sentiment
from langchain_app.domain.turn import Utterance
from langchain_app.language import facts
from langchain_app.language.dialogue_act import dialogue_act, only_asks
from langchain_app.language.outcomes import outcome
from langchain_app.language.sentiment import SentimentAnalyser
from langchain_app.language.tokens import Tokeniser
from langchain_app.language.topics import topics_english, topics_korean

Vector = NDArray[np.float32]

HEARD = 300
"""Nobody tells a fact of themselves in more letters; patterns over 2,000 of one letter take seconds."""


class LocalListener:
    """Listens with morphemes, patterns and a sentence embedding.

    `examples` are the utterances that others are compared with; `vectors` holds the embeddings of
    those whose language the model knows. The others are compared by their content words alone.
    """

    def __init__(
        self, tokeniser: Tokeniser, examples: Sequence[str], vectors: Mapping[str, Vector]
    ) -> None:
        self._tokeniser = tokeniser
        self._sentiment = SentimentAnalyser(tokeniser.korean)
        self._tokens = {
            text: frozenset(tokeniser.content(text, detect_language(text))) for text in examples
        }
        self._vectors = vectors

    def sentiment(self, utterance: Utterance) -> Sentiment:
        """Rate the sentiment."""
        return self._sentiment.rate(utterance.text, utterance.language)

    def act(self, utterance: Utterance) -> DialogueAct:
        """Name what the utterance does."""
        return dialogue_act(utterance.text, utterance.language, self._tokeniser)

    def tokens(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the content tokens of a text."""
        return tuple(self._tokeniser.content(text, language))

    def told(self, utterance: Utterance) -> tuple[Told, ...]:
        """Return the facts that the player tells of themselves and theirs."""
        return facts.told(utterance.text[:HEARD], utterance.language)

    def topics(self, utterance: Utterance) -> tuple[str, ...]:
        """Return tokens of what the player tells about themselves; none of a question."""
        heard = replace(utterance, text=utterance.text[:HEARD])
        return () if only_asks(heard.text, heard.language) else self._topics(heard)

    def asked(self, utterance: Utterance) -> Asked:
        """Return what the utterance wants to be reminded of."""
        heard = replace(utterance, text=utterance.text[:HEARD])
        found = facts.asked(heard.text, heard.language)
        of_player = found.of_player or facts.of_player(heard.text, heard.language)
        if not of_player or found.when:
            return found
        return replace(found, topics=self._topics(heard))

    def _topics(self, utterance: Utterance) -> tuple[str, ...]:
        if utterance.language == "en":
            return topics_english(utterance.text)
        forms = (form for form, _ in self._tokeniser.korean.lemmas(utterance.text))
        return topics_korean(utterance.text, forms)

    def outcome(self, does: LocalText, *, succeeded: bool) -> dict[Language, str]:
        """Say whether what an action does was done; see the port."""
        return outcome(does, succeeded=succeeded, korean=self._tokeniser.korean)

    def likeness(
        self, utterance: Utterance, vector: Sequence[float], examples: Sequence[str]
    ) -> tuple[float, str]:
        """Return how much the utterance means the same as the nearest example, and which one.

        Two shared words say little ("ring the bell" is in every insult to a bell-ringer), so fewer
        than three never count as the same meaning, unless there are no others.
        """
        mine = frozenset(self.tokens(utterance.text, utterance.language))
        own = np.asarray(vector, dtype=np.float32)
        best = (0.0, "")
        for example in examples:
            theirs = self._tokens.get(example, frozenset())
            shared = len(mine & theirs)
            enough = shared >= 3 or (shared == 2 and mine == theirs)
            score = shared / len(mine | theirs) if enough else 0.0
            known = self._vectors.get(example)
            if known is not None and known.shape == own.shape:
                score = max(score, float(known @ own))
            best = max(best, (score, example))
        return best
