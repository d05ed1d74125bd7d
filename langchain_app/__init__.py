"""Dramatis: NPC dialogue that knows its world, remembers its player and never breaks the story."""

__version__ = "0.1.0"
