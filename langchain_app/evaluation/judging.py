"""Whether a played turn is what a story test expects, expectation by expectation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_app.domain.story.ledger import LedgerEntry
from langchain_app.domain.text import Language
from langchain_app.domain.world import World
from langchain_app.evaluation.explaining import near_misses, reasons, why_unmentioned
from langchain_app.evaluation.played import Failure, PlayedTurn
from langchain_app.evaluation.storytest_format import Expected, Feelings
from langchain_app.evaluation.wording import holds

MODEL_FAILED = ("model_failed", "out_of_time")


def judge(expected: Expected, turn: PlayedTurn, language: Language, world: World) -> list[Failure]:
    """Return what did not come as expected; `language` is the one that the test is run in."""
    return [
        *_changes(expected, turn),
        *_amounts("deltas", expected.deltas, turn.answer["state"]["deltas"], turn.ledger),
        *_amounts("feels", expected.feels, turn.answer["state"]["relationship"], turn.ledger),
        *_words(expected, turn, language, world),
        *_sources(expected, turn),
        *_manner(expected, turn, world),
    ]


def _changes(expected: Expected, turn: PlayedTurn) -> Iterator[Failure]:
    state = turn.answer["state"]
    happened: dict[str, list[str]] = {
        "raises": list(state["flags"]),
        "gives": [item["item"] for item in state["items"] if item["amount"] > 0],
        "takes": [item["item"] for item in state["items"] if item["amount"] < 0],
        "actions": [action["name"] for action in state["actions"]],
    }
    for name, got in happened.items():
        wanted = getattr(expected, name)
        if wanted is not None and sorted(wanted) != sorted(got):
            kinds = {"raises": ("flag",), "actions": ("action",)}.get(name, ("item",))
            taken = name == "takes"
            booked = [e for e in turn.ledger if e.kind == "refused" or (e.amount < 0) == taken]
            why = (*reasons(booked, kinds), *near_misses(turn.answer))
            yield Failure(name, _listed(wanted), _listed(got), why)


def _amounts(
    name: str, wanted: Feelings, got: dict[str, float], ledger: Sequence[LedgerEntry]
) -> Iterator[Failure]:
    for axis, bounds in wanted.items():
        if not bounds.holds(got.get(axis, 0.0)):
            moved = f"{got.get(axis, 0.0):g}"
            yield Failure(f"{name}.{axis}", str(bounds), moved, reasons(ledger, (axis,)))


def _words(
    expected: Expected, turn: PlayedTurn, language: Language, world: World
) -> Iterator[Failure]:
    reply = turn.reply
    for word in expected.mentions[language]:
        if not holds(reply, word):
            why = why_unmentioned(word, turn, world)
            yield Failure("mentions", word, "not in the reply", why)
    alternatives = expected.mentions_any[language]
    if alternatives and not any(holds(reply, word) for word in alternatives):
        why = why_unmentioned(alternatives[0], turn, world)
        yield Failure("mentions_any", _listed(alternatives), "none in the reply", why)
    for word in expected.never_mentions[language]:
        if holds(reply, word):
            yield Failure("never_mentions", f"no {word}", "in the reply", _drawn_from(turn))


def _sources(expected: Expected, turn: PlayedTurn) -> Iterator[Failure]:
    got = [source["id"] for source in turn.answer["sources"]]
    if expected.sources == () and got:
        yield Failure("sources", "none", _listed(got), _drawn_from(turn))
    if missing := [source for source in expected.sources or () if source not in got]:
        yield Failure("sources", _listed(missing), _listed(got), _drawn_from(turn))
    wanted = expected.sources_any
    if wanted and not set(wanted) & set(got):
        yield Failure("sources_any", _listed(wanted), _listed(got), _drawn_from(turn))
    if shown := [source for source in expected.never_sources if source in got]:
        yield Failure("never_sources", f"not {_listed(shown)}", _listed(got), _drawn_from(turn))


def _manner(expected: Expected, turn: PlayedTurn, world: World) -> Iterator[Failure]:
    deflected = turn.answer["model_info"]["deflected"] or "none"
    if expected.deflected is not None and expected.deflected != deflected:
        yield Failure("deflected", expected.deflected, deflected, reasons(turn.ledger))
    elif expected.deflected is None and deflected in MODEL_FAILED:
        yield Failure("the model answers", "a reply of the model", f"{deflected}: a fallback spoke")
    if expected.reacts_to is not None:
        triggers = {t.id: t for t in world.npc(turn.npc).forbidden_triggers}
        line = triggers[expected.reacts_to].reaction.line[turn.language]
        if turn.reply != line:
            yield Failure("reacts_to", f"{expected.reacts_to}: {line}", turn.reply)
    emotion = turn.answer["emotion"]
    if expected.emotion is not None and expected.emotion != emotion:
        yield Failure("emotion", expected.emotion, emotion)
    if expected.in_character and turn.fault:
        yield Failure("in_character", "a reply in character", turn.fault)


def _drawn_from(turn: PlayedTurn) -> tuple[str, ...]:
    return tuple(f"source {found['id']}: {found['why']}" for found in turn.answer["sources"][:5])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
