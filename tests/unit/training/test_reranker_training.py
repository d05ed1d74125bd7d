"""The reranker's training: files are read strictly, and the fit finds what made the data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from langchain_app.retrieval.features import FEATURES
from langchain_app.retrieval.token_vectors import unit_rows
from training.reranker.authored import read_world
from training.reranker.axes import axes_from, of_two_lengths, read_sentences
from training.reranker.squad import NotSquad, read_squad, sampled
from training.reranker.train import Ranking, fit, mrr

EBBHOLD = Path(__file__).parents[3] / "game_knowledge" / "ebbhold"


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path


def article(title: str, *contexts: str) -> dict[str, object]:
    paragraphs = [{"context": c, "qas": [{"question": f"{c}?", "id": c}]} for c in contexts]
    return {"title": title, "paragraphs": paragraphs}


def test_a_file_in_the_squad_format_is_read_in_either_language(tmp_path: Path) -> None:
    found = read_squad(
        written(tmp_path / "ko.json", {"data": [article("종_탑", "종은 크다", "종은 크다", "해")]})
    )
    assert found.language == "ko"
    assert [chunk.text for chunk in found.chunks] == ["종은 크다", "해"]
    assert found.chunks[0].title == "종 탑"
    assert [(asked.text, asked.answer) for asked in found.questions] == [
        ("종은 크다?", 0),
        ("해?", 1),
    ]


@pytest.mark.parametrize("data", [[], {}, {"data": []}, {"data": [{"title": "x"}]}, {"data": 3}])
def test_another_file_is_refused_with_its_name(tmp_path: Path, data: object) -> None:
    with pytest.raises(NotSquad, match=r"odd\.json"):
        read_squad(written(tmp_path / "odd.json", data))


def test_articles_are_never_on_both_sides_of_the_split(tmp_path: Path) -> None:
    data = {"data": [article(f"a{n}", f"one {n}", f"two {n}") for n in range(9)]}
    train, held = read_squad(written(tmp_path / "en.json", data)).split(0.5)
    assert train
    assert held
    assert {a.article for a in train}.isdisjoint(a.article for a in held)
    assert sampled(train, 3) == sampled(train, 3)


def test_the_fit_finds_the_weights_that_made_the_choice() -> None:
    random = np.random.default_rng(5)
    true = np.asarray([1.0, 0.5, 0.0, 2.0, -1.0, 0.0, 0.0, 0.0])
    data = []
    for _ in range(600):
        features = random.normal(size=(12, len(FEATURES)))
        noisy = 4 * features @ true + random.gumbel(size=12)
        data.append(Ranking(features, int(noisy.argmax())))
    weights = fit(data, FEATURES)
    assert [weights[name] for name in FEATURES] == pytest.approx(true, abs=0.12)
    assert mrr(data, weights) > mrr(data, {"fused": 1.0})


def test_a_world_is_a_set_a_language_of_what_its_authors_expect_to_be_asked() -> None:
    for found, language in zip(read_world(EBBHOLD), ("en", "ko"), strict=True):
        assert found.language == language
        assert found.questions
        assert not any(chunk.asked for chunk in found.chunks)
        assert {chunk.id for chunk in found.chunks} >= {f"p{q.answer}" for q in found.questions}


def test_sentences_are_read_from_either_format(tmp_path: Path) -> None:
    squad = {"data": [article("A", "It rang. It cracked. It rang.")]}
    assert read_sentences(written(tmp_path / "a.json", squad)) == ["It rang.", "It cracked."]
    klue = [{"premise": "종이 울렸다."}, {"premise": "종이 울렸다."}]
    assert read_sentences(written(tmp_path / "b.json", klue)) == ["종이 울렸다."]
    assert of_two_lengths(list("abcde")) == ["a", "b", "c", "d", "e", "a b c d"]


def test_axes_are_what_all_rows_share_and_where_languages_part() -> None:
    random = np.random.default_rng(3)
    shared, korean = unit_rows(random.normal(size=(2, 384)).astype(np.float32))
    rows = {
        (role, language): unit_rows(
            (
                shared
                + (0.5 * korean if language == "ko" else 0)
                + random.normal(0, 0.02, (300, 384))
            ).astype(np.float32)
        )
        for role in ("query", "passage")
        for language in ("en", "ko")
    }
    axes = axes_from(rows)  # type: ignore[arg-type]
    assert abs(float(axes.languages @ korean)) > 0.8
    for (role, _), found in rows.items():
        apart = axes.apart(found, role)
        assert abs(float((apart @ apart.T).mean())) < 0.05
