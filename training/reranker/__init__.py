"""Trains the embedded reranker."""
