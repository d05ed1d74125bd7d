"""What the story waits for, what words move in it, and the books that are kept."""
