"""What state readers are asked in tests."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_app.domain.lore.lore import Chunk, Findings, Gate, ScoredChunk
from langchain_app.domain.story.actions import ActionSpec
from langchain_app.domain.story.gates import open_triggers
from langchain_app.domain.story.policy import policy_of
from langchain_app.domain.story.story import StoryState
from langchain_app.domain.text import Language, LocalText
from langchain_app.domain.turn import Exchange, Scene, StateQuestion, Utterance
from langchain_app.domain.understanding.tone import Sentiment, choose_tone
from langchain_app.domain.world import World

POUR = ActionSpec(
    does=LocalText(en="Pour a drink.", ko="마실 것을 따른다."),
    arguments={
        "type": "object",
        "properties": {"drink": {"type": "string", "enum": ["ale", "tea"]}},
        "required": ["drink"],
        "additionalProperties": False,
    },
    offered=True,
)
SAID: dict[Language, str] = {
    "en": "That thing up in the tower makes a dull sound. Is it all right?",
    "ko": "탑 위에서 나는 종소리가 영 탁하던데, 괜찮은 건가요?",
}
"""What opens Isaura's first gate for a second judge."""
SPAN: dict[Language, str] = {"en": "makes a dull sound", "ko": "종소리가 영 탁하던데"}


def question(
    world: World,
    text: str,
    language: Language = "en",
    *,
    npc: str = "isaura",
    story: StoryState | None = None,
    recent: Sequence[Exchange] = (),
    lore: Sequence[str] = (),
    offered: dict[str, ActionSpec] | None = None,
) -> StateQuestion:
    """Return the question of one utterance in the demo world."""
    who = world.npc(npc)
    scene = Scene(who, "p", "s-1", "t", 0, story or StoryState(), who.initial, tuple(recent))
    chunks = tuple(
        ScoredChunk(
            Chunk(f"c{n}", language, "lore", "T", said, Gate(audience=("public",))), 1, 1, said, ""
        )
        for n, said in enumerate(lore)
    )
    return StateQuestion(
        scene,
        Utterance(text, language),
        choose_tone(Sentiment(), "question", "neutral"),
        Findings(chunks),
        open_triggers(world.triggers[npc], scene, policy_of(world)),
        offered or {},
    )
