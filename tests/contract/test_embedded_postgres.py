"""The embedded PostgreSQL where it cannot start: said at once, and by whom to be mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from langchain_app.composition.bootstrap import open_platform
from langchain_app.domain.errors import DatabaseUnavailable
from langchain_app.persistence.embedded import start_embedded_postgres
from langchain_app.persistence.postgres import Postgres
from tests.playing import settings_in
from tests.unit.worlds.test_the_guide import GUIDES, written


class Counting(Embeddings):
    """Counts the passages that it was asked for."""

    asked = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += len(texts)
        return [[1.0, 0.0] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A state folder whose database is of a version that nobody has."""
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("1\n")
    return tmp_path


def test_a_database_that_does_not_start_names_its_folder_its_owner_and_its_log(broken) -> None:
    folder = broken / "postgres"
    with pytest.raises(DatabaseUnavailable) as raised:
        start_embedded_postgres(folder)
    assert str(folder / "log") in raised.value.detail
    assert folder.owner() in raised.value.detail
    assert "turn" not in raised.value.hint
    assert "log" in raised.value.hint
    assert str(broken) not in raised.value.message + raised.value.hint


async def test_a_database_that_cannot_be_reached_at_startup_says_nothing_of_turns(tmp_path) -> None:
    nowhere = Postgres("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(DatabaseUnavailable) as raised:
        await nowhere.open()
    assert "turn" not in raised.value.hint
    assert "POSTGRES_URL" in raised.value.hint


async def test_nothing_is_embedded_for_a_platform_whose_database_does_not_start(
    broken, encoder, tmp_path
) -> None:
    embeddings = Counting()
    world = written(GUIDES[0], tmp_path / "world")
    settings = settings_in(broken, platform={"world": world})
    with pytest.raises(DatabaseUnavailable):
        async with open_platform(settings, encoder=encoder, embeddings=embeddings):
            pass
    assert embeddings.asked == 0
