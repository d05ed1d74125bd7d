"""A world as question -> passage sets: what its authors expect to be asked, and of which passage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from langchain_app.domain.text import LANGUAGES
from langchain_app.worlds import load_world
from training.reranker.squad import PUBLIC, Asked, RetrievalSet


def read_world(path: Path) -> list[RetrievalSet]:
    """Return a set a language; its passages stand open, and without the questions themselves."""
    world = load_world(path)
    sets = []
    for language in LANGUAGES:
        chunks = [c for c in world.chunks() if c.language == language]
        questions = tuple(Asked(q, row, row) for row, c in enumerate(chunks) for q in c.asked)
        bare = tuple(
            replace(chunk, id=f"p{row}", gate=PUBLIC, asked=()) for row, chunk in enumerate(chunks)
        )
        sets.append(RetrievalSet(f"{world.id} {language}", language, bare, questions))
    return sets
