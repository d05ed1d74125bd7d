"""Document lists of persona-chat-engine: read, and turned into NPCs, quests, gates and lore."""
