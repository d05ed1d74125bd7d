"""Says in a plain sentence whether something was done: narration, as events are told.

Of "Ring the Tide Bell." and "물때종을 친다." it makes "The attempt to ring the Tide Bell failed." and
"물때종을 치려 했으나 뜻대로 되지 않았다." Who tried is not named: they tell of it themselves, too.
"""

from __future__ import annotations

import re

from langchain_app.domain.text import Language, LocalText
from langchain_app.language.korean import KoreanAnalyser

_END = re.compile(r"[.!…\s]+$")
_PRESENT = "다"
_VERBS = frozenset({"VV", "VX", "XSV", "VA", "XSA"})
_STRANGER = (re.compile(r"\bthe player\b", re.IGNORECASE), re.compile("플레이어"))


def outcome(does: LocalText, *, succeeded: bool, korean: KoreanAnalyser) -> dict[Language, str]:
    """Return the sentence in both languages."""
    english = _END.sub("", _STRANGER[0].sub("the newcomer", does.en))
    # Both nouns end in a vowel: the particles after them stay as they are.
    told = _END.sub("", _STRANGER[1].sub("낯선 이", does.ko))
    ending = "succeeded" if succeeded else "failed"
    return {
        "en": f"The attempt to {english[:1].lower()}{english[1:]} {ending}.",
        "ko": _korean(told, succeeded=succeeded, korean=korean),
    }


def _korean(told: str, *, succeeded: bool, korean: KoreanAnalyser) -> str:
    """Return narration in the past: 친다 -> 쳤다, or 치려 했으나 뜻대로 되지 않았다."""
    tokens = [t for t in korean.kiwi.tokenize(f"{told}.") if t.tag != "SF"]
    known = len(tokens) > 1 and tokens[-1].tag in ("EF", "EC") and told.endswith(_PRESENT)
    tag = tokens[-2].tag if known else ""  # VV-I and VV-R say how the stem changes
    if tag.partition("-")[0] not in _VERBS:
        return f"뜻한 일({told})이 {'이루어졌다' if succeeded else '이루어지지 않았다'}."
    before, stem = told[: tokens[-2].start], tokens[-2].form
    if succeeded:
        return before + _joined(korean, (stem, tag), ("었", "EP"), ("다", "EF")) + "."
    return f"{before}{_joined(korean, (stem, tag), ('려', 'EC'))} 했으나 뜻대로 되지 않았다."


def _joined(korean: KoreanAnalyser, *morphemes: tuple[str, str]) -> str:
    joined: str = korean.kiwi.join(list(morphemes))
    return joined
