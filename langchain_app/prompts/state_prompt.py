"""The prompt of the state heads: one renderer, for training and for every turn.

The heads pool what stands at `<STATE>` and `<NPC>`, so these two end the prompt whatever happens, and
no text of anybody may hold such a token: every value is neutralised. What is too long loses its
oldest `<CTX>` lines first and then its last lore, never its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_app.domain.lore.lore import ChunkKind
from langchain_app.domain.safety.guardrails import neutralise
from langchain_app.domain.story.story import GOAL
from langchain_app.domain.text import tokens_in
from langchain_app.domain.turn import Scene, StateQuestion

SPECIALS = ("<SYS>", "<RAG>", "<PLAYER_STATE>", "<CTX>", "<PLAYER>", "<STATE>", "<NPC>")
"""The tokens that training adds to the tokenizer."""
LONGEST = 1024
"""About how many tokens the heads were trained on."""
NOTHING = "(없음)"
DESCRIBES: tuple[ChunkKind, ...] = ("item", "voice", "acquaintance")
"""Kinds of passages that describe somebody or something; the rest is lore."""


def state_prompt(question: StateQuestion, longest: int = LONGEST) -> str:
    """Return the prompt, of about `longest` tokens at most where talk and lore can give way.

    The same question gives the same prompt, to the letter.
    """
    talk, passages = list(_talk(question.scene)), list(_passages(question))
    prompt = _rendered(question, passages, talk)
    while tokens_in(prompt) > longest and (talk or passages):
        if talk:
            talk.pop(0)
        else:
            passages.pop()
        prompt = _rendered(question, passages, talk)
    return prompt


def _rendered(
    question: StateQuestion, passages: Sequence[tuple[bool, str]], talk: Sequence[str]
) -> str:
    lore = " ".join(text for describes, text in passages if not describes)
    description = " ".join(text for describes, text in passages if describes)
    lines = (
        "<SYS>",
        *_tags(question.scene),
        "</SYS>",
        "<RAG>",
        f"LORE: {lore or NOTHING}",
        f"DESCRIPTION: {description or NOTHING}",
        "</RAG>",
        "<PLAYER_STATE>",
        *_player_state(question.scene),
        "</PLAYER_STATE>",
        "<CTX>",
        *talk,
        "</CTX>",
        f"<PLAYER>{_plain(question.utterance.text)}",
        "<STATE>",
        "<NPC>",
    )
    return "\n".join(lines)


def _tags(scene: Scene) -> Iterator[str]:
    story, felt = scene.story, scene.relationship
    reached = sorted(flag for flag in story.flags if not flag.startswith(GOAL))
    yield f"NPC_ID={_plain(scene.npc.id)}"
    yield f"NPC_LOCATION={_plain(scene.npc.place)}"
    yield "TAGS:"
    yield f" quest_stage={','.join(map(_plain, reached))}"
    yield f" relationship={_two_places(felt['relationship'])}"
    yield f" trust={_two_places(felt['trust'])}"
    yield f" npc_mood={scene.mood}"
    yield f" player_reputation={_plain(str(story.game.get('player_reputation', '')))}"
    yield f" style={scene.npc.speech_level}"


def _player_state(scene: Scene) -> Iterator[str]:
    """Yield what is known of the player; what is empty has no line."""
    story = scene.story
    if story.items:
        yield f"items={','.join(map(_plain, sorted(story.items)))}"
    if story.deeds:
        yield f"actions={','.join(map(_plain, sorted(story.deeds)))}"
    if place := story.game.get("place"):
        yield f"position={_plain(str(place))}"


def _talk(scene: Scene) -> Iterator[str]:
    for exchange in scene.recent:
        yield f"player: {_plain(exchange.player)}"
        yield f"npc: {_plain(exchange.npc)}"


def _passages(question: StateQuestion) -> Iterator[tuple[bool, str]]:
    for found in question.lore.chunks:
        yield found.chunk.kind in DESCRIBES, _plain(found.chunk.text)


def _plain(text: str) -> str:
    """Return `text` on one line and without control tokens: nobody writes `<STATE>` but us."""
    return neutralise(text).text


def _two_places(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # -0.0 + 0.0 is 0.0
