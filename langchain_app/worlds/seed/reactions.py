"""forbidden_trigger_list and trigger_meta as talk that an NPC does not stand for."""

from __future__ import annotations

from langchain_app.domain.text import LANGUAGES, detect_language
from langchain_app.worlds.cards.files import Json
from langchain_app.worlds.cards.korean import slug
from langchain_app.worlds.seed.documents import ForbiddenTriggerList, TriggerMeta
from langchain_app.worlds.seed.frame import AXES, Frame
from langchain_app.worlds.seed.naming import emotion_of, kept_id, within_axis


def forbidden_of(frame: Frame, lines: Json) -> list[Json]:
    """Return the forbidden triggers, one for each reaction."""
    lists = frame.about.all(ForbiddenTriggerList)
    metas = frame.about.all(TriggerMeta)
    keywords = list(dict.fromkeys(word for one in lists for word in one.triggers.keywords))
    texts = list(dict.fromkeys(text for one in lists for text in one.triggers.text if text))
    if not keywords and not texts and not metas:
        return []
    if not metas:
        frame.note("default", "trigger_meta", "none: the NPC is angry, and nothing moves")
        metas = [TriggerMeta(type="trigger_meta", trigger="forbidden", npc_emotion="angry")]
        own: list[list[str]] = [[]]
    else:
        own = [[meta.trigger] for meta in metas]
    named = {word for words in own for word in words}
    found = []
    for index, (meta, mine) in enumerate(zip(metas, own, strict=True)):
        words = [word for word in mine if word in keywords or word not in texts]
        said = [word for word in mine if word in texts]
        if index == 0:  # what no reaction names is taken as the first one takes it
            words += [word for word in keywords if word not in named]
            said += [text for text in texts if text not in named]
        found.append(_forbidden(frame, meta, words, said, lines))
    ids = [one["id"] for one in found]
    for index, one in enumerate(found):
        if one["id"] in ids[:index]:
            one["id"] = f"{one['id']}-{index + 1}"
    return found


def _forbidden(
    frame: Frame, meta: TriggerMeta, words: list[str], said: list[str], lines: Json
) -> Json:
    emotion = emotion_of(meta.npc_emotion)
    if emotion is None and meta.npc_emotion:
        frame.note("refused", f"emotion {meta.npc_emotion}", "no such emotion here: neutral")
    groups = {
        language: [[word for word in words if detect_language(word) == language]]
        for language in LANGUAGES
    }
    if words:
        frame.note(
            "next", f"keywords {', '.join(words)}", "each word alone is taken amiss: narrow it"
        )
    examples = {lang: [t for t in said if detect_language(t) == lang] for lang in LANGUAGES}
    any_of = [*said, *words]
    action = kept_id(meta.npc_action, "action") if meta.npc_action else None
    if action is not None and not frame.may(action):
        frame.note("refused", f"npc_action {meta.npc_action}", "the world has no such action")
        action = None
    return {
        "id": f"{slug(meta.trigger, 'talk')}",
        "keywords": {
            language: [group for group in groups[language] if group] for language in LANGUAGES
        },
        **({"opens_on": "keywords"} if words else {}),
        "examples": {language: examples[language] or any_of for language in LANGUAGES},
        "reaction": {
            "line": {language: lines[language]["insult"][0] for language in LANGUAGES},
            "emotion": emotion or "neutral",
            "deltas": within_axis(meta.delta, AXES),
            "actions": [{"name": action, "arguments": {}}] if action else [],
        },
    }
