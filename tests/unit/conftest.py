"""What unit tests share: the demo world and one kiwi."""

from __future__ import annotations

from pathlib import Path

import pytest

from langchain_app.domain.world import World
from langchain_app.language.tokens import Tokeniser
from langchain_app.worlds import load_world

EBBHOLD = Path(__file__).parents[2] / "game_knowledge" / "ebbhold"


@pytest.fixture(scope="session")
def ebbhold_files() -> Path:
    """The folder of the demo world."""
    return EBBHOLD


@pytest.fixture(scope="session")
def ebbhold() -> World:
    """The demo world."""
    return load_world(EBBHOLD)


@pytest.fixture(scope="session")
def tokeniser(ebbhold: World) -> Tokeniser:
    """Kiwi with the demo world's names; 2 s and 500 MB, hence one for all."""
    return Tokeniser(ebbhold.names)
