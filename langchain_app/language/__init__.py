"""Korean and English: tokens, sentences, acts, sentiment and speech levels."""
