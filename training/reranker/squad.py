"""Question -> paragraph sets in the SQuAD format, which SQuAD, KorQuAD and many others share."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_app.domain.lore.lore import Chunk, Gate
from langchain_app.domain.text import Language, detect_language

PUBLIC = Gate(audience=("public",))


class NotSquad(Exception):
    """The file is not in the SQuAD format; says what is missing."""


@dataclass(frozen=True)
class Asked:
    """A question, the row of its paragraph, the number of its article."""

    text: str
    answer: int
    article: int


@dataclass(frozen=True)
class RetrievalSet:
    """Paragraphs and the questions about them; unanswerable questions are of their paragraph too."""

    name: str
    language: Language
    chunks: tuple[Chunk, ...]
    questions: tuple[Asked, ...]

    def split(self, share: float, seed: int = 7) -> tuple[list[Asked], list[Asked]]:
        """Return the questions of `share` of the articles, and those of the others."""
        articles = sorted({asked.article for asked in self.questions})
        random.Random(seed).shuffle(articles)  # noqa: S311  a split, no secret
        first = set(articles[: round(share * len(articles))])
        return (
            [asked for asked in self.questions if asked.article in first],
            [asked for asked in self.questions if asked.article not in first],
        )


def read_squad(path: Path) -> RetrievalSet:
    """Read a file `{"data": [{"title", "paragraphs": [{"context", "qas": [{"question"}]}]}]}`.

    A paragraph that stands twice counts once. Raises NotSquad.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        texts: dict[str, int] = {}
        titles: list[str] = []
        questions: dict[tuple[str, int], Asked] = {}
        for number, article in enumerate(articles):
            for paragraph in article["paragraphs"]:
                context = str(paragraph["context"]).strip()
                row = texts.setdefault(context, len(texts))
                if row == len(titles):
                    titles.append(str(article.get("title") or "").replace("_", " ").strip())
                for entry in paragraph["qas"]:
                    text = str(entry["question"]).strip()
                    questions[(text, row)] = Asked(text, row, number)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotSquad(f"{path} is not in the SQuAD format: {error!r}") from error
    if not texts or not questions:
        raise NotSquad(f"{path} has no paragraphs or no questions")
    language = _language([asked.text for asked in questions.values()])
    chunks = tuple(
        Chunk(f"p{row}", language, "lore", titles[row] or f"p{row}", text, PUBLIC)
        for text, row in texts.items()
    )
    return RetrievalSet(path.stem, language, chunks, tuple(questions.values()))


def _language(texts: Sequence[str]) -> Language:
    sample = [detect_language(text) for text in texts[:200]]
    return "ko" if sample.count("ko") > len(sample) / 2 else "en"


def sampled(questions: Sequence[Asked], count: int, seed: int = 1) -> list[Asked]:
    """Return at most `count` of the questions, at random and always the same."""
    chosen = list(questions)
    random.Random(seed).shuffle(chosen)  # noqa: S311  a sample, no secret
    return chosen[:count]
