"""The embedded embedding model against a BERT written out in numpy, and the served ones."""

from __future__ import annotations

import asyncio
import json
import math
import re
import string
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from langchain_app.domain.errors import EmbeddingsUnavailable, SettingsInvalid
from langchain_app.retrieval import minilm_gguf
from langchain_app.retrieval.embeddings import EmbeddedMiniLM, open_embeddings
from langchain_app.retrieval.minilm import BATCH

erf = np.vectorize(math.erf)

ENGLISH = [
    "Who forged the sword that hangs over the smith's door?",
    "The harbour master keeps the tide-book; she lends it to nobody.",
    "Café naïve: ÅNGSTRÖM paid $5 <b>twice</b> (no refunds)!",
    "hello",
]
KOREAN = "대장간 문 위에 걸린 검은 누가 만들었나요?"
LONG = " ".join(f"On day {day} the caravan crossed the {day}th dune." for day in range(150))
ODD = [
    "",
    "  \n\t",
    "[CLS] [SEP] [MASK] <|im_end|> </s>",
    "😀👩‍👩‍👧",
    "\x00\x1b[0m\ufffd",
    "\ud800",
    "漢字x",
]


@cache
def _weights() -> dict[str, np.ndarray]:
    return load_file(minilm_gguf.model_folder() / "model.safetensors")


@cache
def _vocabulary() -> dict[str, int]:
    lines = (minilm_gguf.model_folder() / "vocab.txt").read_text("utf-8").split("\n")
    return {piece: token for token, piece in enumerate(lines)}


def _reference_tokens(text: str) -> list[int]:
    """BERT's uncased WordPiece: the longest prefix of a word first, an unknown word whole."""
    letters = [c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn"]
    visible = [c for c in letters if c in "\t\n\r" or unicodedata.category(c)[0] != "C"]
    plain = "".join(visible).replace("\ufffd", "").lower()
    punctuation = "".join({c for c in plain if unicodedata.category(c)[0] == "P"})
    alone = f"[{re.escape(string.punctuation + punctuation)}\u3400-\u9fff]"
    tokens = []
    for word in re.sub(alone, r" \g<0> ", plain).split():
        pieces, rest = [], word
        while rest:
            mark = "##" if pieces else ""
            known = [n for n in range(1, len(rest) + 1) if mark + rest[:n] in _vocabulary()]
            if not known:
                pieces = ["[UNK]"]
                break
            pieces.append(mark + rest[: known[-1]])
            rest = rest[known[-1] :]
        tokens += [_vocabulary()[piece] for piece in pieces]
    return [_vocabulary()["[CLS]"], *tokens[:510], _vocabulary()["[SEP]"]]


def _reference(text: str) -> np.ndarray:
    """BERT's forward pass (Devlin et al. 2018), mean pooling, length 1: (384,)."""

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ _weights()[f"{name}.weight"].T + _weights()[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * _weights()[f"{name}.weight"] + _weights()[f"{name}.bias"]

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), 12, 32).transpose(1, 0, 2)

    ids = _reference_tokens(text)
    x = _weights()["embeddings.word_embeddings.weight"][ids]
    x = x + _weights()["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + _weights()["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{index}" for index in range(6)):
        attention = f"{layer}.attention"
        q, k, v = (heads(linear(x, f"{attention}.self.{n}")) for n in ("query", "key", "value"))
        scores = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(32))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(x.shape)
        x = norm(x + linear(mixed, f"{attention}.output.dense"), f"{attention}.output.LayerNorm")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    pooled = x.mean(0)
    return np.asarray(pooled / np.linalg.norm(pooled))


@pytest.fixture(scope="session")
def minilm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedding-model")


@pytest.fixture(scope="session")
def minilm(minilm_folder: Path) -> Iterator[EmbeddedMiniLM]:
    model = EmbeddedMiniLM(minilm_folder)
    yield model
    model.close()


@pytest.mark.parametrize("text", [*ENGLISH, KOREAN, LONG, *ODD])
def test_a_vector_is_the_one_that_the_original_model_gives(
    minilm: EmbeddedMiniLM, text: str
) -> None:
    vector = np.asarray(minilm.embed_query(text))
    assert vector.shape == (minilm.dimension,) == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector @ _reference(text) >= 0.999


def test_a_text_beyond_the_context_is_cut_at_512_tokens(minilm: EmbeddedMiniLM) -> None:
    assert len(_reference_tokens(LONG)) == 512
    assert minilm.embed_query(LONG) == minilm.embed_query(LONG + " And then it rained. " * 9000)


def test_a_control_token_that_a_player_types_is_plain_text(minilm: EmbeddedMiniLM) -> None:
    typed, nothing = minilm.embed_documents(["[SEP]", ""])
    assert np.dot(typed, nothing) < 0.9


def test_what_means_the_same_is_near_and_what_does_not_is_far(minilm: EmbeddedMiniLM) -> None:
    question, answer, other = minilm.embed_documents(
        [
            "Who can repair my sword?",
            "The blacksmith mends broken blades.",
            "Turnips grow badly in a wet spring.",
        ]
    )
    assert np.dot(question, answer) > np.dot(question, other) + 0.3


def test_a_batch_gives_each_text_its_own_vector_in_order(minilm: EmbeddedMiniLM) -> None:
    texts = [f"{sentence} ({index})" for index in range(BATCH) for sentence in ENGLISH][: BATCH + 3]
    assert minilm.embed_documents(texts) == [minilm.embed_query(text) for text in texts]
    assert minilm.embed_documents([]) == []


