"""The turn as a LangGraph state machine."""
