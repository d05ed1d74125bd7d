"""What a line tells and asks, out of the tags that the model gives its pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from langchain_app.domain.memory.facts import PLAYER, SLOTS, Asked, Slot, Told
from langchain_app.domain.text import Language
from langchain_app.encoder.labels import ASKED, STANCES
from langchain_app.encoder.pieces import Pieces
from langchain_app.encoder.spans import LEAST, Span, spans_of
from langchain_app.encoder.weights import Floats
from langchain_app.language import kin
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.moments import moment_asked
from langchain_app.language.values import as_value

MOST = 6
"""So many facts are kept of one utterance: nobody tells more in a breath, a flood is hostile."""
CERTAIN = 0.9
"""How surely a question must be about somebody for nobody else to be looked up."""
LONGEST = 80
"""Characters of a value."""
ASKS = 0.5
"""How surely a question must be about the player to ask for what was told. Of a second author's
questions without "did I say" it so hears all (English) and 87% (Korean), and takes 8 and 12% of others
for one, half of which are in the first person, too: "where can I sleep?"."""
PLAIN = 0.9
"""Below it a question that names a moment asks for what was said then, not for a slot."""
NOUNS: tuple[Slot, ...] = ("name", "home", "origin", "job", "age", "owns", "family", "pet")
"""Slots whose values are nouns: with a verb or a particle in them they are half a sentence."""
PLACES: tuple[Slot, ...] = ("home", "origin")
_JOINS = re.compile(
    r"[\s,]*(?:(?:called|named|up|down|out|in|on|at|by|near|under|outside|beyond|of|the|a|an)\b[\s,]*)+",
    re.IGNORECASE,
)
"""What the parts of one place are joined by."""
_HIS_OR_HERS = re.compile(
    r"(?:\b(?:his|her|its|their) name(?:'?s| is| was| will be)?"
    r"|\b(?:he|she|it|they)(?:'?s|'?re| is| are| was)? (?:called|named)"
    r"|\b(?:call|called|name|named) (?:him|her|it|them))[\s:]*$",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"(?:이?라고|으로|로)\s*(?:이름을?\s*)?(?:지었|지어|지을|짓|붙였|붙여)")
"""How a name is said that is another's: what stands before it, or (Korean) after it."""
ALIKE: dict[Slot, Slot] = {"likes": "dislikes", "dislikes": "likes"}


class Telling:
    """Reads facts and questions for facts. `layers` are the model's heads by name."""

    def __init__(self, layers: dict[str, Floats], korean: KoreanAnalyser) -> None:
        self._layers = layers
        self._korean = korean

    def read(
        self,
        pieces: Pieces,
        states: Floats,
        whole: Floats,
        language: Language,
        about_player: float,
    ) -> tuple[tuple[Told, ...], Asked, str]:
        """Return what a line tells, what it asks to be reminded of, and the value that it puts right.

        `states` (n, 384) are the line's, `whole` (1, 768) is what its heads see; `about_player` says
        how surely it is a question about the player.
        """
        tags = states @ self._layers["tag.weight"].T + self._layers["tag.bias"]
        spans = spans_of(pieces, tags, language, self._korean)
        if language == "en":
            spans = list(_whole_places(spans, pieces))
        line = pieces.text.partition(": ")[2]
        asked = self._asked(whole, spans, line, language, about_player)
        if asked.of_player or asked.names:
            return (), asked, ""
        old = next((span.text for span in spans if span.what == "old"), "")
        if not any(span.what == "whose" for span in spans):
            spans = [span for span in spans if not _name_of_another(span, pieces, language)]
        return tuple(self._told(spans, states, language))[:MOST], asked, old

    def _told(self, spans: Sequence[Span], states: Floats, language: Language) -> Iterator[Told]:
        placed: list[tuple[Span, Told]] = []
        mean = states.mean(0)
        for span in spans:
            if span.what not in SLOTS:
                continue
            value = as_value(span.text, span.what, language)
            if not value or len(value) > LONGEST or not self._may_be(value, span.what, language):
                continue
            inside = states[span.first : span.end]
            seen = np.concatenate([inside.mean(0), inside[0], mean])[None]
            logits = two_layers(self._layers, "span", seen)[0]
            subject = PLAYER if logits[-1] > 0 else _owner(span, spans)
            stance = STANCES[int(logits[:-1].argmax())]
            placed.append((span, Told(subject, span.what, value, stance)))  # type: ignore[arg-type]  # Stance
        found = [*(fact for _, fact in placed), *_put_right(spans, placed)]
        yield from dict.fromkeys((*_had(found, language), *found, *_contrary(found)))

    def _may_be(self, value: str, slot: Slot, language: Language) -> bool:
        """Tell whether words may be the value of a slot: a Korean name or trade is a noun phrase."""
        return language == "en" or slot not in NOUNS or self._korean.is_noun(value)

    def _asked(
        self,
        whole: Floats,
        spans: Sequence[Span],
        line: str,
        language: Language,
        about_player: float,
    ) -> Asked:
        logits = two_layers(self._layers, "asked", whole)[0]
        shares = np.exp(logits[:-1] - logits[:-1].max())
        shares /= shares.sum()
        slot = ASKED[1 + int(shares[1:].argmax())] if about_player >= ASKS else ""
        if not slot:
            return Asked(when=moment_asked(line, language) if line.rstrip().endswith("?") else None)
        plain = slot not in ("all", "other") and shares[1:].max() >= PLAIN
        if not plain and (when := moment_asked(line, language)) is not None:
            return Asked(when=when)
        if slot == "other" or shares[1:].max() < LEAST:
            return Asked(subjects=(PLAYER,), words=True, sure=about_player >= CERTAIN)
        slots: tuple[Slot, ...] = SLOTS if slot == "all" else (slot,)  # type: ignore[assignment]  # one of Slot
        before = bool(logits[-1] > 0)
        owners = [span for span in spans if span.what == "whose"]
        if not owners:
            return Asked(slots, (PLAYER,), before=before)
        named = dict.fromkeys(kin.one_word(span.text) for span in owners)
        subjects = tuple(dict.fromkeys(one for subject in named for one in kin.meant(subject)))
        names = tuple(subject for subject in named if kin.kind(subject) is None)
        return Asked(slots, subjects, names, before)


