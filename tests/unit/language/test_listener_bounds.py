"""What one utterance may cost: patterns read the beginning of a flood, and no more."""

from __future__ import annotations

import pytest

from langchain_app.domain.turn import Utterance
from langchain_app.language.listener import HEARD, LocalListener


@pytest.mark.parametrize(
    ("fact", "language"), [("My name is Edda. ", "en"), ("제 이름은 에다예요. ", "ko")]
)
def test_facts_are_read_from_the_beginning_of_a_flood_alone(tokeniser, fact, language) -> None:
    listener = LocalListener(tokeniser, (), {})
    flood = "blah " * HEARD if language == "en" else "아아 " * HEARD
    assert listener.told(Utterance(fact + flood, language))
    assert listener.told(Utterance(flood + fact, language)) == ()
