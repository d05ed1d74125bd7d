"""The types of documents, as strangers write them: each text and number is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from langchain_app.domain.safety.guardrails import neutralise

MAX_LIST = 200
ANY = "any"


def _harmless(text: str) -> str:
    cleaned = neutralise(text)
    if cleaned.had_control_tokens:
        raise ValueError("control tokens of a prompt format stand in it")
    return cleaned.text


def _as_map(value: Any) -> Any:
    """Take an empty list for an empty map, and a list of names for names that are true."""
    if isinstance(value, list):
        if any(not isinstance(name, str) for name in value):
            raise ValueError("expected names")
        return dict.fromkeys(cast("list[str]", value), True)
    return {} if value is None else value


def _as_flags(value: Any) -> Any:
    """Take both of that system's forms: {name: 0 or 1}, and [{flag_name, flag_value}]."""
    if not isinstance(value, list):
        return {} if value is None else value
    if any(not isinstance(one, Mapping) or "flag_name" not in one for one in value):
        raise ValueError("expected objects with flag_name and flag_value")
    return {str(one["flag_name"]): one.get("flag_value", 1) for one in value}


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, strip_whitespace=True),
    AfterValidator(_harmless),
]
Text = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_harmless)]
Texts = Annotated[list[Text], Field(max_length=MAX_LIST)]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Numbers = Annotated[dict[Name, Number], BeforeValidator(_as_map), Field(max_length=MAX_LIST)]
Plain = bool | int | Number | Annotated[Text, Field(max_length=200)]
Values = Annotated[dict[Name, Plain], BeforeValidator(_as_map), Field(max_length=MAX_LIST)]
Flags = Annotated[
    dict[Name, bool | int | Name], BeforeValidator(_as_flags), Field(max_length=MAX_LIST)
]
Names = Annotated[list[Name], Field(max_length=MAX_LIST)]


class Document(BaseModel):
    """What all types share. Without an NPC a document speaks of everybody."""

    id: Name | None = None
    npc_id: Name | None = None
    quest_stage: Name = ANY
    location: Name = ANY


class WantedNames(BaseModel):
    """Names that are asked for."""

    mandatory: Names = []
    optional: Names = []


class WantedValues(BaseModel):
    """Values that are asked for."""

    mandatory: Values = {}
    optional: Values = {}


class WantedDelta(BaseModel):
    """The least on each axis."""

    mandatory: Numbers = {}
    optional: Numbers = {}


class TriggerConditions(BaseModel):
    """What a trigger waits for."""

    required_text: Names = []
    required_items: WantedNames = WantedNames()
    required_actions: WantedNames = WantedNames()
    required_game_state: WantedValues = WantedValues()
    required_delta: WantedDelta = WantedDelta()


class DeltaBounds(BaseModel):
    """What may move on one axis."""

    min: Number = -1.0
    max: Number = 1.0
    per_turn_cap: Annotated[Number, Field(ge=0)] | None = None


class FlagPolicy(BaseModel):
    """Flags that words may and may not raise."""

    allowed: Names | None = None
    forbidden: Names = []


class TriggerDef(Document):
    """A gate of the story."""

    type: Literal["trigger_def"]
    npc_id: Name
    trigger: TriggerConditions = TriggerConditions()
    emotion_threshold: Numbers = {}
    delta_policy: Annotated[dict[Name, DeltaBounds], Field(max_length=MAX_LIST)] = {}
    flag_policy: FlagPolicy = FlagPolicy()
    delta_expected: Numbers = {}
    flags_expected: Flags = {}
    description: Text = ""


class Lore(Document):
    """Something that is known."""

    type: Literal["lore", "description"]
    content: Annotated[Text, Field(min_length=1)]


class FallbackStyle(BaseModel):
    """The manner of a fallback."""

    style: Name | None = None
    npc_action: Name | None = None
    npc_emotion: Name | None = None


class Fallback(Document):
    """How the NPC behaves where a gate is closed."""

    type: Literal["fallback"]
    content: Text = ""
    fallback_style: FallbackStyle = FallbackStyle()


class ForbiddenTalk(BaseModel):
    """Words and sentences."""

    keywords: Names = []
    text: Texts = []


class ForbiddenTriggerList(Document):
    """Talk that the NPC does not stand for."""

    type: Literal["forbidden_trigger_list"]
    triggers: ForbiddenTalk


class TriggerMeta(Document):
    """How the NPC takes forbidden talk."""

    type: Literal["trigger_meta"]
    trigger: Name
    npc_action: Name | None = None
    npc_emotion: Name | None = None
    delta: Numbers = {}


class FlagDef(Document):
    """A flag, and how sure a model must be of it."""

    type: Literal["flag_def"]
    flag_name: Name
    threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    score_rag: Number | None = None
    pred_rag: Number | None = None
    examples_positive: Texts = []
    examples_negative: Texts = []


class Validation(Document):
    """Replies that fit and that do not."""

    type: Literal["main_res_validate"]
    text: Text = ""
    examples_good: Texts = []
    examples_bad: Texts = []


class Persona(Document):
    """Who the NPC is."""

    type: Literal["npc_persona"]
    persona_name: Name | None = None
    style: Name | None = None
    traits: Texts = []
    backstory: Text = ""


class DialogueTurn(Document):
    """One exchange of a written conversation."""

    type: Literal["dialogue_turn"]
    turn_index: int = 0
    player: Text
    npc: Text
    delta: Numbers = {}
    flags: Flags = {}
    emotion: Name | None = None


class NpcConfig(Document):
    """What a client sends of an NPC with each request."""

    type: Literal["npc_config"] = "npc_config"
    name: Name | None = None
    persona_name: Name | None = None
    dialogue_style: Name | None = None
    relationship: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = None
    npc_mood: Name | None = None
    trigger_values: dict[str, Any] | None = None
    trigger_definitions: dict[str, Any] | None = None


AnyDocument = Annotated[
    TriggerDef
    | Lore
    | Fallback
    | ForbiddenTriggerList
    | TriggerMeta
    | FlagDef
    | Validation
    | Persona
    | DialogueTurn
    | NpcConfig,
    Field(discriminator="type"),
]