def test_four_threads_at_once_get_the_same_vectors(minilm: EmbeddedMiniLM) -> None:
    alone = minilm.embed_documents(ENGLISH)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(minilm.embed_documents, [ENGLISH] * 12))
    assert together == [alone] * 12


async def test_the_event_loop_turns_while_a_text_is_embedded(minilm: EmbeddedMiniLM) -> None:
    embedding = asyncio.create_task(minilm.aembed_documents([LONG] * 3))
    turns = 0
    while not embedding.done():
        await asyncio.sleep(0.002)
        turns += 1
    assert turns > 10
    assert await embedding == [await minilm.aembed_query(LONG)] * 3


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads Linux's /proc")
def test_the_model_opens_no_network_port(minilm_folder: Path) -> None:
    def listening() -> set[str]:
        # Columns: local address, state (0A is LISTEN), inode; of all processes, hence our own fds.
        ours = {
            str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()
        }
        rows = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
        fields = [row.split() for row in rows]
        return {row[1] for row in fields if row[3] == "0A" and f"socket:[{row[9]}]" in ours}

    before = listening()
    model = EmbeddedMiniLM(minilm_folder)
    assert listening() == before
    model.close()


def test_the_package_is_read_without_being_imported(minilm: EmbeddedMiniLM) -> None:
    assert minilm.model_name == "all-MiniLM-L6-v2"
    assert minilm_gguf.PACKAGE not in sys.modules


def test_a_closed_model_says_so_and_may_be_closed_again(minilm_folder: Path) -> None:
    model = EmbeddedMiniLM(minilm_folder)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(model.embed_query, LONG)
        while not (under_way.running() or under_way.done()):
            pass
        model.close()
        model.close()
    assert under_way.exception() is None or isinstance(under_way.exception(), EmbeddingsUnavailable)
    with pytest.raises(EmbeddingsUnavailable, match="closed"):
        model.embed_query("hello")


def test_weights_with_one_wrong_byte_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = tmp_path / "model"
    carried.mkdir()
    content = bytearray((minilm_gguf.model_folder() / "model.safetensors").read_bytes())
    content[len(content) // 2] ^= 1
    (carried / "model.safetensors").write_bytes(content)
    monkeypatch.setattr(minilm_gguf, "model_folder", lambda: carried)
    with pytest.raises(EmbeddingsUnavailable, match="SHA-256") as refused:
        minilm_gguf.ensure_gguf(tmp_path / "state")
    assert "pip install" in refused.value.hint
    assert not (tmp_path / "state").exists()


def test_a_missing_package_or_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(EmbeddingsUnavailable) as refused:
        patch.setattr(minilm_gguf, "PACKAGE", "dramatis_has_no_such_package")
        EmbeddedMiniLM(tmp_path)
    assert "not installed" in refused.value.message
    assert "pip install" in refused.value.hint
    monkeypatch.setattr(minilm_gguf, "model_folder", lambda: tmp_path)
    with pytest.raises(EmbeddingsUnavailable, match=r"model\.safetensors cannot be read"):
        minilm_gguf.ensure_gguf(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddingsUnavailable, match="cannot be written") as refused:
        minilm_gguf.ensure_gguf(tmp_path / "file")
    assert "MB" in refused.value.hint


def test_a_damaged_converted_file_is_refused_with_the_way_out(
    minilm: EmbeddedMiniLM, minilm_folder: Path, tmp_path: Path
) -> None:
    whole = minilm_gguf.ensure_gguf(minilm_folder)
    (tmp_path / whole.name).write_bytes(whole.read_bytes()[:1_000_000])
    with pytest.raises(EmbeddingsUnavailable, match="cannot be opened") as refused:
        EmbeddedMiniLM(tmp_path)
    assert "Delete" in refused.value.hint


def test_two_threads_may_convert_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(2)

    def convert(_: int) -> Path:
        start.wait()
        return minilm_gguf.ensure_gguf(tmp_path)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(convert, range(2))
    assert first == second
    assert list(tmp_path.iterdir()) == [first]


def test_two_processes_may_convert_at_once(
    minilm: EmbeddedMiniLM, minilm_folder: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; "
        "from langchain_app.retrieval.embeddings import EmbeddedMiniLM; "
        "print(EmbeddedMiniLM(Path(sys.argv[1])).embed_query('hello'))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        vector, noise = process.communicate(timeout=60)
        assert (process.returncode, noise) == (0, "")
        assert json.loads(vector) == minilm.embed_query("hello")
    (converted,) = tmp_path.iterdir()
    assert converted.read_bytes() == minilm_gguf.ensure_gguf(minilm_folder).read_bytes()


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
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    path: str,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-strangers")
    model = open_embeddings(
        provider, state_folder=tmp_path, base_url=embedding_server.url + path, model="bge"
    )
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


def test_the_embedded_provider_needs_no_server(minilm: EmbeddedMiniLM, minilm_folder: Path) -> None:
    model = open_embeddings("embedded", state_folder=minilm_folder, base_url=None, model=None)
    assert isinstance(model, EmbeddedMiniLM)
    assert model.embed_query("hello") == minilm.embed_query("hello")
    model.close()


@pytest.mark.parametrize(
    ("provider", "says"), [("word2vec", "no embedding provider"), ("openai", "cannot be opened")]
)
def test_a_provider_that_cannot_be_opened_is_a_mistake_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str, says: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsInvalid, match=says) as refused:
        open_embeddings(provider, state_folder=tmp_path, base_url=None, model=None)
    assert refused.value.hint
