"""What an NPC says and what the rules settle must be one."""

from __future__ import annotations

import pytest

from langchain_app.domain.story.promises import Settled, promise_fault
from langchain_app.domain.story.story import Effects, StoryState

GIVES = Effects(gives=("bronze_clapper",))


def fault(ebbhold, reply, language, effects=None, *, items=(), actions=(), npc="dorrik", said=""):
    story = StoryState(items=frozenset(items))
    settled = Settled(effects or Effects(), frozenset(actions), story, npc, said)
    return promise_fault(reply, language, settled, ebbhold)


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "Here, take the bronze clapper. You have earned it."),
        ("en", "Well spoken. I want you to have this Bronze Clapper."),
        ("ko", "좋아, 청동 추는 이제 네 거야. 가져가."),
        ("ko", "말이 통하네. 청동 추 줄게."),
        ("en", "Your quest is complete, friend."),
        ("ko", "이걸로 임무는 다 끝났어."),
        ("en", "I'm calling the wardens this instant!"),
        ("ko", "당장 물지기를 부르겠어."),
        ("en", "Thank you for the moonwort."),
    ],
)
def test_what_nothing_settles_may_not_be_said(ebbhold, language, reply) -> None:
    assert fault(ebbhold, reply, language) is not None


@pytest.mark.parametrize(
    ("language", "reply", "more"),
    [
        ("en", "Here, take the bronze clapper.", {"effects": GIVES}),
        ("ko", "자, 청동 추 가져가.", {"effects": GIVES}),
        ("en", "Keep the bronze clapper dry.", {"items": ["bronze_clapper"]}),
        ("en", "I can't give you the bronze clapper.", {}),
        ("en", "If I trusted you, I would give you the bronze clapper.", {}),
        ("ko", "청동 추는 아직 줄 수 없어. 못 줘.", {}),
        ("ko", "믿음이 생기면 청동 추를 줄게.", {}),
        ("en", "Here is rope, three shells the coil.", {"npc": "maren"}),
        ("en", "I'm calling the wardens this instant!", {"actions": ["call_guard"]}),
        ("en", "The bronze clapper hung in the tower for forty years.", {}),
        ("ko", "청동 추는 사십 년 동안 종탑에 걸려 있었지.", {}),
        ("en", "Take the north road and mind the mud.", {}),
        (
            "en",
            "Here is the bronze clapper, says the song.",
            {"said": "Here is the bronze clapper, says the song."},
        ),
    ],
)
def test_what_is_settled_denied_conditional_sold_or_quoted_may_be_said(
    ebbhold, language, reply, more
) -> None:
    assert fault(ebbhold, reply, language, **more) is None


def test_no_authored_line_of_a_trigger_promises_more_than_it_does(ebbhold) -> None:
    faults = []
    for trigger in ebbhold.all_triggers:
        for language in ("en", "ko"):
            effects = trigger.effects
            found = fault(
                ebbhold,
                trigger.line[language],
                language,
                effects,
                items=trigger.requires.items,
                actions=[action.name for action in effects.actions],
                npc=trigger.npc,
            )
            if found:
                faults.append((trigger.id, language, found))
    assert faults == []
