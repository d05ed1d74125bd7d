"""What an observation shows of a value must be JSON that Postgres takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_app.domain.turn import TurnRequest
from langchain_app.observability.plain import LIMIT, to_json


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x00b", "ab"),
        ("\x00\x00", ""),
        ("\\u0000", "\\u0000"),
        ("\\\x00", "\\"),
        ("\\\\u0000\x00", "\\\\u0000"),
        (float("nan"), None),
        ({1: {"b", "a"}}, {"1": ["a", "b"]}),
    ],
)
def test_what_is_shown_is_json_without_nul(value: Any, shown: Any) -> None:
    rendered = to_json(value)
    assert json.loads(rendered) == shown
    assert "\x00" not in json.dumps(json.loads(rendered), ensure_ascii=False)


@pytest.mark.parametrize("value", ["\ud800", 10**40, {"\udfff": 1}])
def test_what_no_json_can_hold_is_shown_as_python_writes_it(value: Any) -> None:
    request = TurnRequest("Hello.", "t", game_state={"a": value})
    assert "Hello." in json.loads(to_json(request))
    to_json(request).encode("utf-8")


def test_a_long_value_is_cut() -> None:
    assert len(json.loads(to_json("x" * 3 * LIMIT))["cut"]) == LIMIT
