"""How rightly the sentiment of players' talk is read, in both languages.

Run as: python -m benchmarks.bench_sentiment [--split dev|test] [--verbose]

Rates the world's labelled sentences (game_knowledge/<world>/evaluation/sentiment.*.jsonl): English by
VADER, Korean by our lexicon and rules. A compound of at least THRESHOLD is positive, of at most its
negative negative, anything between neutral. Prints accuracy and macro F1 beside those of the majority
class, recall a label, and the milliseconds a sentence beyond kiwi's own analysis, which turns share.
Korean was tuned on the dev split; no one tuned VADER. Figures are reported on test, and only that
split is written to results/bench_sentiment.json. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import get_args

from langchain_app.domain.text import LANGUAGES, Language
from langchain_app.language.korean import KoreanAnalyser
from langchain_app.language.sentiment import Label, SentimentAnalyser, label_of

RESULTS = Path(__file__).parent / "results" / "bench_sentiment.json"
LABELS: tuple[Label, ...] = get_args(Label)


@dataclass(frozen=True)
class Sentence:
    id: str
    split: str
    text: str
    label: Label


@dataclass(frozen=True)
class Rated:
    sentence: Sentence
    compound: float

    @property
    def label(self) -> Label:
        return label_of(self.compound)


def main() -> None:
    parser = argparse.ArgumentParser(description="Sentiment, against labels.")
    parser.add_argument("--world", type=Path, default=Path("game_knowledge/ebbhold"))
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--verbose", action="store_true", help="print what was misread")
    arguments = parser.parse_args()
    korean = KoreanAnalyser()
    analyser = SentimentAnalyser(korean)
    results: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        sentences = read_sentences(arguments.world, language, arguments.split)
        for sentence in sentences:
            korean.lemmas(sentence.text)
        rated, ms = rate(analyser, sentences, language)
        results[language] = {**figures(rated), "ms_a_sentence": round(ms, 3)}
        if arguments.verbose:
            show_misread(rated)
    show(results)
    if arguments.split == "test":
        RESULTS.write_text(json.dumps({"split": "test", **results}, indent=1) + "\n")
    print(json.dumps({"split": arguments.split, **results}))


def read_sentences(world: Path, language: Language, split: str) -> list[Sentence]:
    """Return one split of one language's labelled sentences."""
    path = world / "evaluation" / f"sentiment.{language}.jsonl"
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [Sentence(**row) for row in rows if row["split"] == split]


def rate(
    analyser: SentimentAnalyser, sentences: Sequence[Sentence], language: Language
) -> tuple[list[Rated], float]:
    """Return every sentence with its compound, and the mean of milliseconds."""
    analyser.rate("good 좋아요", language)  # loads what is loaded once
    started = time.perf_counter()
    rated = [Rated(each, analyser.rate(each.text, language).compound) for each in sentences]
    return rated, (time.perf_counter() - started) / len(sentences) * 1000


def figures(rated: Sequence[Rated]) -> dict[str, float]:
    """Return accuracy and macro F1, those of the majority class, and recall a label."""
    truth = [each.sentence.label for each in rated]
    found = [each.label for each in rated]
    majority = Counter(truth).most_common(1)[0][0]
    return {
        "sentences": len(rated),
        "accuracy": round(accuracy(truth, found), 3),
        "macro_f1": round(macro_f1(truth, found), 3),
        "majority_accuracy": round(accuracy(truth, [majority] * len(truth)), 3),
        "majority_macro_f1": round(macro_f1(truth, [majority] * len(truth)), 3),
        **{f"recall_{label}": round(recall(truth, found, label), 3) for label in LABELS},
    }


def accuracy(truth: Sequence[Label], found: Sequence[Label]) -> float:
    return mean(mine == theirs for mine, theirs in zip(truth, found, strict=True))


def recall(truth: Sequence[Label], found: Sequence[Label], label: Label) -> float:
    return mean(mine == label for true, mine in zip(truth, found, strict=True) if true == label)


def macro_f1(truth: Sequence[Label], found: Sequence[Label]) -> float:
    """Return the mean of the labels' F1: 2 hits / (found + true)."""
    hits = Counter(mine for true, mine in zip(truth, found, strict=True) if true == mine)
    named, true = Counter(found), Counter(truth)
    return mean(2 * hits[label] / (named[label] + true[label]) for label in LABELS)


def show_misread(rated: Sequence[Rated]) -> None:
    for each in rated:
        if each.label != each.sentence.label:
            print(f"{each.sentence.label:>9} {each.compound:+.2f} {each.sentence.text}")


def show(results: dict[str, dict[str, float]]) -> None:
    """Print the table."""
    columns = ("accuracy", "majority_accuracy", "macro_f1", "majority_macro_f1", "ms_a_sentence")
    print(f"{'':4}{'sentences':>10}" + "".join(f"{column:>19}" for column in columns))
    for language, row in results.items():
        cells = "".join(f"{row[column]:>19.3f}" for column in columns)
        print(f"{language:4}{row['sentences']:>10}{cells}")


if __name__ == "__main__":
    main()
