"""A statement for later, for choice, for hope or for others is no deed."""

from __future__ import annotations

import pytest

from langchain_app.domain.triggers import fired_trigger
from langchain_app.domain.turn import Utterance


def fires(ebbhold, trigger_id: str, text: str) -> bool:
    (trigger,) = (t for t in ebbhold.all_triggers if t.id == trigger_id)
    language = "ko" if any("가" <= letter <= "힣" for letter in text) else "en"
    return fired_trigger([trigger], Utterance(text, language), lambda _: (0.0, "")) is not None


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("hang-clapper", "I will bring the bronze clapper tomorrow."),
        ("hang-clapper", "나중에 청동 종추 드릴게요."),
        ("hang-clapper", "Should I give you the clapper or the Guild?"),
        ("hang-clapper", "청동 종추를 드릴까요 말까요?"),
        ("hang-clapper", "I wonder whether to give you the bronze clapper."),
        ("ledger-to-wardens", "I've got the ledger, but it's for Orsine."),
        ("ledger-to-wardens", "장부는 오르신한테 가져다줄 거예요."),
        ("ledger-to-guild", "I brought your ledger back to Sable."),
        ("ledger-to-guild", "장부를 가져왔지만 하를에게 줄 겁니다."),
        ("bring-moonwort", "I've got moonwort but it's for Aurel."),
        ("bring-moonwort", "달쑥은 내일 가져올게요."),
        ("pell-home", "Pell is safe, I hope."),
        ("pell-freed-teck", "Pell is out of his mind."),
        ("ask-clapper", "Corvin needs no bronze clapper."),
        ("offer-help-bell", "Let me help myself to your ink."),
        ("ask-crack", "The bell isn't cracked."),
    ],
)
def test_what_is_withheld_moves_nothing(ebbhold, trigger: str, text: str) -> None:
    assert not fires(ebbhold, trigger, text)


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("hang-clapper", "I've brought the bronze clapper for the bell."),
        ("hang-clapper", "청동 종추 가져왔어요."),
        ("ledger-to-wardens", "Here's the guild's ledger, take it."),
        ("ledger-to-guild", "I found the ledger and brought it back."),
        ("ledger-to-guild", "장부 찾아왔습니다. 돌려드릴게요."),
        ("bring-moonwort", "I brought the moonwort, still wet."),
        ("offer-help-bell", "I'll help you mend the bell."),
        ("promise-silence", "I promise I won't tell anyone."),
        ("offer-search", "I'll look for Pell."),
    ],
)
def test_what_is_meant_is_heard(ebbhold, trigger: str, text: str) -> None:
    assert fires(ebbhold, trigger, text)
