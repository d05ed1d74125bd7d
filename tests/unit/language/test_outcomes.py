"""What became of an action, as a sentence in both languages."""

from __future__ import annotations

import pytest

from langchain_app.domain.text import LocalText
from langchain_app.language.outcomes import outcome


@pytest.mark.parametrize(
    ("does", "done", "failed"),
    [
        ("물때종을 친다.", "물때종을 쳤다.", "물때종을 치려 했으나 뜻대로 되지 않았다."),
        ("문을 연다", "문을 열었다.", "문을 열려 했으나 뜻대로 되지 않았다."),
        ("짐을 싣는다.", "짐을 실었다.", "짐을 실으려 했으나 뜻대로 되지 않았다."),
        ("다친 이를 돕는다.", "다친 이를 도왔다.", "다친 이를 도우려 했으나 뜻대로 되지 않았다."),
        (
            "플레이어의 상처를 치료한다.",
            "낯선 이의 상처를 치료했다.",
            "낯선 이의 상처를 치료하려 했으나 뜻대로 되지 않았다.",
        ),
        ("문 열기", "뜻한 일(문 열기)이 이루어졌다.", "뜻한 일(문 열기)이 이루어지지 않았다."),
    ],
)
def test_korean_narration_is_told_in_the_past(tokeniser, does, done, failed) -> None:
    for succeeded, told in ((True, done), (False, failed)):
        text = LocalText(en="Do it.", ko=does)
        assert outcome(text, succeeded=succeeded, korean=tokeniser.korean)["ko"] == told


def test_english_says_whether_the_attempt_came_off(tokeniser) -> None:
    text = LocalText(en="Treat the player's wounds.", ko="상처를 치료한다.")
    told = [outcome(text, succeeded=done, korean=tokeniser.korean)["en"] for done in (True, False)]
    assert told == [
        "The attempt to treat the newcomer's wounds succeeded.",
        "The attempt to treat the newcomer's wounds failed.",
    ]
