"""How a Korean utterance feels: a lexicon on morphemes, and rules for what stands around a word.

A rule changes one word's valence by what the grammar says of it: denied, asked for, wished, reported,
said of some third thing, before or after a "but". The factors are tuned on the dev split of
evaluation/sentiment.ko.jsonl.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence

from langchain_app.language.sentiment_lexicon import Found, Morpheme, korean_lexicon, stem

NEGATION = -0.74
"""VADER's negation factor (Hutto and Gilbert 2014): "not good" is less bad than "bad" is."""
DENIED_TWICE = 0.6
COMFORT, SCOLD = -0.8, 0.8
"""What is left where it is forbidden: "don't cry" is kind, "don't lie" is not."""
ASKED, ACCUSED = 0.2, 0.45
"""What is left in a question: "are you happy?" wants to know, "why did you lie?" does not."""
REQUESTED, SUPPOSED, REPORTED, NAMED, ATTRIBUTIVE, PAST = 0.2, 0.4, 0.2, 0.2, 0.5, 0.7
BEFORE_BUT, AFTER_BUT = 0.5, 1.5
"""VADER's factors of "but"."""
SHOUT, MAX_SHOUTS = 0.2, 3
SENTENCE = 40
"""Morphemes in which a sentence is looked for its end: hostile text has none."""


