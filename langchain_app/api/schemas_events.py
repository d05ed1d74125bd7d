"""What a game reports."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from langchain_app.api.schemas import Id
from langchain_app.domain.lore.lore import Gate
from langchain_app.domain.memory.chronicle import How


class EventText(BaseModel):
    """What happened, in one language or in both; NPCs tell it in the language they are asked in."""

    model_config = ConfigDict(extra="forbid")

    en: str | None = None
    ko: str | None = None


class WitnessOut(BaseModel):
    """An NPC who noticed an event, and how."""

    npc_id: Id
    how: How = "saw"


class ActionOutcome(BaseModel):
    """What became of an action that the platform asked the game for."""

    name: Id = Field(description="The action, as the answer named it.")
    succeeded: bool = Field(description="Whether the game did it.")
    arguments: dict[str, Any] = Field({}, description="Its arguments, as the answer had them.")
    turn_id: Id | None = Field(
        None, description="The turn that asked for it; default: the last one."
    )


GameTime = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class EventRequest(BaseModel):
    """Something that happened in the game. Needs `kind` and `text`, or `action`; and whose story."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event_id": "theft-7",
                    "player_id": "player-7",
                    "kind": "theft",
                    "text": {
                        "en": "A hooded stranger stole a silver lantern from a stall.",
                        "ko": "두건 쓴 사람이 가판에서 은등 하나를 훔쳐 갔다.",
                    },
                    "place": "keel_market",
                    "game_time": 34.5,
                }
            ]
        }
    )

    event_id: Id | None = Field(None, description="Your own id: a repeat changes nothing.")
    session_id: Id | None = Field(None, description="Whose story: a session's,")
    player_id: Id | None = Field(None, description="or a player's, as it stands now.")
    kind: Id | None = Field(
        None,
        description="Your word for it: theft, weather, quest. Of an action: <name>.done or .failed.",
    )
    text: str | EventText | None = Field(
        None,
        description="A sentence or two, told by NPCs as it stands; Korean as narration in -다.",
    )
    action: ActionOutcome | None = Field(
        None, description="What became of an action; who acted knows it. Needs no kind and no text."
    )
    place: Id | None = Field(None, description="A place of the world.")
    participants: list[Id] = Field([], description="NPCs, other people, or `player`.")
    witnesses: list[Id | WitnessOut] | None = Field(
        None, description="NPCs who noticed it; default: those whose place it is."
    )
    importance: float = Field(
        0.5, ge=0, le=1, allow_inf_nan=False, description="Below 0.3 nobody passes it on."
    )
    game_time: GameTime | None = Field(
        None, description="When, in hours of the game's clock; default: now."
    )
    now: GameTime | None = Field(
        None,
        description="The game's clock. Without it, an event lies at most 24 hours after the clock "
        "of the player's last turn or event.",
    )
    loud: bool = Field(False, description="Heard by every NPC.")
    secret: bool = Field(
        False,
        description="Witnesses tell it only to whom they trust: as the gate says, or from 0.5.",
    )
    gate: Gate | None = Field(
        None, description="Who may ever know of it, from which story flag, at which trust."
    )

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.action is None and (self.kind is None or self.text is None):
            raise ValueError("an event needs `kind` and `text`, or an `action`")
        return self


class EventAnswer(BaseModel):
    """The event as it stands in the story."""

    event_id: str
    witnesses: list[WitnessOut]
    game_time: float
