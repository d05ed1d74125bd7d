"""A document list in that system's form, of a ferry keeper who exists nowhere else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
NPC = "ferry_keeper"

_TEXTS: dict[str, Json] = {
    "ko": {
        "name": "오를라",
        "traits": ["말수가 적음", "약속을 지킴"],
        "backstory": "오를라는 스무 해째 강가에서 나룻배를 몰고 있다.",
        "lore": "나루터 말뚝은 오리나무로 깎아 세웠다.",
        "secret": "나룻배 밑창에는 왕의 인장이 숨겨져 있다.",
        "description": "플레이어가 노를 돌려주면 오를라는 배를 띄울 채비를 한다.",
        "fallback": "조건이 차지 않으면 강을 건너 주지 않는다.",
        "asks": "강을 건너고 싶어요.",
        "gives": "그럼 이 노를 맡아 주세요. 약속은 지키고요.",
        "brings": "노를 돌려드리러 왔어요.",
        "ready": "고마워요. 이제 배를 띄울 수 있어요.",
        "insult": "사공 주제에 시끄럽네",
        "good": ["물이 맑은 날에 오세요."],
        "words": (["강을", "건너"], ["노를", "돌려"]),
    },
    "en": {
        "name": "Orla",
        "traits": ["sparing with words", "keeps a promise"],
        "backstory": "Orla has rowed the ferry for twenty years.",
        "lore": "The posts of the landing are carved from alder.",
        "secret": "A royal seal is hidden under the floor of the ferry.",
        "description": "When the player returns the oar, Orla makes the boat ready.",
        "fallback": "Until the conditions hold, nobody is rowed across.",
        "asks": "I want to cross the river.",
        "gives": "Then keep this oar for me, and keep your word.",
        "brings": "I brought the oar back to you.",
        "ready": "Thank you. Now the boat can go out.",
        "insult": "Shut up, you dirty rower",
        "good": ["Come on a day when the water is clear."],
        "words": (["cross", "river"], ["oar", "back"]),
    },
}


def texts(language: str) -> Json:
    """Return what stands in the documents of one language."""
    return _TEXTS[language]


def documents(language: str = "ko") -> list[Json]:
    """Return a whole list: two gates, the second behind the first."""
    t = _TEXTS[language]
    first, second = t["words"]
    return copy.deepcopy(
        [
            _document("npc_persona", "persona", persona_name=t["name"], style="guarded",
                      traits=t["traits"], backstory=t["backstory"]),
            _document("lore", "lore", "any", "landing", content=t["lore"]),
            _document("lore", "secret", "crossing", "landing", content=t["secret"]),
            _document("description", "crossing_description", "crossing", "landing",
                      content=t["description"]),
            _document("fallback", "fallback", "waiting", "landing", content=t["fallback"],
                      fallback_style={"style": "guarded", "npc_emotion": "suspicious"}),
            _document(
                "trigger_def", "ask_trigger", "waiting", "landing",
                trigger={"required_text": first},
                delta_policy={"trust": {"min": -0.4, "max": 0.6, "per_turn_cap": 0.2}},
                flag_policy={"allowed": ["promise", "give_item"], "forbidden": ["quest_complete"]},
                delta_expected={"trust": 0.2, "relationship": 0.1},
                flags_expected={"promise": 1, "give_item": 1},
            ),
            _document(
                "trigger_def", "return_trigger", "crossing", "landing",
                trigger={
                    "required_text": second,
                    "required_items": {"mandatory": ["carved_oar"], "optional": ["rope"]},
                    "required_actions": {"mandatory": [], "optional": []},
                    "required_game_state": {"mandatory": [], "optional": []},
                    "required_delta": {"mandatory": {"trust": 0.15}, "optional": {}},
                },
                emotion_threshold={"sad": 0.2},
                flags_expected={"ferry_ready": 1},
                delta_expected={"trust": 0.1},
            ),
            _document("flag_def", "flag_ready", "crossing", flag_name="ferry_ready",
                      threshold=0.6, score_rag=0.7, pred_rag=1, examples_positive=[t["ready"]],
                      examples_negative=["…"]),
            _document("forbidden_trigger_list", "forbidden",
                      triggers={"keywords": [], "text": [t["insult"]]}),
            _document("trigger_meta", "meta", trigger=t["insult"], npc_action="turn_away",
                      npc_emotion="furious", delta={"trust": -5.0, "relationship": -0.3}),
            _document("main_res_validate", "validate", "waiting", text="-",
                      examples_good=t["good"], examples_bad=["…"]),
            _document("dialogue_turn", "turn_1", "waiting", turn_index=1, player=t["asks"],
                      npc=t["gives"], delta={"trust": 0.1}, emotion="hesitant",
                      flags=[{"flag_name": "give_item", "flag_value": "carved_oar"}]),
            _document("dialogue_turn", "turn_2", "crossing", turn_index=2, player=t["brings"],
                      npc=t["ready"], flags={"ferry_ready": 1}, emotion="grateful"),
            {"type": "npc_config", "id": NPC, "name": "ignored", "relationship": 0.05,
             "npc_mood": "calm", "trigger_values": {"a": 1}},
        ]
    )  # fmt: skip


def of_type(listed: list[Json], kind: str, name: str = "") -> Json:
    """Return the first document of a type whose id has `name` in it."""
    return next(d for d in listed if d["type"] == kind and name in d.get("id", ""))


def saved(folder: Path, listed: Any, name: str = "documents.json") -> Path:
    """Write a list into a file."""
    path = folder / name
    path.write_text(json.dumps(listed, ensure_ascii=False), "utf-8")
    return path


def _document(
    kind: str, name: str, stage: str | None = None, location: str | None = None, **more: Any
) -> Json:
    found: Json = {"id": f"{NPC}_{name}", "type": kind, "npc_id": NPC, **more}
    if stage is not None:
        found["quest_stage"] = stage
    if location is not None:
        found["location"] = location
    return found
