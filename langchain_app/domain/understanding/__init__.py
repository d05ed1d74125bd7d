"""What an utterance is heard to mean, and in which tone."""