def _whole_places(spans: Sequence[Span], pieces: Pieces) -> Iterator[Span]:
    """Yield the spans, those that are parts of one place as one: "a village called Hollin, up in the
    hills"."""
    last: Span | None = None
    for span in spans:
        if last is not None and last.what == span.what and span.what in PLACES:
            begins, ends = pieces.places[last.first][0], pieces.places[span.end - 1][1]
            joined = _JOINS.match(pieces.text, pieces.places[last.end - 1][1])
            if joined is not None and joined.end() >= pieces.places[span.first][0]:
                last = Span(span.what, pieces.text[begins:ends].strip(), last.first, span.end)
                continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _name_of_another(span: Span, pieces: Pieces, language: Language) -> bool:
    """Tell whether a name is said to be his or hers, or to have been given to somebody: whose it is,
    another line said."""
    if span.what != "name":
        return False
    begins, ends = pieces.places[span.first][0], pieces.places[span.end - 1][1]
    if language == "ko":
        return _GIVEN.match(pieces.text, ends) is not None
    return _HIS_OR_HERS.search(pieces.text[:begins]) is not None


def _owner(value: Span, spans: Sequence[Span]) -> str:
    """Return whose a value is: of those named before it the nearest, else of those after it."""
    owners = [span for span in spans if span.what == "whose"]
    before = [span for span in owners if span.first < value.first]
    if not owners:
        return PLAYER
    return kin.one_word((before[-1] if before else owners[0]).text)


def _put_right(spans: Sequence[Span], placed: Sequence[tuple[Span, Told]]) -> Iterator[Told]:
    """Yield that a value which was put right holds no longer: by the nearest that holds."""
    holding = [pair for pair in placed if pair[1].stance == "holds"] or placed
    for span in spans:
        if span.what == "old" and holding:
            new = min(holding, key=lambda pair: _between(span, pair[0]))[1]
            if new.value.lower() != span.text.lower():
                yield Told(new.subject, new.slot, span.text, "ends")


def _between(one: Span, other: Span) -> int:
    """Return the number of pieces between two spans."""
    return max(one.first, other.first) - min(one.end, other.end)


def _had(told: Sequence[Told], language: Language) -> Iterator[Told]:
    """Yield that the player has those of whom something is told."""
    for subject in dict.fromkeys(fact.subject for fact in told):
        slot = kin.kind(subject)
        mine = any(f.subject == PLAYER and f.slot == slot for f in told)
        holds = any(f.subject == subject and f.stance == "holds" for f in told)
        if slot is None or mine or not holds:
            continue
        name = next((f.value for f in told if (f.subject, f.slot) == (subject, "name")), "")
        if language == "ko":
            yield Told(PLAYER, slot, f"{subject} {name}".strip())
        else:
            article = "an" if subject[0] in "aeiou" else "a"
            yield Told(PLAYER, slot, f"{article} {subject}" + (f" called {name}" if name else ""))


def _contrary(told: Sequence[Told]) -> Iterator[Told]:
    """Yield that who likes something dislikes it no longer, and the other way round."""
    for fact in told:
        if fact.stance == "holds" and fact.slot in ALIKE:
            yield Told(fact.subject, ALIKE[fact.slot], fact.value, "ends")


def two_layers(layers: dict[str, Floats], head: str, states: Floats) -> Floats:
    """Return the logits of a head of two layers: (n, width) -> (n, labels)."""
    inner = np.maximum(states @ layers[f"{head}.1.weight"].T + layers[f"{head}.1.bias"], 0)
    logits: Floats = inner @ layers[f"{head}.3.weight"].T + layers[f"{head}.3.bias"]
    return logits
