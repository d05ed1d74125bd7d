"""Whether a player speaks to the NPC about the NPC."""

from __future__ import annotations

import re

from langchain_app.domain.text import Language
from langchain_app.domain.turn import Utterance

_ADDRESSED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:you|your|yours|yourself|u|ur)\b", re.IGNORECASE),
    "ko": re.compile(
        r"(?:^|\s)(?:너|넌|네가|니가|네|당신|자네|그대|아저씨|아줌마|할아버지|할머니|영감|어르신|누나|언니|오빠|형)"
        r"|(?:세요|셨|시죠|십니까|신가|시나|님[은이]?)"
    ),
}


def is_addressed(utterance: Utterance) -> bool:
    """Tell whether the utterance speaks of "you"."""
    return _ADDRESSED[utterance.language].search(utterance.text) is not None
