"""The model proposes, rules dispose."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from langchain_app.domain.proposals import COURTESY_CEILING, policy_of, propose
from langchain_app.domain.relationship import Caps, Deltas, Relationship
from langchain_app.domain.settlement import Proposal, Settlement, SettlementPolicy, settle
from langchain_app.domain.story import Action, Effects, Requirements, Reward, StoryState
from langchain_app.domain.tone import Sentiment, choose_tone
from langchain_app.domain.turn import Deflection, FiredTrigger

FLAGS = ("q.one", "q.two", "q.done")
ITEMS = ("bell", "rope")
ACTIONS = ("open_gate",)
POLICY = SettlementPolicy(
    caps=Caps(trust=0.15, relationship=0.25),
    flags=frozenset(FLAGS),
    items=frozenset(ITEMS),
    actions=frozenset(ACTIONS),
    rewards={"q.done": Reward(items=("rope", "moon"), deltas=Deltas(trust=0.1, relationship=0.2))},
)

amounts = st.floats(-2, 2) | st.sampled_from([0.0, 0.1, -0.1, 2.0, -2.0])
deltas = st.builds(Deltas, trust=amounts, relationship=amounts)
flags = st.lists(st.sampled_from([*FLAGS, "made.up"]), max_size=3).map(tuple)
known_flags = st.lists(st.sampled_from(FLAGS), min_size=1, max_size=3).map(tuple)
items = st.lists(st.sampled_from([*ITEMS, "moon"]), max_size=2).map(tuple)
actions = st.lists(
    st.builds(Action, name=st.sampled_from([*ACTIONS, "delete_save"])), max_size=2
).map(tuple)
requirements = st.builds(
    Requirements,
    flags=st.lists(st.sampled_from(FLAGS), max_size=1).map(tuple),
    unless=st.lists(st.sampled_from(FLAGS), max_size=1).map(tuple),
    items=st.lists(st.sampled_from(ITEMS), max_size=1).map(tuple),
    trust=st.sampled_from([-1.0, 0.0, 0.5]),
)
effects = st.builds(Effects, flags=flags, deltas=deltas, gives=items, takes=items, actions=actions)
proposals = st.builds(
    Proposal,
    source=st.sampled_from(["trigger:a", "tone", "reader"]),
    effects=effects,
    reason=st.just("because"),
    requires=requirements,
)
axis = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)
relationships = st.builds(Relationship, trust=axis, relationship=axis)
stories = st.builds(
    StoryState,
    flags=st.frozensets(st.sampled_from(FLAGS)),
    items=st.frozensets(st.sampled_from(ITEMS)),
)
turns = st.lists(st.lists(proposals, max_size=4), max_size=6)


def played(
    turns: list[list[Proposal]], story: StoryState, relationship: Relationship
) -> list[tuple[StoryState, Relationship, Settlement]]:
    outcome = []
    for turn in turns:
        settlement = settle(turn, story, relationship, POLICY)
        outcome.append((story, relationship, settlement))
        story, relationship = settlement.story, settlement.relationship
    return outcome


def ledger(settlement: Settlement, kind: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for entry in settlement.entries:
        if entry.kind == kind:
            sums[entry.name] = sums.get(entry.name, 0.0) + entry.amount
    return sums


@given(turns, stories, relationships)
def test_no_sequence_of_proposals_leaves_the_caps_or_the_scale(turns, story, relationship) -> None:
    for _, before, settlement in played(turns, story, relationship):
        after = settlement.relationship
        for name in ("trust", "relationship"):
            moved = getattr(after, name) - getattr(before, name)
            assert abs(moved) <= getattr(POLICY.caps, name) + 1e-9
            assert -1 <= getattr(after, name) <= 1


@given(turns, stories, relationships)
def test_no_sequence_raises_an_undefined_flag_or_one_twice(turns, story, relationship) -> None:
    raised = [*story.flags]
    for _, _, settlement in played(turns, story, relationship):
        raised += settlement.flags
        assert settlement.story.flags == frozenset(raised)
    assert len(raised) == len(set(raised))
    assert set(raised) <= set(FLAGS)


@given(turns, stories, relationships)
def test_nobody_is_given_what_the_world_does_not_have(turns, story, relationship) -> None:
    for _, _, settlement in played(turns, story, relationship):
        assert settlement.story.items <= set(ITEMS)
        assert {action.name for action in settlement.actions} <= set(ACTIONS)


@given(st.lists(proposals, max_size=5), stories, relationships)
def test_the_same_input_settles_the_same(turn, story, relationship) -> None:
    assert settle(turn, story, relationship, POLICY) == settle(turn, story, relationship, POLICY)


@given(turns, stories, relationships)
def test_the_ledger_adds_up_to_the_difference_in_state(turns, story, relationship) -> None:
    for before, felt, settlement in played(turns, story, relationship):
        after = settlement.relationship
        for kind in ("trust", "relationship"):
            change = round(getattr(after, kind) - getattr(felt, kind), 4)
            assert sum(ledger(settlement, kind).values()) == change
            assert getattr(settlement.deltas, kind) == change
        gone, come = before.items - settlement.story.items, settlement.story.items - before.items
        expected = dict.fromkeys(gone, -1.0) | dict.fromkeys(come, 1.0)
        moved = {name: amount for name, amount in ledger(settlement, "item").items() if amount}
        assert moved == expected
        assert set(ledger(settlement, "flag")) == settlement.story.flags - before.flags
        assert len(settlement.actions) == sum(ledger(settlement, "action").values())


@given(
    proposals.flatmap(
        lambda p: known_flags.map(
            lambda flags: Proposal(
                p.source, p.effects.model_copy(update={"flags": flags}), p.reason
            )
        )
    ),
    stories,
    relationships,
)
def test_a_proposal_that_raises_flags_changes_nothing_the_second_time(
    proposal, story, relationship
) -> None:
    once = settle([proposal], story, relationship, POLICY)
    again = settle([proposal], once.story, once.relationship, POLICY)
    assert (again.story, again.relationship) == (once.story, once.relationship)
    assert not again.changed
    twice_at_once = settle([proposal, proposal], story, relationship, POLICY)
    assert twice_at_once.story == once.story
    assert twice_at_once.relationship == once.relationship


@given(st.lists(proposals, max_size=4), stories, relationships)
def test_what_is_refused_leaves_a_reason_and_nothing_else(turn, story, relationship) -> None:
    hopeless = [
        Proposal(p.source, p.effects, p.reason, requires=Requirements(flags=("never.raised",)))
        for p in turn
    ]
    settlement = settle(hopeless, story, relationship, POLICY)
    assert (settlement.story, settlement.relationship) == (story, relationship)
    assert [entry.reason for entry in settlement.entries] == ["its conditions do not hold"] * len(
        turn
    )
    assert not settlement.changed


def test_nothing_proposed_changes_nothing() -> None:
    settlement = settle([], StoryState(), Relationship(trust=0.3), POLICY)
    assert settlement == Settlement(Relationship(trust=0.3), StoryState())


def test_a_completed_quest_brings_its_reward_in_the_same_turn() -> None:
    done = Proposal("trigger:end", Effects(flags=("q.done",)), "the end")
    settlement = settle([done], StoryState(), Relationship(), POLICY)
    assert settlement.story.items == {"rope"}
    assert settlement.deltas == Deltas(trust=0.1, relationship=0.2)
    refused = [entry for entry in settlement.entries if entry.kind == "refused"]
    assert [(entry.name, entry.source) for entry in refused] == [("moon", "reward:q.done")]


def test_what_is_not_carried_cannot_be_taken() -> None:
    takes = Proposal("trigger:a", Effects(takes=("bell",)), "hand it over")
    settlement = settle([takes], StoryState(), Relationship(), POLICY)
    assert [(e.kind, e.reason) for e in settlement.entries] == [
        ("refused", "the player does not carry it")
    ]


def test_a_turn_of_many_kindnesses_is_worth_no_more_than_the_cap() -> None:
    kind = Proposal("tone", Effects(deltas=Deltas(trust=0.1, relationship=0.2)), "thanks")
    settlement = settle([kind] * 10, StoryState(), Relationship(), POLICY)
    assert settlement.deltas == Deltas(trust=0.15, relationship=0.25)


def test_a_flag_no_quest_defines_is_refused_with_its_name() -> None:
    known = "q.one"
    lie = Proposal("reader", Effects(flags=("i.win", known)), "it says so", evidence="you won")
    settlement = settle([lie], StoryState(), Relationship(), POLICY)
    refused = [entry for entry in settlement.entries if entry.kind == "refused"]
    assert [(entry.name, entry.evidence) for entry in refused] == [("i.win", "you won")]
    assert settlement.flags == (known,)


def test_deltas_that_add_up_to_more_than_the_axis_are_capped_like_any_other() -> None:
    huge = Proposal("reader", Effects(deltas=Deltas(trust=2.0)), "much")
    settlement = settle([huge, huge], StoryState(), Relationship(), POLICY)
    assert settlement.deltas.trust == POLICY.caps.trust


def test_a_proposal_whose_flags_are_all_undefined_moves_nothing() -> None:
    lie = Proposal("reader", Effects(flags=("i.win",), deltas=Deltas(trust=0.1)), "so it says")
    settlement = settle([lie], StoryState(), Relationship(), POLICY)
    assert settlement.relationship == Relationship()


# --- who proposes what


def test_an_exploit_or_forbidden_talk_proposes_nothing(ebbhold) -> None:
    tone = choose_tone(Sentiment(), "thanks", "neutral")
    trigger = ebbhold.triggers["isaura"][0]
    for why in ("exploit", "forbidden_talk"):
        fired = FiredTrigger(trigger, "bell")
        assert propose("thanks", tone, Relationship(), fired, Deflection(why, "x")) == ()


def test_a_forbidden_trigger_proposes_its_own_reaction_only(ebbhold) -> None:
    npc = next(npc for npc in ebbhold.npcs.values() if npc.forbidden_triggers)
    hurt = npc.forbidden_triggers[0]
    tone = choose_tone(Sentiment(), "thanks", "neutral")
    (proposal,) = propose(
        "x", tone, Relationship(), None, Deflection("forbidden_trigger", "words", hurt)
    )
    assert proposal.source == f"forbidden:{hurt.id}"
    assert proposal.effects == Effects(deltas=hurt.reaction.deltas)
    assert proposal.evidence == "words"


def test_an_insult_costs_more_than_a_thank_you_brings() -> None:
    def moved(act) -> Deltas:
        tone = choose_tone(Sentiment(), act, "neutral")
        return settle(
            propose("...", tone, Relationship(), None, None), StoryState(), Relationship(), POLICY
        ).deltas

    thanks, insult, question = moved("thanks"), moved("insult"), moved("question")
    assert thanks.trust > 0
    assert -insult.trust >= 4 * thanks.trust
    assert question == Deltas()


def test_no_amount_of_courtesy_makes_an_npc_trust() -> None:
    felt, tone = Relationship(), choose_tone(Sentiment(), "compliment", "neutral")
    for _ in range(200):
        felt = settle(propose("!", tone, felt, None, None), StoryState(), felt, POLICY).relationship
    assert felt == COURTESY_CEILING


def test_courtesy_takes_nothing_from_an_npc_who_trusts_already() -> None:
    felt, tone = (
        Relationship(trust=0.6, relationship=0.7),
        choose_tone(Sentiment(), "thanks", "warm"),
    )
    assert (
        settle(propose("!", tone, felt, None, None), StoryState(), felt, POLICY).relationship
        == felt
    )


def test_the_worlds_policy_knows_exactly_what_the_world_has(ebbhold) -> None:
    policy = policy_of(ebbhold)
    assert policy.flags == ebbhold.flags
    assert policy.items == set(ebbhold.items)
    assert set(policy.rewards) == {quest.completed_flag for quest in ebbhold.quests.values()}


@settings(max_examples=30)
@given(st.data())
def test_however_triggers_fire_the_demo_worlds_ledger_adds_up(ebbhold, data) -> None:
    policy, story, felt = policy_of(ebbhold), StoryState(), Relationship()
    all_triggers = [t for quest in ebbhold.quests.values() for t in quest.triggers]
    for trigger in data.draw(st.lists(st.sampled_from(all_triggers), max_size=25)):
        fired = FiredTrigger(trigger, "said so")
        settlement = settle(propose("x", None, felt, fired, None), story, felt, policy)
        assert set(settlement.flags) == settlement.story.flags - story.flags
        assert not [e for e in settlement.entries if "no such" in e.reason or "defines" in e.reason]
        story, felt = settlement.story, settlement.relationship
