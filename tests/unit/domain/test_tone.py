"""How warmly the NPC is to answer."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.domain.people.npc import Emotion
from langchain_app.domain.people.relationship import Mood
from langchain_app.domain.understanding.tone import Sentiment, choose_tone


@pytest.mark.parametrize(
    ("compound", "style", "temperature", "top_p"),
    [
        (0.51, "warm", 0.8, 0.95),
        (0.5, "plain", 0.7, 0.9),
        (0.0, "plain", 0.7, 0.9),
        (-0.3, "plain", 0.7, 0.9),
        (-0.31, "cool", 0.5, 0.8),
    ],
)
def test_kind_words_loosen_the_tongue_and_harsh_ones_tie_it(
    compound, style, temperature, top_p
) -> None:
    tone = choose_tone(Sentiment(compound=compound), "question", "neutral")
    assert (tone.style, tone.temperature, tone.top_p) == (style, temperature, top_p)


@given(
    st.floats(-1, 1),
    st.sampled_from(["question", "insult", "thanks"]),
    st.sampled_from(get_args(Mood)),
)
def test_the_tone_is_always_one_a_model_can_play(compound, act, mood) -> None:
    tone = choose_tone(Sentiment(compound=compound), act, mood)
    assert 0 < tone.temperature <= 1
    assert 0 < tone.top_p <= 1
    assert tone.emotion in get_args(Emotion)


@pytest.mark.parametrize("mood", get_args(Mood))
def test_an_insult_is_met_coldly_whatever_was_felt_before(mood: Mood) -> None:
    tone = choose_tone(Sentiment(compound=0.9), "insult", mood)
    assert (tone.mood, tone.emotion, tone.style) == ("cold", "anger", "cool")


@pytest.mark.parametrize(
    ("act", "mood", "compound", "emotion"),
    [
        ("thanks", "neutral", 0.4, "joy"),
        ("compliment", "cold", 0.4, "suspicion"),
        ("question", "cold", 0.0, "suspicion"),
        ("question", "warm", 0.6, "joy"),
        ("question", "warm", 0.2, "neutral"),
        ("question", "neutral", 0.9, "neutral"),
        ("laughter", "warm", 0.0, "joy"),
    ],
)
def test_the_emotion_follows_act_and_mood(act, mood, compound, emotion) -> None:
    assert choose_tone(Sentiment(compound=compound), act, mood).emotion == emotion
