"""Worlds as files: reading, checking, and nothing that half-loads."""

from langchain_app.worlds.loading import load_world

__all__ = ["load_world"]
