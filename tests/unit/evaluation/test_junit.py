"""JUnit XML of story tests is what CI servers read."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from langchain_app.domain.lore.lore import Knower
from langchain_app.domain.story.story import StoryState
from langchain_app.evaluation.junit import junit
from langchain_app.evaluation.played import FailedTurn, Failure, PlayedTurn, Run
from langchain_app.evaluation.story_files import PlacedTest
from langchain_app.evaluation.storytest_format import StoryTest
from langchain_app.evaluation.storytest_text import Tally, failure_lines, unsteady

TEST = StoryTest.model_validate(
    {"test": "A & <b>", "npc": "mio", "when": [{"say": "hi", "then": {"raises": []}}]}
)


def run(file: str = "storytests/a.yaml", model: str = "embedded", **more) -> Run:
    values = {"language": "en", "repetition": 1, "seconds": 0.25, "replies_ms": (10.0,), **more}
    return Run(placed=PlacedTest(TEST, file, 7), model=model, **values)


def failed() -> Run:
    answer = {"reply": "\x1b[2J당신은 <누구>?"}
    turn = PlayedTurn("mio", "hi\x00", "en", answer, (), Knower(frozenset(), StoryState(), 0.0))
    failure = Failure("raises", "nothing", "a.b", ("ledger: because",))
    return run(failed=(FailedTurn(1, turn, (failure,)),))


def test_a_suite_is_a_model_and_a_file_and_counts_what_is_in_it() -> None:
    runs = [run(), failed(), run("storytests/b.yaml", error="database_unavailable: gone")]
    root = ElementTree.fromstring(junit([*runs, run(model="ollama/npc")]))
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == (
        "testsuites", "4", "1", "1",
    )  # fmt: skip
    assert [suite.get("name") for suite in root] == [
        "storytests/a.yaml (embedded)",
        "storytests/b.yaml (embedded)",
        "storytests/a.yaml (ollama/npc)",
    ]
    assert float(root[0].get("time") or 0) == 0.5


def test_a_case_tells_where_it_stands_and_why_it_failed() -> None:
    root = ElementTree.fromstring(junit([failed()]))
    (case,) = root.iter("testcase")
    assert case.get("name") == "A & <b> [en]"
    assert (case.get("file"), case.get("line")) == ("storytests/a.yaml", "7")
    (failure,) = case
    assert failure.get("message") == "raises: expected nothing, got a.b"
    assert "당신은 <누구>?" in (failure.text or "")
    assert "ledger: because" in (failure.text or "")
    assert "\x1b" not in (failure.text or "")


def test_a_failed_run_reads_from_what_was_said_to_why() -> None:
    lines = list(failure_lines(failed()))
    assert lines[0] == "storytests/a.yaml:7: A & <b> [en, embedded]"
    assert [line.strip().split("  ")[0] for line in lines[3:]] == [
        "raises", "- expected", "+ got", "ledger: because",
    ]  # fmt: skip


def test_repetitions_are_told_as_a_rate_where_they_differ() -> None:
    steady = [run(repetition=n) for n in (1, 2)]
    assert unsteady(steady) == []
    shaky = [*steady, run(repetition=3, error="late")]
    assert unsteady(shaky) == ["2/3  A & <b> [en, embedded] (storytests/a.yaml)"]
    assert Tally.of("embedded", shaky) == Tally("embedded", 3, 2, 1, 10.0)


def test_the_paths_are_those_of_any_machine() -> None:
    assert str(Path("storytests/a.yaml")) in junit([run()])
