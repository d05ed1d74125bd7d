"""trigger_def and flag_def as a quest: what a gate asks for, what opens it, what it does."""

from __future__ import annotations

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.people.relationship import DEFAULT_AXES
from langchain_app.domain.safety.guardrails import reply_fault
from langchain_app.domain.story.story import START
from langchain_app.domain.text import LANGUAGES, detect_language
from langchain_app.worlds.cards.character import both
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import ANY, DialogueTurn, FlagDef, TriggerDef
from langchain_app.worlds.seed.frame import AXES, Frame
from langchain_app.worlds.seed.lore import directions_of
from langchain_app.worlds.seed.naming import emotion_of, kept_id, spelled, within_axis
from langchain_app.worlds.seed.policy import bounds, thresholds
from langchain_app.worlds.seed.stages import Stages

GIVE_ITEM = "give_item"
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


class Story:
    """The quest of one NPC, its items, and what they add to the world's policy."""

    def __init__(self, frame: Frame, stages: Stages, lines: Json) -> None:
        self._frame = frame
        self._stages = stages
        self._lines = lines
        self._flags: dict[str, Json] = {}
        self._raised: set[str] = set()
        self.items: dict[str, Json] = {}

    def quest(self) -> Json | None:
        """Return the quest; None where no trigger can be made."""
        frame, stages = self._frame, self._stages
        made = [(t, self._trigger(t)) for t in frame.about.all(TriggerDef)]
        triggers = [(definition, trigger) for definition, trigger in made if trigger is not None]
        if not triggers:
            return None
        self._lead_on(triggers)
        self._told_apart([trigger for _, trigger in triggers])
        thresholds(frame, stages.quest, self._raised)
        name = frame.name
        return {
            "id": stages.quest,
            "title": {"en": f"The story of {name}", "ko": f"{name}의 이야기"},
            "giver": frame.npc_id,
            "summary": {"en": f"What becomes of {name}.", "ko": f"{name}의 앞일이 걸린 이야기다."},
            "stages": [self._stage(stage) for stage in stages.later],
            "flags": self._flags,
            "triggers": [trigger for _, trigger in triggers],
        }

    def _stage(self, stage: str) -> Json:
        name = self._frame.name
        self._frame.note(
            "default", f"stage {stage}", "plain texts: everybody knows its description"
        )
        return {
            "id": slug(stage, "stage"),
            "objective": {"en": f"{name}: {spelled(stage)}", "ko": f"{name}: {spelled(stage)}"},
            "description": {
                "en": f"Things have moved on for {name}.",
                "ko": f"{name} 쪽 사정이 전보다 한 걸음 나아갔다.",
            },
        }

    def _trigger(self, definition: TriggerDef) -> Json | None:
        frame, trigger_id = self._frame, self._frame.own_name(definition, "trigger")
        says = self._says(definition)
        if says is None:
            frame.note("refused", definition.id or trigger_id, "no required_text: nothing to say")
            return None
        flags = self._expected(definition)
        gives = self._given(definition, flags)
        shown = self._shown(definition, says)
        bounds(frame, definition)
        found: Json = {
            "id": trigger_id,
            "npc": frame.npc_id,
            "requires": self._requires(definition),
            "says": says,
            "line": self._line(definition, shown),
            "effects": {
                "flags": [self._flag(flag) for flag in flags],
                "deltas": self._deltas(definition.delta_expected, "delta_expected"),
                "gives": gives,
                "actions": [
                    {"name": GIVE_ITEM, "arguments": {"item": item}}
                    for item in gives
                    if frame.may(GIVE_ITEM)
                ],
            },
        }
        told = [definition.description, *directions_of(frame, definition.quest_stage)]
        if any(told):
            found["instruction"] = both(" ".join(filter(None, told)))
        if shown is not None and (emotion := emotion_of(shown.emotion)):
            found["emotion"] = emotion
        return found

    def _says(self, definition: TriggerDef) -> Json | None:
        words = definition.trigger.required_text
        if not words:
            return None
        groups: dict[str, list[list[str]]] = {language: [] for language in LANGUAGES}
        for word in dict.fromkeys(words):
            groups[detect_language(word, self._frame.language)].append([word])
        for language, found in groups.items():
            if not found:
                missing = {"en": "English", "ko": "Korean"}[language]
                why = f"no words in {missing}: nobody opens it in {missing} until you write some"
                self._frame.note("untranslated", f"{definition.id}: required_text", why)
            elif len(found) == 1:
                why = "one word alone opens it: add a second group"
                self._frame.note("next", f"{definition.id}: {found[0][0]}", why)
        said = {lang: [" ".join(g[0] for g in groups[lang])] for lang in LANGUAGES if groups[lang]}
        return {
            "keywords": groups,
            "opens_on": "keywords",
            "examples": {lang: said.get(lang) or next(iter(said.values())) for lang in LANGUAGES},
        }

    def _requires(self, definition: TriggerDef) -> Json:
        asked, frame = definition.trigger, self._frame
        found: Json = {}
        if (flag := self._stages.flag(definition)) != START:
            found["flags"] = [flag]
        if definition.location != ANY:
            if place := frame.place_of(definition.location):
                found["places"] = [place]
            else:
                frame.note(
                    "refused", f"location {definition.location}", "the world has no such place"
                )
        if asked.required_items.mandatory:
            found["items"] = [self._item(name) for name in asked.required_items.mandatory]
        if asked.required_actions.mandatory:
            found["happened"] = list(asked.required_actions.mandatory)
            frame.note("next", "required_actions", "a game server or an event must tell of them")
        if asked.required_game_state.mandatory:
            found["game"] = dict(asked.required_game_state.mandatory)
        found |= self._felt(definition)
        for field in ("items", "actions", "game_state", "delta"):
            if getattr(asked, f"required_{field}").optional:
                frame.note("kept", f"required_{field}.optional", "what is optional closes no gate")
        return found

    def _felt(self, definition: TriggerDef) -> Json:
        found: Json = {}
        wanted = self._deltas(definition.trigger.required_delta.mandatory, "required_delta")
        for axis, asked in wanted.items():
            least = min(1.0, max(-1.0, asked))
            found |= {"trust": least} if axis == "trust" else {"feelings": {axis: least}}
            if least > (manners := DEFAULT_AXES[axis].courtesy):
                why = f"manners alone raise it to {manners}; triggers or a game server do the rest"
                self._frame.note("next", f"{definition.id}: {axis} {least}", why)
        return found

    def _expected(self, definition: TriggerDef) -> list[str]:
        """Return the flags that it raises, those that its own policy forbids left out."""
        policy, frame, found = definition.flag_policy, self._frame, []
        for flag, value in definition.flags_expected.items():
            if value in (0, False) or str(value).lower() in _NO:
                continue
            if flag in policy.forbidden or (
                policy.allowed is not None and flag not in policy.allowed
            ):
                frame.note("refused", f"{definition.id}: {flag}", "its own flag_policy forbids it")
            else:
                found.append(flag)
        for flag in policy.forbidden:
            frame.brought.denied.add(self._flag(flag))
        if policy.allowed is not None:
            allowed = frame.brought.allowed or set()
            frame.brought.allowed = allowed | {self._flag(flag) for flag in policy.allowed}
        return found

    def _given(self, definition: TriggerDef, flags: list[str]) -> list[str]:
        """Return the items that `give_item` names, here or in a dialogue of its stage."""
        if GIVE_ITEM not in flags:
            return []
        values = [definition.flags_expected[GIVE_ITEM]]
        values += [turn.flags.get(GIVE_ITEM, 0) for turn in self._turns(definition)]
        named = [v for v in values if isinstance(v, str) and v.lower() not in (*_YES, *_NO)]
        if not named:
            self._frame.note("next", f"{definition.id}: give_item", "no document says which item")
        return [self._item(name) for name in dict.fromkeys(named)]

    def _turns(self, definition: TriggerDef) -> list[DialogueTurn]:
        turns = self._frame.about.all(DialogueTurn)
        return [t for t in turns if t.quest_stage in (definition.quest_stage, ANY)]

    def _shown(self, definition: TriggerDef, says: Json) -> DialogueTurn | None:
        """Return the exchange of the documents in which this trigger fires."""
        keywords, language = Keywords.model_validate(says["keywords"]), self._frame.language
        turns = [t for t in self._turns(definition) if t.flags]
        heard = [t for t in turns if keywords.evidence(t.player, language)]
        valued = [t for t in turns if any(isinstance(value, str) for value in t.flags.values())]
        return next(iter([*heard, *valued]), None)

    def _line(self, definition: TriggerDef, shown: DialogueTurn | None) -> Json:
        frame = self._frame
        said = [shown.npc] if shown is not None else []
        wanted = {*definition.flags_expected}
        for flag in frame.about.all(FlagDef):
            if flag.flag_name in wanted:
                said += flag.examples_positive
        line = next((s for s in said if s and not reply_fault(s, frame.language)), None)
        if line is None:
            frame.note("default", f"{definition.id}: line", "a plain one: write your own")
            return {lang: self._lines[lang]["agreement"][0] for lang in LANGUAGES}
        frame.note("untranslated", f"{definition.id}: line", "a plain one in the other language")
        return {frame.language: line, frame.other: self._lines[frame.other]["agreement"][0]}

    def _deltas(self, deltas: dict[str, float], what: str) -> dict[str, float]:
        for axis in deltas.keys() - set(AXES):
            self._frame.note("refused", f"{what}: {axis}", "no axis of the world")
        return within_axis(deltas, AXES)

    def _flag(self, name: str) -> str:
        flag = f"{self._stages.quest}.{kept_id(name, 'flag')}"
        if name not in self._stages.later:
            self._flags.setdefault(flag, both(spelled(name)))
        return flag

    def _item(self, name: str) -> str:
        item = kept_id(name, "item")
        if item != name:
            self._frame.note("default", f"item {name}", f"its id is {item}")
        if item in self._frame.foreign_items:
            return item
        known_by, items = f"npc:{self._frame.npc_id}", self._frame.brought.items
        if item not in items:
            items[item] = self.items[item] = {
                "id": item,
                "name": both(spelled(name)),
                "aliases": both([spelled(name)]),
                "description": {
                    "en": f"The {spelled(name)} matters to {self._frame.name}.",
                    "ko": f"{self._frame.name}에게는 의미가 남다른 물건이다.",
                },
                "known_by": [],
            }
            self._frame.note("untranslated", f"item {item}", "its id is its name in both languages")
        if known_by not in items[item]["known_by"]:
            items[item]["known_by"].append(known_by)
        return item

    def _lead_on(self, triggers: list[tuple[TriggerDef, Json]]) -> None:
        """Let the last trigger of each stage lead to the next one."""
        stages = self._stages
        staged = [(d, trigger) for d, trigger in triggers if d.quest_stage != ANY]
        last = {d.quest_stage: trigger for d, trigger in staged or triggers}
        waiting = frozenset(d.quest_stage for d, _ in staged if d.quest_stage in stages.later)
        for stage, trigger in last.items():
            led = stages.after(stage, waiting)
            trigger["effects"]["flags"] += [stages.flag_of(later) for later in led]
            if led:
                why = "its last trigger leads there: the documents do not say what does"
                self._frame.note("default", f"stage {', '.join(led)}", why)

    def _told_apart(self, triggers: list[Json]) -> None:
        """Make ids unique, and give a flag of its own to what would never open or never close."""
        seen: set[str] = set()
        for trigger in triggers:
            while trigger["id"] in seen:
                trigger["id"] += "_2"
            seen.add(trigger["id"])
            flags = trigger["effects"]["flags"]
            if self._raised.issuperset(flags):
                flags.append(self._flag(f"{trigger['id']}_done"))
            self._raised.update(flags)
        self._frame.brought.flags |= self._raised
