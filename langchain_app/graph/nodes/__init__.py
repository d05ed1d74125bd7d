"""One file a node; the function's name is the node's name."""

from langchain_app.graph.nodes.check_triggers import check_triggers
from langchain_app.graph.nodes.deflect import deflect
from langchain_app.graph.nodes.guard_reply import guard_reply
from langchain_app.graph.nodes.guard_utterance import guard_utterance
from langchain_app.graph.nodes.load_scene import load_scene
from langchain_app.graph.nodes.recall_memories import recall_memories
from langchain_app.graph.nodes.remember_turn import remember_turn
from langchain_app.graph.nodes.retrieve_lore import retrieve_lore
from langchain_app.graph.nodes.settle_state import settle_state
from langchain_app.graph.nodes.speak import speak
from langchain_app.graph.nodes.understand import understand

__all__ = [
    "check_triggers",
    "deflect",
    "guard_reply",
    "guard_utterance",
    "load_scene",
    "recall_memories",
    "remember_turn",
    "retrieve_lore",
    "settle_state",
    "speak",
    "understand",
]
