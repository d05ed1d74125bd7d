"""Who speaks, and what they feel for a player."""
