# ruff: noqa: E501  Korean letters count double; a pattern reads best whole
"""What keeps a statement from being a deed: it is for later, for choice, for hope, or for others.

"I brought the ledger" hands it over. "I'll bring it tomorrow", "should I give it to you or to the guild?",
"I hope he is safe" and "I have it, but it's for her" do not. Asked of gates that wait for statements.
"""

from __future__ import annotations

import re
from functools import lru_cache

from langchain_app.domain.text import Language

WITHHOLDING: dict[Language, tuple[re.Pattern[str], ...]] = {
    "en": (
        re.compile(r"\b(?:tomorrow|later|soon|some ?day|one day|next (?:time|week|month)|tonight)\b", re.IGNORECASE),
        re.compile(
            r"\b(?:i'll|i will|i shall|we'll|i'm going to|i am going to|gonna) (?:\w+ ){0,2}(?:bring|get|fetch|find|free|give|hand|return|take|"
            r"rescue|save|deliver)\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"\bwhether\b|\b(?:should|shall|do|must|may|could) i (?:give|hand|bring|take|return|hang|show|keep)\b|\bor (?:the |to |for )?\w+ ?\?",
            re.IGNORECASE,
        ),
        re.compile(r"\bi (?:think|guess|wonder|hope|suppose|doubt|reckon)\b|\bhopefully\b|\bmust be\b", re.IGNORECASE),
        re.compile(
            r"\bbut (?:it's|it is|this is|that's) (?:for|not|mine)\b|\bbut (?:you (?:can't|cannot|won't|may not|don't|shan't)|not for|for \w+|\w+ gets|"
            r"i(?:'m| am) (?:keeping|not)|i(?:'ll| will) keep|i (?:keep|won't|can't))\b|\b(?:back|over) to (?!you\b|the\b|your\b)\w+",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:needs?|has|have|wants?|found|brought|got|sees?|saw|is|are) no \w|^\W*no \w+ (?:\w+ )?(?:me|us|here)\b|\bnothing\b|\bhelp myself\b|"
            r"\bout of (?:his|her|your|my) (?:mind|depth)|\b(?:rob|steal|kill|burn|cheat|trick)\b",
            re.IGNORECASE,
        ),
    ),
    "ko": (
        re.compile(r"내일|나중에|이따가?|다음에|조만간|언젠가|모레|금방|곧\s"),
        re.compile(r"(?:가져|구해|찾아|데려|들고|갖고) ?(?:올게|올 ?거|오겠|올 ?테)|(?:줄|드릴|갈|올|할|돌려줄|가져다줄) ?(?:거|것|겁|예정|생각|작정)"),
        re.compile(r"까요?\s*[,?]?\s*(?:말까|[^.!?]{1,20}까요?)|(?:드릴|줄|돌려줄|건넬|돌려드릴|가져다드릴)까요?|말지"),
        re.compile(r"길 ?바라|기를 ?바라|(?:것|거) ?같(?!은데요?\s*[?？])|모르겠|[은는을를] ?걸요?|면 ?좋겠"),
        re.compile(r"지만[^.!?]{0,24}(?:줄|드릴|안|못|않|아니)|는데[^.!?]{0,8}(?:도로|다시|안|못)|(?:한테|에게|께)만 ?(?:빼|말고)|(?:안 했|못 했)어요"),
        re.compile(r"말(?:아요|아 ?줘|지 ?마|고)(?=\s|[.!?]|$)|지 ?마(?:세요|요|라|십)?(?=\s|[.!?,]|$)|지겨|싫|독이|훔치|훔쳐|털(?:어|러)|여기 두|필요 ?없|두면"),
    ),
}  # fmt: skip
"""Each kind is let pass by a gate one of whose examples has it."""
_TAG = re.compile(r"\b\w+n't (?:it|you|they|he|she|we|i|there)\s*\?", re.IGNORECASE)


def untagged(text: str) -> str:
    """Return an example without its tag question: "it's broken, isn't it?" denies nothing."""
    return _TAG.sub("", text)


@lru_cache(maxsize=4096)  # each of an NPC's triggers asks of the same utterance
def withheld(text: str, examples: tuple[str, ...], language: Language) -> bool:
    """Tell whether `text` withholds what it speaks of, in a way that no example does."""
    return any(
        kind.search(text) and not any(kind.search(example) for example in examples)
        for kind in WITHHOLDING[language]
    )
