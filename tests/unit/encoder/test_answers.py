"""The model of answers that ships, on sentences of no world that it saw."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from langchain_app.domain.errors import UnderstandingFailed
from langchain_app.encoder import answers
from langchain_app.encoder.answers import EmbeddedAnswers
from langchain_app.encoder.encoder import Encoder
from langchain_app.retrieval.answering import FIGURES

SAID = {
    "en": (
        "The Glass Kiln: The kiln was built by Orla Fenn in the spring of 212.",
        "The Glass Kiln: A bottle costs 4 pence, and a window pane 30.",
        "The Glass Kiln: Only ash of beech is used, because it melts clear.",
    ),
    "ko": (
        "유리 가마: 유리 가마는 이백십이년 봄에 올라 펜이 지었다.",
        "유리 가마: 병 하나는 네 닢이고 창유리 한 장은 서른 닢이다.",
        "유리 가마: 맑게 녹기 때문에 너도밤나무 재만 쓴다.",
    ),
}
ASKED = {
    "en": ("Who built the glass kiln?", "How much is a bottle?", "Why do they only use beech ash?"),
    "ko": ("유리 가마는 누가 지었어요?", "병 하나에 얼마예요?", "왜 너도밤나무 재만 써요?"),
}


@pytest.fixture(scope="module")
def model(encoder: Encoder) -> EmbeddedAnswers:
    return EmbeddedAnswers(encoder)


def figures(count: int) -> np.ndarray:
    """Return the same figures for every sentence: only the words tell them apart."""
    return np.full((count, len(FIGURES)), 0.5, np.float32)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_of_sentences_that_are_alike_the_one_that_answers_is_mostly_the_surest(
    model, language
) -> None:
    read = [model.chances(asked, (), SAID[language], figures(3))[:3] for asked in ASKED[language]]
    assert sum(int(chances.argmax()) == row for row, chances in enumerate(read)) >= 2


@pytest.mark.parametrize("language", ["en", "ko"])
def test_chances_and_that_of_none_are_one_in_all_whatever_else_is_read(model, language) -> None:
    question = ASKED[language][0]
    alone = model.chances(question, (), SAID[language][:1], figures(1))
    beside = model.chances(question, (), SAID[language], figures(3))
    assert alone.sum() == pytest.approx(1, abs=1e-5)
    assert beside.sum() == pytest.approx(1, abs=1e-5)
    odds = [float(found[0] / found[-1]) for found in (alone, beside)]
    assert odds[0] == pytest.approx(odds[1], rel=0.25)  # small whole numbers: close, not equal


def test_a_file_that_is_cut_off_is_named_with_what_to_do(encoder, tmp_path) -> None:
    shipped = Path(answers.__file__).parent
    for name in ("answers.json", "answers.onnx", "answers.npz"):
        shutil.copy(shipped / name, tmp_path / name)
    cut = tmp_path / "answers.npz"
    cut.write_bytes(cut.read_bytes()[:1000])
    with pytest.raises(UnderstandingFailed, match=r"answers\.npz") as failed:
        EmbeddedAnswers(encoder, tmp_path)
    assert failed.value.hint
