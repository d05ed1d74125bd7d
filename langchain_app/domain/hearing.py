# ruff: noqa: E501  Korean letters count double; a pattern reads best whole
"""What of an utterance its speaker means: what triggers and courtesy may go by.

A story moves on what the player asserts, asks, offers or promises. Stage directions, quotations,
make-believe, conditions, reported speech and orders to say something are words, and no deeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from langchain_app.domain.frames import FRAMES, INSTRUCTS, MESSAGE, SCRIPTS, SENTENCE
from langchain_app.domain.governors import EARNEST, MUST, Mark
from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.domain.withholding import untagged, withheld

_CLAUSE = re.compile(r"[^.!?,:;…\n]+[.!?,:;…\n]?")
_SENTENCE = re.compile(r"[^.!?;…\n]+[.!?;…\n]*")
_JOINT = re.compile(
    r"(?<=[ㅠㅜㅋㅎ~])\s+(?!이?라|하)|(?<=[은는던]데)\s|(?<=지만)\s|(?<=니까)\s|(?<=면)\s|(?<=[아어해]요)\s(?!이?라|하)"
    r"|(?<=습니다)\s(?!이?라|하)|(?<=\w)(?=,? so (?:can|could|would|will|where|what|do) )"
)
"""Where one clause of a sentence ends without a mark: what is denied in one is not in the other."""
_MATRIX = re.compile(r"(?<=[은는던]데)\s|(?<=지만)\s|(?<=니까)\s|(?<=셔서)\s|(?<=해서)\s")
"""Where the last clause of a Korean sentence begins: it is the one that is asserted."""
_SIGHS = re.compile(r"(?<=[ㅠㅜㅋㅎ])\s+(?!이?라|하|래)")
"""Where players end a sentence with a letter that laughs or weeps."""

_DIRECTIONS = (
    re.compile(r"```.{0,2000}?(?:```|$)|`[^`]{1,400}`", re.DOTALL),
    re.compile(r"\*{1,3}[^*]{1,800}(?:\*{1,3}|$)"),
    re.compile(r"(?<!\w)_[^_]{2,800}_(?!\w)|~{2}[^~]{1,800}~{2}"),
    re.compile(r"\([^()]{0,800}(?:\)|$)|\[[^\[\]]{0,800}(?:\]|$)|\{[^{}]{0,800}(?:\}|$)"),
    re.compile(r"（[^（）]{0,800}(?:）|$)|【[^【】]{0,800}(?:】|$)|<[^<>]{1,800}>"),
)
_QUOTED = re.compile(
    r"“[^”]{1,800}(?:”|$)|\"[^\"]{1,800}(?:\"|$)|«[^»]{1,800}»|「[^」]{1,800}」|『[^』]{1,800}』"
    r"|‘[^’]{2,800}’(?![A-Za-z0-9])|(?<![A-Za-z0-9])'[^']{2,800}'(?![A-Za-z0-9])"
    r"|(?<!\w)'(?:[^']|(?<=\w)'(?=\w)){2,800}'(?!\w)"
)
_SPEAKER = re.compile(
    r"(?:^|(?<=[.!?…]\s)|(?<=[.!?…]))\s*(?!(?:Look|Listen|Well|Here|So|Honestly|Truth|Fact|Question|"
    r"Please|Promise|Answer|Wait|Hey|OK|Okay|Yes|No|Thing|Good news|News|솔직히|사실|질문|약속|좋은 소식)\s?:)"
    r"(?:[A-Z][\w'’]{0,20}(?: [A-Z][\w'’]{0,20}){0,2}|[가-힣]{1,6}|>)\s?(?:\([^()]{0,40}\)\s?)?[:：](?!\d)"
)
_SPEAKS = re.compile(r"\b(?:say|tell|whisper|answer|repl|shout|ask|promis)|말|대답|속삭|외치|묻")

_ASKS_ENGLISH = re.compile(
    r"\s*(?:so |and |but |well |or )*(?:did|do|does|have|has|had|is|are|was|were|am|will|would|can|could|should|shall)"
    r"(?:n't)? (?:i|you|he|she|it|we|they|the)\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"\b(?:(?:shall|should) i(?! promise| say| swear| tell| pretend)|can i|may i|could i|want me to|let me|would you like me|do you need|need (?:a|any|some))\b"
    r"|\b(?:can|could|would|will) you (?:please )?(?!believe|think|say|imagine|guess|like|admit|agree|accept)"
    r"|면 안 (?:돼|될|되)|(?<![았었였했왔갔]을)(?<!일)(?<!니)까요?\s*[?？]|래요?\s*[?？]|도와도",
    re.IGNORECASE,
)
_REPROACH = re.compile(r"\bwhy\b|왜", re.IGNORECASE)
_ASKS_KOREAN = re.compile(r"(?:까요?|나요|[은는인던]가요?|습니까|ㅂ니까|냐|니)\s*[.!~]*$")

_ODD = re.compile(
    r"[\[\]{}<>*|=\\`#_@$%^]|\S{32,}|[\u0370-\u052f\u0590-\u08ff\u3040-\u30ff\u3400-\u9fff]|\w\d\w"
    r"|(?:\b\w[ .\-·]){4,}"
)
SPEECH_CHARS = 240
LONGEST = 800
"""Of a longer message nothing moves the story: nobody promises in that many letters."""
NEAR = 3
ENOUGH = 4
"""From so many examples on, what they have in common is no chance."""
PLAY_LASTS = 3
"""Messages over which a play goes on unless its player ends it."""
_TOPICAL: frozenset[Mark] = frozenset({"reported", "attributed", "witnessed"})
COURTEOUS_CHARS = 240
"""Who means a courtesy does not hide it in a speech."""


def heard(text: str, examples: Sequence[str], language: Language) -> str:
    """Return what of `text` a trigger with these `examples` hears.

    A mark of not meaning it that one of the examples has is no mark to this trigger: who waits for a
    denial or a question hears denials and questions.
    """
    waits, hears_questions = _waited_for(tuple(examples), language)
    if len(text) > LONGEST or any(marked(mark, text) for mark in MESSAGE if mark not in waits):
        return ""
    own = spoken(text)
    if own != text:
        own = own.strip()
    scoped = [mark for mark in SENTENCE if mark not in waits]
    if any(marked(mark, own) for mark in scoped):
        own = " ".join(filter(None, (_asserted(part, scoped) for part in _sentences(own))))
    if not hears_questions:
        own = _kept(own, _CLAUSE, lambda part: not _asks(part, language))
    own = affirmed(own, examples, language, questions=hears_questions)
    if withheld(own, tuple(examples), language):
        return ""
    return own if all(must.search(own) for must in _musts(tuple(examples), language)) else ""


def background(text: str, examples: Sequence[str], language: Language) -> str:
    """Return what an utterance may name its topic in: its questions and others' words.

    "You said Pell is lost? I'll look for him" speaks of Pell. Under any other mark nothing is named.
    """
    waits, _ = _waited_for(tuple(examples), language)
    if len(text) > SPEECH_CHARS or any(marked(m, text) for m in MESSAGE if m not in waits):
        return ""
    unnamed = [mark for mark in SENTENCE if mark not in waits and mark not in _TOPICAL]
    denied = FRAMES[language]["denied"]
    return " ".join(
        part
        for part in _sentences(spoken(text))
        if not denied.search(part) and not any(marked(mark, part) for mark in unnamed)
    )


def playing(text: str, earlier: Sequence[str]) -> bool:
    """Tell whether a play that an earlier message set up still governs `text`."""
    recent = earlier[-PLAY_LASTS:]
    if not any(marked("staged", message) for message in recent):
        return False
    return not any(EARNEST[language].search(text) for language in LANGUAGES)


@lru_cache(maxsize=4096)  # each of an NPC's triggers asks of the same utterance
def marked(mark: Mark, text: str) -> bool:
    """Tell whether `text` bears a mark, in either language: hostile talk mixes them."""
    return any(
        SCRIPTS[language].search(text) is not None
        and FRAMES[language][mark].search(text) is not None
        for language in LANGUAGES
    )


def affirmed(
    text: str, examples: Sequence[str], language: Language, *, questions: bool = False
) -> str:
    """Return the clauses of `text` that neither deny nor, where another denies, only ask.

    Whole where one of the `examples` denies: who waits for a denial hears it. Who waits for
    `questions` hears them beside a denial.
    """
    denied = FRAMES[language]["denied"]
    if not denied.search(text) or any(denied.search(untagged(e)) for e in examples):
        return text

    def stands(clause: str) -> bool:
        if questions and clause.rstrip().endswith(("?", "？")) and not _REPROACH.search(clause):
            return True  # "Haven't you seen him?" asks; "why don't you give it?" complains
        return not denied.search(clause) and (questions or not _asks(clause, language))

    return _kept(_JOINT.sub("\n", text), _CLAUSE, stands)


def together(text: str) -> Iterator[str]:
    """Yield the passages of `text` whose words belong together: all of it, or in a speech three sentences.

    Who talks for a minute names a book here and wants something there.
    """
    sentences = _SENTENCE.findall(text) if len(text) > SPEECH_CHARS else []
    if len(sentences) <= NEAR:
        yield text
        return
    for first in range(len(sentences) - NEAR + 1):
        yield " ".join(sentences[first : first + NEAR])


@lru_cache(maxsize=256)
def spoken(text: str) -> str:
    """Return `text` without stage directions, quotations, code and others' lines of a dialogue.

    A message that is nothing but one quotation is the player speaking, as in a novel.
    """
    own = text
    directions: list[str] = []
    for pattern in _DIRECTIONS:
        directions += pattern.findall(own)
        own = pattern.sub(" ", own)
    own = own.strip() if own != text else own
    if (tag := _SPEAKER.search(own)) is not None:
        own = own[: tag.start()]
    unquoted = _QUOTED.sub(_unless_one_word, own)
    if not unquoted.strip(" .,!?") and own.strip() and not _SPEAKS.search(" ".join(directions)):
        return own.strip().strip("“”\"«»「」『』‘’'")
    return unquoted


def sincere(text: str) -> bool:
    """Tell whether `text` is plain talk: nothing acted, quoted, encoded or asked for in return.

    Instructions are looked for in both languages, whichever the turn is said to be in.
    """
    if len(text) > COURTEOUS_CHARS or _ODD.search(text) or spoken(text) != text:
        return False
    if any(marked(mark, text) for mark in (*MESSAGE, *SENTENCE)):
        return False
    sentences = _sentences(text)
    if sentences and all(part.rstrip().endswith(("?", "？")) for part in sentences):
        return False  # "Do you like kind people?" is no kindness
    return not any(instructs.search(text) for instructs in INSTRUCTS.values())


def _sentences(text: str) -> list[str]:
    found: list[str] = _SENTENCE.findall(_SIGHS.sub("\n", text))
    return found


def _asserted(sentence: str, marks: Sequence[Mark]) -> str:
    """Return what of a sentence is asserted under `marks`: all, its last clause, or nothing."""
    borne = {mark for mark in marks if marked(mark, sentence)}
    if not borne:
        return sentence
    last = _MATRIX.split(sentence)[-1]
    if last == sentence or borne - _TOPICAL or any(marked(mark, last) for mark in marks):
        return ""
    return last


def _kept(text: str, parts: re.Pattern[str], keep: Callable[[str], bool]) -> str:
    """Return the parts of `text` that are to be kept; the text itself where all are."""
    found: list[str] = parts.findall(text)
    kept = [part for part in found if keep(part)]
    return text if len(kept) == len(found) else " ".join(kept)


def _asks(part: str, language: Language) -> bool:
    """Tell whether a clause only asks; an offer in the form of a question is an offer."""
    if _OFFERS.search(part):
        return False
    if part.rstrip().endswith(("?", "？")):
        return True
    asks = _ASKS_ENGLISH.match if language == "en" else _ASKS_KOREAN.search
    return asks(part.strip()) is not None


@lru_cache(maxsize=4096)
def _waited_for(examples: tuple[str, ...], language: Language) -> tuple[frozenset[Mark], bool]:
    """Return the marks that are none to a trigger with these examples, and whether it hears questions.

    Who is asked something hears what others are said to have said, too.
    """
    waits = {mark for mark in FRAMES[language] for example in examples if marked(mark, example)}
    asks = 3 * sum(_asks(example, language) for example in examples) >= len(examples)
    if asks:
        waits.add("reported")
    return frozenset(waits), asks or any(_asks(example, language) for example in examples)


@lru_cache(maxsize=4096)
def _musts(examples: tuple[str, ...], language: Language) -> tuple[re.Pattern[str], ...]:
    """Return what all examples have and what is heard must have, too."""
    if len(examples) < ENOUGH:
        return ()
    return tuple(must for must in MUST[language] if all(map(must.search, examples)))


def _unless_one_word(quotation: re.Match[str]) -> str:
    words = quotation.group().strip("“”\"«»「」『』‘’'").split()
    plain = len(words) == 1 and words[0].isascii() and words[0].isalpha()
    return quotation.group() if plain else " "
