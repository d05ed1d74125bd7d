"""An NPC asks the game for what is on the world's list, possible now and fits its schema."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.actions import ActionSpec, fault_of, possible_now
from langchain_app.domain.story.story import Action, Requirements, Standing, StoryState

FOLLOW = {
    "does": {"en": "Walk along.", "ko": "함께 걷는다."},
    "npcs": ["teck"],
    "offered": True,
    "requires": {"trust": 0.3},
    "arguments": {
        "type": "object",
        "properties": {"to": {"enum": ["maze", "tower"]}},
        "required": ["to"],
        "additionalProperties": False,
    },
}
ACTIONS = {"follow": ActionSpec.model_validate(FOLLOW)}


def standing(trust: float = 0.5) -> Standing:
    return Standing(StoryState(), Relationship(trust=trust))


@pytest.mark.parametrize(
    ("action", "npc", "trust", "fault"),
    [
        (Action(name="follow", arguments={"to": "maze"}), "teck", 0.5, None),
        (Action(name="fly"), "teck", 0.5, "no such action"),
        (Action(name="follow", arguments={"to": "maze"}), "nele", 0.5, "not possible now"),
        (Action(name="follow", arguments={"to": "maze"}), "teck", 0.2, "not possible now"),
        (Action(name="follow"), "teck", 0.5, "'to' is a required property"),
        (Action(name="follow", arguments={"to": "moon"}), "teck", 0.5, "'moon' is not one of"),
        (Action(name="follow", arguments={"to": "maze", "x": 1}), "teck", 0.5, "unexpected"),
    ],
)
def test_an_action_is_refused_with_its_reason(action, npc, trust, fault) -> None:
    found = fault_of(action, ACTIONS, npc, standing(trust))
    assert (found is None) if fault is None else fault in str(found)


def test_only_what_is_offered_and_possible_may_be_proposed() -> None:
    assert list(possible_now(ACTIONS, "teck", standing())) == ["follow"]
    assert possible_now(ACTIONS, "teck", standing(0.0)) == {}
    hidden = {"follow": ACTIONS["follow"].model_copy(update={"offered": False})}
    assert possible_now(hidden, "teck", standing()) == {}


def test_words_alone_make_an_action_without_arguments_of_note() -> None:
    spec = ActionSpec.model_validate({"en": "Ring the bell.", "ko": "종을 친다."})
    assert spec.does.ko == "종을 친다."
    assert spec.requires == Requirements()


@pytest.mark.parametrize(
    "schema", [{"type": "colour"}, {"$ref": "http://elsewhere/schema"}, {"enum": 3}]
)
def test_a_schema_that_is_none_or_leads_elsewhere_is_refused(schema) -> None:
    with pytest.raises(ValidationError):
        ActionSpec.model_validate(FOLLOW | {"arguments": schema})
