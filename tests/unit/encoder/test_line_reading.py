"""A line as it is read: its own pieces with their states, without prefix and end."""

from __future__ import annotations

import numpy as np
import pytest

from langchain_app.encoder.encoder import LINE_PIECES, Encoded
from langchain_app.encoder.lines import LineReader, as_query
from tests.unit.encoder.vocabularies import reader


class Numbered:
    """An encoder whose states are the numbers of the pieces in the text."""

    def __init__(self) -> None:
        self.reader = reader()
        self.asked: list[str] = []

    def read(self, text: str, longest: int) -> Encoded:
        self.asked.append(text)
        pieces = self.reader.read(text, longest)
        states = np.arange(1.0, len(pieces) + 1, dtype=np.float32)[:, None].repeat(2, 1)
        return Encoded(pieces, states, lambda middle: middle * [1.0, 0.0])

    def forget(self) -> None:
        self.asked.clear()


@pytest.fixture
def encoder() -> Numbered:
    return Numbered()


def test_a_line_has_a_state_for_its_beginning_and_each_of_its_own_pieces(encoder) -> None:
    line = LineReader(encoder).line("my name")
    assert len(line.pieces) == len(line.states) == 3
    assert line.states[:, 0].tolist() == [1.0, 3.0, 4.0]  # <s> query: my name </s>
    assert [line.pieces.text[a:b].strip() for a, b in line.pieces.places] == ["", "my", "name"]


def test_an_empty_line_has_its_beginning_alone(encoder) -> None:
    line = LineReader(encoder).line("  ")
    assert line.states[:, 0].tolist() == [1.0]
    assert len(line.pieces) == 1


def test_a_vector_is_of_the_last_states_and_one_long(encoder) -> None:
    assert LineReader(encoder).line("my name").vector.tolist() == [1.0, 0.0]


def test_a_line_is_read_tidied_with_the_prefix_of_a_query(encoder) -> None:
    LineReader(encoder).line("dont   gooooo")
    assert encoder.asked == ["query: don't goo"] == [as_query("dont   gooooo")]


def test_of_a_hostile_line_only_so_many_pieces_are_read(encoder) -> None:
    line = LineReader(encoder).line("one " * 5000 + "two")
    assert len(line.pieces) <= LINE_PIECES
    assert line.pieces.text[slice(*line.pieces.places[-1])].strip() == "two"


def test_what_was_read_is_forgotten_where_asked(encoder) -> None:
    lines = LineReader(encoder)
    lines.line("my name")
    lines.forget()
    assert encoder.asked == []
