"""How well the understanding reads sets that it was not trained on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from langchain_app.domain.text import Language
from langchain_app.encoder.labels import ACTS, ASKED, MODES, SLOTS
from langchain_app.encoder.spans import spans_of
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.typed import tidied
from training.understanding.examples import Act, Line, Recall, Told
from training.understanding.forward import line_logits, outcome_logits
from training.understanding.rounds import ActRound, recall_rounds, shown
from training.understanding.states import States

_KOREAN = KoreanAnalyser()
FALSE = (0.02, 0.04)
"""Shares of not-meant lines that may be taken for meant, at which the meant ones heard are told."""

OTHER_TALK = 16
"""Lines of other talk that an act is held against."""


@torch.no_grad()
def probabilities(model: Any, states: States, acts: Sequence[Act], language: str) -> list[Any]:
    """Return (act, line, outcome probabilities) of every line in `language`."""
    found = []
    for act in acts:
        lines = [line for line in act.lines if line.language == language]
        if not lines:
            continue
        some = ActRound(shown(act, language), lines, [])
        logits = outcome_logits(model, states, some)
        found += list(zip([act.id] * len(lines), lines, logits.softmax(1).numpy(), strict=True))
    return found


@torch.no_grad()
def astray(
    model: Any, states: States, acts: Sequence[Act], lines: Sequence[Told], language: Language
) -> float:
    """Return the share of other talk that is taken for an act: some labelled lines an act."""
    rng = random.Random(7)  # noqa: S311  no secret
    taken = []
    for act in acts:
        some = rng.sample(lines, min(OTHER_TALK, len(lines)))
        talk = [Line(language, line.text, "topic", line.before) for line in some]
        found = ActRound(shown(act, language), talk, [])
        taken += (outcome_logits(model, states, found).softmax(1)[:, 0] >= 0.5).tolist()
    return float(np.mean(taken))


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the area under the ROC curve."""
    order = np.argsort(np.argsort(scores)) + 1
    meant = labels.sum()
    return float((order[labels].sum() - meant * (meant + 1) / 2) / (meant * (len(labels) - meant)))


def heard_at(scores: np.ndarray, labels: np.ndarray, false: float) -> float:
    """Return the share of meant lines above the score that `false` of the others reach."""
    bar = np.quantile(scores[~labels], 1 - false)
    return float((scores[labels] > bar).mean())


@torch.no_grad()
def judged(
    model: Any,
    states: States,
    acts: Sequence[Act],
    lines: Sequence[Told],
    memories: Sequence[Recall] = (),
) -> dict[str, Any]:
    """Return figures by language: AUC, heard at 2% and 4% false, act F1, facts found."""
    told: dict[str, Any] = {}
    languages: tuple[Language, ...] = ("en", "ko")
    for language in languages:
        found = probabilities(model, states, acts, language)
        if found:
            scores = np.array([p[0] for _, _, p in found])
            labels = np.array([line.performs for _, line, _ in found])
            told[f"auc_{language}"] = round(auc(scores, labels), 4)
            for false in FALSE:
                told[f"heard_at_{int(100 * false)}_{language}"] = round(
                    heard_at(scores, labels, false), 3
                )
        held = [one for one in memories if one.language == language]
        if held:
            told[f"recall_auc_{language}"] = round(_recall_auc(model, states, held), 4)
        some = [line for line in lines if line.language == language]
        if not some:
            continue
        if found:
            told[f"astray_{language}"] = round(astray(model, states, acts, some, language), 4)
        acts_read, modes, alone, asks, tags = [], [], [], [], []
        for at in range(0, len(some), 64):
            heads, read, seen = line_logits(model, states, some[at : at + 64])
            acts_read += heads["act"].argmax(1).tolist()
            modes += heads["mode"].argmax(1).tolist()
            alone += (heads["alone"][:, 0] > 0).tolist()
            asks += heads["asked"][:, :-1].argmax(1).tolist()
            tags += model.tag(seen).split(read.mask.sum(1).tolist())
        told[f"act_f1_{language}"] = round(
            macro_f1([ACTS.index(line.act) for line in some], acts_read), 3
        )
        told[f"mode_f1_{language}"] = round(
            macro_f1([MODES.index(line.mode) for line in some], modes), 3
        )
        told[f"alone_{language}"] = round(
            float(np.mean([a == line.alone for a, line in zip(alone, some, strict=True)])), 3
        )
        told[f"facts_f1_{language}"] = round(_facts_f1(some, tags, states), 3)
        told[f"asks_{language}"] = round(
            float(
                np.mean(
                    [
                        (ASKED[a] == (line.asks[1] if line.asks else ""))
                        for a, line in zip(asks, some, strict=True)
                        if a or line.asks
                    ]
                    or [0]
                )
            ),
            3,
        )
    return told


def _recall_auc(model: Any, states: States, memories: Sequence[Recall]) -> float:
    scores, labels = [], []
    for found in recall_rounds(memories, random.Random(7)):  # noqa: S311  no secret
        scores += outcome_logits(model, states, found).softmax(1)[:, 0].tolist()
        labels += [outcome == "performs" for outcome in found.outcomes]
    return auc(np.array(scores), np.array(labels))


def macro_f1(wanted: Sequence[int], given: Sequence[int]) -> float:
    """Return the mean F1 of the labels that occur."""
    scores = []
    for label in set(wanted):
        right = sum(w == g == label for w, g in zip(wanted, given, strict=True))
        scores.append(2 * right / (wanted.count(label) + list(given).count(label)))
    return float(np.mean(scores))


def _facts_f1(lines: Sequence[Told], tags: Sequence[Tensor], states: States) -> float:
    right = wanted = given = 0
    for line, logits in zip(lines, tags, strict=True):
        spans = spans_of(states.pieces[line.text], logits.numpy(), line.language, _KOREAN)
        found = {(span.what, span.text.lower()) for span in spans if span.what in SLOTS}
        told = {(slot, tidied(value).lower()) for _, slot, value, _ in line.tells}
        right += len(found & told)
        wanted += len(told)
        given += len(found)
    return 2 * right / (wanted + given) if wanted + given else 0.0