def _forms(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BUT = _forms(
    "지만 지마는 는데 ᆫ데 은데 던데 는데도 ᆫ데도 은데도 더니 다더니 ᆫ다더니 는다더니 어도 아도 으나 하지만 그래도 그런데 근데 그러나"
    " 그치만 그렇지만 다만 그럼에도"
)
_QUESTIONS = _forms(
    "나요 ᆫ가요 은가요 는가요 ᆫ가 은가 는가 냐 으냐 느냐 니 으니 ᆯ까 을까 ᆯ까요 을까요 ᆸ니까 습니까"
)
_REQUESTS = _forms("세요 어 어요 시오 십시오 ᆯ래 ᆯ래요 을래 을래요 라 어라 게 지요 죠 ᆯ까 ᆯ까요 나요")
_SUPPOSED = _forms("면 으면 다면 ᆫ다면 는다면 라면 려면 으려면 ᆯ까 을까")
_REPORTED = _forms(
    "다고 ᆫ다고 는다고 라고 냐고 대 ᆫ대 는대 대요 ᆫ대요 는대요 래 래요 다던데 ᆫ다던데 다면서 다며 다면서요"
    " 다는 ᆫ다는 는다는 라는"
)
_LINKS = _forms("지 질 게 고 어 아 을 ᆯ 은 ᆫ 는 던")
"""Endings over which a denial reaches: 좋-지 않다, 좋-은 것이 없다."""
_DENIALS = _forms("안 못 않 못하 아니 없 리 사라지 없어지 풀리 가시 날아가 녹 덜 덜하 개뿔 커녕")
_UNDERGONE = _forms("받 당하 되 같")
_NOUNS = _forms("NNG NNP SN NR MM XSN")
_PREDICATES = _forms("VCP VCN EF SF SP SW JKV IC NNB NP")
"""What follows the noun where word and noun are the message: 좋은 분이다, 좋은 분!"""
_OF_NOUN = {
    "feeling": ("NNG", "JKG"), "verdict": ("JKB",), "act": ("NNG",), "oath": (),
}  # fmt: skip
"""What follows a noun that only names a thing: 사랑 노래, 저주에 대해, 축하 잔치."""
_WHO = _forms("누구 누가 어디 언제 얼마 몇 어느")
_MARVELS = _forms("이렇 그렇 이렇게 그렇게 얼마나 어찌나 어쩜")
"""What makes a verdict of a question: 왜 이렇게 비싸요?"""
_NO_QUESTION = _forms("어도 아도 모르 리")
_TELLS = _forms("은데 ᆫ데 는데 더라 구나 군 네")
"""Endings that tell even with a question mark: 괜찮은데?"""
_WHETHER = _forms("는지 은지 ᆫ지 을지 ᆯ지 냐고")


def korean_scores(text: str, lemmas: Sequence[Morpheme]) -> tuple[list[float], int]:
    """Return the score of each feeling in the text, and how many other words it has."""
    lexicon = korean_lexicon()
    morphemes = [(stem(form, tag), tag) for form, tag in lemmas]
    felt = lexicon.felt(morphemes)
    starts = {found.start for found in felt if found.score}
    scores = [
        found.score * _denied(morphemes, found, starts) * _meant(morphemes, found) * contrast
        for found, contrast in zip(felt, _contrasts(morphemes, felt), strict=True)
        if found.score
    ]
    total = sum(scores)
    # Tears of joy, a bitter laugh: what words say stands.
    scores += [sign for sign in lexicon.signs(text) if sign * total >= 0]
    shouts = min(text.count("!"), MAX_SHOUTS)
    if shouts and (total := sum(scores)):
        scores.append(math.copysign(SHOUT * shouts, total))
    covered = sum(found.end - found.start for found in felt)
    words = sum(1 for _, tag in morphemes if tag[0] in "NVMXI" and not tag.startswith("XS"))
    return [score for score in scores if score], max(0, words - covered)


def _denied(morphemes: Sequence[Morpheme], found: Found, starts: Container[int]) -> float:
    """Return the factor of what denies or forbids the feeling."""
    own = {form for form, _ in found.entry.parts}
    near = morphemes[max(0, found.start - 1) : found.end]
    count = sum(
        1
        for form, tag in near
        if form not in own
        and ((tag == "MAG" and form in ("안", "못")) or (tag == "XPN" and form in ("불", "비")))
    )
    previous = ""
    for form, tag in _reach(morphemes, found, starts):
        if form == "말" and tag.startswith("V"):
            return COMFORT if found.entry.kind == "feeling" else SCOLD
        if form in _DENIALS and previous != "밖에":
            count += 1
            if form == "리":  # 싫을 리가 없다, 싫을 리가 있나: denied once in both
                break
        previous = form
    if not count:
        return 1.0
    if count == 1 and _asked(morphemes, found) and found.entry.kind != "act":
        return 1.0  # "isn't it pretty?"
    return DENIED_TWICE if count % 2 == 0 else NEGATION


def _reach(
    morphemes: Sequence[Morpheme], found: Found, starts: Container[int]
) -> Iterator[Morpheme]:
    """Yield the morphemes after the feeling that still speak of it."""
    described = False
    for at in range(found.end, min(len(morphemes), found.end + 8)):
        form, tag = morphemes[at]
        if at in starts or tag in ("EF", "SF", "SP", "MAJ", "JKB"):
            return
        if tag in ("EC", "ETM", "ETN") and form not in _LINKS:
            return
        if tag.startswith("NN") and tag != "NNB":
            if not described:
                return
            described = False
        if tag in ("VV", "VA") and form not in _DENIALS and form != "말":
            return
        described = described or tag == "ETM"
        yield form, tag


def _meant(morphemes: Sequence[Morpheme], found: Found) -> float:
    """Return how much of the feeling is the speaker's own, and now."""
    kind, factor = found.entry.kind, 1.0
    if _names(morphemes, found):
        factor *= NAMED
    if kind in ("act", "oath"):
        return factor
    if _asked(morphemes, found):
        factor *= ACCUSED if kind == "verdict" and found.score < 0 else ASKED
    after = morphemes[found.end : found.end + 4]
    endings = {form for form, tag in after if tag[0] == "E"}
    told = {form for form, tag in after if tag != "EF" or not form.endswith("고")}  # 싫다고!
    wished = any(form == "좋" for form, _ in after)
    attributive = _is_attributive(morphemes, found)
    past = kind == "feeling" and found.score < 0 and "었" in endings and "던" not in endings
    factors = (
        (attributive, ATTRIBUTIVE),
        (not _SUPPOSED.isdisjoint(endings) and not wished, SUPPOSED),
        (not _REPORTED.isdisjoint(endings & told), REPORTED),
        (_requested(morphemes, found, far=attributive), REQUESTED),
        (past, PAST),
    )
    return factor * math.prod(weight for applies, weight in factors if applies)


def _sentence_end(morphemes: Sequence[Morpheme], start: int) -> int:
    for at in range(start, min(len(morphemes), start + SENTENCE)):
        form, tag = morphemes[at]
        # kiwi calls an ending before a comma a link: 지쳤어요, 안 믿을래요
        stops = tag == "EC" and form.endswith(("요", "다", "죠"))
        if tag in ("SF", "EF") or (stops and [t for _, t in morphemes[at + 1 : at + 2]] == ["SP"]):
            return at
    return min(len(morphemes), start + SENTENCE) - 1


def _asked(morphemes: Sequence[Morpheme], found: Found) -> bool:
    """Tell whether the feeling's sentence asks; "왜 이렇게" complains or marvels."""
    end = _sentence_end(morphemes, found.end)
    sentence = [form for form, _ in morphemes[max(0, found.start - 4) : end + 1]]
    marvels = found.entry.kind == "verdict" and not _MARVELS.isdisjoint(sentence)
    tells = "왜" not in sentence and not _TELLS.isdisjoint(sentence[-2:])
    if marvels or tells or not _NO_QUESTION.isdisjoint(sentence):
        return False
    rest = morphemes[end : end + 2]
    return (
        not _WHO.isdisjoint(sentence)
        or any(form in _WHETHER and tag == "EC" for form, tag in morphemes[found.end : end])
        or any(form == "?" or (tag == "EF" and form in _QUESTIONS) for form, tag in rest)
    )


def _requested(morphemes: Sequence[Morpheme], found: Found, *, far: bool) -> bool:
    """Tell a request from a deed: 도와 주세요 asks, 도와 줬어요 thanks."""
    if found.entry.kind == "verdict" and found.score < 0:
        return False
    reach = _sentence_end(morphemes, found.end) if far else found.end + 4
    for at in range(found.start, min(len(morphemes) - 1, reach)):
        form, tag = morphemes[at]
        if form in ("주", "달") and tag.startswith("V"):
            following = morphemes[at + 1]
            return following[1] in ("EF", "EC") and following[0] in _REQUESTS
    return False


def _is_attributive(morphemes: Sequence[Morpheme], found: Found) -> bool:
    """Tell whether the word only describes a thing of which something else is said."""
    at = found.end
    while at < len(morphemes) and (
        morphemes[at][1] in ("XSV", "XSA", "EP", "VCP") or morphemes[at][0] in _UNDERGONE
    ):
        at += 1
    if at >= len(morphemes) or morphemes[at][1] != "ETM":
        return False
    at += 1
    while at < len(morphemes) and (morphemes[at][1] in _NOUNS or morphemes[at][0] == "데"):
        at += 1
    head = morphemes[at : at + 2]
    if not head or any(form in ("아니", "없") for form, _ in head):
        return False
    return head[0][1] not in _PREDICATES


def _names(morphemes: Sequence[Morpheme], found: Found) -> bool:
    """Tell whether the word is part of a thing's name or topic."""
    tags = [tag for _, tag in morphemes[found.end - 1 : found.end + 1]]
    return len(tags) == 2 and tags[0] == "NNG" and tags[1] in _OF_NOUN[found.entry.kind]


def _contrasts(morphemes: Sequence[Morpheme], felt: Sequence[Found]) -> list[float]:
    """Weigh what comes after "but" more than what came before it."""
    buts = [at for at, (form, tag) in enumerate(morphemes) if tag in ("EC", "MAJ") and form in _BUT]
    words = [found for found in felt if found.score]
    if not buts or len(words) < 2:
        return [1.0] * len(felt)
    first, last = words[0].end, words[-1].start
    return [
        BEFORE_BUT
        if _any_between(buts, found.end, last)
        else AFTER_BUT
        if _any_between(buts, first, found.start)
        else 1.0
        for found in felt
    ]


def _any_between(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end
