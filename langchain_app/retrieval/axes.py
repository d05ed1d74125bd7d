"""What the encoder's vectors have in common, measured once, so that it can be taken out of them.

The vectors of all texts lie in one narrow cone (cosines of unrelated texts: .75 to .86), those of one
language in a narrower one. Without the mean of a role's texts and without the direction in which the
languages differ, unrelated texts are at right angles, and a similarity may be weighed beside another
figure (Mu and Viswanath 2018, "All-but-the-Top"). Made by training/reranker/axes.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from langchain_app.retrieval.token_vectors import Floats, unit_rows

Role = Literal["query", "passage"]


@dataclass(frozen=True, slots=True)
class Axes:
    """The mean of vectors of length 1, by role (384,), and the languages' difference at length 1."""

    means: dict[Role, Floats]
    languages: Floats

    def apart(self, rows: Floats, role: Role) -> Floats:
        """Return vectors (n, 384) without what all texts have in common, at length 1."""
        own = unit_rows(rows) - self.means[role]
        return unit_rows(own - np.outer(own @ self.languages, self.languages))


@cache
def axes_of(what: Literal["texts", "words"]) -> Axes:
    """Return what the vectors of whole texts, or those of single words, have in common."""
    with (
        (files(__package__) / "e5_axes.npz").open("rb") as stored,
        np.load(stored, allow_pickle=False) as arrays,
    ):
        means: dict[Role, Floats] = {
            role: arrays[f"{what}.{role}"] for role in ("query", "passage")
        }
        return Axes(means, arrays[f"{what}.languages"])
