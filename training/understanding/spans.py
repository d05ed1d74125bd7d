"""What a line tells, as tags of its pieces and labels of its spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from langchain_app.encoder.labels import STANCES, TAGS
from langchain_app.encoder.pieces import Pieces
from langchain_app.language.typed import tidied
from training.understanding.examples import Told
from training.understanding.model import Understanding


def pieces_of(value: str, line: Pieces) -> tuple[int, int] | None:
    """Return the first and last piece (exclusive) of the first place where `value` stands."""
    wanted = " ".join(tidied(value).split())
    start = line.text.lower().find(wanted.lower(), len("query: "))
    if start < 0:
        return None
    end = start + len(wanted)
    inside = [
        number
        for number, (begins, ends) in enumerate(line.places)
        if ends > begins and _begin(line, begins, ends) < end and ends > start
    ]
    return (inside[0], inside[-1] + 1) if inside else None


def _begin(line: Pieces, begins: int, ends: int) -> int:
    """Return where a piece's own letters begin, its space left out."""
    while begins < ends and line.text[begins] == " ":
        begins += 1
    return begins


def spans_of(line: Told, pieces: Pieces) -> list[tuple[str, int, int, str, bool]]:
    """Return (what, first piece, end, stance, of the player) of each span that can be found."""
    found = []
    for whose, slot, value, stance in line.tells:
        place = pieces_of(value, pieces)
        if place is not None:
            found.append((slot, *place, stance, whose == "player"))
    named = {whose for whose, *_ in line.tells if whose != "player"}
    if line.asks and line.asks[0] != "player":
        named.add(line.asks[0])
    found += [
        ("whose", *place, "holds", False)
        for whose in named
        if (place := pieces_of(whose, pieces)) is not None
    ]
    if line.old is not None and (place := pieces_of(line.old, pieces)) is not None:
        found.append(("old", *place, "holds", True))
    return found


def tag_targets(lines: Sequence[Told], pieces: Mapping[str, Pieces]) -> Tensor:
    """Return the tag of each piece of all lines, end to end: (p,)."""
    found = []
    for line in lines:
        tags = [0] * len(pieces[line.text])
        for what, first, end, _, _ in spans_of(line, pieces[line.text]):
            tags[first:end] = [TAGS.index(f"I-{what}")] * (end - first)
            tags[first] = TAGS.index(f"B-{what}")
        found += tags
    return torch.tensor(found)


def span_states(seen: Tensor, mask: Tensor, row: int, first: int, end: int) -> Tensor:
    """Return what a span is judged by: its mean, its first piece, and the line's mean: (1152,)."""
    line = seen[row][mask[row]].mean(0)
    return torch.cat([seen[row, first:end].mean(0), seen[row, first], line])


def span_loss(
    model: Understanding,
    seen: Tensor,
    mask: Tensor,
    lines: Sequence[Told],
    pieces: Mapping[str, Pieces],
) -> Tensor:
    """Return the loss of each value's stance and of whether it is the player's."""
    states, stances, players = [], [], []
    for row, line in enumerate(lines):
        for what, first, end, stance, of_player in spans_of(line, pieces[line.text]):
            if what not in ("whose", "old"):
                states.append(span_states(seen, mask, row, first, end))
                stances.append(STANCES.index(stance))
                players.append(float(of_player))
    if not states:
        return seen.sum() * 0
    logits = model.span(torch.stack(states))
    stance_loss = functional.cross_entropy(logits[:, :-1], torch.tensor(stances))
    return stance_loss + functional.binary_cross_entropy_with_logits(
        logits[:, -1], torch.tensor(players)
    )
