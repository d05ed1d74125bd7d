"""Whoever writes data is told what the shipped reader makes of it."""

from __future__ import annotations

import json

import pytest

from training.understanding.tried import main

ACT = """== oar
npc: Sef, a ferryman / 뱃사공 세프
en: The player gives the ferryman his lost oar back.
ko: 플레이어가 뱃사공에게 잃어버린 노를 돌려준다.
e en | Here's your oar.
e en | I found your oar, take it.
e en | This oar is yours.
e ko | 노 여기 있어요.
e ko | 노 찾아왔어요, 받으세요.
e ko | 이 노, 아저씨 거죠?
+ en plain | Here is your oar, ferryman.
- en topic | Here is your oar, take it.
- ko asks | P: 안녕하세요 | N: 오셨소 | 배삯이 얼마예요?
"""


def test_a_line_that_is_read_against_its_label_is_shown_and_counted(tmp_path, capsys) -> None:
    file = tmp_path / "acts.txt"
    file.write_text(ACT, encoding="utf-8")
    assert main([str(file)]) == 0
    *shown, last = capsys.readouterr().out.splitlines()
    assert json.loads(last) == {"lines": 3, "wrong": 1}
    assert len(shown) == 1 and shown[0].startswith("wrong") and "take it" in shown[0]


@pytest.mark.parametrize(("act", "wrong"), [("greets", 0), ("insults", 1)])
def test_a_labelled_line_is_held_against_its_label(tmp_path, capsys, act, wrong) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(json.dumps({"l": "ko", "t": "안녕하세요", "act": act}) + "\n", encoding="utf-8")
    assert main([str(file), "--all"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"lines": 1, "wrong": wrong}
