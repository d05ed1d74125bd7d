"""What a world plays on, and what it never answers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from langchain_app.domain.safety.moderation import ModerationRule, moderated

NEVER = {
    "id": "obscene",
    "stance": "never",
    "words": {"en": ["sex", "cunt", "porn", "rape"], "ko": ["섹스", "강간", "창녀"]},
    "reason": {"en": "Not here.", "ko": "여기서는 안 된다."},
}
ROUGH = {
    "id": "rough",
    "stance": "in_world",
    "words": {"en": ["damn"], "ko": ["망할"]},
    "reason": {"en": "Sailors curse.", "ko": "뱃사람은 욕을 한다."},
}
RULES = [ModerationRule.model_validate(rule) for rule in (NEVER, ROUGH)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("let's talk about sex", "obscene"),
        ("S.E.X now", "obscene"),
        ("s e x", "obscene"),
        ("p0rn please", "obscene"),
        ("c*u*n*t", "obscene"),
        ("c u n t", "obscene"),
        ("ｐｏｒｎ", "obscene"),
        ("pоrn", "obscene"),  # the o is Cyrillic
        ("섹스 얘기 하자", "obscene"),
        ("섹 스", "obscene"),
        ("섹.스", "obscene"),
        ("섹1스", "obscene"),
        ("ㅅㅔㄱㅅㅡ", "obscene"),
        ("창~녀", "obscene"),
        ("damn this fish", "rough"),
        ("이 망할 생선", "rough"),
    ],
)
def test_a_word_is_heard_as_it_is_and_a_forbidden_one_in_disguise(text: str, rule: str) -> None:
    found = moderated(text, RULES)
    assert found is not None
    assert found.rule == rule


@pytest.mark.parametrize(
    "text",
    [
        "I sailed from Scunthorpe to Essex and Sussex",
        "the grapes are ripe, scrape the pan",
        "there is a drape over the therapist's door",
        "press extra hard",
        "class exit",
        "I am a B C learner",
        "그 한강 간 사람을 봤어요",
        "저기 강 건너간 사람",
        "섹션을 나눠 주세요",
        "좀 더 할 수 있어요",
        "3 shells for 5 eels, 10 at most",
    ],
)
def test_a_word_within_another_is_no_forbidden_word(text: str) -> None:
    assert moderated(text, RULES) is None


def test_the_first_rule_that_is_touched_decides() -> None:
    exception = ModerationRule.model_validate({**ROUGH, "id": "play", "words": {"en": ["sex"]}})
    found = moderated("sex", [exception, *RULES])
    assert found is not None
    assert (found.rule, found.stance) == ("play", "in_world")


def test_who_moderates_says_by_which_rule_which_word_and_why() -> None:
    found = moderated("porn?", RULES)
    assert found is not None
    assert found.detail == "obscene: 'porn': Not here."


def test_a_rule_without_words_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="needs words"):
        ModerationRule.model_validate({**NEVER, "words": {"en": []}})


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Damn this stinking herring!", "in_world"),
        ("I'll gut you like a cod, Maren!", "in_world"),
        ("이 빌어먹을 청어 같으니!", "in_world"),
        ("배를 따 버릴 테다", "in_world"),
        ("you whore", "never"),
        ("이 창녀야", "never"),
    ],
)
def test_the_demo_world_plays_on_what_a_harbour_says(ebbhold, text: str, stance: str) -> None:
    found = moderated(text, ebbhold.manifest.moderation)
    assert found is not None
    assert found.stance == stance


def test_no_text_of_the_demo_world_breaks_its_own_rules(ebbhold) -> None:
    texts = [
        *(t for p in ebbhold.passages.values() for t in (p.body.en, p.body.ko)),
        *ebbhold.player_lines("en"),
        *ebbhold.player_lines("ko"),
    ]
    broken = [
        (text[:60], found.detail)
        for text in texts
        if (found := moderated(text, ebbhold.manifest.moderation)) and found.stance == "never"
    ]
    assert broken == []
