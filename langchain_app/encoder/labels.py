"""What the understanding tells apart. The order is the model's: new labels go to the end."""

from __future__ import annotations

ACTS = (
    "asks", "asks_wellbeing", "asks_identity", "requests", "offers", "promises", "accepts", "refuses",
    "hands_over", "reports_deed", "brings_news", "tells_self", "tells_feeling", "thanks", "apologises",
    "praises", "insults", "threatens", "complains", "affection", "jokes", "laughs", "greets",
    "takes_leave", "small_talk",
)  # fmt: skip
"""What a line does."""
MODES = (
    "meant", "quoted", "reported", "supposed", "conditional", "ironic", "bargained", "play", "ordered",
)  # fmt: skip
"""Whether it is meant, and what it is where it is not."""
OUTCOMES = (
    "performs", "other", "denied", "unwilling", "withheld", "supposed", "bargained", "later", "asks",
    "past", "partial", "harmful", "quoted", "ironic", "play", "ordered", "unrelated",
)  # fmt: skip
"""What a line is to an act that the story waits for: it performs it, or why it does not."""
SLOTS = (
    "name", "home", "origin", "job", "age", "likes", "dislikes", "fear", "owns", "goal", "promise",
    "family", "pet", "about",
)  # fmt: skip
"""What is told of somebody."""
STANCES = ("holds", "past", "ends")
SPANS = (*SLOTS, "whose", "old")
"""What a span of a line is: the value of a slot, whose it is, or the value that is put right."""
TAGS = ("", *(f"{edge}-{span}" for span in SPANS for edge in "BI"))
ASKED = ("", *SLOTS, "all", "other")
"""What a line asks the NPC to remember: "" nothing that was told, "other" what is in no slot."""
PERSONAL = (
    "", "age", "home", "origin", "family", "marriage", "childhood", "work", "likes", "dislikes",
    "food", "hobby", "today", "mood", "worries", "fear", "dream", "friend", "regret", "advice",
    "name_meaning", "opinion_player", "secret", "pastime_song", "town",
)  # fmt: skip
"""What a line asks of the NPC itself: "" nothing of these."""
FEELINGS = ("", "glad", "sad", "hurt", "afraid")
"""How what is told is to who tells it; "" neither. Hurt is the body: ill, wounded, tired, hungry."""
WANTED = (
    "", "haggle", "sell", "teach", "join", "come_along", "permit", "work", "favour", "perform",
    "nonsense", "care",
)  # fmt: skip
"""What a line wants of the NPC: "" nothing of these."""
ABOUT = ("", "player", "npc", "world")
"""Whom a question is about; "" it is none."""
DESPAIR = ("", "despair")
"""Whether the player seems to want to die or to come to harm."""
OF_BEFORE = ("", "adds", "renews")
"""What a line is to what the player told in the turns before: it goes on about it, or puts it right or
tells that it has changed; "" neither."""
STEERS = ("", "steers")
"""Whether the player would move the story by saying that it moved, instead of by what they say."""
LAST_HEADS = {
    "personal": PERSONAL, "feeling": FEELINGS, "wanted": WANTED, "about": ABOUT, "despair": DESPAIR,
    "of_before": OF_BEFORE, "steers": STEERS,
}  # fmt: skip
"""What is learnt last, on states that stay as they are: the head's name and its labels."""
SEGMENTS = ("line", "sentence", "example", "player_before", "npc_before", "memory", "npc")
"""What the pieces are that the model reads together."""
