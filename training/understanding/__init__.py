"""Trains what reads an utterance: act, earnestness, facts, and which act of the story it performs."""
