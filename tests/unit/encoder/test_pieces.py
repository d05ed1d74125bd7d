"""A text in pieces: whole, with their places, and of a long one its beginning and its end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_app.encoder.pieces import Pieces
from tests.unit.encoder.vocabularies import reader, small

READER = reader()
VOCABULARY = small()


def words(pieces: Pieces) -> list[str]:
    return [VOCABULARY.pieces[number] for number in pieces.ids]


def texts(pieces: Pieces) -> list[str]:
    return [pieces.text[begin:end].strip() for begin, end in pieces.places]


def test_a_text_is_cut_into_pieces_between_its_beginning_and_its_end() -> None:
    pieces = READER.read("my name is edda")
    assert words(pieces) == ["<s>", "▁my", "▁name", "▁is", "▁edda", "</s>"]
    assert texts(pieces) == ["", "my", "name", "is", "edda", ""]
    assert len(pieces) == 6
    assert pieces.ids.dtype == np.int64


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u200b"])
def test_of_an_empty_text_there_are_beginning_and_end(text: str) -> None:
    pieces = READER.read(text)
    assert words(pieces) == ["<s>", "</s>"]
    assert (pieces.text, pieces.places) == ("", ((0, 0), (0, 0)))


def test_a_letter_that_the_vocabulary_lacks_is_unknown() -> None:
    assert words(READER.read("my 종"))[2:-1] == ["▁", "<unk>"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  my   name\nis ", "my name is"),
        ("ﬁve", "five"),
        ("Ａ name", "a name"),
        ("my\u3000name", "my name"),
        ("na\u200bme", "name"),
    ],
)
def test_single_characters_are_normalised_and_spaces_made_one(text: str, read: str) -> None:
    pieces = READER.read(text)
    assert pieces.text == read
    assert words(pieces) == words(READER.read(read))


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    text = "one " * 20 + "two " * 20 + "three " * 20
    pieces = READER.read(text, 9)
    assert words(pieces) == ["<s>", *["▁one"] * 6, *["▁three"] * 3, "</s>"]
    assert texts(pieces)[1:-1] == ["one"] * 6 + ["three"] * 3


@pytest.mark.parametrize("longest", [1, 2, 3, 4, 5, 64])
def test_no_more_pieces_are_read_than_asked_for(longest: int) -> None:
    text = " ".join(["one", "two", "three", "four", "five", "six"] * 20)
    assert len(READER.read(text, longest)) == longest + 2


def test_a_text_that_just_fits_is_read_whole() -> None:
    assert texts(READER.read("one two three", 3))[1:-1] == ["one", "two", "three"]


def test_own_pieces_are_those_after_a_prefix_with_the_beginning_and_without_the_end() -> None:
    leading = len(READER.read("query: ")) - 1
    own = READER.read("query: my name").own(leading)
    assert words(own) == ["<s>", "▁my", "▁name"]
    assert texts(own) == ["", "my", "name"]
    assert own.text == "query: my name"


def test_of_nothing_but_a_prefix_the_beginning_is_own() -> None:
    leading = len(READER.read("query: ")) - 1
    assert words(READER.read("query: ").own(leading)) == ["<s>"]


@given(st.text(max_size=200), st.integers(3, 20))
def test_whatever_is_read_every_piece_has_a_place_and_they_stand_in_order(text, longest) -> None:
    pieces = READER.read(text, longest)
    assert len(pieces) == len(pieces.places) <= longest + 2
    inner = pieces.places[1:-1]
    assert all(0 <= begin <= end <= len(pieces.text) for begin, end in inner)
    assert list(inner) == sorted(inner)
    own = pieces.own(2)
    assert len(own) == len(own.places) == max(1, len(pieces) - 2)


@given(st.text("abc 가", min_size=1, max_size=300))
def test_the_ends_of_a_long_text_are_those_of_the_whole(text) -> None:
    whole, cut = READER.read(text, 1000), READER.read(text, 6)
    if len(whole) > 8:
        assert list(cut.ids) == [*whole.ids[:5], *whole.ids[-3:]]
        assert cut.places == (*whole.places[:5], *whole.places[-3:])
    else:
        assert list(cut.ids) == list(whole.ids)
