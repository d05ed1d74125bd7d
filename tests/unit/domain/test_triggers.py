"""Which gate a reading opens, which one it asks back about, and which it must not."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from langchain_app.domain.keywords import Keywords
from langchain_app.domain.memory.facts import Asked
from langchain_app.domain.people.npc import ForbiddenTrigger, Npc, Reaction
from langchain_app.domain.people.relationship import Relationship
from langchain_app.domain.story.gates import closed_triggers, costly, open_triggers
from langchain_app.domain.story.policy import SettlementPolicy, policy_of
from langchain_app.domain.story.reading import Reading
from langchain_app.domain.story.story import (
    Action,
    Confirm,
    Effects,
    Requirements,
    Said,
    StoryState,
    Trigger,
)
from langchain_app.domain.story.story_acts import story_acts as held_against
from langchain_app.domain.story.triggers import (
    ASKED,
    BY_THE_WAY,
    HEARD,
    NAMED,
    NEARLY,
    SAME_MEANING,
    SURE,
    VETO,
    Decision,
    alike,
    asked_back_of,
    decided,
    forbidden_hit,
    moment,
    near_misses,
    performs,
    plays,
    read_trigger,
    spoken_of,
)
from langchain_app.domain.text import LocalText, LocalTexts
from langchain_app.domain.turn import Exchange, Scene, Utterance
from langchain_app.domain.understanding.understanding import Act, Judged, StoryAct, Understood

EXAMPLES = LocalTexts(en=("I found Pell",), ko=("펠을 찾았어요",))
WORDS = Said(examples=EXAMPLES)
LINE = LocalText(en="Oh!", ko="아!")
COSTS = {
    "nothing": {},
    "takes": {"takes": ("rope",)},
    "gives": {"gives": ("rope",)},
    "acts": {"actions": (Action(name="follow"),)},
    "ends": {"flags": ("q.done",)},
}
REWARDS = ("q.done",)


def trigger(name: str, cost: str = "nothing", says: Said | None = WORDS, **values) -> Trigger:
    effects = Effects(**{"flags": (f"q.{name}",), **COSTS[cost]})
    return Trigger(
        **{"id": name, "npc": "bruna", "says": says, "line": LINE, "effects": effects, **values}
    )


def reading(act: Act = "small_talk", **p: float) -> Understood:
    return Understood(act=act, judged={name: Judged(sure, "other") for name, sure in p.items()})


def story_acts(gates, npc: Npc, utterance: Utterance, items=None) -> tuple[StoryAct, ...]:
    return held_against(gates, npc, utterance, items or {})


def acts_of(*gates: Trigger, named: tuple[str, ...] = ()) -> tuple[StoryAct, ...]:
    return tuple(StoryAct(g.id, EXAMPLES, keywords_heard=g.id in named) for g in gates)


def decide(
    understood: Understood,
    *opened: Trigger,
    closed: tuple[Trigger, ...] = (),
    named: tuple[str, ...] = (),
    asked_back: str | None = None,
) -> Decision:
    acts = acts_of(*opened, *closed, named=named)
    return decided(opened, closed, understood, acts, REWARDS, asked_back)


# --- costly


@pytest.mark.parametrize(
    ("cost", "wanted_back"),
    [("nothing", False), ("takes", True), ("gives", True), ("acts", True), ("ends", True)],
)
def test_costly_is_what_a_player_would_want_back(cost: str, wanted_back: bool) -> None:
    assert costly(trigger("it", cost), REWARDS) is wanted_back


def test_the_end_of_a_quest_is_costly_only_where_it_is_one() -> None:
    assert not costly(trigger("it", "ends"), ("other.done",))


# --- decided


@pytest.mark.parametrize(
    ("p", "named", "fires"),
    [
        (HEARD, False, True),
        (0.49, False, False),
        (NAMED, True, True),
        (0.29, True, False),
        (0.0, True, False),
    ],
)
def test_what_costs_nothing_fires_where_it_is_heard_and_sooner_where_it_is_named(
    p: float, named: bool, fires: bool
) -> None:
    found = decide(reading(it=p), trigger("it"), named=("it",) if named else ())
    assert (found.fired is not None) is fires
    assert (found.asks_back, found.hint) == (None, None)


@pytest.mark.parametrize("cost", ["takes", "gives", "acts", "ends"])
@pytest.mark.parametrize(
    ("p", "outcome"),
    [(0.29, "nothing"), (ASKED, "asks"), (0.6, "asks"), (0.84, "asks"), (SURE, "fires")],
)
def test_what_is_costly_is_asked_back_about_until_it_is_sure(cost: str, p, outcome) -> None:
    gate = trigger("it", cost)
    found = decide(reading(it=p), gate)
    assert found.asks_back == (gate if outcome == "asks" else None)
    assert (found.fired is not None) is (outcome == "fires")


@pytest.mark.parametrize(
    ("confirm", "p", "outcome"),
    [
        ("never", 0.5, "fires"),
        ("never", 0.49, "nothing"),
        ("always", 1.0, "asks"),
        ("always", 0.3, "asks"),
        ("always", 0.29, "nothing"),
        ("unsure", 0.9, "fires"),
    ],
)
def test_an_author_says_when_to_ask_back(confirm: Confirm, p, outcome) -> None:
    found = decide(reading(it=p), trigger("it", "gives", confirm=confirm))
    told = "fires" if found.fired else "asks" if found.asks_back else "nothing"
    assert told == outcome


def test_what_costs_nothing_is_never_asked_back_about() -> None:
    gate = trigger("it", confirm="always")
    assert decide(reading(it=0.9), gate).fired is not None
    assert decide(reading(it=0.4), gate) == Decision()


@pytest.mark.parametrize(
    ("understood", "happens"),
    [
        (reading("accepts"), True),
        (reading("hands_over"), True),
        (reading("small_talk", it=0.5), True),
        (reading("small_talk", it=0.49), False),
        (reading("refuses"), False),
        (reading("refuses", it=0.6), False),
        (reading("asks"), False),
        (Understood(act="accepts", mode="ironic"), False),
        (Understood(act="accepts", mode="bargained"), False),
    ],
)
def test_when_asked_back_a_yes_or_the_same_again_is_enough(understood, happens: bool) -> None:
    found = decide(understood, trigger("it", "gives", confirm="always"), asked_back="it")
    assert (found.fired is not None) is happens


def test_a_yes_is_a_yes_to_what_was_asked_alone() -> None:
    gates = (trigger("it", "gives"), trigger("other", "gives"))
    found = decide(reading("accepts", other=0.95), *gates, asked_back="it")
    assert found.fired is not None
    assert found.fired.trigger.id == "it"
    assert decide(reading("accepts"), *gates, asked_back="gone") == Decision()
    assert decide(reading("accepts"), *gates) == Decision()


def test_a_yes_that_is_in_no_words_of_the_players_own_is_none() -> None:
    gate = trigger("it", "gives")
    assert decided([gate], [], reading("accepts"), (), REWARDS, "it") == Decision()


def on_keywords(gate: Trigger, *, heard: bool = True) -> StoryAct:
    return StoryAct(gate.id, EXAMPLES, keywords_heard=heard, opens_on_keywords=True)


@pytest.mark.parametrize(
    ("heard", "mode", "fires"),
    [
        (True, "meant", True),
        (False, "meant", False),
        (True, "quoted", False),
        (True, "ironic", False),
    ],
)
def test_a_gate_that_opens_on_keywords_needs_no_more_than_to_be_meant(heard, mode, fires) -> None:
    gate = trigger("it")
    acts = [on_keywords(gate, heard=heard)]
    found = decided([gate], (), Understood(mode=mode), acts, REWARDS)
    assert (found.fired is not None) is fires


@pytest.mark.parametrize(
    ("said", "verbatim"),
    [
        ("LEAVE IT TO ME", True),
        ("She wrote “Leave it to me.”", False),
        ("Leave it to me, will you?", False),
    ],
)
def test_an_example_word_for_word_is_known_as_that(bruna, said, verbatim) -> None:
    texts = LocalTexts(en=("Leave it to me.",), ko=("저한테 맡기세요.",))
    gate = trigger("it", says=Said(examples=texts))
    acts = story_acts([gate], bruna, Utterance(said, "en"))
    assert any(act.verbatim for act in acts) is verbatim


@pytest.mark.parametrize(("mode", "fires"), [("meant", True), ("ironic", False), ("play", False)])
def test_an_example_word_for_word_is_certain_where_it_is_meant(mode, fires) -> None:
    gate = trigger("it", "gives")
    acts = [StoryAct("it", EXAMPLES, verbatim=True)]
    understood = Understood(mode=mode, judged={"it": Judged(0.4, "other")})
    found = decided([gate], (), understood, acts, REWARDS)
    assert (found.fired is not None) is fires


@pytest.mark.parametrize(("despair", "fires"), [(0.49, False), (0.5, True)])
def test_what_opens_on_despair_goes_by_that_and_not_by_its_words(bruna, despair, fires) -> None:
    gate = trigger("it", says=WORDS.model_copy(update={"opens_on": "despair"}))
    acts = story_acts([gate], bruna, Utterance("I am done with all of it", "en"))
    read = replace(reading(it=0.99), despair=despair)
    found = decided([gate], (), read, acts, REWARDS)
    assert (found.fired is not None) is fires


@pytest.mark.parametrize(("sure", "asked"), [(0.69, False), (0.7, True), (0.84, True)])
def test_whether_a_stall_shall_open_is_asked_only_where_it_may_well_be_meant(sure, asked) -> None:
    stall = trigger("stall", effects=Effects(actions=(Action(name="follow"),)))
    assert (decide(reading("requests", stall=sure), stall).asks_back is not None) is asked
    hands = trigger("hands", "takes")
    assert decide(reading("requests", hands=sure), hands).asks_back is not None


@pytest.mark.parametrize(("alone", "opens"), [(True, True), (False, False)])
def test_who_asks_on_opens_no_stall(alone, opens) -> None:
    stall = trigger("stall", effects=Effects(actions=(Action(name="follow"),)))
    read = replace(reading("asks", stall=0.94), alone=alone)
    assert (decide(read, stall).fired is not None) is opens


def test_who_was_asked_back_about_a_stall_may_ask_on_about_it() -> None:
    stall = trigger("stall", effects=Effects(actions=(Action(name="follow"),)))
    read = replace(reading("asks", stall=0.6), alone=False)
    assert decide(read, stall, asked_back="stall").fired is not None


@pytest.mark.parametrize(("steers", "moves"), [(0.19, True), (0.2, False), (0.9, False)])
@pytest.mark.parametrize("effects", ["nothing", "gives"])
def test_what_steers_opens_nothing_and_makes_nobody_ask(effects, steers, moves) -> None:
    gate = trigger("it", effects)
    for sure in (0.6, 0.99):
        found = decide(replace(reading(it=sure), steers=steers), gate)
        assert (found != Decision()) is moves


def test_an_example_word_for_word_and_a_cry_for_help_never_steer(bruna) -> None:
    said = [StoryAct("it", EXAMPLES, verbatim=True)]
    read = replace(reading(it=0.99), steers=0.9)
    assert decided([trigger("it", "gives")], (), read, said, REWARDS).fired is not None
    gate = trigger("it", says=WORDS.model_copy(update={"opens_on": "despair"}))
    acts = story_acts([gate], bruna, Utterance("I am done with all of it", "en"))
    cry = replace(reading(it=0.1), steers=0.9, despair=0.9)
    assert decided([gate], (), cry, acts, REWARDS).fired is not None


def test_no_yes_is_taken_from_who_steers() -> None:
    gate = trigger("it", "gives")
    read = Understood(act="accepts", judged={"it": Judged(0.6, "other")}, steers=0.9)
    assert decide(read, gate, asked_back="it") == Decision()


@pytest.mark.parametrize(
    ("what", "sure", "hinted"),
    [
        ({}, 0.5, True),
        ({"alone": False}, 0.94, False),
        ({"alone": False}, 0.95, True),
        ({"wanted": "haggle"}, 0.79, False),
        ({"wanted": "haggle"}, 0.8, True),
        ({"wanted": "work"}, 0.5, True),
    ],
)
def test_who_asks_on_or_wants_something_plain_is_hinted_at_no_gate_by_the_way(
    what, sure, hinted
) -> None:
    gate = trigger("it")
    read = replace(reading("asks", it=sure), **what)
    found = decided((), [gate], read, acts_of(gate), REWARDS)
    assert (found.hint is not None) is hinted


@pytest.mark.parametrize(("sure", "again"), [(0.79, False), (0.8, True)])
def test_nobody_is_asked_back_or_hinted_at_twice_about_what_they_hardly_mean(sure, again) -> None:
    costly, closed = trigger("costly", "gives"), trigger("closed")
    for gate, opened in ((costly, True), (closed, False)):
        parts = ([gate], ()) if opened else ((), [gate])
        read, acts = reading(**{gate.id: sure}), acts_of(gate)
        first = decided(*parts, read, acts, REWARDS)
        assert first == Decision(asks_back=gate if opened else None, hint=None if opened else gate)
        then = decided(*parts, read, acts, REWARDS, again=[gate.id])
        assert then == (first if again else Decision())


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_gate_is_spoken_of_where_its_question_or_hint_was_just_said(bruna, language) -> None:
    asks = LocalText(en="All of it?", ko="전부 다요?")
    hint = LocalText(en="Not before dusk.", ko="해 지기 전엔 안 돼요.")
    gate = trigger("it", asks_back=asks, hint=hint)
    scene = Scene(bruna, "p", "s", "t", 3, StoryState(), bruna.initial)
    assert not spoken_of(gate, scene)
    for line in (asks, hint):
        said = replace(scene, recent=(Exchange("this?", f"Hm. {line[language]}"),))
        assert spoken_of(gate, said)


def test_keywords_are_never_certain() -> None:
    gate = trigger("it", "gives")
    found = decided([gate], (), reading(it=0.0), [on_keywords(gate)], REWARDS)
    assert found == Decision(asks_back=gate)


@pytest.mark.parametrize(
    ("act", "happens"), [("requests", True), ("accepts", True), ("refuses", False)]
)
def test_a_refusal_is_no_yes_though_the_keywords_stand_in_it(act: Act, happens: bool) -> None:
    gate = trigger("it", "gives")
    found = decided([gate], (), reading(act, it=0.1), [on_keywords(gate)], REWARDS, "it")
    assert (found.fired is not None) is happens


def test_the_surest_gate_decides_in_whatever_order_they_stand() -> None:
    gates = [trigger("sure"), trigger("likely"), trigger("costly", "gives")]
    understood = reading(sure=0.8, likely=0.7, costly=0.6)
    for order in permutations(gates):
        found = decide(understood, *order)
        assert found.fired is not None
        assert found.fired.trigger.id == "sure"
    likelier = reading(sure=0.6, likely=0.55, costly=0.7)
    for order in permutations(gates):
        assert decide(likelier, *order).asks_back == gates[2]


def test_the_evidence_is_how_surely_it_was_performed() -> None:
    found = decide(reading(it=0.8764), trigger("it"))
    assert found.fired is not None
    assert found.fired.evidence == "performs it (p 0.88)"


@pytest.mark.parametrize(("p", "hinted"), [(HEARD, True), (0.49, False)])
def test_the_surest_gate_before_its_time_is_hinted_at(p: float, hinted: bool) -> None:
    later = (trigger("less"), trigger("late"))
    found = decide(reading(late=p, less=p - 0.1), trigger("it"), closed=later)
    assert found == Decision(hint=later[1] if hinted else None)


def test_an_open_gate_goes_before_a_surer_closed_one() -> None:
    found = decide(reading(it=0.5, late=0.99), trigger("it"), closed=(trigger("late"),))
    assert found.fired is not None
    assert found.hint is None


def test_a_goal_that_waits_for_no_words_is_fired_by_none() -> None:
    silent = trigger("silent", says=None)
    assert decide(reading(it=1.0), silent, trigger("it")).fired.trigger.id == "it"
    assert decide(reading(), silent) == Decision()
    assert moment([trigger("it"), silent]).trigger is silent


# --- decided, whatever is read

p = st.floats(0, 1) | st.sampled_from([0.0, NAMED, HEARD, SURE, 1.0, math.nan, math.inf, -1.0])
shapes = st.lists(
    st.tuples(
        st.sampled_from(sorted(COSTS)),
        st.sampled_from(get_args(Confirm)),
        p,
        st.sampled_from(["", "named", "on keywords"]),
    ),
    max_size=4,
)
modes = st.sampled_from(["meant", "quoted", "ironic", "bargained"])


@given(
    shapes, shapes, st.sampled_from(get_args(Act)), modes, st.none() | st.integers(0, 3), st.booleans()
)  # fmt: skip
def test_whatever_is_read_the_rules_of_deciding_hold(
    open_shapes, closed_shapes, act, mode, asked, own_words
) -> None:
    opened = [trigger(f"o{n}", c, confirm=k) for n, (c, k, _, _) in enumerate(open_shapes)]
    closed = [trigger(f"c{n}", c, confirm=k) for n, (c, k, _, _) in enumerate(closed_shapes)]
    gates = [*opened, *closed]
    both = [*open_shapes, *closed_shapes]
    sure = {gate.id: shape[2] for gate, shape in zip(gates, both, strict=True)}
    words = {gate.id: shape[3] for gate, shape in zip(gates, both, strict=True)}
    asked_back = None if asked is None else f"o{asked}"
    judged = {name: Judged(value, "other") for name, value in sure.items()} if own_words else {}
    acts = [
        StoryAct(gate.id, EXAMPLES, None, bool(words[gate.id]), words[gate.id] == "on keywords")
        for gate in gates
        if own_words
    ]
    understood = Understood(act=act, mode=mode, judged=judged)
    found = decided(opened, closed, understood, acts, REWARDS, asked_back)

    assert sum(part is not None for part in (found.fired, found.asks_back, found.hint)) <= 1
    if not own_words:
        assert found == Decision()
    if found.fired is not None:
        fired = found.fired.trigger
        assert fired in opened
        answers = fired.id == asked_back
        if costly(fired, REWARDS) and not answers:
            assert fired.confirm != "always"
            assert fired.confirm == "never" or sure[fired.id] >= SURE
        if answers:
            assert act != "refuses" or sure[fired.id] >= HEARD
        elif words[fired.id] != "on keywords" or mode != "meant":
            assert sure[fired.id] >= (NAMED if words[fired.id] else HEARD)
    if found.asks_back is not None:
        assert found.asks_back in opened
        assert costly(found.asks_back, REWARDS)
        assert found.asks_back.confirm != "never"
        asked_by_words = words[found.asks_back.id] == "on keywords" and mode == "meant"
        assert asked_by_words or sure[found.asks_back.id] >= ASKED
    if found.hint is not None:
        assert found.hint in closed
        assert sure[found.hint.id] >= HEARD


@given(shapes, st.randoms(use_true_random=False))
def test_the_order_of_gates_that_are_not_equally_sure_decides_nothing(gates, random) -> None:
    sure = [shape[2] for shape in gates]
    assume(len(set(sure)) == len(sure) and not any(map(math.isnan, sure)))
    opened = [trigger(f"o{n}", c, confirm=k) for n, (c, k, _, _) in enumerate(gates)]
    judged = {gate.id: Judged(value, "other") for gate, value in zip(opened, sure, strict=True)}
    shuffled = random.sample(opened, len(opened))
    acts = acts_of(*opened)
    understood = Understood(judged=judged)
    assert decided(opened, [], understood, acts, REWARDS) == decided(
        shuffled, [], understood, acts, REWARDS
    )


# --- what a line is held against


def forbidden(name: str, **values) -> ForbiddenTrigger:
    reaction = Reaction(line=LocalText(en="Out.", ko="나가."), emotion="anger")
    return ForbiddenTrigger(id=name, examples=EXAMPLES, reaction=reaction, **values)


@pytest.fixture
def bruna(ebbhold) -> Npc:
    return ebbhold.npc("bruna").model_copy(update={"forbidden_triggers": (forbidden("insult"),)})


def test_a_line_is_held_against_what_is_forbidden_and_then_the_gates_that_wait_for_words(
    bruna,
) -> None:
    act = LocalText(en="The player says that Pell is found.", ko="플레이어가 펠을 찾았다고 한다.")
    told = Said(act=act, examples=EXAMPLES)
    gates = [trigger("silent", says=None), trigger("found", says=told)]
    acts = story_acts(gates, bruna, Utterance("Good news", "en"))
    assert [one.key for one in acts] == ["forbidden:insult", "found"]
    assert acts[1].act == act
    assert acts[1].examples == EXAMPLES


YES = Utterance("Yes.", "en")


def test_a_gate_that_takes_a_thing_and_says_no_act_is_read_as_handing_it_over(ebbhold) -> None:
    corvin, items = ebbhold.npc("corvin"), ebbhold.items
    both = Effects(takes=("bronze_clapper", "whalebone_dice"))
    act = story_acts([trigger("it", effects=both)], corvin, YES, items)[-1]
    assert act.act is not None
    assert act.act.en == "The player gives Corvin Dray Bronze Clapper and Whalebone Dice."
    told = LocalText(en="The player pays.", ko="플레이어가 값을 치른다.")
    says = Said(act=told, examples=EXAMPLES)
    assert story_acts([trigger("it", effects=both, says=says)], corvin, YES, items)[-1].act == told
    assert story_acts([trigger("it")], corvin, YES, items)[-1].act is None


@pytest.mark.parametrize(
    ("said", "language", "named"),
    [
        ("We found Pell in the hold.", "en", True),
        ("Pell is safe.", "en", False),
        ("펠을 찾았어요", "ko", True),
        ("펠은 무사해요", "ko", False),
        ('He shouted "found Pell" all night.', "en", False),
        ("*found Pell* Good evening to you.", "en", False),
    ],
)
def test_keywords_are_heard_in_the_own_words_alone(bruna, said, language, named: bool) -> None:
    words = Keywords(en=(("pell",), ("found",)), ko=(("펠",), ("찾았",)))
    gate = trigger("found", says=Said(examples=EXAMPLES, keywords=words, opens_on="keywords"))
    acts = story_acts([gate], bruna, Utterance(said, language))
    assert acts[-1].keywords_heard is named
    assert acts[-1].opens_on_keywords
    assert not acts[0].opens_on_keywords
    npc = bruna.model_copy(update={"forbidden_triggers": (forbidden("f", keywords=words),)})
    assert story_acts([], npc, Utterance(said, language))[0].keywords_heard is named


letters = st.characters(
    exclude_categories=("Cs",), exclude_characters="*_~()[]{}<>（）【】`\"'“”‘’«»「」『』"
)
inner = st.text(letters, min_size=1, max_size=200).filter(str.strip)
frames = st.sampled_from(
    ["*{}*", "**{}**", "*{}", "({})", "[{}]", "（{}）", "【{}】", "`{}`", "```{}```"]
)


@given(inner, frames)
def test_a_stage_direction_or_code_alone_is_held_against_nothing(text: str, frame: str) -> None:
    acts = story_acts([trigger("it")], _ANYBODY, Utterance(frame.format(text), "en"))
    assert acts == ()


@example("?A:", "«{} {}»")  # what looks like another speaker cuts the quotation off
@given(inner, st.sampled_from(["“{} {}”", '"{} {}"', "«{} {}»", "「{} {}」", "『{} {}』"]))
def test_what_a_stage_direction_says_that_somebody_says_is_held_against_nothing(
    text: str, quotation: str
) -> None:
    said = f"*the old man says* {quotation.format('말', text)}"
    assert story_acts([trigger("it")], _ANYBODY, Utterance(said, "ko")) == ()


def test_a_message_that_is_one_quotation_is_the_player_speaking_as_in_a_novel() -> None:
    assert story_acts([trigger("it")], _ANYBODY, Utterance("“I found Pell.”", "en"))


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=801, max_size=1200))
def test_a_speech_is_held_against_nothing(text: str) -> None:
    assert story_acts([trigger("it")], _ANYBODY, Utterance(text, "en")) == ()


_ANYBODY = Npc.model_construct(id="bruna", forbidden_triggers=(forbidden("insult"),))


# --- open and closed


NO_LIMITS = SettlementPolicy(
    flags=frozenset({"q.found", "q.late", "q.dear"}), items=frozenset(), actions={}
)
FOUND = trigger("found")
LATE = trigger("late", requires=Requirements(flags=("q.found",)))
DEAR = trigger("dear", requires=Requirements(trust=0.5))


def scene(npc, *flags: str, trust: float = 0.0) -> Scene:
    story = StoryState(flags=frozenset(flags))
    return Scene(npc, "p", "s", "t", 0, story, Relationship(trust=trust))


def test_only_triggers_whose_conditions_hold_are_open(bruna) -> None:
    def opened(*flags: str, trust: float = 0.0) -> list[str]:
        found = open_triggers([FOUND, LATE, DEAR], scene(bruna, *flags, trust=trust), NO_LIMITS)
        return [t.id for t in found]

    assert opened() == ["found"]
    assert opened("q.found") == ["late"]
    assert opened(trust=0.5) == ["found", "dear"]


def test_closed_are_those_whose_time_has_not_come_and_not_those_that_are_over(bruna) -> None:
    shut = trigger("shut", requires=Requirements(flags=("q.x",), unless=("q.late",)))
    silent = trigger("silent", says=None, requires=Requirements(flags=("q.x",)))
    again = trigger("again", requires=Requirements(flags=("q.x",)), effects=Effects())
    gates = [FOUND, LATE, DEAR, shut, silent, again]

    def closed(*flags: str, trust: float = 0.0) -> list[str]:
        at = scene(bruna, *flags, trust=trust)
        return [t.id for t in closed_triggers(gates, open_triggers(gates, at, NO_LIMITS), at)]

    assert closed() == ["late", "dear", "shut"]
    assert closed(trust=0.5) == ["late", "shut"]
    assert closed("q.found") == ["dear", "shut"]  # found is over, late is open
    assert closed("q.late", "q.dear", "q.found") == []  # the other road was taken


def test_a_stranger_at_the_start_opens_no_stage_beyond_the_first(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        at = Scene(npc, "p", "s", "t", 0, StoryState(), npc.initial)
        for waiting in open_triggers(ebbhold.triggers[npc.id], at, policy_of(ebbhold)):
            assert waiting.requires.flags == ()


def test_no_gate_of_the_demo_world_is_open_and_closed_at_once(ebbhold) -> None:
    for npc in ebbhold.npcs.values():
        at = Scene(npc, "p", "s", "t", 0, StoryState(), npc.initial)
        opened = open_triggers(ebbhold.triggers[npc.id], at, policy_of(ebbhold))
        closed = closed_triggers(ebbhold.triggers[npc.id], opened, at)
        assert {t.id for t in opened}.isdisjoint(t.id for t in closed)


# --- near misses


def test_near_are_gates_that_are_half_performed_or_spoken_of_the_nearest_first() -> None:
    judged = {
        "it": Judged(0.21234, "unrelated"),
        "about": Judged(0.01, "denied"),
        "far": Judged(0.19, "unrelated"),
        "late": Judged(0.7, "later"),
    }
    opened = [trigger("it"), trigger("about"), trigger("far"), trigger("unread")]
    near = near_misses(opened, [trigger("late")], Understood(judged=judged))
    assert [(m.trigger, m.performs, m.otherwise, m.closed) for m in near] == [
        ("late", 0.7, "later", True),
        ("it", 0.212, "unrelated", False),
        ("about", 0.01, "denied", False),
    ]


@given(st.dictionaries(st.sampled_from("abcd"), st.floats(0, 1)))
def test_whatever_is_read_each_gate_is_near_once_at_the_most_and_in_order(found) -> None:
    judged = {name: Judged(sure, "unrelated") for name, sure in found.items()}
    gates = [trigger(name) for name in "abcd"]
    near = near_misses(gates[:2], gates[2:], Understood(judged=judged))
    assert {m.trigger for m in near} == {name for name, sure in found.items() if sure >= NEARLY}
    assert len(near) == len({m.trigger for m in near})
    assert [m.performs for m in near] == sorted((m.performs for m in near), reverse=True)


# --- without a reading


def as_alike(score: float):
    return lambda examples: (score, examples[0])


FREE = trigger("free", effects=Effects())


@pytest.mark.parametrize(("score", "fires"), [(SAME_MEANING, True), (0.92, False)])
def test_without_a_reading_only_what_means_the_same_fires(score: float, fires: bool) -> None:
    found = alike([FREE], Utterance("The boy is back", "en"), as_alike(score))
    assert (found.fired is not None) is fires
    if found.fired is not None:
        assert found.fired.evidence == "means “I found Pell” (0.93)"


@pytest.mark.parametrize("cost", sorted(COSTS))
def test_without_a_reading_nothing_happens_that_leaves_a_trace(cost: str) -> None:
    gates = [trigger("it", cost, confirm="never"), trigger("silent", says=None, effects=Effects())]
    assert alike(gates, Utterance("I found Pell", "en"), as_alike(1.0)) == Decision()


@pytest.mark.parametrize(
    "said", ["*I found Pell*", 'They sing "I found Pell" here.', "(I found Pell) and so on"]
)
def test_without_a_reading_only_plain_words_are_compared(said: str) -> None:
    assert alike([FREE], Utterance(said, "en"), as_alike(1.0)) == Decision()


def test_without_a_reading_the_likest_of_several_fires() -> None:
    other = trigger("other", effects=Effects(), says=Said(
        examples=LocalTexts(en=("Pell is back",), ko=("펠이 돌아왔어요",))
    ))  # fmt: skip
    score = {"I found Pell": 0.94, "Pell is back": 0.99}
    found = alike([FREE, other], Utterance("Back!", "en"), lambda e: (score[e[0]], e[0]))
    assert found.fired is not None
    assert found.fired.trigger is other


# --- a second judge


@pytest.mark.parametrize(
    ("said", "evidence", "sure", "understood", "opens"),
    [
        ("I found Pell", "found Pell", 0.9, reading(found=0.2), True),
        ("I found Pell", "found Pell", 0.9, reading(found=VETO), True),
        ("I found Pell", "found Pell", 0.9, reading(found=0.09), False),
        ("I found Pell", "found Pell", 0.9, reading(other=0.9), True),
        ("I found Pell", "found Pell", 0.9, Understood(failure="late"), True),
        ("I found Pell", "found Pell", 0.4, reading(found=0.2), False),
        ("I found Pell", "lost Pell", 0.9, reading(found=0.2), False),
        ("I found Pell", "", 0.9, reading(found=0.2), False),
        ("He said “found Pell” to me", "found Pell", 0.9, reading(found=0.2), False),
        ("*found Pell* hello there", "found Pell", 0.9, Understood(failure="late"), False),
    ],
)
def test_a_second_judge_needs_evidence_and_no_veto(
    said, evidence, sure, understood, opens: bool
) -> None:
    read = Reading("heads", triggers={"found": sure}, evidence=evidence)
    found = read_trigger([FOUND], Utterance(said, "en"), read, {}, understood)
    assert found == (FOUND if opens else None)


def test_where_the_surest_gate_of_a_second_judge_is_vetoed_the_next_may_open() -> None:
    read = Reading("heads", triggers={"found": 0.9, "free": 0.8}, evidence="Pell")
    gates = [FOUND, FREE]
    understood = reading(found=0.01, free=0.2)
    assert read_trigger(gates, Utterance("Pell", "en"), read, {}, understood) == FREE


# --- what is forbidden


@pytest.mark.parametrize(
    ("sure", "named", "hit"),
    [
        ({"a": 0.8}, "", "a"),
        ({"a": 0.79}, "", None),
        ({"a": 0.3}, "a", "a"),
        ({"a": 0.29}, "a", None),
        ({"a": 0.86, "b": 0.9}, "", "b"),
        ({"a": 0.45, "b": 0.4}, "b", "b"),
        ({}, "a", None),
    ],
)
def test_the_surest_forbidden_act_that_is_heard_is_hit(sure, named, hit) -> None:
    gates = [forbidden("a"), forbidden("b")]
    judged = {f"forbidden:{name}": Judged(value, "other") for name, value in sure.items()}
    acts = [
        StoryAct(f"forbidden:{one.id}", EXAMPLES, keywords_heard=one.id in named, surely=True)
        for one in gates
    ]
    found = forbidden_hit(gates, Understood(judged=judged), acts)
    assert (found and found[0].id) == hit
    if found is not None:
        assert found[1] == f"performs it (p {sure[hit]:.2f})"


def test_a_forbidden_act_that_opens_on_keywords_is_hit_by_them() -> None:
    act = StoryAct(
        "forbidden:a", EXAMPLES, keywords_heard=True, opens_on_keywords=True, surely=True
    )
    assert forbidden_hit([forbidden("a")], Understood(), [act]) is not None
    assert forbidden_hit([forbidden("a")], Understood(mode="quoted"), [act]) is None


def test_a_gate_of_the_same_name_is_no_forbidden_act() -> None:
    assert forbidden_hit([forbidden("a")], reading(a=1.0), acts_of(trigger("a"))) is None
    assert forbidden_hit([], reading(a=1.0), ()) is None


def test_what_was_not_read_is_not_performed() -> None:
    assert performs(Understood(failure="late"), "it") == 0.0
    assert performs(reading(it=0.7), "it") == 0.7


# --- the question of the turn before


def test_a_play_is_set_up_by_the_turn_before_alone() -> None:
    play, talk = Exchange("a", "b", mode="play"), Exchange("c", "d")
    asked_back = replace(play, asked_back="it")  # a yes to that is meant
    before = ([], [play], [talk, play], [play, talk], [asked_back])
    assert [plays(turns) for turns in before] == [False, True, True, False, False]


def test_asked_back_is_what_the_last_turn_asked() -> None:
    first, last = Exchange("a", "b", (), "it"), Exchange("c", "d")
    assert asked_back_of([]) is None
    assert asked_back_of([first]) == "it"
    assert asked_back_of([first, last]) is None


@pytest.mark.parametrize(
    ("asked", "sure", "fires"),
    [
        (Asked(("home",), ("player",)), SURE, False),
        (Asked(("home",), ("player",)), BY_THE_WAY, True),
        (Asked((), ("player",), words=True, sure=True), SURE, False),
        (Asked(subjects=("player",), words=True), 0.7, True),
        (Asked(), 0.7, True),
    ],
)
def test_who_asks_for_what_they_told_does_nothing_else_by_the_way(asked, sure, fires) -> None:
    gate = trigger("it")
    found = decide(replace(reading(it=sure), asked=asked), gate)
    assert (found.fired is not None) is fires


def test_who_asks_what_they_live_on_is_in_no_despair(bruna) -> None:
    gate = trigger("it", says=WORDS.model_copy(update={"opens_on": "despair"}))
    acts = story_acts([gate], bruna, Utterance("how do I make my living now?", "en"))
    read = replace(reading("asks"), despair=0.8, asked=Asked(("job",), ("player",)))
    assert decided([gate], (), read, acts, REWARDS) == Decision()


@pytest.mark.parametrize(
    ("act", "sure", "p", "fires"),
    [
        ("greets", 0.9, 0.7, False),
        ("asks_identity", 0.9, 0.94, False),
        ("greets", 0.9, 0.95, True),
        ("greets", 0.7, 0.7, True),
        ("asks", 0.9, 0.7, True),
    ],
)
def test_who_only_greets_does_nothing_else_by_the_way(act, sure, p, fires) -> None:
    gate = trigger("it")
    found = decide(replace(reading(act, it=p), sure={"act": sure}), gate)
    assert (found.fired is not None) is fires


@pytest.mark.parametrize(
    ("alone", "p", "hit"), [(False, 0.94, None), (False, 0.95, "a"), (True, 0.8, "a")]
)
def test_an_answer_that_cannot_stand_alone_hardly_offends(alone, p, hit) -> None:
    read = Understood(judged={"forbidden:a": Judged(p, "other")}, alone=alone)
    found = forbidden_hit([forbidden("a")], read, [StoryAct("forbidden:a", EXAMPLES, surely=True)])
    assert (found and found[0].id) == hit


@pytest.mark.parametrize(
    ("p", "opens", "hinted"), [(0.79, False, False), (SURE, True, False), (0.95, True, True)]
)
def test_of_a_question_that_lore_answers_only_what_is_sure_does_anything(p, opens, hinted) -> None:
    gate, read = trigger("it"), reading("asks", it=p)
    found = decided((gate,), (), read, acts_of(gate), (), answered=True)
    assert (found.fired is not None) is opens
    goal = trigger("goal.it")
    read = reading("asks", **{goal.id: p})
    found = decided((), (goal,), read, acts_of(goal), (), answered=True)
    assert (found.hint is not None) is hinted
