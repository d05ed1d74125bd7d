"""What is done for a game: turns and what follows them, events, players, live editing, replay."""
