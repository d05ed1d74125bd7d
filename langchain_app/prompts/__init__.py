"""Prompts: functions that return messages, and their templates in both languages."""

from langchain_app.prompts.persona import brief_of, persona_messages

__all__ = ["brief_of", "persona_messages"]
